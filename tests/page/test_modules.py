"""Modules joined into one script."""

import re

import pytest

from controller.web.modules import joined

LEAF = "export const one = 1;\nconst hidden = 2;\n"


def test_what_is_imported_comes_first_and_once() -> None:
    left = 'import { one } from "./leaf.js";\nexport function left() { return one; }\n'
    entry = 'import { left } from "./left.js";\nimport { one } from "./leaf.js";\nleft(one);\n'
    script = joined({"main": entry, "left": left, "leaf": LEAF}, "main")
    assert script.count("const $leaf = ") == 1
    assert script.index("const $leaf") < script.index("const $left") < script.index("const $main")


def test_a_module_gives_what_it_exports_and_keeps_the_rest() -> None:
    script = joined({"main": 'import { one } from "./leaf.js";\n', "leaf": LEAF}, "main")
    assert "return { one };" in script
    assert "const { one } = $leaf;" in script
    assert "import" not in script
    assert "export" not in script


def test_names_with_dashes_are_names_all_the_same() -> None:
    script = joined({"main": 'import { one } from "./fleet-row.js";\n', "fleet-row": LEAF}, "main")
    assert "const { one } = $fleet_row;" in script


def test_imports_may_take_several_lines() -> None:
    script = joined({"main": 'import {\n  one,\n} from "./leaf.js";\n', "leaf": LEAF}, "main")
    assert "= $leaf;" in script


def test_what_nobody_imports_is_left_out() -> None:
    assert "leaf" not in joined({"main": "start();\n", "leaf": LEAF}, "main")


def test_classes_and_asynchronous_functions_are_exported_too() -> None:
    script = joined({"main": "export class A {}\nexport async function b() {}\n"}, "main")
    assert "return { A, b };" in script


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ({"main": 'import { a } from "./gone.js";\n'}, "main imports gone.js, which does not exist"),
        ({}, "The page imports main.js"),
        (
            {"main": 'import { a } from "./a.js";\n', "a": 'import { b } from "./main.js";\n'},
            "in a circle: main -> a -> main",
        ),
        ({"main": 'import a from "./a.js";\n'}, 'not understood: import a from "./a.js";'),
        ({"main": "export default 1;\n"}, "not understood: export default 1;"),
        ({"main": "export let a = 1;\n"}, "not understood: export let a = 1;"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(modules: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        joined(modules, "main")
