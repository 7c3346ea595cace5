"""Every act that sends mail has a dry run and an undo (P14, N5). None can be added without them."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from studio_tui.cli.main import program
from studio_tui.domain.activity.verbs import MAILING, Verb
from studio_tui.services.outbox.undo import _UNDO_FUNCTIONS
from studio_tui.tui.commands import Commands

_SERVICES = Path(__file__).resolve().parents[1] / "studio_tui" / "services"
_WRITERS = {
    "notify_users",
    "notify_managers",
    "notify_asked_managers",
    "notify_managers_once",
    "notify_one_manager",
    "notify_new_managers",
    "notify_conductors",
    "invite",
    "withdraw",
    "follow_addresses",
    "requeue_dropped",
    "requeue_superseded",
    "send_again",
    "retry",
}
"""Functions that write mail into the outbox, or queue it again."""
_WRITING = {
    "pushes.assign.assign_to": {Verb.ASSIGN, Verb.JOIN},
    "pushes.push_reminders.send": {Verb.REMIND},
    "pushes.push_reminders.remind_managers": {Verb.REMIND},
    "pushes.pushes._notify_of": {Verb.EDIT, Verb.CLOSE},
    "pushes.pushes._cancel_planned": {Verb.CLOSE},
    "pushes.pushes.reopen_with_result": {Verb.REOPEN},
    "conversations.conductor_choice._take_over": {Verb.HAND_OVER},
    "conversations.conductor_choice._notify": {Verb.HAND_OVER},
    "conversations.planning.plan": {Verb.PLAN},
    "conversations.planning._moved": {Verb.MOVE},
    "conversations.planning.cancel_now": {Verb.CANCEL},
    "conversations.inviting.invite": {Verb.PLAN, Verb.MOVE, Verb.HAND_OVER, Verb.REVIEW},
    "conversations.inviting.withdraw": {Verb.CANCEL},
    "people.handing_over.send": {Verb.REVIEW},
    "people.handing_over._change_conductor": {Verb.REVIEW},
    "people.reviews.tell": {Verb.REVIEW},
    "people.reviews.tell_by_schedule": {Verb.REVIEW},
    "outbox.outbox.try_again": {Verb.RETRY},
    "outbox.outbox.send_once_more": {Verb.SEND_AGAIN},
    "outbox.outbox._resend_bounced": {Verb.SEND_AGAIN},
    # These are consequences of an import, a corrected address or an undo, or of asking a user again
    # who was never notified. They are not acts of their own.
    "people.applying._applied": set(),
    "pushes.excuse.take_back": set(),
    "outbox.undo.undo": set(),
    "outbox.undo._undo_closing": set(),
}
"""The acts to which the functions that write mail belong. A new function has to be added."""
_SEEN = {
    Verb.ASSIGN: "pushes.assign.AssignScreen",
    Verb.REMIND: "pushes.remind.RemindScreen",
    Verb.EDIT: "pushes.push_settings.PushSettings",
    Verb.CLOSE: "..modals.close_push.ClosePush",
    Verb.HAND_OVER: "..modals.choose.Choose",
    Verb.PLAN: "conversations.plan_conversation.PlanScreen",
    Verb.MOVE: "conversations.plan_conversation.PlanScreen",
    Verb.CANCEL: "..modals.confirm.Confirm",
    Verb.REVIEW: "people.changes.ChangesScreen",
    Verb.RETRY: "outbox.outbox.OutboxScreen",
    Verb.SEND_AGAIN: "..modals.confirm.Confirm",
}
"""The screen that previews the mail of an act. Reminding shows its preview without a key."""


def _writing() -> Iterator[str]:
    for path in sorted(_SERVICES.rglob("*.py")):
        module = ".".join(path.relative_to(_SERVICES).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(
                _called(node) in _WRITERS for node in ast.walk(function)
            ):
                yield f"{module}.{function.name}"


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def test_every_function_that_writes_mail_belongs_to_an_act() -> None:
    assert set(_writing()) == set(_WRITING)
    assert set().union(*_WRITING.values()) == set(MAILING)


@pytest.mark.parametrize("act", MAILING)
def test_an_act_has_a_command_with_a_dry_run(act: Verb) -> None:
    command: click.Command = program
    context = click.Context(program)
    for name in act.mailing.command.split():
        assert isinstance(command, click.Group)
        found = command.get_command(context, name)
        assert found is not None
        command = found
    options = {option for param in command.params for option in param.opts}
    assert {"--dry-run", "--mail"} <= options


@pytest.mark.parametrize("act", MAILING)
def test_an_act_can_be_undone(act: Verb) -> None:
    assert act in _UNDO_FUNCTIONS
    assert bool(act.mailing.many) + bool(act.mailing.one) == act.mailing.undone


@pytest.mark.parametrize("act", _SEEN)
def test_the_mail_of_an_act_is_previewed_on_its_screen(act: Verb) -> None:
    module, _, name = _SEEN[act].rpartition(".")
    folder = "studio_tui.tui." + ("" if module.startswith("..") else "screens.")
    screen = getattr(import_module(folder + module.removeprefix("..")), name)
    assert issubclass(screen, Commands)
    keys = {command.id for command in screen.OWN_COMMANDS}
    assert keys & {"sent", "again"}
