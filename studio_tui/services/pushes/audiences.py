"""Pushes with an audience: matching users are added until the push is closed (P13).

They are added when the audience is set, with every change of people, and once a day by schedule,
because conditions such as “hired within 90 days” become true with time. Nobody is removed: users
who no longer match appear on the desk of changes (U7).
"""

from collections.abc import Collection, Sequence
from contextlib import suppress

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.audiences.audience import Audience, all_of
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.pushes.push import Push, PushDraft, PushFacts
from studio_tui.domain.shared.errors import NothingToDo, Refused
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.audiences.resolving import names_only_visible, with_current_names
from studio_tui.services.pushes import pushes
from studio_tui.services.pushes.assign import AssignResult, assign, assign_to
from studio_tui.services.pushes.pushes import locked_push, locked_unchanged_push, push_with_progress
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.people.scope import is_limited
from studio_tui.storage.people.stored_scope import scope_audience_of
from studio_tui.storage.pushes import audiences as stored

_MAX_SINGLE = 1_000
"""Number of changed people up to which only these are matched; above it, all users are."""


def of_push(studio: Studio, actor: Actor, push: PushFacts) -> Audience | None:
    """Return the audience of a push, with the current names; None if it has none.

    None as well if it names anything beyond the sight of ``actor`` (U12).
    """
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        audience = audience_of_push(push.id)
        if audience is not None and is_limited() and not names_only_visible(audience):
            return None
        return audience


def audience_of_push(push_id: int) -> Audience | None:
    """Return the audience of a push like `of_push`, inside an open unit of work."""
    kept = stored.stored_audience(push_id)
    return with_current_names(kept) if kept else None


def create_for(
    studio: Studio,
    actor: Actor,
    template_id: int,
    drafts: Sequence[PushDraft],
    audience: Audience | None,
    *,
    once: bool = False,
) -> list[Push]:
    """Create all these pushes for an audience, or none; see `pushes.create` and `set_audience`.

    With ``once``, today's matches are assigned and nobody is added later.
    """
    with studio.store.writing():
        created = pushes.create(studio, actor, template_id, drafts)
        if audience is None:
            return created
        for push in created:
            if once:
                _assign_once(studio, actor, push, audience)
            else:
                set_audience(studio, actor, push, audience)
        return [push_with_progress(studio, push.id) for push in created]


def _assign_once(studio: Studio, actor: Actor, push: PushFacts, audience: Audience) -> None:
    chosen: Selection[UserFilter] = Selection.matching(UserFilter(where=audience))
    # A push whose audience matches nobody is created all the same; users can be assigned later.
    with suppress(NothingToDo):
        assign(studio, actor, push, chosen)


def set_audience(
    studio: Studio,
    actor: Actor,
    push: PushFacts,
    audience: Audience | None,
) -> AssignResult | None:
    """Set the audience of ``push``, as the caller read it; None restricts it to the picked users.

    The names in ``audience`` must be resolved. Today's matches are assigned and notified at once:
    returns that result, or None if there are none. Raises `Conflict` if another user changed the
    push since (A4), `Refused` if it is closed, and `NothingToDo` if it has this audience already.
    """
    require(actor, Action.EDIT_PUSHES)
    require(actor, Action.ASSIGN)
    with studio.store.writing():
        current = locked_unchanged_push(studio, push)
        if current.closed_at is not None:
            raise Refused(f"“{current.name}” is closed: reopen it first.")
        before = audience_of_push(push.id)
        audience = within_sight(actor, audience) if audience else None
        after, was = _text(audience), _text(before)
        if after == was:
            raise NothingToDo(
                f"“{current.name}” is for this audience already."
                if audience
                else f"“{current.name}” has no audience."
            )
        stored.store_audience(push.id, audience, studio.today())
        write_activity(
            actor,
            studio.now(),
            Verb.SET_AUDIENCE,
            current.name,
            push_id=push.id,
            before={"audience": was},
            after={"audience": after},
        )
        return apply_audience(studio, actor, current, audience) if audience else None


def within_sight(actor: Actor | None, audience: Audience) -> Audience:
    """Restrict an audience to the users whom ``actor`` sees, now and in the future (U12).

    Call this inside an open unit of work. The schedule, without an actor, sees everybody.
    """
    if actor is None or not is_limited():
        return audience
    kept = scope_audience_of(actor.user_id)
    return all_of((audience, kept)) if kept else audience


def join_audiences(studio: Studio, *, limited: bool, by: int | None = None) -> int:
    """Add users who match now to the pushes with an audience; return how many.

    Call this inside the unit of work of a change to people. ``by`` is the act of an edit by hand:
    only the people whom it changed are matched, so that the user need not wait for a comparison of
    all. If the actor is ``limited`` to a scope (U12), the schedule does the work after the act.
    """
    found = stored.with_audience()
    if not found:
        return 0
    if limited:
        stored.mark_unseen()
        return 0
    only = stored.people_of(by, _MAX_SINGLE) if by is not None else None
    return sum(_apply_stored_audience(studio, push_id, only) for push_id in found)


def join_by_schedule(studio: Studio) -> int:
    """Add users who match since a new day has begun, once a day for each push; return how many.

    Idempotent: any number of workers may call it at any time.
    """
    today = studio.today()
    with studio.store.reading():
        # Check first without a write lock. Most calls find nothing and must not block other
        # writers.
        unseen = stored.with_audience(unseen_on=today)
    added = 0
    for push_id in unseen:
        with studio.store.writing():
            locked_push(studio, push_id)
            if push_id in stored.with_audience(unseen_on=today):
                added += _apply_stored_audience(studio, push_id)
                stored.mark_seen(push_id, today)
    return added


def _apply_stored_audience(
    studio: Studio, push_id: int, only: Collection[int] | None = None
) -> int:
    push, audience = locked_push(studio, push_id), audience_of_push(push_id)
    if audience is None or push.closed_at is not None:
        return 0
    done = apply_audience(studio, None, push, audience, only=only)
    return done.added if done else 0


def apply_audience(
    studio: Studio,
    actor: Actor | None,
    push: PushFacts,
    audience: Audience,
    *,
    only: Collection[int] | None = None,
) -> AssignResult | None:
    """Add matching users to ``push`` and put those who no longer match on the desk of changes.

    Call this inside an open unit of work that has locked the push. Returns None if nothing changes.
    ``only`` restricts the comparison to these users.
    """
    matching = stored.matching(audience, only)
    found = stored.changes(push.id, matching, studio.now(), only)
    if not found.anything:
        return None
    facts: dict[str, str | int] = {"audience": str(audience)}
    if found.leaving:
        facts["no longer match"] = found.leaving
    joining = stored.newcomers(push.id, matching)
    done = assign_to(studio, actor, push, joining, verb=Verb.JOIN, after=facts)
    stored.update_desk(push.id, matching, done.activity_id, studio.now(), only)
    return done


def _text(audience: Audience | None) -> str | None:
    return str(audience) if audience else None
