"""Authentication with an OAuth 2 token, from the settings to the reports (N11, N13, N14)."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.smtp_server import Server, smtp_server
from tests.token_server import SECRET, Endpoint, token_server

MAILBOX = "hr@example.org"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The mail server of the settings, which accepts the token ``good``."""
    with smtp_server(username=MAILBOX, tokens=["good"]) as running:
        for name, value in running.environ.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def endpoint(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """The token endpoint of the settings, which gives an expired token, and then ``good``."""
    with token_server("ended", "good") as running:
        for name, value in running.environ().items():
            monkeypatch.setenv(name, value)
        yield running


def test_a_test_mail_reports_each_step(cli: Cli, server: Server, endpoint: Endpoint) -> None:
    said = cli.out("mail", "test", "ann@example.org")
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "client secret", "token", "mail server", "localhost",
    ]  # fmt: skip
    assert "good for 60 minutes" in said
    assert server.refused_tokens == ["ended"]
    assert len(server.messages) == 1
    server.tokens = []
    said = cli.refused("mail", "test", "ann@example.org")
    assert "status 401, schemes bearer" in said
    assert "New-ServicePrincipal" in said
    endpoint.answer(
        400, {"error": "invalid_request", "error_description": f"AADSTS90002: {SECRET}"}
    )
    said = cli.refused("mail", "test", "ann@example.org")
    assert "there is no such tenant" in said
    assert len(said.splitlines()) == 1
    assert len(server.messages) == 1


def test_doctor_reports_each_step_of_the_login(
    cli: Cli, server: Server, endpoint: Endpoint
) -> None:
    def findings(exit_code: int) -> dict[str, tuple[str, str]]:
        told = cli.run("doctor", "--json", exit_code=exit_code)
        assert SECRET not in told.stdout
        found = json.loads(told.stdout)["findings"]
        return {each["name"]: (each["health"], each["message"]) for each in found}

    found = findings(0)
    assert found["client secret"][1] == "of the-app: the environment variable STUDIO_SMTP_PASSWORD"
    assert found["mail server"][1].endswith("and lets hr@example.org log in")
    endpoint.answer(401, {"error": "invalid_client", "error_description": "AADSTS7000222: no"})
    found = findings(1)
    assert found["token"][0] == "broken"
    assert "the client secret has expired" in found["token"][1]
    assert found["mail server"] == (
        "ok",
        f"localhost:{server.port} answers, without protection; the login was not tried",
    )


@pytest.mark.parametrize("faulty", ["server", "endpoint"])
def test_mail_waits_until_the_login_is_possible(
    pushed: Cli,
    server: Server,
    endpoint: Endpoint,
    faulty: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if faulty == "server":
        server.tokens = []
    else:
        endpoint.answer(503, b"")
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T11:00:00+01:00")
    done = pushed.run("worker", "--drain", "--log-json", exit_code=1)
    lines = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    fault = "login" if faulty == "server" else "token"
    assert {line["fault"] for line in lines if line["event"] == "down"} == {fault}
    waiting = pushed.json("outbox", "list")
    assert {each["state"] for each in waiting} == {"queued"}
    assert "OAuth 2" in waiting[0]["error"] or "503" in waiting[0]["error"]
    server.tokens = ["good"]
    endpoint.body = None
    endpoint.status = 200
    pushed.out("worker", "--drain")
    assert len(server.messages) == len(waiting)


def test_a_command_can_provide_the_token(
    cli: Cli, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SMTP_AUTH", "oauth2")
    monkeypatch.setenv("STUDIO_SMTP_TOKEN_COMMAND", "printf 'goo%s' d")
    cli.out("mail", "test", "ann@example.org")
    assert "there is no password to keep" in cli.refused("mail", "password", typed="x\n")
    monkeypatch.setenv("STUDIO_SMTP_TOKEN_COMMAND", "printf 'oh")
    assert "smtp.token_command: a quotation mark has no end" in cli.refused(
        "mail", "test", "ann@example.org"
    )


def test_the_client_secret_and_the_key_are_stored_like_a_password(
    cli: Cli, private_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = private_home / "config" / "studio-tui" / "smtp-password"
    monkeypatch.setenv("STUDIO_SMTP_USERNAME", MAILBOX)
    monkeypatch.setenv("STUDIO_SMTP_AUTH", "oauth2")
    monkeypatch.setenv("STUDIO_SMTP_OAUTH2_CLIENT_ID", "the-app")
    said = cli.out("mail", "password", typed=f"{SECRET}\n")
    assert said == f"The client secret of the-app is kept in the file {kept}.\n"
    monkeypatch.setenv("STUDIO_SMTP_OAUTH2_GRANT", "service_account")
    key = json.dumps({"client_email": "x@y", "private_key": "-----BEGIN\n\n"}, indent=2)
    said = cli.out("mail", "password", typed=key)
    assert said == f"The key of the service account of the-app is kept in the file {kept}.\n"
    assert json.loads(kept.read_text()) == json.loads(key)
    assert kept.read_text().count("\n") == 1
    assert "no key of a service account" in cli.refused("mail", "password", typed="x\n")
    assert json.loads(kept.read_text()) == json.loads(key)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('auth = "oauth"', 'smtp.auth: “oauth” is not known: write "password", or "oauth2"'),
        ('password = "s3cret"', "unknown key “smtp.password”: a secret is put in place by"),
        ('[smtp.oauth2]\nclient_secret = "s3cret"', "key “smtp.oauth2.client_secret”: a secret is"),
        ('[smtp.oauth2]\ntoken_url = "http://x.example/s3cret"', "use https://"),
        ('[smtp.oauth2]\ntoken_url = "https://a:s3cret@x.example"', "it holds a login"),
        ('[smtp.oauth2]\ntoken_url = "x.example/token"', "is no address"),
        ("[smtp.oauth2]\ntenant_id = 1", "unknown key “smtp.oauth2.tenant_id”"),
        ("[smtp.oauth2]\nclient_id = 1", "smtp.oauth2.client_id cannot be a number"),
        ('source_address = "mail"', "smtp.source_address: “mail” is no address"),
        ('host = "localhost"\nauth = "oauth2"', "needs smtp.username (the mailbox) and"),
    ],
)  # fmt: skip
def test_settings_that_are_wrong(cli: Cli, private_home: Path, text: str, said: str) -> None:
    file = private_home / "config" / "studio-tui" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[smtp]\n{text}\n", encoding="utf-8")
    told = cli.run("doctor", exit_code=1).stdout
    assert said in told
    assert "broken" in told
    if "not protected" not in told:
        assert "s3cret" not in told


def test_the_files_of_a_connection_are_checked(
    cli: Cli, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_SMTP_USERNAME", "")
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    for name, value, said in (
        ("CA_FILE", "/nowhere.pem", "smtp.ca_file: /nowhere.pem cannot be read: No such file"),
        ("CA_FILE", str(tmp_path), "cannot be read: Is a directory"),
        ("CA_FILE", str(wrong), "holds no certificate in PEM form"),
        ("CLIENT_CERT", str(wrong), "no certificate with its key in PEM form"),
        ("CLIENT_CERT", "/nowhere.pem", "smtp.client_cert: /nowhere.pem cannot be read"),
        ("CLIENT_KEY", str(wrong), "smtp.client_key is set without smtp.client_cert"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(f"STUDIO_SMTP_{name}", value)
            told = cli.run("doctor", exit_code=1).stdout
            assert [line for line in told.splitlines() if "broken  certificates" in line]
            assert said in told
            assert said in cli.refused("mail", "test", "ann@example.org")


def test_no_secret_is_printed_or_stored(
    pushed: Cli, private_home: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the client secret nor a token, accepted or refused, in any encoding."""
    tokens = ("t0ken-Refused-Wv5", "t0ken-Taken-Kx8")
    with token_server(*tokens) as endpoint:
        for name, value in endpoint.environ().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("STUDIO_NOW", "2026-03-02T11:00:00+01:00")
        server.tokens = [tokens[1]]
        # Servers repeat the token in their answers.
        server.token_refusal = f'{{"status": "{tokens[0]}"}}'
        said = []

        def run(*arguments: str) -> None:
            done = pushed.tried(*arguments)
            said.append(done.stdout + done.stderr)

        run("mail", "test", "ann@example.org")
        server.tokens = []
        server.token_refusal = f'{{"status": "{tokens[1]}"}}'
        run("worker", "--drain", "--log-json")
        run("doctor")
        repeated = f"AADSTS7000215: {SECRET} is wrong"
        endpoint.answer(401, {"error": "invalid_client", "error_description": repeated})
        run("worker", "--drain")
        run("doctor", "--json")
        for words in (("outbox", "list"), ("outbox", "show", "1"), ("activity", "list")):
            run(*words)
    assert "AADSTS7000215" in "".join(said)
    assert server.refused_tokens
    kept = [path.read_bytes() for path in private_home.rglob("*") if path.is_file()]
    assert any(b"AADSTS7000215" in each for each in kept)
    bearer = f"user={MAILBOX}\1auth=Bearer "
    for secret in (SECRET, *tokens):
        for text in (secret, bearer + secret):
            for sign in (text.encode(), b64encode(text.encode()).rstrip(b"=")[:-1]):
                assert not [each for each in kept if sign in each]
                assert sign.decode() not in "".join(said)
