"""The typed settings of ``config.toml``; unknown keys are refused.

An environment variable overrides the file: ``STUDIO_SMTP_HOST`` sets ``[smtp] host``, and so on for
every key.
"""

import difflib
import os
import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from platformdirs import user_config_path, user_data_path, user_state_path

from studio_tui.config import wrong_values
from studio_tui.config.bounded_input import parse_toml, read_own_text
from studio_tui.config.private_files import require_own_file
from studio_tui.config.providers import PRESETS
from studio_tui.config.setting import (
    check_at_least_one,
    check_calendar_days,
    check_connections,
    check_count,
    check_country,
    check_days,
    check_hours,
    check_port,
    check_retention,
    check_time_of_day,
    check_time_zone,
    check_weekdays,
    parse_duration,
    setting,
    settings_in,
)
from studio_tui.config.smtp_settings import (
    check_command,
    check_servers,
    check_source,
    check_token_url,
    normalise_smtp,
    require_usable,
    servers_in_order,
)
from studio_tui.domain.shared.errors import Refused

APP = "studio-tui"
_UNKNOWN = re.compile(
    r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<at>[^`]*)`)?"
)
_PASSWORD = re.compile(r"^\w+://[^/@]*:[^/@]+@|[?&](?:ssl)?password=[^&]", re.IGNORECASE)
"""Matches a URL that contains a password."""


class Security(StrEnum):
    """The protection of the connection to a mail server."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Database(_Section, frozen=True):
    """The section ``[database]``."""

    url: Annotated[
        str,
        setting(
            "where the data is: an SQLite file or, with `pip install 'studio-tui[postgres]'`, a "
            "database of PostgreSQL, `postgresql://host/name`. Unless set, the file `studio.db` in "
            "your platform's folder for data",
            example="sqlite:////srv/studio/studio.db",
        ),
    ] = ""
    listen_url: Annotated[
        str,
        setting(
            "where what others change is heard of, if a pooler of transactions stands before the "
            "database: the URL of the server itself",
            example="postgresql://studio@db.example.org/studio",
        ),
    ] = ""

    @property
    def holds_password(self) -> bool:
        """Whether one of the URLs contains a password."""
        return bool(_PASSWORD.search(self.url) or _PASSWORD.search(self.listen_url))


class Auth(StrEnum):
    """The method by which the Studio logs in to the mail server."""

    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    OAUTH2 = "oauth2"


class Grant(StrEnum):
    """The OAuth 2 grant by which a token is requested."""

    CLIENT_CREDENTIALS = "client_credentials"
    """A client id and its secret, as for Exchange Online."""
    SERVICE_ACCOUNT = "service_account"
    """The key of a service account, which signs a JWT, as for Google Workspace (RFC 7523)."""


class OAuth2(_Section, frozen=True):
    """The section ``[smtp.oauth2]``. The client secret is not stored here (N11)."""

    token_url: Annotated[
        str,
        setting(
            "where tokens are fetched, by HTTPS; unless set, a service account's key says so",
            example="https://login.microsoftonline.com/example.onmicrosoft.com/oauth2/v2.0/token",
            check=check_token_url,
        ),
    ] = ""
    client_id: Annotated[
        str,
        setting(
            "who asks for the token: the application (client) id. A service account's key says it",
            example="11111111-2222-3333-4444-555555555555",
        ),
    ] = ""
    scope: Annotated[
        str,
        setting("what the token is for", example="https://outlook.office365.com/.default"),
    ] = ""
    grant: Annotated[
        Grant,
        setting(
            '`"client_credentials"`: by a client secret. `"service_account"`: by the key of a '
            "service account of Google, which wants `pip install 'studio-tui[google]'`"
        ),
    ] = Grant.CLIENT_CREDENTIALS


class Smtp(_Section, frozen=True):
    """The section ``[smtp]``. The password is not stored here (N11)."""

    host: Annotated[
        str,
        setting(
            "the mail server: a name or an address. `mail.example.org:25`, `[::1]` and "
            '`smtp://mail.example.org` are understood as well; `smtps://` sets `security = "tls"` '
            "and port 465. Unless set, mail waits in the outbox",
            example="mail.example.org",
        ),
    ] = ""
    port: Annotated[int, setting("where the server listens", check=check_port)] = 587
    next_hosts: Annotated[
        tuple[str, ...],
        setting(
            "further servers, in order: each is used while those before it are down. They are "
            "spoken to like the first, on its port where none is written",
            example=("backup.example.org", "192.0.2.25:2525"),
            check=check_servers,
        ),
    ] = ()
    security: Annotated[
        Security,
        setting(
            '`"starttls"`: protection is asked for, mostly on 587 and 25. `"tls"`: protected from '
            'the first byte, mostly on 465. `"none"`. Where it does not fit the server, `doctor` '
            "says which does"
        ),
    ] = Security.STARTTLS
    username: Annotated[str, setting("who logs in; unless set, nobody does", example="studio")] = ""
    auth: Annotated[
        Auth,
        setting(
            '`"password"`, or `"oauth2"`: by a token (XOAUTH2), which comes from `token_command` '
            "or, unless that is set, from `[smtp.oauth2]`"
        ),
    ] = Auth.PASSWORD
    token_command: Annotated[
        str,
        setting(
            "a program that prints the token, with its arguments. It is run without a shell, for "
            "`timeout` seconds at most, each time that a token is needed",
            example="/usr/local/bin/mail-token studio@example.org",
            check=check_command,
        ),
    ] = ""
    sender: Annotated[
        str, setting("whom mail comes from", example="HR Studio <studio@example.org>")
    ] = ""
    reply_to: Annotated[
        str, setting("where answers go; unless set, to the sender", example="hr@example.org")
    ] = ""
    helo: Annotated[
        str,
        setting(
            "the name that the Studio gives itself in EHLO; unless set, the domain of `sender`. A "
            "server may want the full name of the machine",
            example="studio.example.org",
        ),
    ] = ""
    source_address: Annotated[
        str,
        setting(
            "the address of this machine that mail leaves from, where it has several",
            example="192.0.2.10",
            check=check_source,
        ),
    ] = ""
    ca_file: Annotated[
        str,
        setting(
            "a file, in PEM, with certificate authorities that are trusted beside the system's",
            example="/etc/studio-tui/authority.pem",
        ),
    ] = ""
    client_cert: Annotated[
        str,
        setting(
            "a file, in PEM, with the certificate that the Studio shows to the server",
            example="/etc/studio-tui/client.pem",
        ),
    ] = ""
    client_key: Annotated[
        str,
        setting(
            "the file with its key, without a password; unless set, it is in `client_cert`",
            example="/etc/studio-tui/client.key",
        ),
    ] = ""
    connections: Annotated[
        int, setting("at most so many connections at once", check=check_connections)
    ] = 4
    provider: Annotated[
        str,
        setting(
            "whose limits are kept, where nothing else is set: "
            + ", ".join(f'`"{name}"`' for name in PRESETS),
            example="exchange-online",
        ),
    ] = ""
    per_minute: Annotated[
        int,
        setting(
            "at most so many mails within any minute, by all workers of all hosts; 0 is no limit",
            check=check_count,
        ),
    ] = 0
    per_day: Annotated[
        int,
        setting("the same within any 24 hours; 0 is no limit", check=check_count),
    ] = 0
    per_connection: Annotated[
        int,
        setting("at most so many mails over one connection; 0 is no limit", check=check_count),
    ] = 0
    per_domain_minute: Annotated[
        int,
        setting(
            "at most so many mails within any minute to the recipients of one domain, by all "
            "workers of all hosts; 0 is no limit",
            check=check_count,
        ),
    ] = 0
    timeout: Annotated[
        int, setting("seconds the server may take for each reply", check=check_at_least_one)
    ] = 30
    oauth2: OAuth2 = msgspec.field(default_factory=OAuth2)

    def require_usable(self) -> None:
        """Raise `Refused` if a host name is invalid or a setting that OAuth 2 needs is missing."""
        require_usable(self.host, self.helo)
        if self.by_token:
            self._require_token_settings()

    def in_order(self) -> "list[Smtp]":
        """Return the settings of each mail server, in the order in which they are tried."""
        places = servers_in_order(self.host, self.port, self.next_hosts)
        return [msgspec.structs.replace(self, host=host, port=port) for host, port in places]

    @property
    def by_token(self) -> bool:
        """Whether the login uses OAuth 2."""
        return self.auth is Auth.OAUTH2

    @property
    def has_secret(self) -> bool:
        """Whether a password, client secret or key is required (N11)."""
        return bool(self.username) and not (self.by_token and self.token_command)

    def _require_token_settings(self) -> None:
        needed = {"smtp.username (the mailbox)": self.username}
        if not self.token_command:
            if self.oauth2.grant is Grant.CLIENT_CREDENTIALS:
                needed["smtp.oauth2.token_url"] = self.oauth2.token_url
                needed["smtp.oauth2.client_id"] = self.oauth2.client_id
            else:
                needed["smtp.oauth2.scope"] = self.oauth2.scope
        missing = [name for name, value in needed.items() if not value]
        if missing:
            instead = (
                "" if self.token_command else ", or smtp.token_command in place of the section"
            )
            raise Refused(f'smtp.auth = "oauth2" needs {" and ".join(missing)}{instead}.')


class Organisation(_Section, frozen=True):
    """The section ``[organisation]``."""

    name: Annotated[str, setting("what mail and screens call it", example="Example NV")] = (
        "Our organisation"
    )
    time_zone: Annotated[
        str,
        setting(
            "where its days begin; also of users whose zone is not told", check=check_time_zone
        ),
    ] = "Europe/Brussels"
    language: Annotated[str, setting("of users whose language is not told")] = "en"
    how_to_open: Annotated[
        str,
        setting(
            "how people come in, in a sentence: every mail says it. `{host}` in it stands for the "
            "name of the machine that sends",
            example="Type in a terminal: ssh studio@{host}",
        ),
    ] = ""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone, in which days and deadlines are counted (D1)."""
        return ZoneInfo(self.time_zone)


class Notifications(_Section, frozen=True):
    """The section ``[notifications]``."""

    hold: Annotated[
        str,
        setting(
            "how long mail waits, and can be taken back, before it leaves", check=parse_duration
        ),
    ] = "2m"
    send_at: Annotated[
        str,
        setting(
            "when the mail of what starts on a later day leaves, in the organisation's zone",
            check=check_time_of_day,
        ),
    ] = "08:00"
    remind_before_days: Annotated[
        tuple[int, ...],
        setting("days before the deadline on which a new push is to remind", check=check_days),
    ] = (7, 1)
    remind_after_days: Annotated[
        tuple[int, ...],
        setting("days after the deadline on which it is to remind", check=check_days),
    ] = (3,)
    remind_again: Annotated[
        str,
        setting(
            "for how long nobody is reminded a second time, unless that is asked for",
            check=parse_duration,
        ),
    ] = "3d"
    tell_new_managers: Annotated[
        str,
        setting(
            "how long after a change of people new managers are told of it, where nobody decides "
            "before",
            check=parse_duration,
        ),
    ] = "24h"

    send_between: Annotated[
        str,
        setting(
            "the hours of a day in which mail leaves, in the zone of each recipient; unless set, "
            "at any time",
            example="08:00-18:00",
            check=check_hours,
        ),
    ] = ""
    days_off: Annotated[
        tuple[str, ...],
        setting(
            "days of the week on which no mail leaves, in the zone of each recipient",
            example=("sat", "sun"),
            check=check_weekdays,
        ),
    ] = ()
    holidays: Annotated[
        str,
        setting(
            "the country, or its part (`DE-BY`), on whose public holidays no mail leaves; for who "
            "is in another time zone, those of that zone's country. Wants "
            "`pip install 'studio-tui[holidays]'`",
            example="BE",
            check=check_country,
        ),
    ] = ""
    closed_on: Annotated[
        tuple[str, ...],
        setting(
            "further days on which no mail leaves",
            example=("2026-12-24", "2026-12-31"),
            check=check_calendar_days,
        ),
    ] = ()

    @property
    def hold_time(self) -> timedelta:
        """The time for which mail waits, and can be withdrawn, before it leaves (N5)."""
        return parse_duration(self.hold)

    @property
    def remind_again_after(self) -> timedelta:
        """The time for which nobody is reminded a second time unless requested (P15)."""
        return parse_duration(self.remind_again)

    @property
    def tell_new_managers_after(self) -> timedelta:
        """The time after a change at which new managers are notified automatically (N16)."""
        return parse_duration(self.tell_new_managers)

    @property
    def send_time(self) -> time:
        """The time at which mail of later starts leaves, in the organisation's zone (P7)."""
        return time.fromisoformat(self.send_at)


class Privacy(_Section, frozen=True):
    """The section ``[privacy]``: how long personal data is retained (U13)."""

    retention_months: Annotated[
        int,
        setting(
            "so many months after somebody left they are erased by themselves, as by `users "
            "erase`; `0`: nobody is. A new number counts from a week after it is first seen",
            check=check_retention,
        ),
    ] = 0


class Screen(_Section, frozen=True):
    """The section ``[screen]``: how the Studio is drawn."""

    mouse: Annotated[
        bool,
        setting(
            "whether clicks and the wheel are for the Studio; else the terminal selects text by "
            "them. In GNU screen they never are"
        ),
    ] = True


class Bounces(_Section, frozen=True):
    """The section ``[bounces]``: the mailbox that receives bounces (N15).

    The password is not stored here (N11).
    """

    host: Annotated[
        str,
        setting(
            "the IMAP server of the mailbox that mail comes back to", example="imap.example.org"
        ),
    ] = ""
    port: Annotated[int, setting("where the server listens", check=check_port)] = 993
    security: Annotated[
        Security,
        setting('`"tls"`: protected from the first byte. `"starttls"`, mostly on 143. `"none"`'),
    ] = Security.TLS
    username: Annotated[str, setting("who logs in", example="studio@example.org")] = ""
    auth: Annotated[
        Auth,
        setting(
            '`"password"`, or `"oauth2"`: by the same token as mail is sent with, see `[smtp]`'
        ),
    ] = Auth.PASSWORD
    folder: Annotated[str, setting("which folder is read; each mail once")] = "INBOX"
    timeout: Annotated[
        int, setting("seconds the server may take for each answer", check=check_at_least_one)
    ] = 60


class Settings(_Section, frozen=True):
    """All settings."""

    database: Database = msgspec.field(default_factory=Database)
    smtp: Smtp = msgspec.field(default_factory=Smtp)
    bounces: Bounces = msgspec.field(default_factory=Bounces)
    organisation: Organisation = msgspec.field(default_factory=Organisation)
    notifications: Notifications = msgspec.field(default_factory=Notifications)
    privacy: Privacy = msgspec.field(default_factory=Privacy)
    screen: Screen = msgspec.field(default_factory=Screen)

    @property
    def database_url(self) -> str:
        """The URL of the database; a default SQLite file if none is set."""
        return self.database.url or f"sqlite:///{user_data_path(APP) / 'studio.db'}"


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the configuration: ``STUDIO_CONFIG`` or the platform's default."""
    if named := environ.get("STUDIO_CONFIG"):
        return Path(named).expanduser()
    return user_config_path(APP) / "config.toml"


def state_path() -> Path:
    """Return the folder for state of this account, such as logs and the list of known databases."""
    return user_state_path(APP)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this account.

    Raises `Refused` with the file, the key and a suggestion if a key is unknown or a value invalid.
    """
    return from_content(
        _read(config_path(environ), named=bool(environ.get("STUDIO_CONFIG"))), environ
    )


def from_content(content: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that result if the file has this ``content``.

    Raises `Refused` as `load` does.
    """
    path = config_path(environ)
    content = _with_environment(deepcopy(dict(content)), environ)
    try:
        if isinstance(content.get("smtp"), dict):
            normalise_smtp(content["smtp"])
        settings = msgspec.convert(content, Settings, strict=False)
    except Refused as refused:
        raise Refused(f"{path}: {refused.message}") from refused
    except msgspec.ValidationError as error:
        raise Refused(f"{_where(str(error), path, environ)}: {_in_words(str(error))}") from error
    _check(settings, path)
    return settings


def own_screen() -> Screen:
    """Return the screen settings of this account; the defaults if its settings are invalid.

    They also apply to the demo, which ignores all other settings of the account.
    """
    try:
        return load().screen
    except Refused:
        return Screen()


def _read(path: Path, *, named: bool) -> dict[str, Any]:
    try:
        require_own_file(path)
        return parse_toml(read_own_text(path), str(path))
    except FileNotFoundError as error:
        if named:
            raise Refused(f"STUDIO_CONFIG names {path}, which does not exist.") from error
        return {}
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error


def _with_environment(content: dict[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    for each in settings_in(Settings):
        value = environ.get(each.variable)
        if value is None:
            continue
        table: Any = content
        for section in each.section.split("."):
            table = table.setdefault(section, {}) if isinstance(table, dict) else None
        if isinstance(table, dict):
            table[each.name] = _split_list(value) if each.is_list else value
    return content


def _split_list(value: str) -> list[str]:
    return [part for part in map(str.strip, value.split(",")) if part]


def _in_words(complaint: str) -> str:
    unknown = _UNKNOWN.search(complaint)
    if not unknown:
        return wrong_values.in_words(complaint, _examples()) or complaint.replace("`$.", "`") + "."
    at = unknown["at"] or ""
    key = f"{at}.{unknown['key']}" if at else unknown["key"]
    if unknown["key"] in ("password", "client_secret"):
        return f"unknown key “{key}”: a secret is put in place by “studio-tui mail password”."
    near = difflib.get_close_matches(key, known_keys(), n=1, cutoff=0.4)
    return f"unknown key “{key}”" + (f"; did you mean “{near[0]}”?" if near else ".")


def known_keys() -> list[str]:
    """Return every key that can be set: sections, and ``section.key``."""
    found = list(settings_in(Settings))
    return [*dict.fromkeys(each.section for each in found), *(each.key for each in found)]


def _where(complaint: str, path: Path, environ: Mapping[str, str]) -> str:
    """Return where the invalid value was set: the file or the environment variable."""
    found = re.search(r"`\$\.([\w.]+)", complaint)
    variable = f"STUDIO_{found[1]}".replace(".", "_").upper() if found else ""
    return variable if variable in environ else str(path)


def _examples() -> dict[str, Any]:
    return {
        each.key: each.default if each.default != "" else each.example
        for each in settings_in(Settings)
    }


def _check(settings: Settings, path: Path) -> None:
    for each in settings_in(Settings):
        try:
            if each.check:
                each.check(each.value(settings))
        except ValueError as error:
            raise Refused(f"{path}: {each.key}: {error}.") from error
