"""Parser of audiences (P13): an LALR grammar whose words are taken from the declarations.

Importing this module loads the parser, which is slow: modules that rarely need it import it lazily.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, v_args

from studio_tui.domain.audiences.audience import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    Audience,
    Condition,
    Day,
    Name,
    Not,
    WrongAudience,
    all_of,
    any_of,
    parts_of,
)
from studio_tui.domain.audiences.words import STANDINGS, UNITS, WORDS, ConditionForm, parse_standing
from studio_tui.domain.shared.text import clean_line
from studio_tui.domain.shared.written_dates import Nearest, parse_day

_GRAMMAR: Final = r"""
start: either
?either: both (_OR both)*
?both: factor (_AND factor)*
?factor: _NOT factor -> negated | "(" either ")" | condition
?condition: BARE -> bare
    | NAMED names -> named
    | NAMED _NOT_IN listed -> not_named
    | PERHAPS_NAMED names? -> named
    | DATED day -> dated
    | WITHIN NUMBER UNIT -> within
    | IN_PUSH names STANDING? -> in_push
names: _IS? value | _IN? listed
listed: "(" value ("," value)* ")"
value: WORD | QUOTED | ID
day: TODAY (SIGN NUMBER UNIT)? -> from_today
    | (WORD | QUOTED) -> fixed_day
_AND.2: /and(?![^\s"“'()=,#])/i
_OR.2: /or(?![^\s"“'()=,#])/i
_NOT.2: /not(?![^\s"“'()=,#])/i
_IS.3: /is(?=[\s"“(])|=/i
_IN.3: /in(?=\s*\()/i
_NOT_IN.3: /not\s+in(?=\s*\()/i
ID.2: /#[0-9]{1,12}/
TODAY.2: /today(?![^\s()+−-])/i
SIGN: /[-+−]/
NUMBER: /[0-9]{1,5}/
QUOTED.2: /"(?:[^"\\]|\\.)*"|“(?:[^”\\]|\\.)*”|'(?:[^'\\]|\\.)*'/s
WORD: /(?!(?:and|or|not|in|is)(?![^\s"“()=,]))[^\s"“'()=,#][^\s"“”()=,]*/i
%ignore /\s+/
"""
_ENDS: Final = r"""(?![^\s"“'()=,#])"""
"""A lookahead for the end of a word."""
_RAW_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"|“[^”]*”|[(),=]|["“]|[^\s()"“=,]+', re.DOTALL)
_QUOTES: Final = "\"“'"
_SIMILAR: Final = 0.6
_DOCUMENTED: Final = "docs/audiences.md lists them"


def parse(text: str) -> Audience:
    """Parse ``text`` as an audience. Raises only `WrongAudience`, if it is invalid.

    Names are unresolved: see `services.audiences.resolving.resolve`.
    """
    if len(text) > MAX_LENGTH:
        reason = f"the filter is longer than {MAX_LENGTH:,} characters; a segment can hold a part"
        raise WrongAudience(text, MAX_LENGTH, 1, reason)
    if not text.strip():
        raise WrongAudience(text, 0, 1, f"the filter is empty: write conditions, {_DOCUMENTED}")
    try:
        found: Any = _PARSER.parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from None
    except _WrongWord as error:
        raise WrongAudience(text, *_place(error.token), error.reason) from None
    _check_size(text, found)
    return found  # type: ignore[no-any-return] # the parser is untyped


class _WrongWord(Exception):
    """A word is accepted by the grammar, but has no meaning."""

    def __init__(self, token: Token, reason: str) -> None:
        self.token = token
        self.reason = reason
        super().__init__(reason)


def _pattern(phrases: Iterable[str]) -> str:
    """Return the phrases as one pattern of the grammar, longest first."""
    longest = sorted(phrases, key=len, reverse=True)
    spaced = (r"[\s_]+".join(map(re.escape, phrase.split())) for phrase in longest)
    return f"/(?:{'|'.join(spaced)}){_ENDS}/i"


def _phrases() -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of each terminal that consists of words."""
    of_forms = {
        form.name: tuple(word.text for word in WORDS.values() if word.form is form)
        for form in ConditionForm
    }
    standings = {phrase for name, label in STANDINGS.items() for phrase in (name, label)}
    return {**of_forms, "STANDING": tuple(standings), "UNIT": UNITS}


_PHRASES: Final = _phrases()
_SINGLE: Final = (*UNITS, *(unit.removesuffix("s") for unit in UNITS))


@v_args(inline=True)
class _Tree(Transformer[Token, Any]):
    """Converts the rules of the grammar to parts of an audience."""

    def start(self, found: Audience) -> Audience:
        return found

    def either(self, *parts: Audience) -> Audience:
        return any_of(parts)

    def both(self, *parts: Audience) -> Audience:
        return all_of(parts)

    def negated(self, part: Audience) -> Audience:
        return Not(part)

    def bare(self, word: Token) -> Audience:
        return _condition(word)

    def named(self, word: Token, names: tuple[Name, ...] = ()) -> Audience:
        return _condition(word, names=names)

    def not_named(self, word: Token, names: tuple[Name, ...]) -> Audience:
        return Not(_condition(word, names=names))

    def dated(self, word: Token, day: Day) -> Audience:
        return _condition(word, day=day)

    def within(self, word: Token, number: Token, unit: Token) -> Audience:
        return _condition(word, day=Day(None, -int(number), _unit(unit)))

    def in_push(
        self, word: Token, names: tuple[Name, ...], standing: Token | None = None
    ) -> Audience:
        return _condition(word, names=names, standing=parse_standing(standing or "") or "")

    def names(self, found: tuple[Name, ...] | Name) -> tuple[Name, ...]:
        return found if isinstance(found, tuple) else (found,)

    def listed(self, *names: Name) -> tuple[Name, ...]:
        return names

    def value(self, token: Token) -> Name:
        if token.type == "ID":
            return Name("", int(token[1:]), *_place(token))
        return Name(_text_of(token), None, *_place(token))

    def from_today(
        self,
        _: Token,
        sign: Token | None = None,
        number: Token | None = None,
        unit: Token | None = None,
    ) -> Day:
        if number is None or unit is None or not int(number):
            return Day()
        return Day(None, int(number) * (1 if sign == "+" else -1), _unit(unit))

    def fixed_day(self, token: Token) -> Day:
        text = _text_of(token)
        try:
            # Accept only text that means the same on every day: the audience may be stored.
            seen = {parse_day(text, today, Nearest.NEXT) for today in _ANY_DAYS}
            if len(seen) != 1:
                raise ValueError(
                    f"“{clean_line(text)}” is another day tomorrow: write today - 90 "
                    "days, or a day with its year"
                )
        except ValueError as error:
            raise _WrongWord(token, str(error)) from None
        return Day(seen.pop())


_ANY_DAYS: Final = (date(2001, 1, 3), date(2024, 2, 29), date(2038, 7, 17))
_PARSER: Final = Lark(
    "\n".join(
        (
            _GRAMMAR,
            *(
                f"{terminal}.{3 if terminal == 'IN_PUSH' else 2}: "
                f"{_pattern(_SINGLE if terminal == 'UNIT' else phrases)}"
                for terminal, phrases in _PHRASES.items()
            ),
        )
    ),
    parser="lalr",
    lexer="contextual",
    transformer=_Tree(),
    maybe_placeholders=False,
)


def _condition(word: Token, **parts: Any) -> Condition:
    at, length = _place(word)
    return Condition(
        " ".join(word.lower().replace("_", " ").split()), at=at, length=length, **parts
    )


def _place(token: Token) -> tuple[int, int]:
    at, end = token.start_pos or 0, token.end_pos or 0
    return at, end - at


def _unit(token: Token) -> str:
    return f"{token.lower().removesuffix('s')}s"


def _text_of(token: Token) -> str:
    if token.type != "QUOTED":
        return clean_line(token)
    text = clean_line(re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL))
    if not text:
        raise _WrongWord(token, "nothing stands between the quotes")
    return text


def _check_size(text: str, audience: Audience) -> None:
    """Raise `WrongAudience` if an audience is nested too deeply or has too many conditions.

    Iterative, because a recursive check would overflow the stack on deep nesting.
    """
    waiting, conditions = [(audience, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        if depth > MAX_DEPTH:
            reason = f"more than {MAX_DEPTH} brackets or “not” within each other; use a segment"
            raise WrongAudience(text, 0, 1, reason)
        conditions += isinstance(one, Condition)
        if conditions > MAX_CONDITIONS:
            reason = f"more than {MAX_CONDITIONS} conditions; a segment can hold some of them"
            raise WrongAudience(text, getattr(one, "at", 0), getattr(one, "length", 1), reason)
        waiting.extend((part, depth + 1) for part in reversed(parts_of(one)))


def _syntax_error(text: str, error: UnexpectedInput) -> WrongAudience:
    """Return the error for a syntax error, at the position of the wrong word."""
    expected = set(error.allowed if isinstance(error, UnexpectedCharacters) else error.expected)  # type: ignore[attr-defined]
    at = error.pos_in_stream
    token = getattr(error, "token", None)
    if at is None or (token is not None and token.type == "$END"):
        at = len(text)
    if at < len(text) and text[at].isspace():
        at += len(text[at:]) - len(text[at:].lstrip())
    words = list(_RAW_WORD.finditer(text, at))
    if not words:
        return WrongAudience(
            text,
            len(text.rstrip()),
            1,
            f"something is missing at the end: {_expected_in_words(expected)}",
        )
    first = words[0].group()
    if (first[0] in _QUOTES and len(first) == 1) or first == "”":
        return WrongAudience(text, at, 1, "this quotation mark has no second one")
    near = _nearest([word.group() for word in words[:4]], expected)
    if near is None:
        wrong = f"“{clean_line(first)[:60]}” cannot stand here: {_expected_in_words(expected)}"
        return WrongAudience(text, at, len(first), wrong)
    meant, place = near
    wrong_word = words[place]
    written = clean_line(" ".join(word.group() for word in words[: len(meant.split())]))[:60]
    reason = f"“{written}” is not known here. Did you mean “{meant}”?"
    return WrongAudience(text, wrong_word.start(), len(wrong_word.group()), reason)


def _nearest(words: list[str], expected: set[str]) -> tuple[str, int] | None:
    """Return the expected phrase most similar to ``words``, and the index of the wrong word.

    None if no expected phrase is similar.
    """
    best, meant = _SIMILAR, None
    for phrase in _expected_phrases(expected):
        written = " ".join(words[: len(phrase.split())]).lower()
        alike = SequenceMatcher(None, written, phrase).ratio()
        if alike >= best and written != phrase:
            best, meant = alike, phrase
    if meant is None:
        return None
    pairs = zip(words, meant.split(), strict=False)
    wrong = (place for place, (word, right) in enumerate(pairs) if word.lower() != right)
    return meant, next(wrong, 0)


def _expected_phrases(expected: set[str]) -> Iterator[str]:
    for terminal in sorted(expected):
        yield from _PHRASES.get(terminal, ())
        if terminal in ("_AND", "_OR", "_NOT", "TODAY"):
            yield terminal.strip("_").lower()


_EXPECTED_IN_WORDS: Final = {
    "BARE": f"a condition is to stand here, such as team, group or hired before; {_DOCUMENTED}",
    "UNIT": f"write {', '.join(UNITS[:-1])} or {UNITS[-1]}",
    "TODAY": "write a day, as 2025-01-31, today or today - 90 days",
    "NUMBER": "write a number, as 90",
    "WORD": "a name is to stand here, in quotes where it has blanks",
    "_AND": "go on with “and” or “or”",
    "RPAR": "close the bracket",
}
"""Descriptions of the expected input, by the first of the terminals that can occur."""


def _expected_in_words(expected: set[str]) -> str:
    found = (words for terminal, words in _EXPECTED_IN_WORDS.items() if terminal in expected)
    return next(found, "no bracket is open")


_TAKE_NAMES: Final = frozenset(
    form.name for form in (ConditionForm.NAMED, ConditionForm.PERHAPS_NAMED, ConditionForm.IN_PUSH)
)


class Continuations(NamedTuple):
    """The possible continuations of an incomplete audience."""

    words: tuple[str, ...]
    names_of: str
    """The condition whose names can follow; empty if none can."""


def continuations_of(beginning: str) -> Continuations:
    """Return what can follow ``beginning``. Raises `WrongAudience` if it is already invalid."""
    if len(beginning) > MAX_LENGTH:
        raise WrongAudience(beginning, MAX_LENGTH, 1, "the filter is too long")
    try:
        begun = _PARSER.parse_interactive(beginning)
        tokens = list(begun.exhaust_lexer())
        expected: set[str] = begun.accepts()  # type: ignore[no-untyped-call]
    except UnexpectedInput as error:
        raise _syntax_error(beginning, error) from None
    except _WrongWord as error:
        raise WrongAudience(beginning, *_place(error.token), error.reason) from None
    last = next((token for token in reversed(tokens) if token.type in _TAKE_NAMES), None)
    named = str(_condition(last).word) if last is not None and "WORD" in expected else ""
    words = [*_expected_phrases({terminal for terminal in expected if terminal != "UNIT"})]
    if "UNIT" in expected:
        words += UNITS
    return Continuations(tuple(sorted(set(words))), named)
