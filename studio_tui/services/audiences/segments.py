"""Segments: save, change and delete them, and list their uses (P13)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.audiences.audience import Audience, WrongAudience, conditions_of
from studio_tui.domain.audiences.segment import (
    MAX_SPELLED_OUT,
    Effect,
    Segment,
    SegmentFile,
    SegmentFiles,
    SegmentSaved,
    clean_name,
)
from studio_tui.domain.audiences.words import WORDS, ValueKind
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.shared.errors import Invalid, NotFound, NothingToDo, Refused
from studio_tui.domain.shared.lookalikes import why_taken
from studio_tui.domain.shared.text import clean_line, fold
from studio_tui.services.audiences.resolving import (
    all_with_current_names,
    audience_of,
    with_current_names,
)
from studio_tui.services.pushes.audiences import join_audiences
from studio_tui.services.system import naming, toml_text
from studio_tui.services.system.context import Studio
from studio_tui.storage.activity.activity import write_activity
from studio_tui.storage.audiences import audience_owners, segments
from studio_tui.storage.people.scope import is_limited

_SHOWN = 5


def every(studio: Studio, actor: Actor) -> list[Segment]:
    """Return all segments, by name, with their uses."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _every()


def find(studio: Studio, actor: Actor, name: str) -> Segment:
    """Return the segment of this name, ignoring case. Raises `NotFound` with a suggestion."""
    known = every(studio, actor)
    for segment in known:
        if fold(segment.name) == fold(name):
            return segment
    raise NotFound(naming.nothing_named("segment", name, [each.name for each in known]))


def versions(studio: Studio, actor: Actor, segment_id: int) -> list[Segment]:
    """Return the saved versions of a segment, newest first."""
    require(actor, Action.READ_USERS)
    with studio.store.reading():
        return _named_today(segments.versions(segment_id))


def save(
    studio: Studio,
    actor: Actor,
    name: str,
    audience: Audience | None = None,
    *,
    description: str | None = None,
    new_name: str | None = None,
) -> SegmentSaved:
    """Add or change the segment of this name. Values that are None stay unchanged.

    The names of ``audience`` must be resolved. Raises `Invalid` if the name is invalid,
    `WrongAudience` if the segment names itself or is too long with all segments that it names, and
    `NothingToDo` if nothing changes.
    """
    require(actor, Action.EDIT_SEGMENTS)
    wanted = clean_name(name if new_name is None else new_name)
    with studio.store.writing():
        segments.lock_segments()
        known = segments.segments()
        before = next((each for each in known if fold(each.name) == fold(name)), None)
        if before is None and (audience is None or new_name is not None):
            raise NotFound(naming.nothing_named("segment", name, [each.name for each in known]))
        others = [each.name for each in known if before is None or each.id != before.id]
        if reason := why_taken(wanted, "segment", others):
            raise Invalid({"name": reason})
        after = _changed(studio, actor, before, wanted, audience, description)
        if before is not None and _same(before, after):
            raise NothingToDo(f"The segment “{before.name}” is so already.")
        _check_references(after, known)
        # No audience can name a new segment.
        effects = audience_owners.meanings_using(after.id) if before else ()
        saved = replace(after, id=segments.save(after))
        compared = tuple(_effect(each) for each in audience_owners.compared(effects))
        write_activity(
            actor,
            studio.now(),
            Verb.SAVE_SEGMENT,
            after.name,
            before=_facts(before) if before else None,
            after=_facts(after),
        )
        if before:
            # Users who now match the audience of a push join it (P13).
            join_audiences(studio, limited=is_limited())
        (shown,) = _with_use([saved])
        return SegmentSaved(shown, before is None, compared)


def try_saving(studio: Studio, save_it: Callable[[], SegmentSaved]) -> SegmentSaved:
    """Return the result of `save` without its changes. Raises as it does."""
    with studio.store.dry_run():
        found = save_it()
    return found  # noqa: RET504 - the unit of work takes back by an exception of its own


def delete(studio: Studio, actor: Actor, segment: Segment) -> None:
    """Delete an unused segment. Raises `Refused` with its uses if it has any."""
    require(actor, Action.EDIT_SEGMENTS)
    with studio.store.writing():
        segments.lock_segments()
        current = next((each for each in _every() if each.id == segment.id), None)
        if current is None:
            raise NothingToDo(f"The segment “{segment.name}” is no longer there.")
        if current.used_by:
            more = len(current.used_by) - _SHOWN
            by = ", ".join(current.used_by[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
            raise Refused(f"The segment “{current.name}” is used by {by}.")
        segments.delete(segment.id)
        write_activity(
            actor, studio.now(), Verb.DELETE_SEGMENT, current.name, before=_facts(current)
        )


def export_text(chosen: Sequence[Segment]) -> str:
    """Return segments as text that `import_text` reads."""
    files = tuple(SegmentFile(each.name, str(each.audience), each.description) for each in chosen)
    return toml_text.write(files[0] if len(files) == 1 else SegmentFiles(files))


def import_text(
    studio: Studio, actor: Actor, text: str, source_name: str
) -> tuple[SegmentSaved, ...]:
    """Add the segments of a text, or change those of the same names: either all or none.

    Unchanged segments are skipped. A segment may name another one that follows in the text.
    """
    require(actor, Action.EDIT_SEGMENTS)
    several = "[[segments]]" in text.replace(" ", "")
    if several:
        waiting = list(toml_text.read(text, SegmentFiles, source_name).segments)
    else:
        waiting = [toml_text.read(text, SegmentFile, source_name)]
    done: list[SegmentSaved] = []
    with studio.store.writing():
        while waiting:
            later, problems = [], dict[str, str]()
            for file in waiting:
                try:
                    audience = audience_of(studio, actor, file.where)
                    saved = save(studio, actor, file.name, audience, description=file.description)
                    done.append(saved)
                except WrongAudience as error:
                    problems[file.name] = str(error)
                    later.append(file)
                except NothingToDo:
                    continue
            if len(later) == len(waiting):
                raise toml_text.refusal(source_name, problems)
            waiting = later
    return tuple(done)


def _changed(
    studio: Studio,
    actor: Actor,
    before: Segment | None,
    name: str,
    audience: Audience | None,
    description: str | None,
) -> Segment:
    kept = audience or (before.audience if before else None)
    if kept is None:
        raise Invalid({"where": "say whom it holds"})
    kept_description = before.description if before else ""
    return Segment(
        id=before.id if before else 0,
        name=name,
        description=kept_description if description is None else clean_line(description),
        audience=kept,
        version=before.version + 1 if before else 1,
        saved_at=studio.now(),
        saved_by=actor.login,
    )


def _same(before: Segment, after: Segment) -> bool:
    return (before.name, before.description, before.audience) == (
        after.name,
        after.description,
        after.audience,
    )


def _check_references(segment: Segment, known: Sequence[Segment]) -> None:
    """Raise `WrongAudience` if a segment names itself, or if a segment becomes too long.

    The length counts the conditions of all segments that are named, also in segments that name this
    one.
    """
    audiences = {each.id: each.audience for each in known}
    text = str(segment.audience)
    if segment.id:
        audiences[segment.id] = segment.audience
        if cycle := _cycle(segment, audiences, {each.id: each.name for each in known}):
            at = text.find("segment ")
            raise WrongAudience(text, max(at, 0), len("segment"), cycle)
    lengths: dict[int, int] = {}
    for segment_id, audience in ((segment.id, segment.audience), *audiences.items()):
        if _length(audience, audiences, lengths) > MAX_SPELLED_OUT:
            name = next((each.name for each in known if each.id == segment_id), segment.name)
            reason = (
                f"the segment “{name}” would have more than {MAX_SPELLED_OUT} conditions, with "
                "those of the segments it names"
            )
            raise WrongAudience(text, 0, 1, reason)


def _cycle(segment: Segment, audiences: Mapping[int, Audience], names: Mapping[int, str]) -> str:
    """Return the error that a segment names itself, with the path; empty if it does not."""
    waiting: list[tuple[int, tuple[str, ...]]] = [(segment.id, (segment.name,))]
    seen = set[int]()
    while waiting:
        current, path = waiting.pop()
        for named in segments.segments_in(audiences[current]):
            if named == segment.id:
                way = " → ".join(f"“{each}”" for each in (*path, segment.name))
                return f"a segment cannot name itself: {way}"
            if named in audiences and named not in seen:
                seen.add(named)
                waiting.append((named, (*path, names[named])))
    return ""


def _length(audience: Audience, audiences: Mapping[int, Audience], lengths: dict[int, int]) -> int:
    """Return the number of conditions of an audience with its segments expanded.

    Requires no cycles.
    """
    found = 0
    for condition in conditions_of(audience):
        if WORDS[condition.word].names is not ValueKind.SEGMENT:
            found += 1
        for named in segments.segments_in(condition):
            if named in audiences and named not in lengths:
                lengths[named] = _length(audiences[named], audiences, lengths)
            found += lengths.get(named, 1)
    return found


def _every() -> list[Segment]:
    return _with_use(segments.segments())


def _with_use(kept: Sequence[Segment]) -> list[Segment]:
    used = audience_owners.used_by()
    return [replace(each, used_by=tuple(used.get(each.id, ()))) for each in _named_today(kept)]


def _named_today(kept: Sequence[Segment]) -> list[Segment]:
    named = all_with_current_names([each.audience for each in kept])
    return [replace(each, audience=said) for each, said in zip(kept, named, strict=True)]


def _effect(compared: audience_owners.AudienceChange) -> Effect:
    return Effect(compared.owner, compared.come, compared.go)


def _facts(segment: Segment) -> dict[str, str]:
    return {
        "name": segment.name,
        "description": segment.description,
        "where": str(with_current_names(segment.audience)),
    }
