"""The house keeps its floors: imports lead downward, files stay small, `__init__` is a registry."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ci_runner"
# docs/architecture.md: a line imports only from lines below it, and not from its own.
FLOORS = (
    ("cli",),
    ("pipeline",),
    ("publish",),
    ("report",),
    ("lint", "devdb"),
    ("migrations",),
    ("dialects",),
    ("schema", "providers", "forges", "git"),
    ("config", "context"),
    ("errors", "frozen", "secrets", "log"),
)
HEIGHT = {room: height for height, rooms in enumerate(reversed(FLOORS)) for room in rooms}
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in FILES}


def room(module: str) -> str:
    return [*module.split("."), ""][1]


def imports(tree: ast.Module) -> set[str]:
    """Our modules that a module imports, those in functions and under TYPE_CHECKING included."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert 0 == node.level, "relative import"
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            submodules = inside & MODULES.keys()
            found |= submodules
            if len(submodules) < len(inside):
                found.add(node.module or "")
    return {name for name in found if room(name) and name.split(".")[0] == "ci_runner"}


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def test_every_room_is_on_the_plan() -> None:
    assert set() == {room(module) for module in MODULES} - HEIGHT.keys() - {"", "__main__"}


@pytest.mark.parametrize("module", [each for each in MODULES if room(each) in HEIGHT])
def test_imports_lead_downward(module: str) -> None:
    here = room(module)
    wrong = {
        other
        for other in imports(parsed(MODULES[module]))
        if room(other) != here and HEIGHT[room(other)] >= HEIGHT[here]
    }

    assert set() == wrong


def test_nothing_imports_in_a_circle() -> None:
    graph = {module: imports(parsed(path)) for module, path in MODULES.items()}

    order = list(TopologicalSorter(graph).static_order())

    assert "ci_runner.errors" in order


def test_a_relative_an_inner_and_a_guarded_import_are_seen() -> None:
    text = """
def late():
    import ci_runner.errors
if TYPE_CHECKING:
    from ci_runner import log
    from ci_runner.context import Sha
"""

    assert {"ci_runner.errors", "ci_runner.log", "ci_runner.context"} == imports(ast.parse(text))
    with pytest.raises(AssertionError, match="relative import"):
        imports(ast.parse("from . import errors"))


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_module_is_short_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert LONGEST >= len(text.splitlines())
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.name == "__init__.py"],
    ids=module_name,
)
def test_a_package_holds_a_registry_and_its_lookup_at_most(path: Path) -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef)
    statements = parsed(path).body[1:]
    lookups = [each for each in statements if isinstance(each, ast.FunctionDef)]

    assert 1 >= len(lookups)
    assert [] == [type(each).__name__ for each in statements if not isinstance(each, allowed)]
