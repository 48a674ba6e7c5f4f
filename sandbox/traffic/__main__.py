"""``python -m sandbox.traffic FOLDER``: the process beside the sandbox."""

import sys
from pathlib import Path

from sandbox.traffic.companion import main

sys.exit(main(Path(sys.argv[1])))
