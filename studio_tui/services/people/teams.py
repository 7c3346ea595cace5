"""Teams edited by hand: add, rename, move, change leaders, remove when empty (U2, U8)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.hr_file import TeamPath
from studio_tui.domain.people.hr_file.team_loops import TeamLoops
from studio_tui.domain.people.teams import SEPARATOR, Leader, Team, why_no_team_name
from studio_tui.domain.people.users import User
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Conflict, Invalid, NotFound, NothingToDo, Refused
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.shared.text import clean_line
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.services.system import naming
from studio_tui.services.system.context import Studio
from studio_tui.storage.people import import_read, managers
from studio_tui.storage.people import teams as stored
from studio_tui.storage.people import users as people
from studio_tui.storage.people.import_read import Profile, team_key
from studio_tui.storage.people.import_write import NewTeam, Write
from studio_tui.storage.people.locking import lock_users
from studio_tui.storage.people.teams import StoredTeam, TeamMove

TOP = ""
"""The value of ``under`` for a team at the top of the tree."""
_MAX_NAMED = 5
"""Maximum number of members or teams named in an error."""


@dataclass(frozen=True, slots=True)
class TeamDetails:
    """A team with its members."""

    team: Team
    members: tuple[User, ...]
    """Sorted by name; members who have left come last."""
    below: tuple[Team, ...]
    """The teams directly below it."""


@dataclass(frozen=True, slots=True)
class TeamChanged:
    """The result of a change to a team."""

    before: Team | None
    """None for a team that was added."""
    after: Team | None
    """None for a team that was removed."""
    other_managers: int = 0
    """Number of people whose managers changed (U4)."""
    reviews_added: int = 0
    """Number of lines that the change added to the desk of changes (U7)."""


@dataclass(frozen=True, slots=True)
class TeamEdit:
    """Changes to a team; None leaves a value unchanged."""

    name: str | None = None
    under: str | None = None
    """The new parent team, or `TOP`."""
    leaders: Sequence[str] = ()
    """Logins or addresses of leaders to add."""
    no_leaders: Sequence[str] = ()
    """Logins or addresses of leaders to remove."""


def every(studio: Studio, actor: Actor) -> tuple[Team, ...]:
    """Return all teams in tree order, each followed by the teams below it."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _every(stored.every_team())


def find(studio: Studio, actor: Actor, name: str) -> Team:
    """Return the team with this path or unique name; raises `NotFound` with a similar name."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        teams = stored.every_team()
        return _described(naming.team_named(name, teams).id, teams)


def show(studio: Studio, actor: Actor, team_id: int) -> TeamDetails:
    """Return a team with its members; raises `NotFound`."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        every = _every(stored.every_team())
        team = next((team for team in every if team.id == team_id), None)
        if team is None:
            raise NotFound("This team is no longer there.")
        members = people.users_by_id(stored.members_of(team_id))
        below = tuple(each for each in every if each.parent_id == team_id)
        return TeamDetails(team, tuple(members), below)


def add(
    studio: Studio, actor: Actor, name: str, *, under: str = TOP, leaders: Sequence[str] = ()
) -> TeamChanged:
    """Add a team, at the top or under another; the name ``Sales > Belgium`` puts it under Sales.

    Raises `Invalid` with the wrong input, by the field names of `TeamEdit`.
    """
    require(actor, Action.EDIT_TEAMS)
    above, separator, own = name.rpartition(SEPARATOR.strip())
    if separator and above.strip() and not under:
        name, under = own, above
    with studio.store.writing():
        lock_users()
        teams = stored.every_team()
        parent = _team_entered("under", under, teams) if under else None
        path = _free_path(clean_line(name), parent, teams, None)
        ids = _users_entered("leaders", leaders)
        key = team_key(path)
        made = NewTeam(key, parent.key if parent else None, path[-1], SEPARATOR.join(path), False)
        affected = _Affected([])
        writes = [
            Write(ref, before, before._replace(leads=before.leads | {key}))
            for ref, before in import_read.profiles(ids).items()
        ]
        logins = [each.after.login for each in writes]
        change = PeopleChange(
            Verb.ADD_TEAM,
            made.path,
            writes,
            [made],
            after=lambda: {"path": made.path, "leaders": logins},
        )
        applied = apply_change(studio, actor, change)
        teams = stored.every_team()
        added = next(team for team in teams if team.key == key)
        return TeamChanged(
            None, _described(added.id, teams), affected.count(), applied.reviews_added
        )


def edit(
    studio: Studio, actor: Actor, team_id: int, wanted: TeamEdit, *, was: Team | None = None
) -> TeamChanged:
    """Rename a team, move it with all teams below it, or change its leaders.

    ``was`` is the team that the caller read. Raises `Invalid` for wrong input, `Conflict` if
    another user changed the same facts since (A4), and `NothingToDo` if nothing would change.
    """
    require(actor, Action.EDIT_TEAMS)
    with studio.store.writing():
        lock_users()
        teams = stored.every_team()
        own = _own(team_id, teams)
        before = _described(team_id, teams)
        _require_as_read(before, was, wanted)
        inside = [team for team in teams if _is_in(team, own)]
        move = _move(own, inside, wanted, teams)
        leads = {leader.user_id for leader in before.leaders}
        leading = (leads | set(_users_entered("leaders", wanted.leaders))) - set(
            _users_entered("no_leaders", wanted.no_leaders)
        )
        if move is None and leading == leads:
            raise NothingToDo(f"Nothing to do: “{own.path}” is so already.")
        affected = _Affected(stored.people_in([team.id for team in inside]))
        writes = _writes(own, inside, move, leads, leading)
        change = PeopleChange(
            Verb.EDIT_TEAM,
            own.path,
            writes,
            moved=[move] if move else (),
            before=_facts(before, moved=move is not None, led=leading != leads),
            after=lambda: _facts(
                _described(team_id, stored.every_team()),
                moved=move is not None,
                led=leading != leads,
            ),
        )
        applied = apply_change(studio, actor, change)
        after = _described(team_id, stored.every_team())
        return TeamChanged(before, after, affected.count(), applied.reviews_added)


def remove(studio: Studio, actor: Actor, team_id: int) -> TeamChanged:
    """Delete an empty team; raises `Refused`, with its content, for any other."""
    require(actor, Action.EDIT_TEAMS)
    with studio.store.writing():
        lock_users()
        teams = stored.every_team()
        own = _own(team_id, teams)
        before = _described(team_id, teams)
        if inside := "; ".join(_inside(before, teams)):
            raise Refused(f"“{own.path}” is not empty: {inside}.")
        change = PeopleChange(Verb.REMOVE_TEAM, own.path, removed=[team_id], before=_facts(before))
        apply_change(studio, actor, change)
        return TeamChanged(before, None)


class _Affected:
    """Counts the users whose managers change. Create it before the change, count after it."""

    def __init__(self, user_ids: Collection[int]) -> None:
        self._user_ids = user_ids
        self._before = self._managers()

    def count(self) -> int:
        """Return the number of users whose managers differ from those before the change."""
        after = self._managers()
        return sum(self._before.get(each) != after.get(each) for each in self._user_ids)

    def _managers(self) -> dict[int, frozenset[int]]:
        return managers.managers_by_user(people.these_users(self._user_ids))


def _every(teams: Sequence[StoredTeam]) -> tuple[Team, ...]:
    leaders, members = stored.leaders_by_team(), stored.count_members()
    by_id = {team.id: team for team in teams}
    inside, below = Counter[int](), Counter[int]()
    for team in teams:
        for above in _with_ancestors(team, by_id):
            inside[above] += members.get(team.id, 0)
        if team.parent_id is not None:
            below[team.parent_id] += 1
    # A user in several teams counts once in each team above them.
    for several in stored.members_of_several():
        over = Counter(above for each in several for above in _with_ancestors(by_id[each], by_id))
        inside.subtract({team_id: count - 1 for team_id, count in over.items()})
    return tuple(
        Team(
            team.id,
            team.name,
            team.path,
            team.parent_id,
            leaders.get(team.id, ()),
            members.get(team.id, 0),
            inside[team.id],
            below[team.id],
        )
        for team in teams
    )


def _with_ancestors(team: StoredTeam, by_id: dict[int, StoredTeam]) -> Iterable[int]:
    yield team.id
    while team.parent_id is not None:
        team = by_id[team.parent_id]
        yield team.id


def _described(team_id: int, teams: Sequence[StoredTeam]) -> Team:
    return next(team for team in _every(teams) if team.id == team_id)


def _own(team_id: int, teams: Sequence[StoredTeam]) -> StoredTeam:
    for team in teams:
        if team.id == team_id:
            return team
    raise NotFound("This team is no longer there.")


def _is_in(team: StoredTeam, other: StoredTeam) -> bool:
    """Return whether ``team`` is ``other`` or below it."""
    return team.id == other.id or team.key.startswith(other.key + SEPARATOR)


def _require_as_read(now: Team, was: Team | None, wanted: TeamEdit) -> None:
    if was is None:
        return
    for differs, words in (
        (wanted.name is not None and now.name != was.name, f"it is called “{now.name}”"),
        (
            wanted.under is not None and now.parent != was.parent,
            f"it is under “{now.parent}”" if now.parent else "it is at the top",
        ),
        (
            bool(wanted.leaders or wanted.no_leaders) and _ids(now.leaders) != _ids(was.leaders),
            f"it is led by {now.led_by or 'nobody'}",
        ),
    ):
        if differs:
            raise Conflict(f"Somebody else changed this team in the meantime: {words}.")


def _ids(leaders: Iterable[Leader]) -> set[int]:
    return {leader.user_id for leader in leaders}


def _move(
    own: StoredTeam,
    inside: Sequence[StoredTeam],
    wanted: TeamEdit,
    teams: Sequence[StoredTeam],
) -> TeamMove | None:
    """Return the new name, parent and paths of a team; None if they stay the same."""
    parent = next((team for team in teams if team.id == own.parent_id), None)
    if wanted.under is not None:
        parent = _team_entered("under", wanted.under, teams) if wanted.under else None
        if parent and _is_in(parent, own):
            where = "itself" if parent.id == own.id else f"“{parent.path}”, which is below it"
            raise Invalid({"under": f"“{own.path}” cannot be put under {where}"})
    name = own.name if wanted.name is None else clean_line(wanted.name)
    path = _free_path(name, parent, teams, own)
    if SEPARATOR.join(path) == own.path:
        return None
    paths = {team.id: (*path, *team.path.split(SEPARATOR)[own.path.count(SEPARATOR) + 1 :])
             for team in inside}  # fmt: skip
    rest = [tuple(team.path.split(SEPARATOR)) for team in teams if team.id not in paths]
    field = "name" if wanted.under is None else "under"
    _refuse_loops(rest, list(paths.values()), field)
    paths_by_id = [
        (team_id, SEPARATOR.join(each), team_key(each)) for team_id, each in paths.items()
    ]
    return TeamMove(own.id, path[-1], parent.id if parent else None, paths_by_id)


def _free_path(
    name: str, parent: StoredTeam | None, teams: Sequence[StoredTeam], own: StoredTeam | None
) -> tuple[str, ...]:
    """Return the path of a team with this name; raises `Invalid` if it is not allowed there."""
    if reason := why_no_team_name(name):
        raise Invalid({"name": reason})
    beside = [
        team.name
        for team in teams
        if team.parent_id == (parent.id if parent else None) and (own is None or team.id != own.id)
    ]
    noun = f"team under “{parent.path}”" if parent else "team"
    if taken := why_taken(name, noun, beside):
        raise Invalid({"name": taken})
    path = (*(parent.path.split(SEPARATOR) if parent else ()), name)
    if own is None:
        known = [tuple(team.path.split(SEPARATOR)) for team in teams]
        _refuse_loops(known, [path], "name")
    return path


def _refuse_loops(known: Sequence[TeamPath], new: Sequence[TeamPath], field: str) -> None:
    """Raise `Invalid` if a new path puts a team above itself, by the rule that imports apply."""
    loops = TeamLoops([*known, *new])
    for path in known:
        loops.add(path)
    for path in new:
        if reason := loops.add(path):
            raise Invalid({field: reason})


def _writes(
    own: StoredTeam,
    inside: Sequence[StoredTeam],
    move: TeamMove | None,
    leads: Collection[int],
    leading: Collection[int],
) -> list[Write]:
    """Return a write for each user whom the change affects, with the new keys of teams."""
    now = {team.id: team.key for team in inside}
    renamed = {now[team_id]: key for team_id, _, key in move.paths} if move else {}
    ids = {*leads, *leading} if move is None else {*stored.people_in(list(now)), *leading}
    key = renamed.get(own.key, own.key)
    writes = []
    for ref, profile in import_read.profiles(ids).items():
        before = _renamed(profile, renamed)
        after = before
        if ref in leading:
            after = before._replace(leads=before.leads | {key})
        elif ref in leads:
            after = before._replace(leads=before.leads - {key})
        if move or after != before:
            writes.append(Write(ref, before, after))
    return writes


def _renamed(profile: Profile, keys: dict[str, str]) -> Profile:
    teams, leads = (
        frozenset(keys.get(each, each) for each in held) for held in (profile.teams, profile.leads)
    )
    return profile._replace(teams=teams, leads=leads)


def _team_entered(field: str, name: str, teams: Sequence[StoredTeam]) -> StoredTeam:
    try:
        return naming.team_named(name, teams)
    except Refused as error:
        raise Invalid({field: str(error)}) from error


def _users_entered(field: str, names: Sequence[str]) -> list[int]:
    if not names:
        return []
    try:
        return naming.user_ids_named(names)
    except Refused as error:
        raise Invalid({field: str(error)}) from error


def _facts(team: Team, *, moved: bool = True, led: bool = True) -> dict[str, object]:
    """Return the facts of a team for the activity; after an edit, those that changed."""
    path: dict[str, object] = {"path": team.path} if moved else {}
    return {**path, "leaders": [leader.login for leader in team.leaders]} if led else path


def _inside(team: Team, teams: Sequence[StoredTeam]) -> Iterable[str]:
    if members := people.users_by_id(stored.members_of(team.id)):
        names = [each.name if each.active else f"{each.name} (left)" for each in members]
        yield f"{_count(len(names), 'member')} ({_named(names)})"
    if team.leaders:
        yield f"led by {_named([leader.name for leader in team.leaders])}"
    if below := [each.name for each in teams if each.parent_id == team.id]:
        yield f"{_count(len(below), 'team')} below it ({_named(below)})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED:,} more" if len(names) > _MAX_NAMED else ""
    return ", ".join(names[:_MAX_NAMED]) + more
