"""What is done with the conversations of one or several users of a push: recorded as held, handed
over (C2, P10, S8)."""

from collections.abc import Callable, Sequence
from datetime import datetime

from studio_tui.domain.conversations.conversation import Ask
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment, Push, Status
from studio_tui.domain.shared.errors import StudioError
from studio_tui.services import conversations
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.modals.held import Held
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.conversations import handing_over
from studio_tui.tui.screens.pushes.push_closing import why_not_change
from studio_tui.tui.screens.pushes.push_words import manager_choice
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import status_in_words

_THEIR_OWN = Choice("", "each by their own", "who is to hold it, or the only manager")


def why_not_held(screen: StudioScreen, push: Push, assignment: Assignment | None) -> str | None:
    """Why a conversation cannot be recorded as held, None where it can."""
    if assignment is None:
        return "There is nobody here."
    if assignment.status is Status.DONE:
        return f"{assignment.name}: {status_in_words(assignment, screen.studio.zone)}."
    if assignment.status is not Status.IN_PROGRESS and (why := why_not_change(push)):
        return why
    if not assignment.managers:
        return f"{assignment.name} has no manager who could have held it."
    return None


def likely_conductor(assignment: Assignment) -> str:
    """The login of who is to hold it, or else of the only manager; empty where that is open."""
    logins = [manager.login for manager in assignment.managers]
    if assignment.conductor_login in logins:
        return assignment.conductor_login
    return logins[0] if len(logins) == 1 else ""


def conductors(assignment: Assignment, actor: Actor) -> list[Manager]:
    """Who may have held it, the likeliest first: who is to hold it, who asks, the others."""
    likely = likely_conductor(assignment)
    ordered = sorted(
        assignment.managers, key=lambda m: (m.login != likely, m.user_id != actor.user_id)
    )
    if may(actor, Action.FINISH_ANY):
        return ordered
    return [manager for manager in ordered if manager.user_id == actor.user_id]


def record_held(screen: StudioScreen, push: Push, chosen: Sequence[Assignment]) -> None:
    """Ask who held them and when, and record that (C2); what cannot be recorded is left out."""
    able = _able(screen, chosen, lambda each: why_not_held(screen, push, each))
    if not able:
        return
    title, choices = _who_held(able, screen.actor)
    if not choices:
        screen.complain(
            "They have no manager in common, and not all have one who is to hold it: "
            "record them one by one."
        )
        return

    def ask_when(login: str | None) -> None:
        if login is not None:
            _ask_when(screen, able, login)

    screen.app.push_screen(Choose(title, choices), ask_when)


def hand_over(screen: StudioScreen, push: Push, chosen: Sequence[Assignment]) -> None:
    """Name who is to hold them, of the managers they have in common (P10)."""
    able = _able(screen, chosen, lambda each: handing_over.why_not(push, each))
    if len(able) == 1:
        handing_over.ask(screen, able[0])
        return
    if not able:
        return
    common = _in_common(able)
    if not common:
        screen.complain(f"The {len(able):,} marked users have no manager in common.")
        return

    def name(login: str | None) -> None:
        if login is None:
            return
        holder = next(manager.name for manager in common if manager.login == login)

        def act(each: Assignment) -> None:
            about = Ask(each.user_id, each.push_id)
            conversations.hand_over(screen.studio, screen.actor, about, login)

        _do(screen, able, act, "Handing over", f"handed over to {holder}; all are told")

    title = f"Who is to hold the {len(able):,} conversations?"
    screen.app.push_screen(Choose(title, [manager_choice(m) for m in common]), name)


def _able(
    screen: StudioScreen,
    chosen: Sequence[Assignment],
    why_not: Callable[[Assignment], str | None],
) -> list[Assignment]:
    """Those of ``chosen`` it can be done to; where there are none, the first reason is said."""
    reasons = [why_not(each) for each in chosen]
    able = [each for each, why in zip(chosen, reasons, strict=True) if why is None]
    if not able:
        screen.complain(next((why for why in reasons if why), "There is nobody here."))
    return able


def _who_held(able: Sequence[Assignment], actor: Actor) -> tuple[str, list[Choice[str]]]:
    if len(able) == 1:
        title = f"Conversation with {able[0].name}: held by"
        return title, [manager_choice(manager) for manager in conductors(able[0], actor)]
    own = [_THEIR_OWN] if all(map(likely_conductor, able)) else []
    return f"{len(able):,} conversations: held by", [*own, *map(manager_choice, _in_common(able))]


def _in_common(chosen: Sequence[Assignment]) -> list[Manager]:
    others = [{manager.login for manager in each.managers} for each in chosen[1:]]
    return [m for m in chosen[0].managers if all(m.login in logins for logins in others)]


def _ask_when(screen: StudioScreen, able: Sequence[Assignment], login: str) -> None:
    if len(able) == 1:
        named = next(m.name for m in able[0].managers if m.login == login)
        question = f"Record the conversation with {able[0].name} as held?"
        detail = f"By {named}. It is sealed then."
    else:
        named = next((m.name for m in able[0].managers if m.login == login), "")
        question = f"Record {len(able):,} conversations as held?"
        detail = f"By {named or 'who is to hold each'}. They are sealed then."

    def record(held_at: datetime | None) -> None:
        if held_at is not None:
            _record(screen, able, login, held_at)

    dialog = Held(question, detail, screen.studio.now(), screen.zone)
    screen.app.push_screen(dialog, record)


def _record(
    screen: StudioScreen, able: Sequence[Assignment], login: str, held_at: datetime
) -> None:
    studio, actor = screen.studio, screen.actor

    def act(each: Assignment) -> None:
        conductor = login or likely_conductor(each)
        ask = Ask(each.user_id, each.push_id)
        conversations.record_held(studio, actor, ask, conductor=conductor, held_at=held_at)

    if len(able) > 1:
        _do(screen, able, act, "Recording", "recorded as held")
        return
    holder = next(m.name for m in able[0].managers if m.login == login)
    said = f"{holder} talked with {able[0].name}: it is recorded as held."
    screen.write(lambda: act(able[0]), lambda _: screen.say(said))


def _do(
    screen: StudioScreen,
    able: Sequence[Assignment],
    act: Callable[[Assignment], None],
    doing: str,
    done: str,
) -> None:
    """``act`` for each, in a unit of work of its own: one that is refused does not undo others."""
    job = Job(f"{doing} {counted(len(able), 'conversation')}", can_stop=False)

    def each() -> tuple[int, str]:
        count, refused = 0, ""
        for assignment in able:
            try:
                act(assignment)
                count += 1
            except StudioError as error:
                refused = refused or error.message
        return count, refused

    def said(result: tuple[int, str]) -> None:
        count, refused = result
        if refused:
            screen.complain(f"{count:,} of {len(able):,} {done}: {refused}")
        else:
            screen.say(f"{counted(count, 'conversation')} {done}.")

    screen.write(each, said, job=job)
