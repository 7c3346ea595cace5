"""The table of conditions in ``docs/audiences.md`` (P13).

``python -m tests.documents`` writes it there.
"""

from collections.abc import Iterator

from studio_tui.domain.audiences.words import STANDINGS, WORDS, ConditionForm, ValueKind, Word
from studio_tui.domain.shared.enum_tables import DefaultTable

_FOLLOWS = {
    ConditionForm.BARE: "",
    ConditionForm.NAMED: " NAME",
    ConditionForm.PERHAPS_NAMED: " [NAME]",
    ConditionForm.DATED: " DAY",
    ConditionForm.WITHIN: " N days",
    ConditionForm.IN_PUSH: " PUSH [STATUS]",
}


def in_markdown() -> str:
    """Return a row for each condition, and one for each status or flag that may follow a push."""
    return "".join(
        (
            "| condition | of whom it holds | example |\n| --- | --- | --- |\n",
            *map(_row, WORDS.values()),
            "\n| after a push | or as screens call it |\n| --- | --- |\n",
            *_standings(),
        )
    )


def _row(word: Word) -> str:
    value = "NAME" if word.names is None else _VALUES[word.names]
    follows = _FOLLOWS[word.form].replace("NAME", value)
    return f"| `{word.text}{follows}` | {word.says} | `{word.example}` |\n"


_VALUES = DefaultTable(
    {
        ValueKind.TEXT: "TEXT",
        ValueKind.KNOWN_TEXT: "TEXT",
        ValueKind.UNIQUE: "TEXT",
        ValueKind.WORDS: "WORDS",
        ValueKind.TEAM: "TEAM",
        ValueKind.USER: "LOGIN",
        ValueKind.SEGMENT: "SEGMENT",
    },
    otherwise="NAME",
)


def _standings() -> Iterator[str]:
    for name, label in STANDINGS.items():
        same = label == name.replace("_", " ")
        yield f"| `{name}` | {'' if same else label} |\n"
