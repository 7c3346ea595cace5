"""`config.toml` and the environment."""

import os
from datetime import time, timedelta
from functools import reduce
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from studio_tui.config.setting import parse_duration, settings_in
from studio_tui.config.settings import (
    Security,
    Settings,
    config_path,
    load,
    state_path,
)
from studio_tui.domain.shared.errors import Refused

DOCUMENTED = """
[database]
url = "sqlite:////srv/studio/studio.db"
[smtp]
host = "mail.example.org"
port = 587
security = "starttls"
username = "studio"
sender = "HR Studio <studio@example.org>"
connections = 4
[organisation]
name = "Example NV"
time_zone = "Europe/Brussels"
language = "en"
[notifications]
hold = "2m"
send_at = "08:00"
remind_before_days = [7, 1]
remind_after_days = [3]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The configuration file that `loaded` reads."""
    return tmp_path / "my config.toml"


def loaded(file: Path, text: str = "", **environ: str) -> Settings:
    file.write_text(text, encoding="utf-8")
    return load({"STUDIO_CONFIG": str(file), **environ})


def refusal(file: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(Refused) as caught:
        loaded(file, text, **environ)
    return str(caught.value)


def test_without_a_file_everything_has_a_default(private_home: Path) -> None:
    settings = load({})
    assert settings == Settings()
    assert settings.database_url == f"sqlite:///{private_home}/data/studio-tui/studio.db"
    assert settings.smtp.host == "", "no server is set up (N12)"
    assert settings.organisation.zone == ZoneInfo("Europe/Brussels")
    assert settings.notifications.hold_time == timedelta(minutes=2)
    assert settings.notifications.send_time == time(8)


def test_the_documented_file_is_read(file: Path) -> None:
    settings = loaded(file, DOCUMENTED)
    assert settings.database_url == "sqlite:////srv/studio/studio.db"
    assert (settings.smtp.host, settings.smtp.security) == ("mail.example.org", Security.STARTTLS)
    assert settings.organisation.name == "Example NV"
    assert settings.notifications.remind_before_days == (7, 1)


def test_paths_follow_the_platform_and_the_environment(private_home: Path) -> None:
    assert config_path({}) == private_home / "config" / "studio-tui" / "config.toml"
    assert config_path({"STUDIO_CONFIG": "~/mine.toml"}) == private_home / "mine.toml"
    assert state_path() == private_home / "state" / "studio-tui"


def test_the_environment_overrides_every_key_of_the_file(file: Path) -> None:
    values = {
        "url": "postgresql://host/db",
        "port": "465",
        "connections": "9",
        "timeout": "7",
        "security": "tls",
        "time_zone": "Asia/Tokyo",
        "hold": "1h",
        "send_at": "07:30",
        "remind_before_days": "14, 2",
        "remind_after_days": "5",
        "remind_again": "1d",
        "tell_new_managers": "3h",
        "mouse": "false",
        "retention_months": "36",
        "next_hosts": "one.example.org, [::1]:26",
        "send_between": "07:00-19:00",
        "days_off": "sun",
        "holidays": "DE-BY",
        "closed_on": "2026-12-24, 2026-12-31",
        "auth": "oauth2",
        "grant": "service_account",
        "token_url": "https://login.example.org/token",
        "source_address": "::1",
        "provider": "gmail",
        "per_minute": "31",
        "per_day": "32",
        "per_connection": "33",
        "per_domain_minute": "34",
    }
    keys = [each.key for each in settings_in(Settings)]
    environ = {
        f"STUDIO_{key.replace('.', '_')}".upper(): values.get(key.rpartition(".")[2], f"env {key}")
        for key in keys
    }
    settings = loaded(file, DOCUMENTED, **environ)
    found = {key: _value(settings, key) for key in keys}
    expected: dict[str, object] = {
        key: values.get(key.rpartition(".")[2], f"env {key}") for key in keys
    }
    expected |= {"smtp.port": 465, "smtp.connections": 9, "smtp.timeout": 7}
    expected |= {"bounces.port": 465, "bounces.timeout": 7}
    expected |= {"smtp.per_minute": 31, "smtp.per_day": 32}
    expected |= {"smtp.per_connection": 33, "smtp.per_domain_minute": 34}
    expected |= {
        "screen.mouse": False,
        "privacy.retention_months": 36,
        "notifications.remind_before_days": (14, 2),
        "notifications.remind_after_days": (5,),
        "notifications.days_off": ("sun",),
        "smtp.next_hosts": ("one.example.org", "[::1]:26"),
        "notifications.closed_on": ("2026-12-24", "2026-12-31"),
    }
    assert found == expected


def _value(settings: Settings, key: str) -> object:
    return reduce(getattr, key.split("."), settings)


def test_a_list_in_the_environment_may_be_empty(file: Path) -> None:
    settings = loaded(file, DOCUMENTED, STUDIO_NOTIFICATIONS_REMIND_BEFORE_DAYS="")
    assert settings.notifications.remind_before_days == ()


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        ("[smtp]\nhots = 'x'", "smtp.hots", "smtp.host"),
        ("[smpt]\nhost = 'x'", "smpt", "smtp"),
        ("[organisation]\ntimezone = 'x'", "organisation.timezone", "organisation.time_zone"),
        ("[smtp]\npassword = 's3cret'", "smtp.password", None),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(
    file: Path, text: str, key: str, near: str | None
) -> None:
    said = refusal(file, text)
    assert f"{file}: unknown key “{key}”" in said
    assert near is None or f"did you mean “{near}”?" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("[smtp]\nport = 'many'", "smtp.port"),
        ("[smtp]\nsecurity = 'ssl'", "smtp.security"),
        ("[smtp]\nport = 70000", "smtp.port"),
        ("[smtp]\nport = 0", "smtp.port"),
        ("[smtp]\nconnections = 0", "smtp.connections"),
        ("[smtp]\nconnections = 101", "smtp.connections"),
        ("smtp = 3", "smtp"),
        ("[notifications]\nremind_before_days = 7", "notifications.remind_before_days"),
        ("[notifications]\nhold = 'soon'", "notifications.hold"),
        ("[notifications]\nsend_at = '25:00'", "notifications.send_at"),
        ("[notifications]\nsend_between = '18:00-08:00'", "notifications.send_between"),
        ("[notifications]\nsend_between = '8-18'", "notifications.send_between"),
        ("[notifications]\ndays_off = ['saturday']", "notifications.days_off"),
        (
            "[notifications]\ndays_off = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']",
            "notifications.days_off",
        ),
        ("[notifications]\nholidays = 'Belgium'", "notifications.holidays"),
        ("[notifications]\nclosed_on = ['24.12.2026']", "notifications.closed_on"),
        ("[smtp]\ntimeout = 0", "smtp.timeout"),
        ("[notifications]\nremind_after_days = [-1]", "notifications.remind_after_days"),
        ("[notifications]\nremind_again = '3 weeks'", "notifications.remind_again"),
        ("[organisation]\ntime_zone = 'Europe/Atlantis'", "organisation.time_zone"),
        ("[organisation]\ntime_zone = '../../etc/passwd'", "organisation.time_zone"),
        ("[organisation]\ntime_zone = 'Europe'", "organisation.time_zone"),
        ("[organisation]\ntime_zone = ''", "organisation.time_zone"),
    ],
)
def test_the_error_about_an_invalid_value_names_file_and_key(
    file: Path, text: str, at: str
) -> None:
    said = refusal(file, text)
    assert said.startswith(f"{file}: ")
    assert at in said


def test_a_wrong_value_of_the_environment_names_the_key(file: Path) -> None:
    assert "smtp.port" in refusal(file, STUDIO_SMTP_PORT="many")
    assert "smtp" in refusal(file, "smtp = 3", STUDIO_SMTP_PORT="25")


WRONG = ("1", "1.5", "true", "['x']", "[[1]]", "{x = 1}", "2026-01-01", "08:00:00")
"""A value of each type that a file can hold, except text.

The content of a text is checked instead.
"""


@pytest.mark.parametrize("key", [each.key for each in settings_in(Settings)])
def test_the_error_about_a_wrong_type_shows_a_valid_value(file: Path, key: str) -> None:
    """The shown value is accepted."""
    section, _, name = key.rpartition(".")
    said = [complaint(file, f"[{section}]\n{name} = {value}\n") for value in WRONG]
    refused = [each for each in said if each]
    assert len(refused) >= 5
    for each in refused:
        written = each.partition("write it like ")[2].removesuffix(".")
        assert written.startswith(f"{name} = "), each
        assert complaint(file, f"[{section}]\n{written}\n") == ""


def complaint(file: Path, text: str) -> str:
    """Return the error about a file, or an empty string if the file is accepted."""
    try:
        loaded(file, text)
    except Refused as error:
        return error.message
    return ""


def test_a_number_without_a_unit_is_refused_with_an_example(file: Path) -> None:
    said = refusal(file, "[notifications]\nhold = 1")
    assert 'notifications.hold cannot be a number: write it like hold = "1m".' in said
    assert "[smtp] and its settings" in refusal(file, "smtp = 3")
    assert refusal(file, STUDIO_SMTP_PORT="many").startswith("STUDIO_SMTP_PORT: smtp.port cannot")


def test_the_error_about_invalid_toml_names_the_line(file: Path) -> None:
    said = refusal(file, "[smtp]\nhost = mail.example.org")
    assert f"{file} is not valid TOML" in said
    assert "line 2" in said


def test_the_error_about_an_unreadable_file_names_it(file: Path, tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"STUDIO_CONFIG names .*my config\.toml, which does not exist"
    ):
        load({"STUDIO_CONFIG": str(file)})
    with pytest.raises(Refused, match="cannot be read"):
        load({"STUDIO_CONFIG": str(tmp_path)})
    file.write_bytes(b"[organisation]\nname = '\xff\xfe'")
    with pytest.raises(Refused, match="cannot be read"):
        load({"STUDIO_CONFIG": str(file)})


def test_an_empty_variable_names_no_file() -> None:
    assert load({"STUDIO_CONFIG": ""}) == Settings()


def test_the_file_of_the_account_is_read() -> None:
    path = config_path(os.environ)
    path.parent.mkdir(parents=True)
    path.write_text("[organisation]\nname = 'Example NV'")
    assert load().organisation.name == "Example NV"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("2m", timedelta(minutes=2)),
        (" 1h ", timedelta(hours=1)),
        ("3d", timedelta(days=3)),
        ("0s", timedelta(0)),
    ],
)
def test_a_time_span_is_read(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "2", "m", "-2m", "2 m", "1.5h", "2w", "9999999d"])
def test_the_error_about_an_invalid_time_span_shows_valid_ones(text: str) -> None:
    with pytest.raises(ValueError, match="write 90s, 2m, 1h or 3d"):
        parse_duration(text)
