"""Formatting of days and instants in a language, from its ``language.toml`` (N9, D1)."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from studio_tui.config.bounded_input import parse_toml, read_own_text
from studio_tui.domain.shared.clock import zone_in_words
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    months: tuple[str, ...]
    day: str
    instant: str
    first_day: str = "1"
    until: str = "→ {day}"
    stands_for: str = "← {name}"


@dataclass(frozen=True, slots=True)
class DateWords:
    """The date formats and words of one language."""

    months: tuple[str, ...]
    """The names of the months, beginning with January."""
    day_form: str
    """A format with ``{day}``, ``{month}`` and ``{year}``."""
    instant_form: str
    """A format with ``{day}``, ``{time}`` and ``{zone}``."""
    first_day: str
    """The form of the first day of a month: ``1er`` in French."""
    until_form: str
    """A format with ``{day}``, for the own deadline of one of several people."""
    stands_for_form: str
    """A format with ``{name}``, for the manager whom the recipient stands in for."""

    def day(self, day: date) -> str:
        """Format a calendar day: “31 March 2026”."""
        number = self.first_day if day.day == 1 else str(day.day)
        month = self.months[day.month - 1]
        return self.day_form.format(day=number, month=month, year=day.year)

    def until(self, day: date) -> str:
        """Format the own deadline of a person: “until 31 March 2026”."""
        return self.until_form.format(day=self.day(day))

    def stands_for(self, name: str) -> str:
        """Format the name of the manager whom the recipient stands in for: “for Ann Peeters”."""
        return self.stands_for_form.format(name=name)

    def instant(self, instant: datetime, zone: ZoneInfo) -> str:
        """Format an instant with its zone: “31 March 2026, 14:05 (Europe/Brussels)”.

        A local time that occurs twice, when the clock goes back, is given with its UTC offset.
        """
        local = instant.astimezone(zone)
        name = zone_in_words(instant, zone).replace("_", " ")
        return self.instant_form.format(day=self.day(local), time=f"{local:%H:%M}", zone=name)


def load_date_words(path: Path) -> DateWords:
    """Load the date words of a ``language.toml``. Raises `Refused` with file and reason."""
    try:
        content = msgspec.convert(parse_toml(read_own_text(path), str(path)), _Content)
        date_words = DateWords(
            *(content.months, content.day, content.instant, content.first_day),
            *(content.until, content.stands_for),
        )
        if len(date_words.months) != 12:
            raise ValueError("months: name all twelve, January first")
        date_words.until(date(2026, 3, 31))
        date_words.stands_for("Ann")
        date_words.instant(datetime(2026, 3, 31, 14, 5, tzinfo=ZoneInfo("UTC")), ZoneInfo("UTC"))
    except KeyError as error:
        raise Refused(f"{path}: {{{error.args[0]}}} means nothing in a form.") from error
    except (OSError, ValueError, IndexError, msgspec.ValidationError) as error:
        raise Refused(f"{path}: {error}.") from error
    return date_words
