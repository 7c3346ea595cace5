"""Plain text in short lines, as ``format=flowed`` (RFC 3676).

A line that goes on ends with a space: mail programs that know the format make one paragraph of it
again, in whatever width there is; all others show lines of at most 76 characters. Nothing without a
space is broken: an address of a page stays whole.
"""

_WIDTH = 76
_SIGNATURE = "-- "
_STUFFED = (" ", ">", "From ")
"""What a line may not begin with as it is: a space is put before it, and taken away again."""


def flow(text: str) -> str:
    """``text`` in short lines; `unflow` gives it back, but for spaces at the ends of its lines."""
    return "\n".join(map(_flow_line, text.split("\n")))


def unflow(text: str) -> str:
    """The lines of a text as they were before `flow`."""
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
    """Behind the last space that fits, or else behind the first there is; 0 where there is none."""
    end = line.rfind(" ", 0, _WIDTH) + 1
    # Alone on a line it would begin the signature.
    if not end or line[:end] in (_SIGNATURE, " "):
        end = line.find(" ", max(end, 1)) + 1
    return end


def _stuffed(line: str) -> str:
    return f" {line}" if line.startswith(_STUFFED) else line
