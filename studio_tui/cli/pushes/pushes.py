"""``studio-tui pushes``: the list of pushes. Each other verb has a module of its own."""

import click

from studio_tui.cli.shared.lazy import Lazy, LazyGroup
from studio_tui.cli.shared.output import json_option, write_json, write_table
from studio_tui.cli.shared.session import with_studio
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.domain.people.access import Actor
from studio_tui.domain.pushes.push import Push, PushState
from studio_tui.services.pushes import pushes as service
from studio_tui.services.pushes import repeats
from studio_tui.services.pushes.repeats import RepeatDetails
from studio_tui.services.system.context import Studio
from studio_tui.wording.pushes import STATE_LABELS

VERBS = {
    name: Lazy(f"studio_tui.cli.pushes.{module}", name, about)
    for name, module, about in (
        ("assign", "assign", "Assign users to a push, and tell them by mail."),
        ("check", "check", "Look a push over before it is assigned."),
        ("close", "close", "Close a push: nobody is asked for it any more."),
        ("create", "create", "Create one or several pushes of a template."),
        ("deadline", "excuse", "Give users of a push longer than everybody."),
        ("duplicate", "duplicate", "Make another push like one, with its people."),
        ("edit", "edit", "Change name, first day, deadline or reminders."),
        ("excuse", "excuse", "Excuse users of a push: nothing is asked of them."),
        ("export", "show", "Print who is in a push, and how far each is, as CSV."),
        ("remind", "remind", "Remind those who have still to talk, and their managers."),
        ("repeat", "repeat", "Let a push come again, by a rhythm or after each hire."),
        ("reopen", "close", "Open a push again after it was closed."),
        ("report", "report", "Write a report on a push for management."),
        ("show", "show", "Show a push, its progress, and who has held it."),
        ("unassign", "assign", "Take users out of a push; what was written stays."),
    )
}
"""The verbs, imported when called, so that a list does not wait for their imports."""


@click.group("pushes", cls=LazyGroup, lazy=VERBS)
def pushes() -> None:
    """Create pushes, assign users, follow up, close."""


@pushes.command("list")
@click.option("--state", type=NameChoice(PushState, STATE_LABELS), help="Only those in this state.")
@json_option
@with_studio
def list_(studio: Studio, actor: Actor, state: str | None, as_json: bool) -> None:
    """List the pushes: those not closed first, by deadline."""
    listed = [p for p in service.every(studio, actor) if state is None or p.state == state]
    again = repeats.by_push(studio, actor)
    if as_json:
        from studio_tui.cli.pushes import shapes

        today = studio.today()
        write_json(
            [
                {**shapes.push(push), "repeats": shapes.repeating(again.get(push.id), today)}
                for push in listed
            ]
        )
        return
    write_table(
        ("Name", "Template", "State", "From", "Deadline", "Held", "Overdue", "Repeats"),
        (_row(push, again.get(push.id)) for push in listed),
        "No pushes. “studio-tui pushes create TEMPLATE --name … --from … --deadline …” makes one.",
    )


def _row(push: Push, again: RepeatDetails | None) -> tuple[str, ...]:
    return (
        push.name,
        push.template.name,
        push.state,
        push.available_from.isoformat(),
        push.deadline.isoformat(),
        f"{push.progress.done}/{push.progress.assigned}",
        str(push.progress.overdue or ""),
        again.repeat.in_words if again else "",
    )
