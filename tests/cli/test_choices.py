"""Options that accept one of several names.

They also accept the labels shown for the names, and suggest the nearest name.
"""

from collections.abc import Iterator

import click
import pytest

from studio_tui.cli.main import program
from studio_tui.cli.shared.suggestions import NameChoice
from studio_tui.domain.outbox.kinds import Kind
from studio_tui.domain.outbox.notification import NotificationState
from studio_tui.domain.pushes.push import PushState, Status
from studio_tui.domain.templates.template import QuestionKind
from studio_tui.wording import mail, pushes, templates


def choices() -> Iterator[tuple[str, click.Choice[str]]]:
    """Yield the path and the type of every parameter that accepts one of several names."""
    groups: list[tuple[str, click.Group]] = [("", program)]
    while groups:
        path, group = groups.pop()
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            if isinstance(command, click.Group):
                groups.append((f"{path}{name} ", command))
                continue
            for param in command.params if command else ():
                if isinstance(param.type, click.Choice):
                    yield f"{path}{name} {param.name}", param.type


CHOICES = dict(choices())


def convert(parameter: str, word: str) -> str:
    return CHOICES[parameter].convert(word, None, None)


def test_every_choice_suggests_the_nearest_name() -> None:
    assert len(CHOICES) > 8
    assert [name for name, choice in CHOICES.items() if not isinstance(choice, NameChoice)] == []
    for name, choice in CHOICES.items():
        longest = max(choice.choices, key=len)
        with pytest.raises(click.BadParameter, match=f"Did you mean “{longest}”"):
            convert(name, longest[:-1] + "x")


@pytest.mark.parametrize(
    ("parameter", "names", "labels"),
    [
        ("outbox list state", NotificationState, mail.STATE_LABELS),
        ("pushes list state", PushState, pushes.STATE_LABELS),
        (
            "pushes remind statuses",
            [s for s in Status if s not in (Status.DONE, Status.EXCUSED)],
            pushes.STATUS_LABELS,
        ),
        ("pushes excuse statuses", Status, pushes.STATUS_LABELS),
        ("conversations list status", Status, pushes.STATUS_LABELS),
        ("conversations history state", ["done", "cancelled"], {"done": "held"}),
        ("conversations add-question kind", QuestionKind, templates.KIND_LABELS),
        ("mail preview kind", Kind, mail.KIND_LABELS),
    ],
)
def test_a_choice_accepts_the_name_and_the_label_shown_for_it(
    parameter: str, names: list[str], labels: dict[str, str]
) -> None:
    for name in names:
        shown = labels.get(name, name)
        for word in (name, shown, shown.upper(), shown.replace(" ", "-"), f" {shown} "):
            assert convert(parameter, word) == name


def test_a_choice_accepts_and_suggests_the_words_of_the_screens() -> None:
    assert convert("outbox list state", "waits") == "held"
    assert convert("mail preview capacity", "conductor") == "manager"
    with pytest.raises(click.BadParameter, match="Did you mean “waiting”"):
        convert("outbox list state", "waitng")
    with pytest.raises(click.BadParameter, match="'nonsense' is not one of"):
        convert("outbox list state", "nonsense")
