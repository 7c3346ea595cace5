"""``config.toml``: typed, with unknown keys refused.

An environment variable beats the file: ``[smtp] host`` is ``STUDIO_SMTP_HOST``, and so on for every
key that holds one value.
"""

import difflib
import os
import re
from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from platformdirs import user_config_path, user_data_path, user_state_path

from studio_tui.config import wrong_values
from studio_tui.config.limited import read_own_text, toml_of
from studio_tui.config.private import require_own_file
from studio_tui.config.smtp_settings import require_usable, tidy_smtp
from studio_tui.domain.shared.errors import Refused

APP = "studio-tui"
_UNKNOWN = re.compile(
    r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<at>[^`]*)`)?"
)
_PASSWORD = re.compile(r"^\w+://[^/@]*:[^/@]+@|[?&](?:ssl)?password=[^&]", re.IGNORECASE)
"""What a URL has where a password is in it."""
_MOST_DAYS = 3_650
"""Days before or after a deadline on which a reminder can be."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Database(_Section, frozen=True):
    """``[database]``"""

    url: str = ""
    """Empty: the SQLite file in the folder for user data."""

    @property
    def holds_password(self) -> bool:
        """Whether there is a password in the URL."""
        return bool(_PASSWORD.search(self.url))


class Smtp(_Section, frozen=True):
    """``[smtp]``: the password is not here (N11)."""

    host: str = ""
    """Empty: no server is set up, mail waits in the outbox (N12)."""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str = ""
    sender: str = ""
    reply_to: str = ""
    """Where answers go; empty: to the sender."""
    helo: str = ""
    """The name that the Studio gives itself to the server; empty: the domain of the sender."""
    connections: int = 4
    timeout: int = 30
    """Seconds the server may take for one reply."""

    def require_usable(self) -> None:
        """Raise `Refused`, with the right form, where the host or ``helo`` is no name of one."""
        require_usable(self.host, self.helo)


class Organisation(_Section, frozen=True):
    """``[organisation]``"""

    name: str = "Our organisation"
    time_zone: str = "Europe/Brussels"
    language: str = "en"

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone: days and deadlines are counted in it (D1)."""
        return ZoneInfo(self.time_zone)


class Notifications(_Section, frozen=True):
    """``[notifications]``"""

    hold: str = "2m"
    send_at: str = "08:00"
    remind_before_days: tuple[int, ...] = (7, 1)
    remind_after_days: tuple[int, ...] = (3,)
    remind_again: str = "3d"

    @property
    def hold_time(self) -> timedelta:
        """How long mail waits, and can be taken back, before it leaves (N5)."""
        return parse_duration(self.hold)

    @property
    def remind_again_after(self) -> timedelta:
        """For how long nobody is reminded a second time, unless asked (P15)."""
        return parse_duration(self.remind_again)

    @property
    def send_time(self) -> time:
        """When the mail of what starts on a later day leaves, in the organisation's zone (P7)."""
        return time.fromisoformat(self.send_at)


class Screen(_Section, frozen=True):
    """``[screen]``: how the Studio is drawn."""

    mouse: bool = True
    """Whether clicks and the wheel are for the Studio; else the terminal selects text by them. In
    GNU screen they never are (`tui.runtime.terminal`)."""


class Settings(_Section, frozen=True):
    """Everything that can be set."""

    database: Database = msgspec.field(default_factory=Database)
    smtp: Smtp = msgspec.field(default_factory=Smtp)
    organisation: Organisation = msgspec.field(default_factory=Organisation)
    notifications: Notifications = msgspec.field(default_factory=Notifications)
    screen: Screen = msgspec.field(default_factory=Screen)

    @property
    def database_url(self) -> str:
        """The URL of the database, the default SQLite file where none is set."""
        return self.database.url or f"sqlite:///{user_data_path(APP) / 'studio.db'}"


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration is read from: ``STUDIO_CONFIG``, or the platform's folder."""
    if named := environ.get("STUDIO_CONFIG"):
        return Path(named).expanduser()
    return user_config_path(APP) / "config.toml"


def state_path() -> Path:
    """The folder for what the program remembers for this account: logs."""
    return user_state_path(APP)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this account; raises `Refused` naming file, key and a near miss."""
    path = config_path(environ)
    content = _overlaid(_read(path, named=bool(environ.get("STUDIO_CONFIG"))), environ)
    try:
        if isinstance(content.get("smtp"), dict):
            tidy_smtp(content["smtp"])
        settings = msgspec.convert(content, Settings, strict=False)
    except Refused as refused:
        raise Refused(f"{path}: {refused.message}") from refused
    except msgspec.ValidationError as error:
        raise Refused(f"{_where(str(error), path, environ)}: {_in_words(str(error))}") from error
    _check(settings, path)
    return settings


def own_screen() -> Screen:
    """How this account wants screens drawn, also where the rest of its settings does not count, or
    is wrong."""
    try:
        return load().screen
    except Refused:
        return Screen()


def parse_duration(text: str) -> timedelta:
    """``90s``, ``2m``, ``1h`` or ``3d`` as a time span; raises ValueError otherwise."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not found:
        raise ValueError(f"“{text}” is not a time span: write 90s, 2m, 1h or 3d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _read(path: Path, *, named: bool) -> dict[str, Any]:
    try:
        require_own_file(path)
        return toml_of(read_own_text(path), str(path))
    except FileNotFoundError as error:
        if named:
            raise Refused(f"STUDIO_CONFIG names {path}, which does not exist.") from error
        return {}
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def _overlaid(content: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for section in msgspec.structs.fields(Settings):
        for key in msgspec.structs.fields(section.type):
            value = environ.get(f"STUDIO_{section.name}_{key.name}".upper())
            if value is None:
                continue
            table = content.setdefault(section.name, {})
            if not isinstance(table, dict):
                continue
            listed = str(key.type).startswith("tuple")
            table[key.name] = _parts(value) if listed else value
    return content


def _parts(value: str) -> list[str]:
    return [part for part in map(str.strip, value.split(",")) if part]


def _in_words(complaint: str) -> str:
    unknown = _UNKNOWN.search(complaint)
    if not unknown:
        return wrong_values.in_words(complaint, _defaults()) or complaint.replace("`$.", "`") + "."
    at = unknown["at"] or ""
    key = f"{at}.{unknown['key']}" if at else unknown["key"]
    near = difflib.get_close_matches(key, known_keys(), n=1, cutoff=0.4)
    return f"unknown key “{key}”" + (f"; did you mean “{near[0]}”?" if near else ".")


def known_keys() -> list[str]:
    """Every key that can be set: sections, and ``section.key``."""
    sections = msgspec.structs.fields(Settings)
    return [section.name for section in sections] + [
        f"{section.name}.{key.name}"
        for section in sections
        for key in msgspec.structs.fields(section.type)
    ]


def _where(complaint: str, path: Path, environ: Mapping[str, str]) -> str:
    """Where the value stands that is complained of: in the file, or in the environment."""
    found = re.search(r"`\$\.(\w+)\.(\w+)", complaint)
    variable = f"STUDIO_{found[1]}_{found[2]}".upper() if found else ""
    return variable if variable in environ else str(path)


def _defaults() -> dict[str, Any]:
    return {
        f"{section.name}.{key.name}": getattr(section.type(), key.name)
        for section in msgspec.structs.fields(Settings)
        for key in msgspec.structs.fields(section.type)
    }


def _check(settings: Settings, path: Path) -> None:
    organisation, notifications = settings.organisation, settings.notifications
    try:
        key = "notifications.hold"
        _ = notifications.hold_time
        key = "notifications.remind_again"
        _ = notifications.remind_again_after
        key = "notifications.send_at"
        _ = notifications.send_time
    except ValueError as error:
        hint = ': write it like send_at = "08:00"' if key.endswith("send_at") else ""
        raise Refused(f"{path}: {key}: {error}{hint}.") from error
    try:
        _ = organisation.zone
    except (ValueError, OSError, KeyError) as error:
        raise Refused(
            f"{path}: organisation.time_zone: there is no time zone “{organisation.time_zone}”: "
            'write it like time_zone = "Europe/Brussels".'
        ) from error
    if not 1 <= settings.smtp.port <= 65535:
        raise Refused(f"{path}: smtp.port: {settings.smtp.port} is not between 1 and 65535.")
    for key in ("connections", "timeout"):
        if getattr(settings.smtp, key) < 1:
            raise Refused(f"{path}: smtp.{key}: at least 1.")
    for key in ("remind_before_days", "remind_after_days"):
        if not all(0 <= days <= _MOST_DAYS for days in getattr(settings.notifications, key)):
            raise Refused(f"{path}: notifications.{key}: days from 0 to {_MOST_DAYS}.")
