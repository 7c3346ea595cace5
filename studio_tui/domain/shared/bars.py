"""Stacked bars, measured in terminal cells or characters."""

from collections.abc import Sequence


def cells_of(numbers: Sequence[int], width: int) -> list[int]:
    """Distribute ``width`` cells over ``numbers`` in proportion.

    The cells add up to ``width``, and each number above 0 gets at least one cell if ``width``
    allows it. All are 0 if all numbers are 0.
    """
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
    """Return the bar as text, drawn with one character of ``signs`` for each part."""
    parts = zip(cells_of(numbers, width), signs, strict=True)
    return "".join(sign * cells for cells, sign in parts)
