"""Compilation of wordings to templates in which only values are still to be filled in (N9).

A text can use only Jinja's ``{{ name }}``, ``{% if flag %}`` and comments. Each value is rendered
as one private-use character. A text is therefore rendered once for all recipients, and the values
are inserted after all markup has been processed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import groupby, product
from pathlib import Path
from traceback import extract_tb
from typing import Any, NoReturn, assert_never

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from studio_tui.config.bounded_input import read_own_text
from studio_tui.domain.outbox.kinds import Capacity, Kind, MailForm
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.compose.markdown import to_html, to_plain

TEST = "test"
"""The name of the wording of the test mail."""
ENTRY = "calendar"
"""The prefix of the wordings of calendar entries: ``calendar.user`` and so on."""
FLAGS = ("several", "overdue", "planned", "dated")
INVITATION_FLAGS = (
    "of_push",
    "placed",
    "handed_over",
    "overdue",
    "past",
    "readdressed",
    "closed",
)
NOTICE_FLAGS = ("of_push", "closed", "ended")
PEOPLE_FLAGS = ("several", "overdue", "planned")

_HOW_TO_OPEN = "how_to_open"
_EVERYWHERE = ("name", "given_name", "organisation", _HOW_TO_OPEN)
_OF_PUSH = ("push", "template", "deadline")
_OF_PEOPLE = ("count", "person", "people")
_OF_MEETING = ("person", "conductor", "starts_at", "minutes", "place", "planner")
_OF_ACT = ("by", "at")
_OF_DATE = ("conductor", "starts_at")
_NEEDS = {"push": "of_push", "deadline": "of_push", "place": "placed"}
"""Values of an invitation or a notice that are defined only if a flag is set."""
_IMPOSSIBLE = (
    ({"planned": True, "dated": True}, {"dated": False}),
    ({"of_push": False, "overdue": True}, {"overdue": False}),
)
"""Combinations of flags that cannot occur, each with the flags that replace them."""
_TOKENS = {
    name: chr(0xF0000 + number)
    for number, name in enumerate(
        dict.fromkeys(
            (
                *_EVERYWHERE,
                *_OF_PUSH,
                *_OF_PEOPLE,
                *_OF_MEETING,
                *_OF_ACT,
                *(name for kind in Kind for name in kind.declared.values),
                "sent_at",
            )
        )
    )
}
_ALLOWED = "Only {{ name }}, {% if flag %} and {# comments #} can be used."
_NAMES = {token: name for name, token in _TOKENS.items()}
_TOKEN = re.compile("[\U000f0000-\U000f00ff]")
# Markdown percent-encodes the characters of an address.
_PERCENT_CODED = "%F3%B0%80"
_SUBJECT = re.compile(r"Subject:[ \t]*(?P<subject>\S[^\n]*)\n(?P<text>.*)", re.DOTALL)


def names_in(wording: str) -> tuple[str, ...]:
    """Return the names of the values that a wording may use."""
    if wording == TEST:
        return (*_EVERYWHERE, "sent_at")
    own: tuple[str, ...]
    kind, form = _kind_and_form(wording)
    match form:
        case MailForm.INVITATION | MailForm.WITHDRAWAL:
            own = (*_OF_PUSH, *_OF_MEETING)
        case MailForm.NOTICE:
            own = _OF_ACT
        case MailForm.PEOPLE:
            own = ("push", "deadline", *_OF_PEOPLE)
        case MailForm.PUSH:
            people = _OF_PEOPLE if wording.endswith(f".{Capacity.MANAGER}") else ()
            own = (*_OF_PUSH, *people, *_OF_DATE)
        case _:
            assert_never(form)
    return (*_EVERYWHERE, *own, *(kind.declared.values if kind else ()))


def flags_in(wording: str) -> tuple[str, ...]:
    """Return the flags that a wording may test."""
    if wording == TEST:
        return ()
    _, form = _kind_and_form(wording)
    match form:
        case MailForm.INVITATION | MailForm.WITHDRAWAL:
            return INVITATION_FLAGS
        case MailForm.NOTICE:
            return NOTICE_FLAGS
        case MailForm.PEOPLE:
            return PEOPLE_FLAGS
        case MailForm.PUSH:
            return FLAGS
        case _:
            assert_never(form)


def wordings() -> tuple[str, ...]:
    """Return the names of all wordings: ``assigned.user`` and so on."""
    return (
        *(f"{kind}.{capacity}" for kind in Kind for capacity in kind.capacities),
        *(f"{ENTRY}.{capacity}" for capacity in Capacity),
        TEST,
    )


def _kind_and_form(wording: str) -> tuple[Kind | None, MailForm]:
    """Return the kind and the form of a wording; the kind of a calendar entry is None."""
    name = wording.partition(".")[0]
    if name == ENTRY:
        return None, MailForm.INVITATION
    return Kind(name), Kind(name).form


@dataclass(frozen=True, eq=False)
class TextTemplate:
    """A text with placeholders: the fragments around them, and the name of each."""

    texts: tuple[str, ...]
    names: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> tuple["TextTemplate", ...]:
        """The text as one item per line with a placeholder; runs of other lines are one item."""
        found: list[TextTemplate] = []
        for names, lines in groupby(self._each_line(), lambda line: line.names):
            if names:
                found += lines
            else:
                found.append(TextTemplate(("\n".join(line.texts[0] for line in lines),)))
        return tuple(found)

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with all placeholders filled in."""
        written = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            written += (values[name], text)
        return "".join(written)

    def partially_filled(self, values: Mapping[str, str]) -> "TextTemplate":
        """Return the text with these values filled in, and the other placeholders unchanged."""
        texts, names = [self.texts[0]], []
        for name, text in zip(self.names, self.texts[1:], strict=True):
            if name in values:
                texts[-1] += values[name] + text
            else:
                names.append(name)
                texts.append(text)
        return TextTemplate(tuple(texts), tuple(names))

    def _each_line(self) -> Iterator["TextTemplate"]:
        texts: tuple[str, ...] = ()
        names: tuple[str, ...] = ()
        for number, text in enumerate(self.texts):
            *ended, begun = text.split("\n")
            for end in ended:
                yield TextTemplate((*texts, end), names)
                texts, names = (), ()
            texts, names = (*texts, begun), (*names, *self.names[number : number + 1])
        yield TextTemplate(texts, names)


@dataclass(frozen=True, slots=True, eq=False)
class MailTemplate:
    """A rendered wording whose values are still to be filled in."""

    subject: TextTemplate
    plain: TextTemplate
    html: TextTemplate

    def partially_filled(self, plain: Mapping[str, str], html: Mapping[str, str]) -> "MailTemplate":
        """Return the template with these values filled in, and the other placeholders unchanged."""
        return MailTemplate(
            self.subject.partially_filled(plain),
            self.plain.partially_filled(plain),
            self.html.partially_filled(html),
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a mail that surround every text of one language."""

    language: str
    layout: Path
    """The page template of the HTML part."""
    footer: Path
    """The last lines of both parts: a text without a subject."""
    opens: bool = False
    """Whether the organisation has set how to open the Studio (N18)."""


class _Value:
    """A placeholder of a value in a text. It can be written, but not compared or tested."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return _TOKENS[self._name]

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(f"“{self._name}” can only be written, not compared or tested")

    def __eq__(self, other: object) -> bool:
        self._refuse()

    __hash__ = None  # type: ignore[assignment]
    __bool__ = __len__ = __iter__ = __getitem__ = __add__ = _refuse


def render(wording: str, path: Path, frame: Frame) -> dict[tuple[bool, ...], MailTemplate]:
    """Render all forms of the text in ``path``, keyed by the values of its `flags_in`.

    Raises `Refused` with file, line and remedy.
    """
    text, footer, layout = map(_compiled, (path, frame.footer, frame.layout))
    known = ("organisation", _HOW_TO_OPEN)
    last_lines = _filled_in(footer, {name: _Value(name) for name in known})
    forms: dict[tuple[bool, ...], MailTemplate] = {}
    made: dict[str, MailTemplate] = {}
    names = flags_in(wording)
    for flags in product((False, True), repeat=len(names)):
        holding = dict(zip(names, flags, strict=True))
        for never, instead in (*_IMPOSSIBLE, *_impossible_for_user(wording)):
            if never.items() <= holding.items():
                holding |= instead
        values = _values_and_flags(wording, holding)
        written = _filled_in(text, values)
        # In most texts, most flags make no difference: render each distinct text once.
        if written not in made:
            made[written] = _form(written, last_lines, layout, path, frame)
        forms[flags] = made[written]
    return forms


def _impossible_for_user(wording: str) -> tuple[tuple[dict[str, bool], dict[str, bool]], ...]:
    """Return the combinations that cannot occur in a text to a user, which is about one person."""
    if wording.endswith(f".{Capacity.MANAGER}") or "several" not in flags_in(wording):
        return ()
    return (({"several": True}, {"several": False}),)


def _values_and_flags(wording: str, flags: dict[str, bool]) -> dict[str, Any]:
    values = {name: _Value(name) for name in names_in(wording)}
    if flags.get("several"):
        values.pop("person", None)
    if "dated" in flags and (flags["several"] or not (flags["planned"] or flags["dated"])):
        values.pop("starts_at")
        if not wording.startswith(Kind.HANDED_OVER):
            values.pop("conductor")
    for name, flag in _NEEDS.items():
        if not flags.get(flag, True):
            values.pop(name, None)
    return values | flags


def _form(written: str, footer: str, layout: Template, path: Path, frame: Frame) -> MailTemplate:
    parts = _SUBJECT.fullmatch(written)
    if parts is None:
        raise Refused(f"{path}, line 1: begin the text with “Subject: …” on a line of its own.")
    subject, body, opening = parts["subject"].strip(), parts["text"], _TOKENS[_HOW_TO_OPEN]
    if frame.opens and opening not in written + footer:
        body = f"{body.rstrip()}\n\n{opening}\n"
    page = {
        "language": frame.language,
        "subject": subject,
        "body": _html(body, path),
        "footer": _html(footer, frame.footer),
    }
    return MailTemplate(
        subject=_text_template(subject),
        plain=_text_template(f"{to_plain(body)}\n\n-- \n{to_plain(footer)}\n"),
        html=_text_template(_filled_in(layout, page)),
    )


def _text_template(text: str) -> TextTemplate:
    names = tuple(_NAMES[token] for token in _TOKEN.findall(text))
    return TextTemplate(tuple(_TOKEN.split(text)), names)


def _html(markdown: str, path: Path) -> Markup:
    html = to_html(markdown, blocks=(_TOKENS["people"],))
    if _PERCENT_CODED in html:
        raise Refused(f"{path}: the address of a link cannot hold a value: write it out.")
    return Markup(html)  # noqa: S704 - markdown-it escapes HTML in the text


def _compiled(path: Path) -> Template:
    source = _read(path)
    environment = _environment(autoescape=path.suffix == ".html")
    try:
        code = environment.compile(source, filename=str(path))
    except TemplateSyntaxError as error:
        reason = str(error.message).rstrip(".")
        raise Refused(f"{path}, line {error.lineno}: {reason}. {_ALLOWED}") from error
    return Template.from_code(environment, code, {})


def _filled_in(template: Template, values: Mapping[str, Any]) -> str:
    """Render a text with Jinja. Raises `Refused` with file and line."""
    try:
        return template.render(values)
    except (TemplateError, TypeError, ArithmeticError, AttributeError) as error:
        # Find the line of the text at which the error occurred.
        steps = extract_tb(error.__traceback__)
        line = next((f", line {s.lineno}" for s in steps if s.filename == template.filename), "")
        known = f"Known here: {', '.join(values)}."
        raise Refused(f"{template.filename}{line}: {error}. {known}") from error


def _read(path: Path) -> str:
    try:
        text = read_own_text(path)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from error
    if _TOKEN.search(text):
        raise Refused(f"{path}: holds a private-use character: take it out.")
    return text


def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.clear()
    environment.tests.clear()
    environment.globals.clear()
    return environment
