"""Stand-ins for leaders and coaches who are away (U14).

An admin or the leader names a stand-in, and both sides are notified. A stand-in takes effect and
ends by date, without a scheduled job.
"""

from collections.abc import Sequence
from datetime import date

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Action, Actor, may, require
from studio_tui.domain.people.stand_ins import StandIn, check_days
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid, NotFound, NothingToDo, Refused
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.pushes.pushes import cause_at_once
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import about_users, write_activity
from studio_tui.storage.outbox.notices import give_notice
from studio_tui.storage.people import stand_ins
from studio_tui.storage.people.managers import ids_managed_by
from studio_tui.storage.people.users import these_users, users_by_id


@dataclass(frozen=True, slots=True)
class StandInRequest:
    """Input for a new stand-in."""

    by: str
    """Login or address of the stand-in."""
    first_day: date
    last_day: date
    users: tuple[str, ...] = ()
    """Logins or addresses of the people to look after; empty means all people of the leader."""


@dataclass(frozen=True, slots=True)
class StandInResult:
    """The result of naming a stand-in or ending the term of one."""

    leader: User
    stand_ins: tuple[StandIn, ...]
    """The stand-ins that were named or ended."""
    people: int
    """Number of the leader's people that the stand-in covers today; 0 after ending."""


def of_leader(studio: Studio, actor: Actor, leader_id: int) -> tuple[StandIn, ...]:
    """Return the current and future stand-ins of a leader, by first day."""
    if actor.user_id != leader_id:
        require(actor, Action.READ_USERS)
    with studio.store.reading():
        return tuple(stand_ins.current_and_future(leader_id))


def leader_id_named(studio: Studio, actor: Actor, name: str) -> int:
    """Return the id of the leader with this login or address.

    An actor without the right to name stand-ins for others can only find themself.
    """
    if not may(actor, Action.NAME_STAND_INS):
        with studio.store.reading():
            (me,) = users_by_id([actor.user_id])
        if name.casefold() in (me.login.casefold(), me.email.casefold()):
            return me.id
        require(actor, Action.NAME_STAND_INS)
    with studio.store.reading():
        return naming.user_id_named(name)


def name_stand_in(
    studio: Studio, actor: Actor, leader_id: int, wanted: StandInRequest
) -> StandInResult:
    """Name a stand-in for a leader or coach, and notify both.

    Raises `Invalid` for wrong input, and `Refused` if the leader manages nobody or has a stand-in
    for the same people in that period.
    """
    _require_own(actor, leader_id)
    check_days(wanted.first_day, wanted.last_day, studio.today())
    with studio.store.writing():
        (leader,) = users_by_id([leader_id])
        people = set(ids_managed_by(leader_id))
        if not people:
            raise Refused(
                f"{leader.name} leads and coaches nobody: there is nothing to stand in for."
            )
        by = _stand_in_named(actor, wanted.by)
        users = _people_named(actor, leader, people, wanted.users)
        _require_other(leader, by, users or people)
        _require_free(leader, wanted, users)
        number = stand_ins.insert(leader_id, by.id, wanted.first_day, wanted.last_day, users)
        (made,) = (each for each in stand_ins.current_and_future(leader_id) if each.id == number)
        _tell(studio, actor, Verb.STAND_IN, leader, made, users)
        return StandInResult(leader, (made,), len(users or people))


def end(studio: Studio, actor: Actor, leader_id: int) -> StandInResult:
    """End all current and future stand-ins of a leader or coach, and notify both sides.

    Raises `NothingToDo` if there are none.
    """
    _require_own(actor, leader_id)
    with studio.store.writing():
        (leader,) = users_by_id([leader_id])
        found = stand_ins.current_and_future(leader_id)
        if not found:
            raise NothingToDo(f"Nobody stands in for {leader.name}, or is to.")
        for each in found:
            _tell(studio, actor, Verb.END_STAND_IN, leader, each, each.user_ids)
        stand_ins.delete([each.id for each in found])
        return StandInResult(leader, tuple(found), 0)


def _tell(
    studio: Studio,
    actor: Actor,
    verb: Verb,
    leader: User,
    stand_in: StandIn,
    users: Sequence[int] | frozenset[int],
) -> None:
    facts = {
        "stand_in": stand_in.login,
        "from": stand_in.first_day.isoformat(),
        "until": stand_in.last_day.isoformat(),
    }
    if users:
        facts["for"] = ", ".join(user.login for user in users_by_id(sorted(users)))
    begins = verb is Verb.STAND_IN
    line = write_activity(
        actor,
        studio.now(),
        verb,
        leader.login,
        before=None if begins else facts,
        after=facts if begins else None,
    )
    both = (leader.id, stand_in.stand_in_id)
    about_users(line, these_users((*both, *users)))
    cause = cause_at_once(studio, line)
    give_notice(cause, Kind.STAND_IN, Capacity.USER, *both)
    give_notice(cause, Kind.STAND_IN, Capacity.MANAGER, *both[::-1])


def _require_own(actor: Actor, leader_id: int) -> None:
    if actor.user_id != leader_id:
        require(actor, Action.NAME_STAND_INS)


def _stand_in_named(actor: Actor, name: str) -> User:
    """Return the stand-in with this login or address.

    An actor who may not read users gets one and the same error for unknown users and for those who
    have left.
    """
    sees = may(actor, Action.READ_USERS)
    try:
        (found,) = users_by_id([naming.user_id_named(name)])
    except (NotFound, Refused) as error:
        if sees:
            raise Invalid({"by": error.message}) from error
        raise Invalid({"by": _no_such_person(name)}) from None
    if not found.active:
        left = f"{found.name} has left: name somebody who is there"
        raise Invalid({"by": left if sees else _no_such_person(name)})
    return found


def _no_such_person(name: str) -> str:
    return f"“{clean_line(name)[:100]}” is nobody who could: name a colleague by login or address"


def _people_named(
    actor: Actor, leader: User, people: set[int], names: Sequence[str]
) -> tuple[int, ...]:
    found = []
    for name in names:
        try:
            user_id = naming.user_id_named(name)
        except Refused as error:
            if may(actor, Action.READ_USERS):
                raise Invalid({"for": error.message}) from error
            user_id = 0
        if user_id not in people:
            shown = clean_line(name)[:100]
            raise Invalid({"for": f"{leader.name} neither leads nor coaches {shown}"})
        found.append(user_id)
    return tuple(dict.fromkeys(found))


def _require_other(leader: User, by: User, people: Sequence[int] | set[int]) -> None:
    if by.id == leader.id:
        raise Invalid({"by": f"{leader.name} cannot stand in for themself: name somebody else"})
    if by.id in people:
        raise Invalid(
            {
                "by": f"{by.name} is one of those whom {leader.name} leads or coaches: name "
                "somebody who is not"
            }
        )


def _require_free(leader: User, wanted: StandInRequest, users: Sequence[int]) -> None:
    for each in stand_ins.current_and_future(leader.id):
        apart = each.last_day < wanted.first_day or wanted.last_day < each.first_day
        same = not users or not each.user_ids or each.user_ids & set(users)
        if not apart and same:
            raise Refused(
                f"{each.name} stands in for {leader.name} from {each.first_day} to "
                f"{each.last_day} already: name other days, or end that first (--end)."
            )
