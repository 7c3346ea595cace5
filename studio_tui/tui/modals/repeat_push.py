"""The repeat of a push: set, skip, change and stop (P17)."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from studio_tui.domain.pushes.push import Push
from studio_tui.domain.pushes.repeats import parse_after, parse_every
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.written_dates import parse_day
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes import repeats as service
from studio_tui.services.pushes.repeats import RepeatDetails
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.ask_form import AskForm, Save
from studio_tui.tui.modals.choose import Choice, Choose
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.widgets.field import Field

T = TypeVar("T")
_SKIP, _CHANGE, _STOP = "skip", "change", "stop"


def repeat(screen: StudioScreen, push_id: int, *, to_change: bool = False) -> None:
    """Set up the repeat of a push, or ask what to do with the existing one.

    ``to_change``: open the form at once.
    """
    studio, actor = screen.studio, screen.actor

    def read() -> tuple[Push, RepeatDetails | None]:
        push = pushes.show(studio, actor, push_id, {})
        return push, service.of_push(studio, actor, push)

    def ask(read: tuple[Push, RepeatDetails | None]) -> None:
        push, found = read
        if found is None or to_change:
            _set(screen, push, found)
        else:
            _ask(screen, push, found)

    screen.read_to_open("repeat", read, ask, may_stay=True)


def _ask(screen: StudioScreen, push: Push, found: RepeatDetails) -> None:
    """Ask whether to skip, change or stop the repeat of ``push``."""
    studio, actor = screen.studio, screen.actor
    coming = found.repeat.next(studio.today())
    day = coming.first if coming else None
    choices = [Choice(_SKIP, "Skip the next", f"{day:%Y-%m-%d}")] if day else []
    choices += [
        Choice(_CHANGE, "Change it", "another rhythm, or another end"),
        Choice(_STOP, "Stop it", "what was made stays"),
    ]

    def chosen(how: str | None) -> None:
        if how == _SKIP and day is not None:
            screen.write(
                lambda: service.skip(studio, actor, push, day),
                lambda done: screen.show_message(f"{day} is skipped. {_in_words(screen, done)}"),
            )
        elif how == _CHANGE:
            _set(screen, push, found)
        elif how == _STOP:
            screen.write(
                lambda: service.stop(studio, actor, push),
                lambda _: screen.show_message(
                    f"“{push.name}” does not come again; what was made stays."
                ),
            )

    title = f"“{push.name}” comes again {found.repeat.in_words}"
    screen.app.push_screen(Choose(title, choices), chosen)


class RepeatPush(AskForm):
    """Asks for the repeat of ``push``; ``found`` is the existing one, None if there is none."""

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Let it come again as is entered"),
    )

    def __init__(self, push: Push, found: RepeatDetails | None, save: Save) -> None:
        before = found.repeat if found else None
        every = str(before.every) if before and before.every else ""
        after = before.after_days if before else None
        until = before.until if before else None
        fields = (
            Field("every", "Every", every, hint="2w, 3m or 1y, from the days of this push on"),
            Field(
                "after_hire",
                "After hire",
                "" if after is None else f"{after}",
                hint="or so many days after each person was hired",
            ),
            Field(
                "until",
                "Until",
                f"{until}" if until else "",
                hint="the last first day; nothing: without an end",
                is_day=True,
            ),
        )
        question = f"How does “{push.name}” come again?"
        super().__init__(question, fields, save, "Write one of the first two. Ctrl+s saves.")


def _set(screen: StudioScreen, push: Push, found: RepeatDetails | None) -> None:
    def save(values: dict[str, str], failed: Callable[[StudioError], None]) -> None:
        try:
            act = _act(screen, push, values, found)
        except Invalid as error:
            failed(error)
            return
        screen.write(act, done, failed)

    def done(repeating: RepeatDetails) -> None:
        form.dismiss(True)
        screen.show_message(f"“{push.name}” comes again {_in_words(screen, repeating)}")

    form = RepeatPush(push, found, save)
    screen.app.push_screen(form)


def _act(
    screen: StudioScreen, push: Push, values: dict[str, str], found: RepeatDetails | None
) -> Callable[[], RepeatDetails]:
    """Return a call that saves the entered repeat. Raises `Invalid` with the errors by field."""
    studio, actor = screen.studio, screen.actor
    every, after = values["every"].strip(), values["after_hire"].strip()
    if bool(every) is bool(after):
        raise Invalid({"every": "write either a rhythm here, or a number of days below"})
    if after:
        days = _read("after_hire", parse_after, after)
        return lambda: service.set_after_hire(studio, actor, push, days)
    rhythm = _read("every", parse_every, every)
    written = values["until"].strip()
    today = studio.today()
    until = _read("until", lambda text: parse_day(text, today), written) if written else None
    if found is not None and found.repeat.every == rhythm:
        return lambda: service.set_until(studio, actor, push, until)
    return lambda: service.set_rhythm(studio, actor, push, rhythm, until)


def _read(field: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise Invalid({field: str(error)}) from error


def _in_words(screen: StudioScreen, repeating: RepeatDetails) -> str:
    coming = repeating.repeat.next(screen.studio.today())
    following = f", next on {coming.first}" if coming else ""
    return f"{repeating.repeat.in_words}{following}."
