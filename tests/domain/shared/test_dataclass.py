"""The fast `dataclass` behaves like that of the standard library."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from studio_tui.domain.shared import dataclass as fast


def _classes(dataclass: Callable[..., Any]) -> dict[str, Any]:
    """Return the same classes, made by the given decorator."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 0
        name: str = dataclasses.field(default="", compare=False)
        secret: str = dataclasses.field(default="s", repr=False)

    @dataclass(frozen=True, slots=True)
    class Named(Point):
        """A point of a kind."""

        kind: str = dataclasses.field(default="k", kw_only=True)

    @dataclass
    class Counter:
        """A mutable class."""

        found: list[int] = dataclasses.field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Checked:
        """A class that checks its values."""

        x: int

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError(self.x)

    @dataclass(frozen=True)
    class Nothing:
        """A class without fields."""

    @dataclass(slots=True, eq=False)
    class Own:
        """A class that is equal to itself only."""

        x: int

    @dataclass(frozen=True)
    class Loud:
        """A class with methods of its own."""

        x: int

        def __repr__(self) -> str:
            return "loud"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 1

    return {each.__name__: each for each in (Point, Named, Counter, Checked, Nothing, Own, Loud)}


def _hash(value: object) -> object:
    try:
        return hash(value)
    except TypeError:
        return "unhashable"


@pytest.fixture(params=[dataclasses.dataclass, fast.dataclass], ids=["standard", "fast"])
def made(request: pytest.FixtureRequest) -> dict[str, Any]:
    return _classes(request.param)


def test_values_are_made_from_positions_and_keywords(made: dict[str, Any]) -> None:
    point, named = made["Point"], made["Named"]
    assert dataclasses.astuple(point(1, name="a")) == (1, 0, "a", "s")
    assert dataclasses.astuple(named(1, 2, kind="b")) == (1, 2, "", "s", "b")
    assert str(inspect.signature(named)) == (
        "(x: int, y: int = 0, name: str = '', secret: str = 's', *, kind: str = 'k') -> None"
    )
    for arguments in ((), (1, 2, "a", "s", "k")):
        with pytest.raises(TypeError, match=r"__init__\(\) (missing|takes)"):
            named(*arguments)
    with pytest.raises(TypeError, match="unexpected keyword"):
        point(1, z=2)


def test_each_value_has_its_own_default(made: dict[str, Any]) -> None:
    first, second = made["Counter"](), made["Counter"]()
    first.found.append(1)
    assert (first.found, second.found) == ([1], [])


def test_values_are_checked_when_they_are_made(made: dict[str, Any]) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="-1"):
            made["Checked"](-1)
    assert made["Checked"](1).x == 1


def test_values_are_compared_by_their_fields(made: dict[str, Any]) -> None:
    point, named = made["Point"], made["Named"]
    assert point(1, 2) == point(1, 2, "another name")
    assert point(1, 2) != point(2, 1)
    assert point(1, 2) != named(1, 2)
    assert named(1, kind="a") != named(1, kind="b")
    assert point(1) != (1, 0, "", "s")
    assert made["Counter"]([1]) == made["Counter"]([1])
    assert made["Nothing"]() == made["Nothing"]()
    own = made["Own"](1)
    assert own != made["Own"](1)
    assert made["Loud"](1) == 2


def test_only_frozen_values_are_hashed(made: dict[str, Any]) -> None:
    assert hash(made["Point"](1, 2)) == hash(made["Point"](1, 2, "another name"))
    assert len({made["Point"](1), made["Point"](1), made["Point"](2)}) == 2
    assert _hash(made["Counter"]()) == "unhashable"
    assert _hash(made["Own"](1)) != "unhashable"
    assert _hash(made["Loud"](1)) == 1


def test_values_are_printed_with_their_fields(made: dict[str, Any]) -> None:
    assert repr(made["Point"](1, 2, "a")).endswith(".Point(x=1, y=2, name='a')")
    assert repr(made["Nothing"]()).endswith(".Nothing()")
    assert repr(made["Loud"](1)) == "loud"


def test_the_functions_of_the_standard_library_apply(made: dict[str, Any]) -> None:
    point: Any = made["Point"](1, 2, "a")
    assert [each.name for each in dataclasses.fields(point)] == ["x", "y", "name", "secret"]
    assert dataclasses.replace(point, y=3) == made["Point"](1, 3)
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "name": "a", "secret": "s"}
    assert copy.deepcopy(point) == point
    assert not hasattr(point, "__dict__")
    match point:
        case object(x=x, y=y):
            assert (x, y) == (1, 2)


@fast.dataclass(frozen=True, slots=True)
class Kept:
    """A value that another process reads."""

    x: int


def test_a_value_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(1))) == Kept(1)
