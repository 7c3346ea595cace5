"""Names of months and weekdays in the supported languages, normalised by `fold_search`."""

from studio_tui.domain.shared.text import by_word

MONTHS = by_word(
    dict(
        enumerate(
            """jan january januari janvier janv januar
        feb february februari fevrier fev fevr februar
        mar march maart mars mrt marz
        apr april avril avr
        may mei mai
        jun june juni juin
        jul july juli juillet juil
        aug august augustus aout
        sep sept september septembre
        oct october oktober octobre okt
        nov november novembre
        dec december decembre dez dezember""".splitlines(),
            start=1,
        )
    )
)
"""Number of the month, 1 for January, by each of its names and abbreviations."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_FOREIGN = (
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
)
_SHORTEST = 3
"""Minimum length of an abbreviated weekday.

Two letters are ambiguous: ``ma`` is a Monday in Dutch and a Tuesday in French.
"""


def weekday_named(word: str) -> int | None:
    """Return the number of the weekday that begins with ``word``.

    0 is Monday; None if no weekday begins with it.
    """
    if len(word) < _SHORTEST:
        return None
    for names in (" ".join(WEEKDAYS).lower(), *_FOREIGN):
        for number, name in enumerate(names.split()):
            if name.startswith(word):
                return number
    return None
