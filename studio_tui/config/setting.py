"""The declaration of a setting, and what is derived from it.

A setting is a field of a section of `config.settings`: its type, `setting` and its default. The key
in the file, the environment variable, the errors for wrong values and the tables of
``docs/configuration.md`` are derived from it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from functools import reduce
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec

from studio_tui.domain.outbox.sending_hours import DAY_CODES
from studio_tui.domain.people.retention import MOST_MONTHS
from studio_tui.domain.shared.dataclass import dataclass

_MOST_DAYS = 3_650
"""Maximum number of days between a deadline and a reminder."""
_MOST_CONNECTIONS = 100
"""Each connection takes a file descriptor of the process and a slot at the mail server."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Check = Callable[[Any], object]
"""A validator that raises ValueError with a reason, without a full stop, for an invalid value."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The declaration of a setting."""

    section: str
    """Name of the section, such as ``smtp``, or ``smtp.oauth2`` for a nested one."""
    name: str
    type: Any
    default: Any
    why: str
    """Description of the setting in Markdown."""
    example: Any
    """Example value; the default, unless that is empty."""
    check: Check | None

    @property
    def key(self) -> str:
        """The full name of the setting, such as ``smtp.host``."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that overrides the file, such as ``STUDIO_SMTP_HOST``."""
        return f"STUDIO_{self.key}".replace(".", "_").upper()

    @property
    def is_list(self) -> bool:
        """Whether the setting is a list; in the environment its values are separated by commas."""
        return get_origin(self.type) is tuple

    def value(self, settings: msgspec.Struct) -> Any:
        """Return the value of this setting in ``settings``."""
        return reduce(getattr, self.key.split("."), settings)


def setting(why: str, *, example: Any = None, check: Check | None = None) -> msgspec.Meta:
    """Return the metadata of a `Setting`: all except its name, type and default."""
    return msgspec.Meta(description=why, extra={"example": example, "check": check})


def settings_in(settings: type[msgspec.Struct]) -> Iterator[Setting]:
    """Yield every setting of the sections in order; nested sections follow their parent."""
    for section in msgspec.structs.fields(settings):
        yield from _settings_of(section.name, section.type)


def _settings_of(name: str, section: type[msgspec.Struct]) -> Iterator[Setting]:
    defaults = section()
    inner = []
    for field in msgspec.structs.fields(section):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            inner.append(field)
            continue
        kind, meta = get_args(field.type)
        default = getattr(defaults, field.name)
        example = meta.extra["example"]
        shown = default if example is None else example
        yield Setting(name, field.name, kind, default, meta.description, shown, meta.extra["check"])
    for field in inner:
        yield from _settings_of(f"{name}.{field.name}", field.type)


def parse_duration(text: str) -> timedelta:
    """Return the time span of text such as ``90s``, ``2m``, ``1h`` or ``3d``.

    Raises ValueError for other text.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not found:
        raise ValueError(f"“{text}” is not a time span: write 90s, 2m, 1h or 3d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def check_time_of_day(text: str) -> None:
    """Raise ValueError if ``text`` is not a time of day."""
    try:
        time.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'{error}: write it like send_at = "08:00"') from error


def check_hours(text: str) -> None:
    """Raise ValueError if ``text`` is neither empty nor a time range within a day."""
    if not text:
        return
    example = 'write it like send_between = "08:00-18:00"'
    begins, _, ends = text.partition("-")
    try:
        is_span = time.fromisoformat(begins.strip()) < time.fromisoformat(ends.strip())
    except ValueError:
        is_span = False
    if not is_span:
        raise ValueError(f"“{text}” is not from one time of a day to a later one: {example}")


def check_weekdays(names: tuple[str, ...]) -> None:
    """Raise ValueError if a name is no day of the week, or if all days are listed."""
    for name in names:
        if name not in DAY_CODES:
            raise ValueError(
                f"“{name}” is no day of a week ({', '.join(DAY_CODES)}): "
                'write it like days_off = ["sat", "sun"]'
            )
    if len(set(names)) == len(DAY_CODES):
        raise ValueError("no day of the week is left on which mail could leave")


def check_calendar_days(days: tuple[str, ...]) -> None:
    """Raise ValueError if one of ``days`` is not an ISO date."""
    for day in days:
        try:
            date.fromisoformat(day)
        except ValueError:
            raise ValueError(
                f'“{day}” is no day: write it like closed_on = ["2026-12-24"]'
            ) from None


def check_country(text: str) -> None:
    """Raise ValueError if ``text`` is neither empty nor a country code."""
    if text and not re.fullmatch(r"[A-Z]{2}(?:-[A-Z0-9]{1,4})?", text):
        raise ValueError(f"“{text}” is no country: write its two letters, such as BE or DE-BY")


def check_time_zone(name: str) -> None:
    """Raise ValueError if there is no time zone of this name."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(
            f'there is no time zone “{name}”: write it like time_zone = "Europe/Brussels"'
        ) from error


def check_port(number: int) -> None:
    """Raise ValueError if ``number`` is not a port number."""
    if not 1 <= number <= 65535:
        raise ValueError(f"{number} is not between 1 and 65535")


def check_at_least_one(number: int) -> None:
    """Raise ValueError if ``number`` is less than 1."""
    if number < 1:
        raise ValueError("at least 1")


def check_count(number: int) -> None:
    """Raise ValueError if ``number`` is less than 0."""
    if number < 0:
        raise ValueError("0 for no limit, or more")


def check_connections(number: int) -> None:
    """Raise ValueError if ``number`` is less than 1 or more than any provider allows."""
    check_at_least_one(number)
    if number > _MOST_CONNECTIONS:
        raise ValueError(f"at most {_MOST_CONNECTIONS}: mail servers turn away a client with more")


def check_days(numbers: tuple[int, ...]) -> None:
    """Raise ValueError if one of ``numbers`` is not a valid number of days."""
    if not all(0 <= number <= _MOST_DAYS for number in numbers):
        raise ValueError(f"days from 0 to {_MOST_DAYS}")


def check_retention(months: int) -> None:
    """Raise ValueError if ``months`` is not a valid retention time."""
    if not 0 <= months <= MOST_MONTHS:
        raise ValueError(f"months from 0 to {MOST_MONTHS:,}; 0: nobody is erased by itself")
