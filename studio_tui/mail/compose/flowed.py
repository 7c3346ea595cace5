"""Wrapping of plain text as ``format=flowed`` (RFC 3676).

A line that continues ends with a space. Mail programs that support the format join the lines to a
paragraph of any width; all others display lines of at most 76 characters. Text without a space is
never broken, so that URLs stay whole.
"""

_WIDTH = 76
_SIGNATURE = "-- "
_STUFFED = (" ", ">", "From ")
"""Prefixes that a line may not begin with. A space is inserted before them, and removed by
`unflow`."""


def flow(text: str) -> str:
    """Wrap ``text`` into short lines. `unflow` restores it, except for spaces at line ends."""
    return "\n".join(map(_flow_line, text.split("\n")))


def unflow(text: str) -> str:
    """Join the lines of a text that was wrapped by `flow`."""
    lines: list[str] = []
    goes_on = False
    for physical in text.split("\n"):
        line = physical[1:] if physical.startswith(" ") else physical
        if goes_on:
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != _SIGNATURE
    return "\n".join(lines)


def _flow_line(line: str) -> str:
    if line != _SIGNATURE:
        line = line.rstrip(" ")
    if len(line) <= _WIDTH:
        return _stuffed(line)
    parts = []
    while len(line) > _WIDTH and (end := _end_of_part(line)):
        parts.append(_stuffed(line[:end]))
        line = line[end:]
    return "\n".join([*parts, _stuffed(line)])


def _end_of_part(line: str) -> int:
    """Return the index after the last space that fits, or else after the first space.

    Returns 0 if the line has no space to break at.
    """
    end = line.rfind(" ", 0, _WIDTH) + 1
    # Alone on a line, this part would begin the signature or be empty.
    if not end or line[:end] in (_SIGNATURE, " "):
        end = line.find(" ", max(end, 1)) + 1
    return end


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith(_STUFFED) else line
