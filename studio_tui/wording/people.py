"""Texts about users and teams that screens and commands share (U8)."""

from studio_tui.domain.people.facts import fact_called
from studio_tui.domain.people.person_acts import EraseResult, MergeResult
from studio_tui.domain.people.scope import Scope
from studio_tui.wording.counting import counted

Value = str | bool | None | tuple[str, ...]
"""Value of a fact, as in a plan or a change."""


def value_in_words(value: Value) -> str:
    """Return the text of a value; “nothing” if it is empty."""
    match value:
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(value) or "nothing"
        case _:
            return value or "nothing"


def change_in_words(name: str, before: Value, after: Value) -> str:
    """Return the change of a fact: ``BE-7 becomes BE-8``.

    The name of the fact is prepended if the values alone do not identify it.
    """
    becomes = f"{value_in_words(before)} becomes {value_in_words(after)}"
    plain = isinstance(before, str) and isinstance(after, str) and before and after
    return becomes if plain else f"{fact_called(name).in_words} {becomes}"


def overwritten_in_words(person: str, facts: list[str]) -> str:
    """Return a warning that the next import will overwrite changes made by hand."""
    *first, last = (fact_called(name).in_words for name in facts)
    changed = f"{', '.join(first)} or {last}" if first else last
    return f"{person} came from an import: the next one that tells the {changed} overwrites this."


def noticed_in_words(number: int, *, would: bool = False) -> str:
    """Return how many changes of people in open pushes wait for a decision (U7)."""
    changes = counted(number, "change of people in open pushes", "changes of people in open pushes")
    wait = "would wait" if would else "waits" if number == 1 else "wait"
    return f"{changes} {wait} for a decision"


def erased_in_words(of: EraseResult) -> list[str]:
    """Return what erasing a person removes, as one sentence each (U13)."""
    texts, mails = counted(of.texts, "text"), counted(of.mails, "mail")
    lines = counted(of.lines, "line")
    written = f"{texts} of theirs in conversations, {mails} to them ({of.dropped:,} waiting)"
    said = [f"{written}, {lines} of activity."]
    if of.cancelled:
        talks = counted(of.cancelled, "conversation")
        said.append(f"{talks} ahead cancelled: the other side is told.")
    if of.under_way:
        talks = counted(of.under_way, "conversation")
        said.append(f"{talks} in progress: open on, without them.")
    if of.import_discarded:
        said.append("The import that waits is thrown away: it may name them.")
    return said


def merged_in_words(of: MergeResult) -> list[str]:
    """Return what merging a record into another moves, as one sentence each (U11)."""
    moved = of.moved
    parts = [
        counted(moved.pushes, "push", "pushes"),
        counted(moved.conversations, "conversation"),
        counted(moved.mails, "mail"),
        counted(moved.keys, "SSH key"),
        counted(moved.teams, "team"),
        counted(moved.people, "coaching"),
    ]
    said = [f"Moved: {', '.join(parts)}."]
    if of.taken:
        facts = ", ".join(fact_called(name).in_words for name in of.taken)
        said.append(f"Taken over: {facts}.")
    said += of.notes
    if of.dropped:
        said.append(f"{counted(of.dropped, 'mail')} that would have said the same twice dropped.")
    return said


def sight_in_words(scope: Scope) -> str:
    """Return whom a person sees (U12): ``department "Sales": 1,204 of 9,880 people``."""
    if not scope.is_limited:
        return "the whole organisation"
    return f"{scope.audience}: {scope.seen:,} of {scope.of:,} people"
