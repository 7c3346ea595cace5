"""Which screen a destination is. Nothing else knows all screens; each is imported when somebody
first goes there, so that the first picture waits for none of them."""

from collections.abc import Callable, Mapping
from typing import Any

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.destinations import Destination
from studio_tui.tui.screen import StudioScreen


def screen_of(destination: Destination) -> StudioScreen:
    """A new screen that shows ``destination``."""
    return _SCREENS[type(destination)](destination)


def _today(_: to.Today) -> StudioScreen:
    from studio_tui.tui.screens.today.today import TodayScreen

    return TodayScreen()


def _templates(_: to.Templates) -> StudioScreen:
    from studio_tui.tui.screens.templates.templates import TemplatesScreen

    return TemplatesScreen()


def _pushes(_: to.Pushes) -> StudioScreen:
    from studio_tui.tui.screens.pushes.pushes import PushesScreen

    return PushesScreen()


def _users(_: to.Users) -> StudioScreen:
    from studio_tui.tui.screens.people.users import UsersScreen

    return UsersScreen()


def _outbox(destination: to.Outbox) -> StudioScreen:
    from studio_tui.tui.screens.outbox.outbox import OutboxScreen

    return OutboxScreen(destination.filter)


def _activity(_: to.Activity) -> StudioScreen:
    from studio_tui.tui.screens.activity.activity import ActivityScreen

    return ActivityScreen()


def _mine(_: to.MyConversations) -> StudioScreen:
    from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen

    return MyConversationsScreen()


def _push(destination: to.Push) -> StudioScreen:
    from studio_tui.tui.screens.pushes.push import PushScreen

    return PushScreen(destination.id, destination.tab, destination.filter)


def _person(destination: to.Person) -> StudioScreen:
    from studio_tui.tui.screens.people.user import UserScreen

    return UserScreen(destination.id)


def _mail(destination: to.Mail) -> StudioScreen:
    from studio_tui.tui.screens.outbox.mail import MailScreen

    return MailScreen(destination.id)


def _sent_again(destination: to.SentAgain) -> StudioScreen:
    from studio_tui.tui.screens.outbox.sent_again import SentAgainScreen

    return SentAgainScreen(destination.chosen)


def _remind(destination: to.Remind) -> StudioScreen:
    from studio_tui.tui.screens.pushes.remind import RemindScreen

    return RemindScreen(destination.push, destination.chosen, destination.whom)


def _import_users(_: to.ImportUsers) -> StudioScreen:
    from studio_tui.tui.screens.people.import_users import ImportScreen

    return ImportScreen()


_SCREENS: Mapping[type[Destination], Callable[[Any], StudioScreen]] = {
    to.Today: _today,
    to.Templates: _templates,
    to.Pushes: _pushes,
    to.Users: _users,
    to.Outbox: _outbox,
    to.Activity: _activity,
    to.MyConversations: _mine,
    to.Push: _push,
    to.Person: _person,
    to.Mail: _mail,
    to.SentAgain: _sent_again,
    to.Remind: _remind,
    to.ImportUsers: _import_users,
}
