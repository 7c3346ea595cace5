"""The map from destinations to screens.

Only this module knows all screens. Each screen is imported when it is first opened, so that the
first frame waits for none of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from textual.screen import Screen

from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.destinations import Destination


def screen_of(destination: Destination) -> Screen[Any]:
    """Return a new screen that shows ``destination``."""
    return _SCREENS[type(destination)](destination)


def _today(_: to.Today) -> Screen[Any]:
    from studio_tui.tui.screens.today.today import TodayScreen

    return TodayScreen()


def _templates(_: to.Templates) -> Screen[Any]:
    from studio_tui.tui.screens.templates.templates import TemplatesScreen

    return TemplatesScreen()


def _pushes(_: to.Pushes) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.pushes import PushesScreen

    return PushesScreen()


def _users(destination: to.Users) -> Screen[Any]:
    from studio_tui.tui.screens.people.users import UsersScreen

    return UsersScreen(to_erase=destination.to_erase)


def _outbox(destination: to.Outbox) -> Screen[Any]:
    from studio_tui.tui.screens.outbox.outbox import OutboxScreen

    return OutboxScreen(destination.filter)


def _activity(_: to.Activity) -> Screen[Any]:
    from studio_tui.tui.screens.activity.activity import ActivityScreen

    return ActivityScreen()


def _mine(_: to.MyConversations) -> Screen[Any]:
    from studio_tui.tui.screens.conversations.my_conversations import MyConversationsScreen

    return MyConversationsScreen()


def _push(destination: to.Push) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.push import PushScreen

    return PushScreen(destination.id, destination.tab, destination.filter)


def _calendar(_: to.Calendar) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.calendar import CalendarScreen

    return CalendarScreen()


def _open_groups(destination: to.OpenGroups) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.open_groups import OpenGroupsScreen

    return OpenGroupsScreen(destination.by)


def _open_people(destination: to.OpenPeople) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.open_people import OpenPeopleScreen

    return OpenPeopleScreen(destination.group, destination.name)


def _person(destination: to.Person) -> Screen[Any]:
    from studio_tui.tui.screens.people.user import UserScreen

    return UserScreen(destination.id)


def _edit_person(destination: to.EditPerson) -> Screen[Any]:
    from studio_tui.tui.screens.people.person_form import AddPersonScreen, EditPersonScreen

    return AddPersonScreen() if destination.id is None else EditPersonScreen(destination.id)


def _teams(_: to.Teams) -> Screen[Any]:
    from studio_tui.tui.screens.people.teams import TeamsScreen

    return TeamsScreen()


def _team(destination: to.Team) -> Screen[Any]:
    from studio_tui.tui.screens.people.team import TeamScreen

    return TeamScreen(destination.id)


def _edit_team(destination: to.EditTeam) -> Screen[Any]:
    from studio_tui.tui.screens.people.team_form import AddTeamScreen, EditTeamScreen

    if destination.id is None:
        return AddTeamScreen(destination.under)
    return EditTeamScreen(destination.id)


def _mail(destination: to.Mail) -> Screen[Any]:
    from studio_tui.tui.screens.outbox.mail import MailScreen

    return MailScreen(destination.id)


def _sent_again(destination: to.SentAgain) -> Screen[Any]:
    from studio_tui.tui.screens.outbox.sent_again import SentAgainScreen

    return SentAgainScreen(destination.chosen)


def _remind(destination: to.Remind) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.remind import RemindScreen

    return RemindScreen(destination.push, destination.chosen, destination.whom)


def _remind_managers(destination: to.RemindManagers) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.remind_managers import RemindManagersScreen

    return RemindManagersScreen(destination.push, destination.managers)


def _assign(destination: to.Assign) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.assign import AssignScreen

    return AssignScreen(destination.push)


def _set_up_pushes(destination: to.SetUpPushes) -> Screen[Any]:
    from studio_tui.tui.screens.pushes.new_pushes import NewPushes

    return NewPushes(destination.template)


def _import_users(_: to.ImportUsers) -> Screen[Any]:
    from studio_tui.tui.screens.people.import_users import ImportScreen

    return ImportScreen()


def _changes(destination: to.Changes) -> Screen[Any]:
    from studio_tui.tui.screens.people.changes import ChangesScreen

    return ChangesScreen(destination.push_id)


def _waiting_import(_: to.WaitingImport) -> Screen[Any]:
    from studio_tui.tui.screens.people.waiting_import import WaitingImportScreen

    return WaitingImportScreen()


def _conversation(destination: to.Conversation) -> Screen[Any]:
    from studio_tui.tui.screens.conversations.conversation import ConversationScreen

    return ConversationScreen(destination.id)


def _plan_conversation(destination: to.PlanConversation) -> Screen[Any]:
    from studio_tui.tui.screens.conversations.plan_conversation import PlanScreen

    return PlanScreen(
        destination.user_id, destination.name, destination.ask, destination.conversation_id
    )


def _history(destination: to.History) -> Screen[Any]:
    from studio_tui.tui.screens.conversations.history import HistoryScreen

    return HistoryScreen(destination.user_id, destination.name)


def _template(destination: to.Template) -> Screen[Any]:
    from studio_tui.tui.screens.templates.template import TemplateScreen

    return TemplateScreen(destination.template)


def _edit_template(destination: to.EditTemplate) -> Screen[Any]:
    from studio_tui.tui.screens.templates.template_editor import TemplateEditor

    return TemplateEditor(destination.template)


def _template_as_text(destination: to.TemplateAsText) -> Screen[Any]:
    from studio_tui.tui.screens.templates.template_edit import TemplateEditScreen

    return TemplateEditScreen(destination.template)


def _preview_template(destination: to.PreviewTemplate) -> Screen[Any]:
    from studio_tui.tui.screens.templates.template_preview import TemplatePreview

    return TemplatePreview(destination.definition)


def _template_versions(destination: to.TemplateVersions) -> Screen[Any]:
    from studio_tui.tui.screens.templates.template_versions import TemplateVersions

    return TemplateVersions(destination.template)


def _question_library(_: to.QuestionLibrary) -> Screen[Any]:
    from studio_tui.tui.screens.templates.question_library import QuestionLibraryScreen

    return QuestionLibraryScreen()


def _edit_topic(destination: to.EditTopic) -> Screen[Any]:
    from studio_tui.tui.screens.templates.library_editor import LibraryEditor

    return LibraryEditor(destination.topic)


def _take_from_library(destination: to.TakeFromLibrary) -> Screen[Any]:
    from studio_tui.tui.screens.templates.library_picker import LibraryPicker

    return LibraryPicker(destination.topics, destination.definition, whole=destination.whole)


_SCREENS: Mapping[type[Destination], Callable[[Any], Screen[Any]]] = {
    to.Today: _today,
    to.Templates: _templates,
    to.Pushes: _pushes,
    to.Users: _users,
    to.Outbox: _outbox,
    to.Activity: _activity,
    to.MyConversations: _mine,
    to.Push: _push,
    to.Calendar: _calendar,
    to.OpenGroups: _open_groups,
    to.OpenPeople: _open_people,
    to.Person: _person,
    to.EditPerson: _edit_person,
    to.Teams: _teams,
    to.Team: _team,
    to.EditTeam: _edit_team,
    to.Mail: _mail,
    to.SentAgain: _sent_again,
    to.Remind: _remind,
    to.RemindManagers: _remind_managers,
    to.Assign: _assign,
    to.SetUpPushes: _set_up_pushes,
    to.ImportUsers: _import_users,
    to.Changes: _changes,
    to.WaitingImport: _waiting_import,
    to.Conversation: _conversation,
    to.PlanConversation: _plan_conversation,
    to.History: _history,
    to.Template: _template,
    to.EditTemplate: _edit_template,
    to.TemplateAsText: _template_as_text,
    to.PreviewTemplate: _preview_template,
    to.TemplateVersions: _template_versions,
    to.QuestionLibrary: _question_library,
    to.EditTopic: _edit_topic,
    to.TakeFromLibrary: _take_from_library,
}
