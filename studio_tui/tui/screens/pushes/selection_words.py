"""The selection in words: the filters and users added and removed, in order (P3, P13)."""

from collections.abc import Iterator, Mapping

from textual.content import Content

from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.selection import Selection
from studio_tui.tui.text import line

_PLUS, _MINUS = "+", "-"


def selection_in_words(selection: Selection[UserFilter], pushes: Mapping[int, str]) -> Content:
    """Return a selection in words: ``team under Sales + “Q1 review” - no manager + 2 picked``.

    ``pushes`` maps the ids of the pushes whose users were imported to their names.
    """
    text = Content("")
    # The first term always marks: unmarking has no effect on an empty selection. So it needs no
    # sign.
    for sign, words in _terms(selection, pushes):
        before = f" {sign} " if text else ""
        text += Content.styled(before, "$key bold") + line(words)
    return text


def filter_in_words(filter_: UserFilter, pushes: Mapping[int, str]) -> str:
    """Return what a filter matches: an audience, the users of a push, words, or everybody."""
    words = []
    if filter_.push_id is not None:
        words.append(f"“{pushes.get(filter_.push_id, 'an earlier push')}”")
    if filter_.where is not None:
        words.append(str(filter_.where))
    if filter_.text:
        words.append(f"“{filter_.text}”")
    return ", ".join(words) or "everybody"


def _terms(
    selection: Selection[UserFilter], pushes: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    for term in selection.terms:
        if term.filter is not None:
            words = filter_in_words(term.filter, pushes)
            yield _PLUS if term.marks else _MINUS, f"({words})" if " or " in words else words
        if term.marked:
            yield _PLUS, f"{len(term.marked):,} picked"
        if term.unmarked:
            yield _MINUS, f"{len(term.unmarked):,} taken out"
