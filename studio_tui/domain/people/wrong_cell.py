"""The error for an invalid cell."""


class WrongCell(ValueError):
    """An invalid cell. The reason is phrased to follow “line 17, column “Work Email”:”.

    ``index`` is the column, from 0, if it is not the one being parsed; ``word`` is the unknown
    status word, if any.
    """

    def __init__(self, reason: str, index: int | None = None, *, word: str = "") -> None:
        super().__init__(reason)
        self.index = index
        self.word = word


def quoted(text: str) -> str:
    """Return ``text`` in quotation marks, truncated if it is long, for display in a reason."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"
