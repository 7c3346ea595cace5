"""``studio-tui init``: write a configuration, create the database and check the mail server."""

import sys
from collections.abc import Callable
from typing import Any, Final

import click
import tomli_w

from studio_tui.cli.outbox.login import login_findings
from studio_tui.cli.shared.output import say
from studio_tui.cli.shared.session import studio_without_actor
from studio_tui.cli.system.findings import Verdict
from studio_tui.config import settings
from studio_tui.config.private_files import make_file, new_file
from studio_tui.config.settings import Settings, Smtp
from studio_tui.config.work_folder import remove_abandoned
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused, StudioError, Unavailable
from studio_tui.domain.shared.text import clean_line
from studio_tui.mail.transport.addresses import sender_from
from studio_tui.services.people.identity import create_first_admin, own_account
from studio_tui.services.system.context import CreatePolicy, require_database_url

_ABOUT: Final = "# “studio-tui doctor” says what is set and what is missing.\n"


@dataclass(frozen=True, slots=True)
class _Question:
    """A setting that the command prompts for."""

    option: str
    section: str
    key: str
    text: str
    of_server: bool = False
    """Whether the setting is used only with a mail server."""

    @property
    def default(self) -> str:
        """The default of the setting."""
        return str(getattr(getattr(Settings(), self.section), self.key))


_QUESTIONS: Final = (
    _Question("--organisation", "organisation", "name", "Name of the organisation"),
    _Question("--time-zone", "organisation", "time_zone", "Its time zone"),
    _Question(
        "--database",
        "database",
        "url",
        "Database: the URL of one, or nothing: SQLite, yours",
    ),
    _Question("--mail-server", "smtp", "host", "Mail server and port, or nothing: then mail waits"),
    _Question("--sender", "smtp", "sender", "Whom mail comes from: NAME <ADDRESS>", of_server=True),
    _Question(
        "--mail-user", "smtp", "username", "Who logs in there, or nothing: nobody", of_server=True
    ),
)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for question in reversed(_QUESTIONS):
        command = click.option(question.option, metavar="TEXT", help=f"{question.text}.")(command)
    return command


@click.command()
@_options
def init(**given: str | None) -> None:
    """Write config.toml, make the database and look at the mail server.

    At a terminal it asks for what is not given by an option. Nothing is written before all is
    answered, and a configuration that is there is left as it is. “studio-tui mail password” keeps
    the password of who logs in at the mail server.
    """
    path = settings.config_path()
    if path.exists():
        remove_abandoned(path.parent)
        raise Refused(f"{path} is there already: edit it, and try it by “studio-tui doctor”.")
    content = _answers(given)
    chosen = _checked_settings(content)
    with new_file(path) as place:
        make_file(place)
        place.write_text(f"{_ABOUT}{tomli_w.dumps(content)}", encoding="utf-8")
    say(f"{path} is written.")
    try:
        _make_database()
    except StudioError as error:
        raise Unavailable(
            f"The database is not made: {error.message} Edit {path}, then run “studio-tui db "
            "migrate”."
        ) from error
    _check_mail_server(chosen.smtp)
    say("Next: “studio-tui users import FILE”, or “studio-tui” for the whole screen.")


def _answers(given: dict[str, str | None]) -> dict[str, Any]:
    """Return the content of the configuration file: given or typed answers that are no defaults."""
    content: dict[str, Any] = {}
    for question in _QUESTIONS:
        if question.of_server and "smtp" not in content:
            continue
        answer = given[question.option.removeprefix("--").replace("-", "_")]
        if answer is None and sys.stdin.isatty():
            answer = _prompt(question, content)
        answer = clean_line(answer or "")
        if answer and answer != question.default:
            content = _with_answer(content, question, answer)
    return content


def _prompt(question: _Question, content: dict[str, Any]) -> str:
    def check(typed: str) -> str:
        try:
            _checked_settings(_with_answer(content, question, clean_line(typed)))
        except StudioError as error:
            raise click.UsageError(error.message) from None
        return typed

    answer: str = click.prompt(
        question.text,
        default=question.default,
        show_default=bool(question.default),
        value_proc=check,
        err=True,
    )
    return answer


def _with_answer(content: dict[str, Any], question: _Question, answer: str) -> dict[str, Any]:
    section = {**content.get(question.section, {}), question.key: answer}
    return {**content, question.section: section}


def _checked_settings(content: dict[str, Any]) -> Settings:
    """Return the settings of this content. Raises `Refused` if they cannot be used."""
    try:
        chosen = settings.from_content(content)
    except Refused as refused:
        # Leave out the path of the file, which does not exist yet.
        raise Refused(refused.message.removeprefix(f"{settings.config_path()}: ")) from refused
    require_database_url(chosen.database_url)
    if chosen.smtp.host:
        chosen.smtp.require_usable()
    if chosen.smtp.sender:
        sender_from(chosen.smtp.sender)
    return chosen


def _make_database() -> None:
    with studio_without_actor(CreatePolicy.ASKED) as studio:
        founder = create_first_admin(studio, own_account())
        say(f"The database {studio.store.name} is ready.")
        if founder:
            say(f"{founder.name} ({founder.login}) is its first admin.")


def _check_mail_server(smtp: Smtp) -> None:
    """Check the connection to the mail server. Raises `Unavailable` if a step fails."""
    if not smtp.host:
        say("No mail server is set: mail waits in the outbox.")
        return
    for finding in login_findings(smtp):
        told = clean_line(f"{finding.name}: {finding.message}")
        if finding.health is Verdict.BROKEN:
            raise Unavailable(f"All is written, but mail cannot leave yet: {told}")
        say(told)
