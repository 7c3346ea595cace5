"""``doctor`` and ``db migrate``."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from studio_tui.cli.shared.session import studio_without_actor
from studio_tui.config.settings import Security
from studio_tui.services.outbox import delivery
from studio_tui.services.people.identity import is_new
from studio_tui.services.system.context import CreatePolicy
from studio_tui.storage.engine.database_url import without_password
from tests.cli.conftest import ACCOUNT, Cli
from tests.databases import create_database, url_of
from tests.smtp_server import smtp_server

NO_TRIGRAMS = "PostgreSQL had no extension pg_trgm to make an index of names with"


def examine(cli: Cli, *, exit_code: int = 0) -> dict[str, tuple[str, str]]:
    """Return health and message of each finding, by its name."""
    report: Any = json.loads(cli.run("doctor", "--json", exit_code=exit_code).stdout)
    assert report["usable"] == (exit_code == 0)
    return {found["name"]: (found["health"], found["message"]) for found in report["findings"]}


def test_on_a_new_host_doctor_creates_nothing(no_studio: Cli, private_home: Path) -> None:
    found = examine(no_studio)
    assert found["database"][0] == "ok"
    assert "is made when the Studio is opened" in found["database"][1]
    assert found["mail server"][0] == "limited"
    assert list((private_home / "data").iterdir()) == []


def test_all_in_order(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_server(security=Security.STARTTLS, username="studio", password="x") as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        found = examine(pushed)
        assert {health for health, _ in found.values()} == {"ok"}
        assert f"({ACCOUNT}), admin" in found["account"][1]
        assert found["outbox"][1] == "5 mails waiting, 0 sent"
        assert found["password"][1].endswith("the environment variable STUDIO_SMTP_PASSWORD")
        assert f":{server.port} answers, by starttls" in found["mail server"][1]
        said = pushed.out("doctor")
        assert said.splitlines()[-1] == "The Studio can be used."
        monkeypatch.delenv("STUDIO_SMTP_PASSWORD")
        assert "studio-tui mail password" in examine(pushed, exit_code=1)["password"][1]
        monkeypatch.setenv("STUDIO_SMTP_PASSWORD", "wrong")
        assert "refuses the login" in examine(pushed, exit_code=1)["mail server"][1]


def test_a_mail_server_that_does_not_answer_is_reported(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
    assert examine(cli, exit_code=1)["mail server"][0] == "broken"


def test_an_invalid_sender_is_reported(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_SMTP_HOST", "localhost")
    assert "is not a sender" in examine(cli, exit_code=1)["mail server"][1]


def test_settings_that_are_wrong(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_ORGANISATION_TIME_ZONE", "Europe/Nowhere")
    found = examine(cli, exit_code=1)
    assert found["settings"][0] == "broken"
    assert "Something stops work" in cli.run("doctor", exit_code=1).stdout


def test_a_database_that_is_none(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path("studio.db").absolute()
    path.write_bytes(b"nothing of the kind" * 500)
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{path}")
    assert examine(cli, exit_code=1)["database"][0] == "broken"


def test_a_database_on_a_server(
    cli: Cli, migrated_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_database(migrated_server, "examined", "migrated")
    url = url_of(migrated_server, "examined")
    monkeypatch.setenv("STUDIO_DATABASE_URL", url)
    found = examine(cli)
    assert found["database"] == ("ok", without_password(url))
    assert found["account"][1].endswith(f"{ACCOUNT} becomes the first admin")
    with psycopg.connect(url) as server:
        server.execute("DROP INDEX IF EXISTS users_search_trigram")
    health, said = examine(cli)["filters"]
    assert (health, said.split(":")[0]) == ("limited", NO_TRIGRAMS)
    monkeypatch.setenv("STUDIO_DATABASE_URL", url_of(migrated_server, "nowhere"))
    health, said = examine(cli, exit_code=1)["database"]
    assert (health, 'database "nowhere" does not exist' in said) == ("broken", True)


def test_an_account_that_is_no_user(organisation: Cli) -> None:
    Path("me.csv").write_text(
        f"login,email,given_name,family_name,active\n{ACCOUNT},hr@example.org,Some,Body,no\n"
    )
    organisation.run("users", "import", "me.csv")
    assert examine(organisation, exit_code=1)["account"][0] == "broken"


def test_migrating_reports_the_migrations_and_the_first_admin(
    no_studio: Cli, private_home: Path
) -> None:
    *applied, founder, ready = no_studio.out("db", "migrate").splitlines()
    assert applied[0] == "Applied 0001_first."
    assert founder.endswith(f"({ACCOUNT}) is its first admin.")
    assert str(private_home / "data" / "studio-tui" / "studio.db") in ready
    assert no_studio.out("db", "migrate") == f"{ready}\n"
    assert [user["login"] for user in no_studio.json("users", "list")] == [ACCOUNT]


def test_a_worker_creates_no_database(no_studio: Cli, private_home: Path) -> None:
    assert "“studio-tui db migrate” makes one" in no_studio.refused("worker", "--drain")
    assert list((private_home / "data").iterdir()) == []


def test_doctor_makes_nobody_an_admin(no_studio: Cli) -> None:
    with studio_without_actor(CreatePolicy.ASKED):
        pass
    said = f"nobody is known yet: {ACCOUNT} becomes the first admin"
    assert examine(no_studio)["account"] == ("ok", said)
    with studio_without_actor() as studio:
        assert is_new(studio)


def test_mail_that_should_have_been_sent_is_reported(
    pushed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert examine(pushed)["waiting"] == ("ok", "nothing that should have left")
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    waiting = "since 2026-03-02 10:02 (Europe/Brussels) for what should have left"
    assert examine(pushed)["waiting"] == ("ok", waiting)
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T11:00:00+01:00")
    health, said = examine(pushed)["waiting"]
    assert health == "limited"
    assert said.startswith(f"{waiting}: start “studio-tui worker”")
    with smtp_server() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        server.script("rcpt", "550 5.1.1 no such user", recipient="ann@example.org")
        pushed.run("worker", "--drain")
        found = examine(pushed)
        report = pushed.json("doctor")
    assert found["waiting"][0] == "ok"
    assert found["last sent"] == ("ok", "2026-03-02 11:00 (Europe/Brussels)")
    assert found["last error"][0] == "limited"
    assert found["last error"][1].startswith("to ann@example.org: 550 5.1.1 no such user")
    facts = {each["name"]: each["facts"] for each in report["findings"]}
    assert facts["outbox"]["counts"]["failed"] == 1
    assert facts["outbox"]["last_sent_at"] == "2026-03-02T11:00:00+01:00"
    assert facts["outbox"]["last_error"]["to"] == "ann@example.org"
    assert facts["program"] is None


def test_the_leases_of_workers_are_reported(pushed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:05:00+01:00")
    with studio_without_actor() as studio:
        delivery.claim(studio, "w1", limit=2, lasting=timedelta(minutes=5))
    assert examine(pushed)["sending"][1] == "worker w1 holds 2 mails until 2026-03-02 10:10"
    monkeypatch.setenv("STUDIO_NOW", "2026-03-02T10:11:00+01:00")
    assert examine(pushed)["sending"][1] == "worker w1 holds 2 mails no longer: it is gone"


def test_errors_in_own_texts_are_reported(cli: Cli, private_home: Path) -> None:
    folder = private_home / "config" / "studio-tui" / "wording"
    assert examine(cli)["wording"] == ("ok", f"as it comes; yours go into {folder}")
    (folder / "en").mkdir(parents=True)
    assert examine(cli)["wording"] == ("ok", f"with texts of your own from {folder}")
    (folder / "en" / "closed.user.md").write_text("no subject")
    health, said = examine(cli)["wording"]
    assert health == "limited"
    assert "closed.user.md, line 1" in said


def test_a_fault_that_stops_mail_is_reported_until_it_ends(pushed: Cli) -> None:
    with studio_without_actor() as studio:
        delivery.record_server_fault(studio, ("login", 535, "5.7.8 authentication failed"))
    health, said = examine(pushed)["mail stopped"]
    assert health == "limited"
    assert "5.7.8 authentication failed" in said
    assert "(since 2026-03-02 10:00, Europe/Brussels)" in said
    with studio_without_actor() as studio:
        delivery.record_server_fault(studio, None)
    assert "mail stopped" not in examine(pushed)
