"""``python -m sandbox.traffic``: the process beside the sandbox."""

import sys

from sandbox.traffic.companion import main

sys.exit(main())
