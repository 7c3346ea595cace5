"""A cell that cannot be what its column says."""


class WrongCell(ValueError):
    """Says why in a form that follows “line 17, column “Work Email”:”.

    ``index`` is the column, from 0, where it is not the one being read; ``word`` is the word for
    a status that is not known.
    """

    def __init__(self, reason: str, index: int | None = None, *, word: str = "") -> None:
        super().__init__(reason)
        self.index = index
        self.word = word


def quoted(text: str) -> str:
    """``text`` in quotation marks, cut where it is long: for a reason that shows a cell."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"
