"""Values of ``[smtp]`` as people write them.

A clear value is accepted. Any other is refused, with a valid example.
"""

from pathlib import Path

import pytest

from studio_tui.config.settings import Settings, load
from studio_tui.domain.shared.errors import Refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def _loaded(file: Path, text: str = "", **environ: str) -> Settings:
    file.write_text(f"[smtp]\n{text}\n", encoding="utf-8")
    return load({"STUDIO_CONFIG": str(file), **environ})


def _unusable(file: Path, text: str = "", **environ: str) -> str:
    smtp = _loaded(file, text, **environ).smtp
    with pytest.raises(Refused) as caught:
        smtp.require_usable()
    return caught.value.message


def _refusal(file: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(Refused) as caught:
        _loaded(file, text, **environ)
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "host", "port", "security"),
    [
        ("mail.example.org", "mail.example.org", 587, "starttls"),
        ("  mail.example.org ", "mail.example.org", 587, "starttls"),
        ("mail.example.org\u00a0", "mail.example.org", 587, "starttls"),
        ("\ufeffmail.example.org", "mail.example.org", 587, "starttls"),
        ("mail.example.org.", "mail.example.org.", 587, "starttls"),
        ("mail_1", "mail_1", 587, "starttls"),
        ("pöst.example", "pöst.example", 587, "starttls"),
        ("mail.example.org:25", "mail.example.org", 25, "starttls"),
        ("127.0.0.1:2525", "127.0.0.1", 2525, "starttls"),
        ("::1", "::1", 587, "starttls"),
        ("[::1]", "::1", 587, "starttls"),
        ("[::1]:25", "::1", 25, "starttls"),
        ("[127.0.0.1]", "127.0.0.1", 587, "starttls"),
        ("fe80::1%eth0", "fe80::1%eth0", 587, "starttls"),
        ("smtp://mail.example.org", "mail.example.org", 587, "starttls"),
        ("SMTP://mail.example.org:25/", "mail.example.org", 25, "starttls"),
        ("submission://mail.example.org", "mail.example.org", 587, "starttls"),
        ("smtp://[::1]:26", "::1", 26, "starttls"),
        ("smtps://mail.example.org", "mail.example.org", 465, "tls"),
        ("smtps://mail.example.org:8465", "mail.example.org", 8465, "tls"),
    ],
)
def test_a_host_is_accepted_in_any_clear_form(
    file: Path, written: str, host: str, port: int, security: str
) -> None:
    for smtp in (
        _loaded(file, f'host = "{written}"').smtp,
        _loaded(file, STUDIO_SMTP_HOST=written).smtp,
    ):
        assert (smtp.host, smtp.port, smtp.security) == (host, port, security)
        smtp.require_usable()


@pytest.mark.parametrize(
    "written",
    [
        "http://mail.example.org",
        "mail.example.org/inbox",
        "mail example org",
        "one.example.org, two.example.org",
        "mail.example.org:smtp",
        "mail..example.org",
        "[mail.example.org]",
        "[::1",
        "smtp://",
        ":25",
    ],
)
def test_an_invalid_host_is_refused_with_a_valid_example(file: Path, written: str) -> None:
    said = _unusable(file, f'host = "{written}"')
    assert written in said
    assert 'host = "mail.example.org"' in said


def test_contradictory_values_are_refused_and_both_named(file: Path) -> None:
    said = _refusal(file, 'host = "mail.example.org:25"\nport = 587')
    assert "smtp.host names port 25, and smtp.port is 587" in said
    said = _refusal(file, 'host = "smtps://mail.example.org"\nsecurity = "starttls"')
    assert 'set security = "tls"' in said
    assert _loaded(file, 'host = "mail.example.org:25"\nport = 25').smtp.port == 25


def test_a_login_in_the_host_is_refused_and_not_printed(file: Path) -> None:
    said = _refusal(file, 'host = "smtp://hr:s3cret@mail.example.org"')
    assert "studio-tui mail password" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("written", ["STARTTLS", " starttls ", "StartTLS"])
def test_the_security_is_accepted_in_any_case(file: Path, written: str) -> None:
    assert _loaded(file, f'security = "{written}"').smtp.security == "starttls"


def test_an_invalid_security_is_refused_with_the_valid_values(file: Path) -> None:
    said = _refusal(file, 'security = "ssl"')
    assert all(word in said for word in ("smtp.security", '"starttls"', '"tls"', '"none"', "465"))


def test_blanks_around_any_value_are_stripped(file: Path) -> None:
    smtp = _loaded(
        file, 'username = "hr "\nsender = " hr@example.org"', STUDIO_SMTP_PORT=" 25 "
    ).smtp
    assert (smtp.username, smtp.sender, smtp.port) == ("hr", "hr@example.org", 25)


@pytest.mark.parametrize(
    "name", ["studio.example.org", "studio", "[192.0.2.1]", "[IPv6:2001:db8::1]"]
)
def test_a_valid_helo_name_is_accepted(file: Path, name: str) -> None:
    smtp = _loaded(file, 'host = "mail.example.org"', STUDIO_SMTP_HELO=name).smtp
    assert smtp.helo == name
    smtp.require_usable()


@pytest.mark.parametrize("name", ["two words", "stüdio.example", "hr@example.org", "a..b"])
def test_an_invalid_helo_name_is_refused(file: Path, name: str) -> None:
    assert 'helo = "studio.example.org"' in _unusable(
        file, f'host = "mail.example.org"\nhelo = "{name}"'
    )


def test_a_provider_sets_limits(file: Path) -> None:
    """An explicit setting of the file or environment overrides the provider; 0 lifts a limit."""
    smtp = _loaded(file, 'provider = "Exchange-Online"').smtp
    assert (smtp.connections, smtp.per_minute, smtp.per_day) == (3, 30, 10_000)
    smtp = _loaded(
        file, "provider = 'exchange-online'\nper_minute = 0", STUDIO_SMTP_CONNECTIONS="2"
    ).smtp
    assert (smtp.connections, smtp.per_minute, smtp.per_day) == (2, 0, 10_000)
    smtp = _loaded(file, STUDIO_SMTP_PROVIDER="gmail").smtp
    assert (smtp.connections, smtp.per_minute, smtp.per_day) == (4, 0, 2_000)
    said = _refusal(file, 'provider = "exchange"')
    assert '"exchange-online"' in said
    assert "smtp.per_day: 0 for no limit" in _refusal(file, "per_day = -1")
