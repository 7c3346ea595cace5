"""Fetching a token from an endpoint or a command, and all their failures (N14)."""

import asyncio
import json
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from studio_tui.config.settings import Auth, Grant, OAuth2, Smtp
from studio_tui.mail.oauth2.answers import NoToken, claims
from studio_tui.mail.oauth2.tokens import tokens_of
from studio_tui.mail.secrets import Secret
from tests.token_server import SECRET, Endpoint, token_server


def settings(url: str = "", **changes: object) -> Smtp:
    """Return settings with a login by token: from ``url``, unless ``changes`` override it."""
    wanted = OAuth2(token_url=url, client_id="the-app", scope="the-scope")
    known = {"username": "hr@example.org", "auth": Auth.OAUTH2, "oauth2": wanted, "timeout": 5}
    return Smtp(**{**known, **changes})  # type: ignore[arg-type]


async def fetched(smtp: Smtp, secret: str | None = SECRET) -> str:
    tokens = tokens_of(smtp, Secret(secret) if secret else None)
    assert tokens is not None
    return (await tokens.token()).reveal()


async def refusal(smtp: Smtp, secret: str | None = SECRET) -> str:
    with pytest.raises(NoToken) as caught:
        await fetched(smtp, secret)
    told = str(caught.value)
    assert SECRET not in told
    assert caught.value.__cause__ is None
    return told


async def test_a_client_and_its_secret() -> None:
    with token_server("one") as endpoint:
        assert await fetched(settings(endpoint.url)) == "one"
        assert endpoint.asked == [
            {
                "grant_type": "client_credentials",
                "client_id": "the-app",
                "client_secret": SECRET,
                "scope": "the-scope",
            }
        ]
        assert "mail password" in await refusal(settings(endpoint.url), None)


async def test_other_answers_of_an_endpoint() -> None:
    with token_server("one") as endpoint:
        smtp = settings(endpoint.url)

        async def told(*answer: object) -> str:
            endpoint.answer(*answer)  # type: ignore[arg-type]
            return await refusal(smtp)

        said = {"error": "invalid_client", "error_description": f"AADSTS7000215: {SECRET}\r\nx"}
        found = await told(401, said)
        assert "(401): invalid_client AADSTS7000215: ••• x — the client secret is wrong" in found
        assert "no reason is said" in await told(400, b"<html>")
        assert "no reason is said" in await told(403, {"error": ["x"]})
        assert "trouble of its own (503)" in await told(503, b"")
        assert "trouble of its own (429: slow_down)" in await told(429, {"error": "slow_down"})
        assert "something other than JSON" in await told(200, b"<html>")
        assert "something other than JSON" in await told(200, b"[" * 60_000)
        assert "more than 64 kB" in await told(200, b"x" * 100_000)
        assert "more than 64 kB" in await told(400, b"x" * 100_000)
        assert "without a token" in await told(200, {"id_token": "x"})
        for status in (301, 302, 303, 307, 308):
            found = await told(status, b"", {"Location": f"{endpoint.url}/elsewhere"})
            assert f"sends on to another address ({status})" in found
        assert len(endpoint.asked) == 15


async def test_an_endpoint_that_hangs_times_out() -> None:
    """Both an endpoint that sends nothing and one that sends a byte now and then."""
    for way in ("stalls", "drips"):
        with token_server("one") as endpoint:
            getattr(endpoint, way).set()
            assert "does not answer in time" in await refusal(settings(endpoint.url, timeout=0.2))


async def test_an_endpoint_that_is_closed_or_does_not_speak_http() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token?key=of-the-query"
        found = await refusal(settings(url))
        assert "no answer that is HTTP" in found or "cannot be reached" in found
    found = await refusal(settings(url))
    assert "cannot be reached" in found
    assert "of-the-query" not in found


def key_of(endpoint: Endpoint, **changes: object) -> tuple[RSAPrivateKey, str]:
    """Return the private key of a service account, and its key file."""
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    found = {"client_email": "studio@project.example", "private_key_id": "7", "private_key": pem}
    return key, json.dumps({**found, "token_uri": endpoint.url, **changes})


async def test_a_service_account_signs_for_a_mailbox() -> None:
    with token_server("one") as endpoint:
        wanted = OAuth2(scope="https://mail.google.com/", grant=Grant.SERVICE_ACCOUNT)
        smtp = settings(oauth2=wanted)
        key, written = key_of(endpoint)
        assert await fetched(smtp, written) == "one"
        (asked,) = endpoint.asked
        assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
        signed = Secret(asked["assertion"])
        said = claims(signed)
        assert said["iss"] == "studio@project.example"
        assert (said["sub"], said["scope"]) == ("hr@example.org", "https://mail.google.com/")
        assert said["aud"] == endpoint.url
        assert said["exp"] - said["iat"] == 3600
        head, _, signature = signed.reveal().rpartition(".")
        key.public_key().verify(
            urlsafe_b64decode(signature + "=="), head.encode(), PKCS1v15(), SHA256()
        )
        for wrong in ("{}", "[]", "x", key_of(endpoint, token_uri="http://example.org/")[1]):
            assert "no key of a service account" in await refusal(smtp, wrong)
        assert "cannot be read" in await refusal(smtp, key_of(endpoint, private_key="x")[1])


def printing(tmp_path: Path, code: str) -> Smtp:
    """Return settings with a token command that runs ``code``."""
    script = tmp_path / "with a blank.py"
    script.write_text(code, encoding="utf-8")
    return settings(token_command=f"{sys.executable} -S -E '{script}' $HOME ;ls")


async def test_a_command_prints_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs without a shell and without secrets in variables. Its stdin is empty."""
    for variable in (
        *("STUDIO_SMTP_PASSWORD", "STUDIO_SMTP_OAUTH2_CLIENT_SECRET", "STUDIO_BOUNCES_PASSWORD"),
        *("STUDIO_DATABASE_URL", "STUDIO_DATABASE_LISTEN_URL", "PGPASSWORD"),
    ):
        monkeypatch.setenv(variable, SECRET)
    smtp = printing(
        tmp_path,
        "import os, sys\nassert sys.argv[1:] == ['$HOME', ';ls'], sys.argv\n"
        f"assert '{SECRET}' not in os.environ.values()\nassert not sys.stdin.read()\n"
        "print('the-token')",
    )
    assert await fetched(smtp, None) == "the-token"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (f"import sys; print('{SECRET}'); sys.exit('{SECRET}')", "ended with exit code 1"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("print()", "prints no token"),
        (f"print('{SECRET} and more')", "prints no token"),
        ("while True: print('x' * 1000)", "more than 64 kB"),
    ],
)
async def test_a_command_without_a_token(tmp_path: Path, code: str, told: str) -> None:
    assert told in await refusal(printing(tmp_path, code), None)


async def test_a_command_that_hangs_is_killed(tmp_path: Path) -> None:
    """All its child processes are killed as well."""
    gone = tmp_path / "gone"
    smtp = settings(
        token_command=f"/bin/sh -c 'trap \"\" TERM; mkfifo {gone}; cat {gone} & cat {gone}'",
        timeout=0.3,
    )
    assert "not done after" in await refusal(smtp, None)


async def test_a_missing_command() -> None:
    found = await refusal(settings(token_command=f"/nowhere/token {SECRET}"), None)
    assert found == "smtp.token_command (token) cannot be run: No such file or directory."
