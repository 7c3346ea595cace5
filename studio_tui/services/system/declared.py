"""Templates, segments, pushes and rhythms as one text file, to be applied and exported.

Applying a file changes the database to match it, in one transaction; whatever the file does not
name stays as it is. Applying the output of `export_text` changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from studio_tui.domain.audiences.segment import SegmentFile, SegmentFiles
from studio_tui.domain.people.access import Action, Actor, require
from studio_tui.domain.pushes.declared import (
    Declared,
    DeclaredChange,
    DeclaredPush,
    DeclaredRepeat,
)
from studio_tui.domain.pushes.push import Push, PushDraft, PushState, Reminders
from studio_tui.domain.pushes.repeats import parse_after, parse_every
from studio_tui.domain.shared.errors import Invalid, NothingToDo, Refused
from studio_tui.domain.shared.text import fold
from studio_tui.domain.templates.template import Definition, check_definition
from studio_tui.services.audiences import segments
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.pushes import audiences, pushes, repeats
from studio_tui.services.system import toml_text
from studio_tui.services.system.context import Studio
from studio_tui.services.templates import templates

ADDED = "added"


def read(text: str, source: str) -> Declared:
    """Parse a declaration file. Raises `Refused` with every mistake by its key path."""
    declared = toml_text.read(text, Declared, source)
    problems: dict[str, str] = {}
    for number, definition in enumerate(declared.templates):
        try:
            check_definition(definition)
        except Invalid as error:
            problems |= {f"templates[{number}].{at}": why for at, why in error.fields.items()}
    for number, repeat in enumerate(declared.repeats):
        if why := _wrong_repeat(repeat):
            problems[f"repeats[{number}]"] = why
    for kind, names in (
        ("templates", [each.name for each in declared.templates]),
        ("segments", [each.name for each in declared.segments]),
        ("pushes", [each.name for each in declared.pushes]),
        ("repeats", [each.push for each in declared.repeats]),
    ):
        folded = [fold(name) for name in names]
        problems |= {
            f"{kind}[{number}]": f"“{names[number]}” is declared twice"
            for number, name in enumerate(folded)
            if name in folded[:number]
        }
    if problems:
        raise toml_text.refusal(source, problems)
    return declared


def apply(studio: Studio, actor: Actor, declared: Declared) -> list[DeclaredChange]:
    """Apply a declaration, all or nothing; return the changes in the order of the file.

    Raises what the services involved raise, with the name of the faulty entry.
    """
    require(actor, Action.CREATE_PUSHES)
    with studio.store.writing():
        return [
            *_templates(studio, actor, declared.templates),
            *_segments(studio, actor, declared.segments),
            *_pushes(studio, actor, declared.pushes),
            *(each for one in declared.repeats for each in _repeat(studio, actor, one)),
        ]


def try_applying(studio: Studio, actor: Actor, declared: Declared) -> list[DeclaredChange]:
    """Return what `apply` would change, or raise what it would raise, and roll back."""
    found: list[DeclaredChange] = []
    with studio.store.dry_run():
        found += apply(studio, actor, declared)
    return found


def export_text(studio: Studio, actor: Actor) -> str:
    """Return the current state as text that `read` accepts.

    Exports templates that are not archived, segments, pushes that are not closed, and their
    repeats.
    """
    require(actor, Action.READ_PUSHES)
    with studio.store.reading():
        every = [each for each in pushes.every(studio, actor) if each.state is not PushState.CLOSED]
        again = repeats.by_push(studio, actor)
        declared = Declared(
            tuple(each.definition for each in templates.every(studio, actor) if not each.archived),
            tuple(
                SegmentFile(each.name, str(each.audience), each.description)
                for each in segments.every(studio, actor)
            ),
            tuple(_declared(studio, actor, push) for push in every),
            tuple(
                DeclaredRepeat(
                    push.name,
                    str(repeat.every) if repeat.every else None,
                    None if repeat.after_days is None else f"{repeat.after_days}d",
                    repeat.until,
                )
                for push in every
                if push.id in again
                for repeat in (again[push.id].repeat,)
            ),
        )
    return toml_text.write(declared)


def _templates(
    studio: Studio, actor: Actor, declared: tuple[Definition, ...]
) -> Iterator[DeclaredChange]:
    if not declared:
        return
    known = {fold(each.name): each for each in templates.every(studio, actor)}
    for definition in declared:
        template = known.get(fold(definition.name))
        if template is None:
            templates.add(studio, actor, definition)
            yield DeclaredChange("template", definition.name, ADDED)
        elif template.definition != definition:
            templates.save(studio, actor, template, definition)
            named = _differences(_values(template.definition), _values(definition))
            yield DeclaredChange("template", definition.name, named)


def _segments(
    studio: Studio, actor: Actor, declared: tuple[SegmentFile, ...]
) -> Iterator[DeclaredChange]:
    if not declared:
        return
    before = {fold(each.name): each for each in segments.every(studio, actor)}
    text = toml_text.write(SegmentFiles(declared))
    for saved in segments.import_text(studio, actor, text, "segments"):
        was, segment = before.get(fold(saved.segment.name)), saved.segment
        change = ADDED
        if was is not None:
            change = _differences(
                {"where": str(was.audience), "description": was.description},
                {"where": str(segment.audience), "description": segment.description},
            )
        yield DeclaredChange("segment", segment.name, change)


def _pushes(
    studio: Studio, actor: Actor, declared: tuple[DeclaredPush, ...]
) -> Iterator[DeclaredChange]:
    if not declared:
        return
    every = pushes.every(studio, actor)
    for one in declared:
        yield from _push(studio, actor, one, _standing(every, one))


def _push(
    studio: Studio, actor: Actor, declared: DeclaredPush, push: Push | None
) -> Iterator[DeclaredChange]:
    audience = audience_of(studio, actor, declared.audience) if declared.audience else None
    if push is None:
        template = templates.find(studio, actor, declared.template)
        draft = _draft(declared, pushes.default_reminders(studio))
        (made,) = audiences.create_for(studio, actor, template.id, [draft], audience)
        yield DeclaredChange("push", made.name, ADDED, made.progress.assigned)
        return
    if push.state is PushState.CLOSED:
        return
    if fold(push.template.name) != fold(declared.template):
        raise Refused(
            f"The push “{push.name}” is of the template “{push.template.name}”, and stays so: "
            "declare it under another name."
        )
    before = _declared(studio, actor, push)
    edited = pushes.edit(studio, actor, push, _draft(declared, push.reminders))
    added = 0
    if (str(audience) if audience else None) != before.audience:
        done = audiences.set_audience(studio, actor, edited, audience)
        added = done.added if done else 0
    after = _declared(studio, actor, edited)
    if before != after:
        change = _differences(_values(before), _values(after))
        yield DeclaredChange("push", push.name, change, added)


def _standing(every: Iterable[Push], declared: DeclaredPush) -> Push | None:
    """Return the declared push that exists already, else None.

    That is an open push of this name, or a closed one with the same first day: it is over and is
    not created again.
    """
    found = [each for each in every if fold(each.name) == fold(declared.name)]
    return next(
        (
            each
            for each in found
            if each.state is not PushState.CLOSED or each.available_from == declared.available_from
        ),
        None,
    )


def _repeat(studio: Studio, actor: Actor, declared: DeclaredRepeat) -> Iterator[DeclaredChange]:
    push = pushes.find(studio, actor, declared.push)
    before = repeats.of_push(studio, actor, push)
    try:
        if declared.every is not None:
            rhythm = parse_every(declared.every)
            if before and before.repeat.every == rhythm:
                repeats.set_until(studio, actor, push, declared.until)
            else:
                repeats.set_rhythm(studio, actor, push, rhythm, declared.until)
        else:
            repeats.set_after_hire(studio, actor, push, parse_after(declared.after_hire or ""))
    except NothingToDo:
        return
    after = repeats.of_push(studio, actor, push)
    told = after.repeat.in_words if after else ""
    change = f"changed: {before.repeat.in_words} → {told}" if before else f"{ADDED}: {told}"
    yield DeclaredChange("repeat", push.name, change)


def _wrong_repeat(declared: DeclaredRepeat) -> str | None:
    if (declared.every is None) is (declared.after_hire is None):
        return "say either every or after_hire"
    if declared.until is not None and declared.every is None:
        return "until goes with every"
    try:
        if declared.every is not None:
            parse_every(declared.every)
        else:
            parse_after(declared.after_hire or "")
    except ValueError as error:
        return str(error)
    return None


def _draft(declared: DeclaredPush, reminders: Reminders) -> PushDraft:
    before, after = declared.remind_before_days, declared.remind_after_days
    return PushDraft(
        declared.name,
        declared.available_from,
        declared.deadline,
        Reminders(
            reminders.before if before is None else before,
            reminders.after if after is None else after,
        ),
    )


def _declared(studio: Studio, actor: Actor, push: Push) -> DeclaredPush:
    audience = audiences.of_push(studio, actor, push)
    return DeclaredPush(
        push.name,
        push.template.name,
        push.available_from,
        push.deadline,
        push.reminders.before,
        push.reminders.after,
        str(audience) if audience else None,
    )


def _values(of: object) -> Mapping[str, object]:
    return {name: getattr(of, name) for name in of.__slots__}  # type: ignore[attr-defined]


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    told = (_difference(name, before[name], after[name]) for name in after)
    return f"changed: {', '.join(filter(None, told))}"


def _difference(name: str, before: object, after: object) -> str:
    if before == after:
        return ""
    label = name.replace("_", " ")
    if all(
        value is None or isinstance(value, str | date | bool | int) for value in (before, after)
    ):
        return f"{label} {_shown(before)} → {_shown(after)}"
    if isinstance(after, tuple) and all(isinstance(each, int) for each in after):
        return f"{label} {_listed(before)} → {_listed(after)}"
    return label


def _shown(value: object) -> str:
    return "none" if value in (None, "") else str(value)


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, Iterable) and value else "none"
