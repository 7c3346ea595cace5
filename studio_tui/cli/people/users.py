"""``studio-tui users``: list, show and export. Each other verb has a module of its own."""

from collections.abc import Iterable, Sequence

import click

from studio_tui.cli.audiences.where import where_of, where_option
from studio_tui.cli.people import shapes
from studio_tui.cli.shared.lazy import Lazy, LazyGroup
from studio_tui.cli.shared.output import (
    json_option,
    write_facts,
    write_json,
    write_table,
    write_text,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import shown, zone_heading
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.scope import LIMITED_ROLES, Scope
from studio_tui.domain.people.users import User, UserFilter
from studio_tui.services.people import scopes
from studio_tui.services.people import users as service
from studio_tui.services.people.users import Involvement
from studio_tui.services.system.context import Studio
from studio_tui.wording.mail import kind_in_words, state_in_words
from studio_tui.wording.people import sight_in_words
from studio_tui.wording.pushes import STATUS_LABELS, attention_of

_NAMES = {"given_name", "family_name"}
"""Facts that are printed together in one line."""


VERBS = {
    "add": Lazy("studio_tui.cli.people.edit", "add", "Add a user by hand."),
    "edit": Lazy("studio_tui.cli.people.edit", "edit", "Change what is known of somebody."),
    "leave": Lazy("studio_tui.cli.people.edit", "leave", "Mark users as left."),
    "return": Lazy("studio_tui.cli.people.edit", "return_", "Take users back who had left."),
    "merge": Lazy("studio_tui.cli.people.merge", "merge", "Make one of two records of somebody."),
    "why": Lazy("studio_tui.cli.people.why", "why", "Tell why somebody is in a filter, or is not."),
    "scope": Lazy("studio_tui.cli.people.scope", "scope", "Limit whom an admin sees."),
    "stand-in": Lazy(
        "studio_tui.cli.people.stand_in", "stand_in", "Let somebody stand in for a leader or coach."
    ),
    "erase": Lazy(
        "studio_tui.cli.people.personal_data",
        "erase",
        "Take out who somebody was and what they wrote.",
    ),
    "export-data": Lazy(
        "studio_tui.cli.people.personal_data",
        "export_data",
        "Write all that is kept about somebody into one archive.",
    ),
    "retention": Lazy(
        "studio_tui.cli.people.retention", "retention", "Erase who left long ago, as set."
    ),
    "import": Lazy("studio_tui.cli.people.import_", "import_", "Import users from a CSV file."),
    "review": Lazy(
        "studio_tui.cli.people.review", "review", "Decide on changes of people in open pushes."
    ),
}
"""The verbs, imported when called, so that a list does not wait for their imports."""


@click.group("users", cls=LazyGroup, lazy=VERBS)
def users() -> None:
    """Import, list, show and export users, and keep them by hand."""


@users.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--left", is_flag=True, help="Also those who have left.")
@where_option
@json_option
@with_studio
def list_(
    studio: Studio,
    actor: Actor,
    words: Sequence[str],
    left: bool,
    where: str | None,
    as_json: bool,
) -> None:
    """List the users in whom every WORD is found: in name, login, address, team or group."""
    listed = _matching(studio, actor, words, left, where)
    if as_json:
        write_json([shapes.user(user) for user in listed])
        return
    empty = (
        "Nobody matches."
        if words or where
        else "Nobody yet. “studio-tui users import FILE” adds them."
    )
    write_table(("Login", "Name", "E-mail", "Teams", "Managers", ""), map(_row, listed), empty)


@users.command()
@click.argument("user")
@json_option
@with_studio
def show(studio: Studio, actor: Actor, user: str, as_json: bool) -> None:
    """Show USER (a login or an address), the pushes they are in and the mail they received."""
    found = service.find(studio, actor, user)
    sight = _sight(studio, actor, found.user)
    if as_json:
        from studio_tui.services.outbox import outbox

        message_ids = outbox.message_ids(studio, list(found.notifications))
        write_json(shapes.involvement(studio, found, message_ids, sight))
        return
    write_facts([*_facts(found.user), ("Sees", sight_in_words(sight) if sight else "")])
    if found.pushes:
        click.echo()
        write_table(("Push", "Status", "Flags"), _push_rows(found), "")
    if found.notifications:
        click.echo()
        headings = (
            "Mail",
            "Push",
            "State",
            zone_heading(studio, "Due"),
            zone_heading(studio, "Sent"),
        )
        write_table(headings, _mail_rows(studio, found), "")


@users.command()
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--left", is_flag=True, help="Also those who have left.")
@where_option
@with_studio
def export(
    studio: Studio, actor: Actor, words: Sequence[str], left: bool, where: str | None
) -> None:
    """Print the users as CSV, in the form that “users import” reads."""
    from studio_tui.services.people import exports

    write_text(exports.users_csv(_matching(studio, actor, words, left, where)))


def _matching(
    studio: Studio, actor: Actor, words: Sequence[str], left: bool, where: str | None
) -> list[User]:
    audience = where_of(studio, actor, where)
    return service.every(
        studio, actor, UserFilter(" ".join(words), include_left=left, where=audience)
    )


def _sight(studio: Studio, actor: Actor, user: User) -> Scope | None:
    """Return the scope of ``user``.

    Returns None if their role is never limited by a scope, or if the actor may not see scopes of
    others.
    """
    if user.role not in LIMITED_ROLES:
        return None
    if user.id != actor.user_id and not may(actor, Action.LIMIT_SIGHT):
        return None
    return scopes.show(studio, actor, user.login)


def _row(user: User) -> tuple[str, ...]:
    managers = ", ".join(manager.name for manager in user.managers)
    return (
        user.login,
        user.name,
        user.email,
        ", ".join(user.teams),
        managers or "no manager",
        "mail bounced" if user.active and user.mail_bounced else "" if user.active else "left",
    )


def _facts(user: User) -> Iterable[tuple[str, str]]:
    yield "Name", user.name
    for fact in FACTS:
        if fact.name not in _NAMES:
            words = fact.as_words(getattr(user, fact.name))
            bounced = fact.name == "email" and user.mail_bounced
            yield fact.label, f"{words} (mail bounced)" if bounced else words
    managers = ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers)
    yield "Managers", managers or "none"


def _push_rows(found: Involvement) -> Iterable[tuple[str, ...]]:
    for push, assignment in found.pushes:
        yield push, STATUS_LABELS[assignment.status], attention_of(assignment)


def _mail_rows(studio: Studio, found: Involvement) -> Iterable[tuple[str, ...]]:
    for one in found.notifications:
        due, sent = shown(studio, one.due_at), shown(studio, one.sent_at)
        about = one.push or one.template
        yield kind_in_words(one.kind, one.capacity), about, state_in_words(one), due, sent
