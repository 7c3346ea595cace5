"""Bars of several parts, in cells of a terminal or of a text."""

from collections.abc import Sequence


def cells_of(numbers: Sequence[int], width: int) -> list[int]:
    """How many of ``width`` cells each of ``numbers`` gets: together all of them, and what is not 0
    at least one where there is room. Nothing where all are 0."""
    total = sum(numbers)
    if total <= 0 or width <= 0:
        return [0] * len(numbers)
    cells = [number * width // total for number in numbers]
    if sum(number > 0 for number in numbers) <= width:
        cells = [max(cell, number > 0) for cell, number in zip(cells, numbers, strict=True)]
    rest = [number * width % total for number in numbers]
    while (missing := width - sum(cells)) != 0:
        if missing > 0:
            place = max(range(len(cells)), key=lambda n: (numbers[n] > 0, rest[n], numbers[n]))
            cells[place] += 1
            rest[place] = -1
        else:
            cells[max(range(len(cells)), key=cells.__getitem__)] -= 1
    return cells


def bar(numbers: Sequence[int], signs: str, width: int) -> str:
    """The bar as text, a sign of ``signs`` for each part."""
    parts = zip(cells_of(numbers, width), signs, strict=True)
    return "".join(sign * cells for cells, sign in parts)
