"""The page's ES modules, joined into one script: on a slow link each file costs a round trip, and imports nest.

The files stay ordinary modules with ordinary imports, and nothing is built: the daemon joins them when it starts. Each
keeps a scope of its own: it becomes a function that returns what it exports.
"""

import re
from collections.abc import Iterator, Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|class) (\w+))", re.MULTILINE)
_LEFT = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)


def joined(modules: Mapping[str, str], entry: str) -> str:
    """One module that does what ``entry`` does. ``modules``: source by name, without ``.js``.

    Understood are ``import {a, b} from "./name.js"`` and ``export`` before a function, class or const. Raises
    ``ValueError`` for any other form, an unknown name, and imports that go in a circle.
    """
    return '"use strict";\n' + "".join(
        _wrapped(name, modules[name]) for name in dict.fromkeys(_in_order(modules, entry, ()))
    )


def _in_order(modules: Mapping[str, str], name: str, above: tuple[str, ...]) -> Iterator[str]:
    """What ``name`` imports, and then ``name``; what several import comes several times."""
    if name in above:
        raise ValueError(f"Modules import each other in a circle: {' -> '.join((*above, name))}")
    if name not in modules:
        raise ValueError(f"{above[-1] if above else 'The page'} imports {name}.js, which does not exist.")
    for _, imported in _IMPORT.findall(modules[name]):
        yield from _in_order(modules, imported, (*above, name))
    yield name


def _wrapped(name: str, source: str) -> str:
    exported = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_place(found[2])};\n", source))
    if left := _LEFT.search(body):
        raise ValueError(f"{name}.js: this form is not understood: {left[0].strip()}")
    return f"const {_place(name)} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def _place(name: str) -> str:
    return f"${name.replace('-', '_')}"
