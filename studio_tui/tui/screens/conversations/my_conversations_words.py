"""What My conversations says of one line, and why something cannot be done with it (C1, P10)."""

from datetime import date
from zoneinfo import ZoneInfo

from textual.content import Content

from studio_tui.domain.conversations.conversation import NOT_MINE, MyConversation
from studio_tui.domain.people.access import Action, Actor, may
from studio_tui.domain.pushes.push import Status
from studio_tui.domain.shared.clock import local_day
from studio_tui.tui.moments import day, moment, moment_and_zone
from studio_tui.tui.text import line
from studio_tui.tui.widgets.list.columns import Column, Tone, Toned
from studio_tui.wording.pushes import STATUS_LABELS

ME = "me"
NOBODY = "There is nobody here."


def matter_columns(zone: ZoneInfo) -> tuple[Column[MyConversation], ...]:
    """The columns of My conversations; times are in ``zone``, which the heading names."""
    return (
        Column("sign", "", _sign, width=1),
        Column("who", "Who", _who, width=16, flex=2, most=32),
        Column("what", "What", lambda m: _toned(m, m.push or m.template), 16, 3, most=40),
        Column("by", "By", _by, width=10),
        Column("status", zone.key, lambda m: _status(m, zone), width=25),
        Column("waits", "Waits for", _waits, width=18, flex=3, most=40, gives_way=1),
        Column(
            "held", "Last held", lambda m: Toned(_held(m, zone), Tone.MUTED), width=10, gives_way=2
        ),
    )


def matter_detail(matter: MyConversation | None, zone: ZoneInfo) -> Content:
    """The line under the cursor in full: two lines, whatever the width of the list."""
    if matter is None:
        return Content("")
    head = [line(f"{matter.name} ({ME})" if matter.mine else matter.name, "bold")]
    head += [line(words) for words in _about(matter)]
    dot = Content.styled(" · ", "$muted")
    tail = dot.join(line(words) for words in _state(matter, zone))
    return Content("\n").join([dot.join(head), tail])


def why_not_plan(matter: MyConversation | None, actor: Actor, today: date) -> str | None:
    """Why what a line is about cannot be planned or moved, None where it can."""
    if matter is None:
        return NOBODY
    if matter.mine:
        return _why_not_by_user(matter, "plan")
    if matter.status is Status.IN_PROGRESS:
        return "The talk has begun: there is nothing to plan any more."
    if matter.status is not None and not matter.planning:
        return f"“{matter.template}” starts at the talk: press b."
    return why_not_now(matter, today) or _why_not_others(matter, actor)


def why_not_cancel(matter: MyConversation | None, actor: Actor) -> str | None:
    """Why a line cannot be cancelled, None where it can (C3)."""
    if matter is None:
        return NOBODY
    if matter.conversation_id is None:
        return f"Nothing is planned with {ME if matter.mine else matter.name}."
    if matter.mine and not may(actor, Action.FINISH_ANY):
        return f"Only {matter.conductor}, who holds it, can cancel it."
    return _why_not_others(matter, actor)


def why_not_record(matter: MyConversation | None, actor: Actor, today: date) -> str | None:
    """Why a line cannot be recorded as held, None where it can."""
    if matter is None:
        return NOBODY
    if matter.mine:
        return "It is recorded by who held it: one of your leaders and coaches."
    return why_not_now(matter, today) or _why_not_others(matter, actor)


def why_not_hand_over(matter: MyConversation | None, today: date) -> str | None:
    """Why nobody can be named for a line, None where somebody can (P10)."""
    if matter is None:
        return NOBODY
    if matter.mine:
        return "Your leaders and coaches settle who of them holds it."
    if matter.push_id is None:
        return "No push asks for this: who plans it holds it."
    return why_not_now(matter, today)


def why_not_not_mine(matter: MyConversation | None, actor: Actor) -> str | None:
    """Why one cannot say of a line that it is not one's own, or that it is again (P10)."""
    if matter is None:
        return NOBODY
    if matter.mine:
        return "It is about you."
    if matter.push_id is None:
        return "No push asks for this: it asks nobody else either."
    if matter.conductor_id == actor.user_id:
        how = "cancel it (c), or hand it over (H)" if matter.conversation_id else "hand it over (H)"
        return f"You hold it: {how}."
    if matter.conductor_id is not None:
        return f"It does not ask you: {matter.why_not}."
    return None


def why_not_now(matter: MyConversation, today: date) -> str | None:
    """Why nothing can be done with a line yet."""
    if matter.available_from is not None and matter.available_from > today:
        return f"“{matter.push}” is available from {matter.available_from} on."
    return None


def said_not_mine(matter: MyConversation) -> bool:
    """Whether one said of a line that it is not one's own."""
    return matter.why_not == NOT_MINE


def _why_not_others(matter: MyConversation, actor: Actor) -> str | None:
    """Nobody else touches what somebody holds; an admin may."""
    if matter.conductor_id in (None, actor.user_id) or may(actor, Action.FINISH_ANY):
        return None
    over = ": hand it over first (H)" if matter.push_id else ""
    holds = "holds it" if matter.conversation_id else "is to hold it"
    return f"{matter.conductor} {holds}{over}."


def _why_not_by_user(matter: MyConversation, act: str) -> str | None:
    if matter.conversation_id is not None:
        return f"Only {matter.conductor}, who holds it, can {act} it anew."
    return f"Your leaders and coaches {act} what a push asks. + asks one of them for another."


def _toned(matter: MyConversation, text: str) -> str | Toned:
    return text if matter.asked else Toned(text, Tone.MUTED)


def _sign(matter: MyConversation) -> Toned:
    if matter.overdue:
        return Toned("!", Tone.BAD if matter.asked else Tone.MUTED)
    return Toned("•" if matter.asked else "", Tone.MARK)


def _who(matter: MyConversation) -> str | Toned:
    return Toned(ME, Tone.MARK) if matter.mine else _toned(matter, matter.name)


def _by(matter: MyConversation) -> str | Toned:
    if matter.overdue and matter.asked:
        return Toned(day(matter.deadline), Tone.BAD)
    return _toned(matter, day(matter.deadline))


def _status(matter: MyConversation, zone: ZoneInfo) -> str | Toned:
    if matter.status is Status.IN_PROGRESS:
        return Toned(f"in progress {_day(matter, zone)}".rstrip(), Tone.WARN)
    return _toned(matter, f"{_step(matter)} {moment(matter.at, zone)}".rstrip())


def _step(matter: MyConversation) -> str:
    return "nothing asked" if matter.status is None else STATUS_LABELS[matter.status]


def _waits(matter: MyConversation) -> str | Toned:
    return _toned(matter, _waits_for(matter))


def _waits_for(matter: MyConversation) -> str:
    if not matter.asked:
        return matter.why_not
    if matter.mine:
        return "you, to prepare"
    return "you"


def _held(matter: MyConversation, zone: ZoneInfo) -> str:
    return day(local_day(matter.last_held, zone)) if matter.last_held else ""


def _day(matter: MyConversation, zone: ZoneInfo) -> str:
    return day(local_day(matter.at, zone)) if matter.at else ""


def _about(matter: MyConversation) -> list[str]:
    if matter.status is None:
        return []
    words = [f"{matter.push} ({matter.template})" if matter.push else matter.template]
    if matter.deadline is not None:
        words.append(f"by {day(matter.deadline)}{', overdue' if matter.overdue else ''}")
    return words


def _state(matter: MyConversation, zone: ZoneInfo) -> list[str]:
    at = moment_and_zone(matter.at, zone)
    words = {
        None: "nothing is asked of you about them",
        Status.PLANNED: f"planned for {at}",
        Status.PREPARED: f"prepared, planned for {at}" if at else "prepared",
        Status.IN_PROGRESS: f"in progress since {at}",
    }.get(matter.status, _step(matter))
    holder = f"{matter.conductor} holds it" if matter.mine and matter.conductor else ""
    held = _held(matter, zone)
    told = [words, holder, _why(matter), f"last held {held}" if held else "never held"]
    return [each for each in told if each]


def _why(matter: MyConversation) -> str:
    if matter.asked:
        return "waits for you to prepare" if matter.mine else "waits for you"
    if matter.conductor and not matter.mine:
        return f"{matter.why_not}, so nobody else is asked"
    if matter.why_not == NOT_MINE:
        return "you said that it is not yours (N takes it back)"
    return "" if matter.mine and matter.why_not == _step(matter) else matter.why_not
