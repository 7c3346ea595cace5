"""One act on the conversations of several users of a push (S8)."""

from collections.abc import Callable, Sequence

from studio_tui.domain.people.users import Manager
from studio_tui.domain.pushes.push import Assignment
from studio_tui.domain.shared.errors import StudioError
from studio_tui.tui.runtime.job import Job
from studio_tui.tui.screen import StudioScreen
from studio_tui.wording.counting import counted


def eligible_of(
    screen: StudioScreen,
    chosen: Sequence[Assignment],
    why_not: Callable[[Assignment], str | None],
) -> list[Assignment]:
    """Return the users of ``chosen`` for whom the act is possible.

    ``why_not`` returns why it is impossible, or None. If no user remains, the first reason is
    shown.
    """
    reasons = [why_not(each) for each in chosen]
    able = [each for each, why in zip(chosen, reasons, strict=True) if why is None]
    if not able:
        screen.show_error(next((why for why in reasons if why), "There is nobody here."))
    return able


def managers_in_common(chosen: Sequence[Assignment]) -> list[Manager]:
    """Return the managers that all of ``chosen`` share, in the order of the first user."""
    others = [{manager.login for manager in each.managers} for each in chosen[1:]]
    return [m for m in chosen[0].managers if all(m.login in logins for logins in others)]


def do_each(
    screen: StudioScreen,
    able: Sequence[Assignment],
    act: Callable[[Assignment], None],
    doing: str,
    done: str,
) -> None:
    """Run ``act`` for each user in a transaction of its own: a refusal does not undo the others.

    ``doing`` and ``done`` are the verbs of the messages.
    """
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
            screen.show_error(f"{count:,} of {len(able):,} {done}: {refused}")
        else:
            screen.show_message(f"{counted(count, 'conversation')} {done}.")

    screen.write(each, said, job=job)
