"""A table of all measurements.

It has a row per figure and a column per size. Four columns fit on a terminal.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure and its floor in the same run."""

    name: str
    unit: str
    value: float
    floor: str
    """Description of the floor."""
    floor_value: float

    @classmethod
    def of(cls, figure: Figure) -> "Measured":
        """Return a figure in milliseconds."""
        return cls(
            figure.name, "ms", figure.seconds * 1e3, figure.floor, figure.floor_seconds * 1e3
        )

    def replaced(self, value: float, floor_value: float) -> "Measured":
        """Return the same figure with other values."""
        return replace(self, value=value, floor_value=floor_value)


def table(found: dict[int, list[Measured]]) -> Iterable[str]:
    """Yield the lines of the table of ``found``, the figures by size, grouped by their floors."""
    sizes = sorted(found)
    yield f"{'':{_NAME}}{_line([f'{size:,}' for size in sizes])}"
    by_floor: dict[str, dict[str, dict[int, Measured]]] = {}
    for size in sizes:
        for each in found[size]:
            by_floor.setdefault(each.floor, {}).setdefault(each.name, {})[size] = each
    for floor, figures in by_floor.items():
        yield f"beside {floor}"
        for name, by_size in figures.items():
            yield f"  {name:{_NAME - 2}}{_line(_cells(by_size, sizes))}"


_NAME = 28


def _cells(by_size: dict[int, Measured], sizes: Sequence[int]) -> Iterator[str]:
    """Yield the value and its ratio to the floor for each size."""
    for size in sizes:
        each = by_size.get(size)
        yield f"{_amount(each)}{_ratio(each):>6}" if each else "-"


def _line(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>13}" for cell in cells)


def _amount(each: Measured) -> str:
    if each.unit == "ms" and each.value >= 1_000:
        return f"{_digits(each.value / 1_000)} s"
    return f"{_digits(each.value)} {each.unit}"


def _digits(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _ratio(each: Measured) -> str:
    if not each.floor_value:
        return ""
    ratio = each.value / each.floor_value
    return f"{ratio:.2f}×" if ratio < 10 else f"{ratio:.0f}×"
