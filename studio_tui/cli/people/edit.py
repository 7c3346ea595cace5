"""``studio-tui users add``, ``edit``, ``leave`` and ``return``: editing people by hand (U8)."""

from collections.abc import Callable, Sequence

import click

from studio_tui.cli.outbox import shapes as outbox_shapes
from studio_tui.cli.people import shapes
from studio_tui.cli.people.fact_options import (
    EDITABLE_FACTS,
    OPTIONS,
    errors_by_option,
    options_of_facts,
    person_input,
)
from studio_tui.cli.shared import dry_run as dry_runs
from studio_tui.cli.shared.dry_run import UNDO, dry_run_options
from studio_tui.cli.shared.output import (
    complain,
    json_if_nothing_to_do,
    json_option,
    say,
    write_json,
)
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.times import when
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import User
from studio_tui.services.people import by_hand, users
from studio_tui.services.people.by_hand import ActiveChanged, PersonEdited
from studio_tui.services.pushes import pushes
from studio_tui.services.system.context import Studio
from studio_tui.wording.counting import counted
from studio_tui.wording.people import change_in_words, noticed_in_words, overwritten_in_words


@click.command()
@click.argument("login")
@options_of_facts(required=["email"], with_removal=False)
@click.option(
    "--push",
    "pushes_named",
    multiple=True,
    metavar="PUSH",
    help="Assign them to this push at once; can be given several times.",
)
@dry_run_options
@json_option
@with_studio
def add(
    studio: Studio,
    actor: Actor,
    /,
    login: str,
    pushes_named: Sequence[str],
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
    **typed: str | tuple[str, ...] | None,
) -> None:
    """Add a user by hand, as LOGIN, by the same rules as an import.

    A name is needed, given or family. Who is assigned by --push is told by mail, and so are all
    their managers.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    require(actor, Action.EDIT_PEOPLE)
    entered = person_input(typed)
    push_ids = [pushes.find(studio, actor, name).id for name in pushes_named]

    def act() -> PersonEdited:
        with errors_by_option(OPTIONS):
            return by_hand.add(studio, actor, login, entered, push_ids=push_ids)

    _do(studio, actor, act, _tell_added, dry_run=dry_run, with_mail=with_mail, as_json=as_json)


@click.command()
@click.argument("user", metavar="LOGIN")
@options_of_facts(with_removal=True)
@dry_run_options
@json_option
@with_studio
def edit(
    studio: Studio,
    actor: Actor,
    /,
    user: str,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
    **typed: str | tuple[str, ...] | None,
) -> None:
    """Change what is known of LOGIN (or an address), by the same rules as an import.

    Invitations to what lies ahead go to the new address. Mail that failed is sent again by “outbox
    retry”.
    """
    dry_runs.check_options(dry_run=dry_run, with_mail=with_mail)
    entered = person_input(typed)
    if not entered.names:
        listed = ", ".join(fact.option for fact in EDITABLE_FACTS)
        raise click.UsageError(f"Say what to change: {listed}.")
    found = users.find(studio, actor, user).user
    was = {name: getattr(found, name) for name in entered.values}

    def act() -> PersonEdited:
        with errors_by_option(OPTIONS):
            return by_hand.edit(studio, actor, found.id, entered, was=was)

    with json_if_nothing_to_do(as_json, lambda: shapes.person_edited(studio, _nothing(found))):
        _do(studio, actor, act, _tell_edited, dry_run=dry_run, with_mail=with_mail, as_json=as_json)


@click.command()
@click.argument("logins", nargs=-1, required=True, metavar="LOGIN...")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@json_option
@with_studio
def leave(
    studio: Studio, actor: Actor, logins: Sequence[str], dry_run: bool, as_json: bool
) -> None:
    """Mark users as left: they are asked, told and manage no more. What was written stays.

    “users return” takes them back.
    """
    _set_active(studio, actor, by_hand.leave, logins, "left", dry_run=dry_run, as_json=as_json)


@click.command("return")
@click.argument("logins", nargs=-1, required=True, metavar="LOGIN...")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@json_option
@with_studio
def return_(
    studio: Studio, actor: Actor, logins: Sequence[str], dry_run: bool, as_json: bool
) -> None:
    """Take users back who had left: they are in their teams and pushes as they were."""
    _set_active(studio, actor, by_hand.take_back, logins, "back", dry_run=dry_run, as_json=as_json)


def _do(
    studio: Studio,
    actor: Actor,
    act: Callable[[], PersonEdited],
    tell: Callable[[Studio, PersonEdited, bool], None],
    *,
    dry_run: bool,
    with_mail: bool,
    as_json: bool,
) -> None:
    if not dry_run:
        done = act()
        if as_json:
            write_json(shapes.person_edited(studio, done))
        else:
            tell(studio, done, False)
        return
    tried: list[PersonEdited] = []
    run = dry_runs.run_dry_as(studio, actor, lambda: tried.append(act()))
    if as_json:
        write_json(
            {**shapes.person_edited(studio, tried[0]), **outbox_shapes.dry_run(studio, run, ())}
        )
    else:
        tell(studio, tried[0], True)
        dry_runs.write_dry_run(run, (), with_mail=with_mail)


def _tell_added(studio: Studio, done: PersonEdited, dry_run: bool) -> None:
    user = done.user
    say(f"{user.name} ({user.login}) {'would be' if dry_run else 'is'} added.")
    if done.becomes_admin:
        say(f"{user.name} {'would be' if dry_run else 'is'} an admin.")
    managers = ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers)
    say(f"Managed by {managers}." if managers else f"{user.name} has no manager to talk with.")
    for each in done.assigned:
        told = f"{counted(each.managers_told, 'manager')} told"
        say(
            f"Assigned to “{each.push.name}”, {told}; mail "
            f"{'would leave' if dry_run else 'leaves'} {when(studio, each.leaves_at)}."
        )
    tell_reviews_added(done.reviews_added, dry_run=dry_run)
    if done.assigned and not dry_run:
        complain(UNDO)


def _tell_edited(studio: Studio, done: PersonEdited, dry_run: bool) -> None:
    user = done.user
    for change in done.changes:
        say(f"{user.name}: {change_in_words(*change)}.")
    if done.becomes_admin:
        say(f"{user.name} {'would become' if dry_run else 'becomes'} an admin.")
    if not user.managers and {"teams", "leads", "coaches"} & done.before.keys():
        say(f"{user.name} has no manager to talk with.")
    if done.reinvited:
        say(f"{counted(done.reinvited, 'invitation')} follow to the new address.")
    if done.failed and "email" in done.before:
        mails = counted(done.failed, "mail")
        say(f"{mails} failed before: “studio-tui outbox retry” sends what is still true.")
    if done.bounced:
        ids = " ".join(map(str, done.bounced))
        say(
            f"{counted(len(done.bounced), 'mail')} came back from the address before: "
            f"“studio-tui outbox retry {ids}” sends what is still true."
        )
    tell_reviews_added(done.reviews_added, dry_run=dry_run)
    if done.imported:
        complain(overwritten_in_words(user.name, list(done.before)))


def tell_reviews_added(number: int, *, dry_run: bool) -> None:
    """Print how many changes of people in open pushes wait on the desk of changes, if any (U7)."""
    if number:
        complain(f"{noticed_in_words(number, would=dry_run)}: “studio-tui users review”.")


def _nothing(user: User) -> PersonEdited:
    return PersonEdited(user, ())


def _set_active(
    studio: Studio,
    actor: Actor,
    act: Callable[[Studio, Actor, Sequence[int]], ActiveChanged],
    logins: Sequence[str],
    how: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    require(actor, Action.EDIT_PEOPLE)
    user_ids = users.ids_named(studio, actor, logins)
    tried: list[ActiveChanged] = []
    with json_if_nothing_to_do(as_json, lambda: shapes.active_changed(ActiveChanged((), 0))):
        if dry_run:
            dry_runs.run_dry_as(studio, actor, lambda: tried.append(act(studio, actor, user_ids)))
        else:
            tried.append(act(studio, actor, user_ids))
    if as_json:
        write_json(shapes.active_changed(tried[0]))
        return
    _tell_set_active(tried[0], how, dry_run=dry_run)


def _tell_set_active(moved: ActiveChanged, how: str, *, dry_run: bool) -> None:
    marked = {"left": "marked as left", "back": "back"}[how]
    for each in moved.people:
        pushes_in = ", ".join(f"“{name}”" for name in each.pushes) or "no open push"
        manages = f"; manages {counted(each.managed, 'user')}" if each.managed else ""
        say(
            f"{each.user.name} ({each.user.login}) {'would be' if dry_run else 'is'} {marked}: "
            f"in {pushes_in}{manages}."
        )
    if moved.unmanaged:
        have = "has" if moved.unmanaged == 1 else "have"
        users = counted(moved.unmanaged, "user")
        say(f"Of those whom they manage, {users} {have} no other manager.")
    tell_reviews_added(moved.reviews_added, dry_run=dry_run)
    if dry_run:
        say("Nothing was changed.")
