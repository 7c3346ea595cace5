"""The import graph: no cycles, no imports between the screens of two features, and a limited depth.

Every import counts: at the top of a module, inside functions, for type checkers only, and of
modules that are named in a string.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROUTER = "studio_tui.tui.router"
"""The module whose imports inside functions do not count, because they break the cycle.

A screen asks the app to navigate, the app asks the router, and the router imports the screen.
"""
SCREENS = "studio_tui.tui.screens."
FLOORS = 8
"""Maximum length of a chain of imports within `tui`."""

Graph = Mapping[str, frozenset[str]]


@cache
def the_house() -> Graph:
    """Return all modules of the Studio, each with the modules of the Studio that it imports."""
    return graph_of(
        {
            _name(path): path.read_text(encoding="utf-8")
            for path in (ROOT / "studio_tui").rglob("*.py")
        }
    )


def graph_of(sources: Mapping[str, str]) -> Graph:
    """Return the imports among ``sources``, the source text of modules by name."""
    graph = {}
    for name, source in sources.items():
        tree = ast.parse(source)
        nodes = tree.body if name == ROUTER else list(ast.walk(tree))
        graph[name] = frozenset(_known(nodes, sources)) - {name}
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """Return the import cycles. In each, the last module imports the first."""
    done: set[str] = set()
    found: list[list[str]] = []

    def visit(module: str, above: tuple[str, ...]) -> None:
        if module in above:
            found.append([*above[above.index(module) :]])
        elif module not in done:
            for imported in sorted(graph[module]):
                visit(imported, (*above, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())
    return found


def deepest(graph: Graph, below: str) -> list[str]:
    """Return the longest chain of modules below ``below`` in which each imports the next."""
    inside = {module for module in graph if f"{module}.".startswith(f"{below}.")}

    @cache
    def row(module: str) -> list[str]:
        rows = [row(imported) for imported in sorted(graph[module] & inside)]
        return [module, *max(rows, key=len, default=[])]

    return max((row(module) for module in sorted(inside)), key=len, default=[])


def foreign_screens(graph: Graph) -> list[tuple[str, str]]:
    """Return the screens that import a screen of another feature."""
    return [
        (module, imported)
        for module, every in sorted(graph.items())
        for imported in sorted(every)
        if _feature(module) and _feature(imported) and _feature(module) != _feature(imported)
    ]


def test_there_are_no_import_cycles() -> None:
    assert circles(the_house()) == []


def test_no_screen_imports_a_screen_of_another_feature() -> None:
    assert foreign_screens(the_house()) == []


def test_the_import_chains_of_the_screens_are_short() -> None:
    row = deepest(the_house(), "studio_tui.tui")
    assert len(row) <= FLOORS, " → ".join(row)


def test_the_contract_names_every_feature_with_screens() -> None:
    features = {_feature(module) for module in the_house()} - {""}
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {name for name in features if f'"{SCREENS}{name}",' in contract} == features


@pytest.mark.parametrize(
    "back",
    [
        "from a import x",
        "def f():\n    import a",
        "if TYPE_CHECKING:\n    from a import x",
        "def f():\n    import_module('a')",
    ],
)
def test_a_cycle_is_detected_with_any_kind_of_import(back: str) -> None:
    graph = graph_of({"a": "import b", "b": "from c import f", "c": back, "d": "import a"})
    assert circles(graph) == [["a", "b", "c"]]


def test_only_imports_within_functions_of_the_router_break_a_cycle() -> None:
    later = f"def go():\n    from {SCREENS}x.one import One"
    screen = {f"{SCREENS}x.one": f"import {ROUTER}"}
    assert circles(graph_of({ROUTER: later, **screen})) == []
    assert circles(graph_of({ROUTER: f"import {SCREENS}x.one", **screen}))


def test_an_import_of_a_foreign_screen_is_detected() -> None:
    here, there = f"{SCREENS}people.user", f"{SCREENS}outbox.mail"
    named = graph_of({here: f"open_('{there}')", there: ""})
    assert foreign_screens(named) == [(here, there)]


def test_the_longest_chain_is_found() -> None:
    graph = graph_of(
        {"t": "", "t.a": "import t.b", "t.b": "import t.c", "t.c": "import u", "u": ""}
    )
    assert deepest(graph, "t") == ["t.a", "t.b", "t.c"]


def _known(nodes: list[ast.AST] | list[ast.stmt], modules: Mapping[str, str]) -> Iterator[str]:
    for node in nodes:
        named: list[str] = []
        match node:
            case ast.Import():
                named = [alias.name for alias in node.names]
            case ast.ImportFrom():
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                named = [name if name in modules else f"{node.module}" for name in inside]
            case ast.Constant(value=str(text)):
                named = [text]
        yield from (name for name in named if name in modules)


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _feature(module: str) -> str:
    return module.removeprefix(SCREENS).partition(".")[0] if module.startswith(SCREENS) else ""
