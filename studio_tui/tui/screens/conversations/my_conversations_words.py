"""Texts of a row of My conversations, and reasons why an action is not possible (C1, P10)."""

from datetime import date
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.conversations.conversation import NOT_MINE, MyConversation
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.clock import local_day
from studio_tui.domain.shared.text import fold
from studio_tui.tui.moments import day, moment, moment_and_zone
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.wording.pushes import STATUS_LABELS

ME = "me"
NOBODY = "There is nobody here."


def my_conversation_columns(zone: ZoneInfo) -> tuple[Column[MyConversation], ...]:
    """Return the columns of My conversations. Times are in ``zone``, which the heading names."""

    def held(item: MyConversation) -> StyledText:
        return StyledText(_held(item, zone), Tone.MUTED)

    return (
        Column("sign", "", _sign, width=1, name="Overdue"),
        Column("who", "Who", _who, width=16, flex=2, max_width=32, sortable=True, order=_by_name),
        Column(
            "what",
            "What",
            lambda m: _toned(m, m.push or m.template),
            16,
            3,
            max_width=40,
            sortable=True,
        ),
        Column("by", "By", _by, width=10, sortable=True, order=_by_deadline),
        Column("status", zone.key, lambda m: _status(m, zone), width=25, sortable=True),
        Column("waits", "Waits for", _waits, 18, 3, max_width=40, hide_order=1, sortable=True),
        Column("held", "Last held", held, width=10, hide_order=2, sortable=True),
    )


def _by_name(item: MyConversation) -> str:
    return fold(item.name)


def _by_deadline(item: MyConversation) -> date:
    return item.deadline or date.max


def my_conversation_detail(item: MyConversation | None, zone: ZoneInfo) -> Content:
    """Return the details of the current row: two lines, whatever the width of the list."""
    if item is None:
        return Content("")
    head = [line(f"{item.name} ({ME})" if item.mine else item.name, "bold")]
    head += [line(words) for words in _about(item)]
    dot = Content.styled(" · ", "$muted")
    tail = dot.join(line(words) for words in _state(item, zone))
    return Content("\n").join([dot.join(head), tail])


def why_not_plan(item: MyConversation | None, actor: Actor, today: date) -> str | None:
    """Return why the conversation of a row cannot be planned or moved, or None."""
    if item is None:
        return NOBODY
    if item.mine:
        return _why_not_by_user(item, "plan")
    if item.status is Status.IN_PROGRESS:
        return "The talk has begun: there is nothing to plan any more."
    if item.status is not None and not item.planning:
        return f"“{item.template}” starts at the talk: press b."
    return why_not_now(item, today) or _why_not_others(item, actor)


def why_not_cancel(item: MyConversation | None, actor: Actor) -> str | None:
    """Return why the conversation of a row cannot be cancelled, or None (C3)."""
    if item is None:
        return NOBODY
    if item.conversation_id is None:
        return f"Nothing is planned with {ME if item.mine else item.name}."
    if item.mine and not may(actor, Action.FINISH_ANY):
        return f"Only {item.conductor}, who holds it, can cancel it."
    return _why_not_others(item, actor)


def why_not_record(item: MyConversation | None, actor: Actor, today: date) -> str | None:
    """Return why a row cannot be recorded as held, or None."""
    if item is None:
        return NOBODY
    if item.mine:
        return "It is recorded by who held it: one of your leaders and coaches."
    return why_not_now(item, today) or _why_not_others(item, actor)


def why_not_hand_over(item: MyConversation | None, today: date) -> str | None:
    """Return why no conductor can be named for a row, or None (P10)."""
    if item is None:
        return NOBODY
    if item.mine:
        return "Your leaders and coaches settle who of them holds it."
    if item.push_id is None:
        return "No push asks for this: who plans it holds it."
    return why_not_now(item, today)


def why_not_not_mine(item: MyConversation | None, actor: Actor) -> str | None:
    """Return why the user cannot decline a row or take that back, or None (P10)."""
    if item is None:
        return NOBODY
    if item.mine:
        return "It is about you."
    if item.push_id is None:
        return "No push asks for this: it asks nobody else either."
    if item.conductor_id == actor.user_id:
        how = "cancel it (c), or hand it over (H)" if item.conversation_id else "hand it over (H)"
        return f"You hold it: {how}."
    if item.conductor_id is not None:
        return f"It does not ask you: {item.why_not}."
    return None


def why_not_now(item: MyConversation, today: date) -> str | None:
    """Return why a row cannot be acted on yet, or None."""
    if item.available_from is not None and item.available_from > today:
        return f"“{item.push}” is available from {item.available_from} on."
    return None


def has_declined(item: MyConversation) -> bool:
    """Return whether the user declined to hold the conversation of a row."""
    return item.why_not == NOT_MINE


def _why_not_others(item: MyConversation, actor: Actor) -> str | None:
    """Return why the row belongs to another conductor, or None.

    An admin may act for any conductor.
    """
    if item.conductor_id in (None, actor.user_id) or may(actor, Action.FINISH_ANY):
        return None
    over = ": hand it over first (H)" if item.push_id else ""
    holds = "holds it" if item.conversation_id else "is to hold it"
    return f"{item.conductor} {holds}{over}."


def _why_not_by_user(item: MyConversation, act: str) -> str | None:
    if item.conversation_id is not None:
        return f"Only {item.conductor}, who holds it, can {act} it anew."
    return f"Your leaders and coaches {act} what a push asks. + asks one of them for another."


def _toned(item: MyConversation, text: str) -> str | StyledText:
    return text if item.asked else StyledText(text, Tone.MUTED)


def _sign(item: MyConversation) -> StyledText:
    if item.overdue:
        return StyledText("!", Tone.BAD if item.asked else Tone.MUTED)
    return StyledText("•" if item.asked else "", Tone.MARK)


def _who(item: MyConversation) -> str | StyledText:
    return StyledText(ME, Tone.MARK) if item.mine else _toned(item, item.name)


def _by(item: MyConversation) -> str | StyledText:
    if item.overdue and item.asked:
        return StyledText(day(item.deadline), Tone.BAD)
    return _toned(item, day(item.deadline))


def _status(item: MyConversation, zone: ZoneInfo) -> str | StyledText:
    if item.status is Status.IN_PROGRESS:
        return StyledText(f"in progress {_day(item, zone)}".rstrip(), Tone.WARN)
    return _toned(item, f"{_step(item)} {moment(item.at, zone)}".rstrip())


def _step(item: MyConversation) -> str:
    return "nothing asked" if item.status is None else STATUS_LABELS[item.status]


def _waits(item: MyConversation) -> str | StyledText:
    return _toned(item, _waits_for(item))


def _waits_for(item: MyConversation) -> str:
    if item.mine:
        return "you, to prepare" if item.asked else item.why_not
    waits = "you" if item.asked else item.why_not
    return ", ".join(filter(None, (waits, item.for_whom)))


def _held(item: MyConversation, zone: ZoneInfo) -> str:
    return day(local_day(item.last_held, zone)) if item.last_held else ""


def _day(item: MyConversation, zone: ZoneInfo) -> str:
    return day(local_day(item.at, zone)) if item.at else ""


def _about(item: MyConversation) -> list[str]:
    if item.status is None:
        return []
    words = [f"{item.push} ({item.template})" if item.push else item.template]
    if item.deadline is not None:
        words.append(f"by {day(item.deadline)}{', overdue' if item.overdue else ''}")
    return words


def _state(item: MyConversation, zone: ZoneInfo) -> list[str]:
    at = moment_and_zone(item.at, zone)
    words = {
        None: "nothing is asked of you about them",
        Status.PLANNED: f"planned for {at}",
        Status.PREPARED: f"prepared, planned for {at}" if at else "prepared",
        Status.IN_PROGRESS: f"in progress since {at}",
    }.get(item.status, _step(item))
    holder = f"{item.conductor} holds it" if item.mine and item.conductor else ""
    held = _held(item, zone)
    told = [words, holder, _why(item), item.for_whom, f"last held {held}" if held else "never held"]
    return [each for each in told if each]


def _why(item: MyConversation) -> str:
    if item.asked:
        return "waits for you to prepare" if item.mine else "waits for you"
    if item.conductor and not item.mine and item.status is not Status.EXCUSED:
        return f"{item.why_not}, so nobody else is asked"
    if item.why_not == NOT_MINE:
        return "you said that it is not yours (N takes it back)"
    return "" if item.mine and item.why_not == _step(item) else item.why_not
