"""One table of all that was measured: a line a figure, a column a size."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure beside its floor, of the same run."""

    name: str
    unit: str
    value: float
    floor: str
    """What the floor does."""
    floor_value: float

    @classmethod
    def of(cls, figure: Figure) -> "Measured":
        """A figure in milliseconds."""
        return cls(
            figure.name, "ms", figure.seconds * 1e3, figure.floor, figure.floor_seconds * 1e3
        )

    def replaced(self, value: float, floor_value: float) -> "Measured":
        """The same figure with other values."""
        return replace(self, value=value, floor_value=floor_value)


def table(found: dict[int, list[Measured]]) -> Iterable[str]:
    """The lines of the table: ``found`` has what was measured at each size."""
    sizes = sorted(found)
    yield f"{'':34}{'':4}{_line([f'{size:,}' for size in sizes])}  floor"
    lines: dict[str, dict[int, Measured]] = {}
    for size in sizes:
        for each in found[size]:
            lines.setdefault(each.name, {})[size] = each
    for name, by_size in lines.items():
        some = next(iter(by_size.values()))
        cells = [_cell(by_size.get(size)) for size in sizes]
        yield f"{name:34}{some.unit:>3} {_line(cells)}  {some.floor}"


def _line(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>18}" for cell in cells)


def _cell(each: Measured | None) -> str:
    """The value, and how many times the floor it is."""
    if each is None:
        return ""
    value = f"{each.value:,.1f}" if each.value < 100 else f"{each.value:,.0f}"
    ratio = f"{each.value / each.floor_value:.2f}×" if each.floor_value else ""
    return f"{value} {ratio:>8}"
