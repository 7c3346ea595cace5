"""Options for the facts that are edited by hand, and parsing of their values (U8)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import click

from studio_tui.domain.people.facts import FACTS, Fact, FactType
from studio_tui.domain.shared.enum_tables import DefaultTable
from studio_tui.domain.shared.errors import Invalid
from studio_tui.services.people.person_input import PersonInput

P = ParamSpec("P")
R = TypeVar("R")

EDITABLE_FACTS = [fact for fact in FACTS if fact.changed_by]
_METAVARS = DefaultTable(
    {
        FactType.EMAIL: "ADDRESS",
        FactType.DAY: "DATE",
        FactType.TEAMS: "TEAM",
        FactType.PEOPLE: "LOGIN",
        FactType.NAMES: "NAME",
        FactType.LANGUAGE: "LANGUAGE",
        FactType.TIME_ZONE: "ZONE",
        FactType.ROLE: "ROLE",
    },
    otherwise="TEXT",
)
_NOUNS = DefaultTable(
    {FactType.TEAMS: "A team", FactType.PEOPLE: "A coach", FactType.NAMES: "A group"},
    otherwise="",
)


def options_of_facts(
    *, required: Sequence[str] = (), with_removal: bool
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Add an option for each fact that is edited by hand; those in ``required`` are mandatory.

    With ``with_removal``, each fact with several values also gets an option ``--no-…`` that removes
    values.
    """

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        for fact in reversed(EDITABLE_FACTS):
            for option, words in reversed(list(_options(fact, with_removal=with_removal))):
                command = click.option(
                    option,
                    fact.name if option == fact.option else f"no_{fact.name}",
                    metavar=_METAVARS[fact.type],
                    multiple=fact.is_several,
                    required=fact.name in required,
                    help=words,
                )(command)
        return command

    return decorate


def _options(fact: Fact, *, with_removal: bool) -> Iterator[tuple[str, str]]:
    if not fact.is_several:
        yield fact.option, f"{'Another' if with_removal else 'The'} {fact.in_words}."
        return
    own = "they lead" if fact.name == "leads" else "of theirs"
    yield fact.option, f"{_NOUNS[fact.type]} {own}; can be given several times."
    if with_removal:
        no_more = "they lead no more" if fact.name == "leads" else "of theirs no more"
        yield f"--no-{fact.option.removeprefix('--')}", f"{_NOUNS[fact.type]} {no_more}."


def person_input(typed: Mapping[str, Any]) -> PersonInput:
    """Return the values of the options, which are keyed by the names of facts.

    A key with the prefix ``no_`` holds values to remove.
    """
    told = {name: text for name, text in typed.items() if isinstance(text, str)}
    lists = {name: tuple(text) for name, text in typed.items() if isinstance(text, tuple) and text}
    less = {
        name.removeprefix("no_"): texts for name, texts in lists.items() if name.startswith("no_")
    }
    more = {name: texts for name, texts in lists.items() if not name.startswith("no_")}
    return PersonInput(told, more, less)


@contextmanager
def errors_by_option(names: Mapping[str, str]) -> Iterator[None]:
    """Replace the names of fields in an `Invalid` error by the names of options."""
    try:
        yield
    except Invalid as error:
        said = {names.get(name, name): reason for name, reason in error.fields.items()}
        raise Invalid(said) from error


OPTIONS: Mapping[str, str] = {
    "login": "LOGIN",
    **{fact.name: fact.option for fact in EDITABLE_FACTS},
}
"""The option of each field, or the argument, by which errors call the field."""
