"""The people of a push, or of all open pushes, grouped by manager, team, department or language.

One row for each group, the most overdue first (S2).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from studio_tui.domain.pushes.groups import LOAD_WEEKS, GroupBy, GroupFilter, PeopleGroup
from studio_tui.domain.pushes.push import Push
from studio_tui.domain.shared import destinations as to
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.list_source import Sort, Source
from studio_tui.domain.shared.selection import Selection
from studio_tui.services.pushes import groups
from studio_tui.services.pushes.groups import GroupSource
from studio_tui.tui.screen import StudioScreen
from studio_tui.tui.screens.pushes.people_details import read_group_details
from studio_tui.tui.screens.pushes.push_words import NOBODY_ANYWHERE, NOBODY_YET, done_in_cells
from studio_tui.tui.screens.pushes.status_drawing import row_bar
from studio_tui.tui.widgets.drawing import Drawing
from studio_tui.tui.widgets.list.columns import Column, StyledText, Tone
from studio_tui.tui.widgets.list.lazy_source import LazySource
from studio_tui.tui.widgets.list.record_browser import RecordBrowser
from studio_tui.tui.widgets.list.record_list import RecordList
from studio_tui.wording.counting import counted
from studio_tui.wording.pushes import group_in_words, group_still_in_words

_BAR, _HELD = 9, 9
_ORDER = Sort("late", descending=True)
_NOUNS: Mapping[GroupBy, tuple[str, str]] = {
    GroupBy.MANAGER: ("manager", "managers"),
    GroupBy.TEAM: ("team", "teams"),
    GroupBy.DEPARTMENT: ("department", "departments"),
    GroupBy.LANGUAGE: ("language", "languages"),
}


class PushGroups(Vertical):
    """The groups of ``push``, or of all open pushes if it is None, with marks."""

    @dataclass
    class Opened(Message):
        """Posted to request the list of the people of ``group``."""

        group: PeopleGroup

    def __init__(self, push: Push | None, by: GroupBy, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.push = push
        self.by = by
        self._counted: _CachedGroups | None = None
        self._browser: RecordBrowser[PeopleGroup, GroupFilter] = RecordBrowser(
            Column("name", by.capitalize(), _name, width=18, flex=3, max_width=50, sortable=True),
            Column("late", "Late", _late, width=6, right=True, sortable=True),
            Column(
                "bar", "", lambda group: row_bar(group, _BAR), width=_BAR, name="Bar", drawn=True
            ),
            Column("held", "Held", _held, width=_HELD, right=True, sortable=True),
            *([_LOAD] if by is GroupBy.MANAGER else []),
            Column(
                "still", "Still to hold", self._still, width=17, flex=1, max_width=24, sortable=True
            ),
            Column("planned", "Planned", _planned, width=8, right=True, hide_order=2),
            Column("open", "Not planned", _not_planned, width=11, right=True, hide_order=3),
            find=self.find,
            sort=_ORDER,
            noun=_NOUNS[by],
            marks=True,
            empty=NOBODY_YET if push else NOBODY_ANYWHERE,
            views_key=f"push_groups_{by}" if push else f"open_groups_{by}",
            exported_by=f"pushes show PUSH --by {by} --json" if push else f"today --by {by} --json",
            details=self._details,
        )

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self._browser

    def find(self, text: str, sort: Sort) -> tuple[GroupFilter, Source[PeopleGroup, GroupFilter]]:
        """Return the groups whose names contain all words of ``text``.

        All filters share one count.
        """
        filter_, source = GroupFilter(text), self._source()
        return filter_, LazySource(lambda: source().filtered(filter_).sorted(sort))

    def focus_first(self) -> None:
        """Focus the list."""
        self.screen.set_focus(self._browser.list)

    def reload(self) -> None:
        """Count again."""
        self._counted = None
        self._browser.reload()

    def why_not_remind(self) -> str | None:
        """Return why nobody can be reminded, or None if a group is marked or under the cursor."""
        return "There is nobody here." if self._browser.list.chosen.empty else None

    def remind(self) -> None:
        """Preview a reminder of the marked groups or the group under the cursor (P15, S8).

        Grouped by manager, only the managers are reminded; otherwise, the people of the groups.
        """
        chosen, source = self._browser.list.chosen, self._source()
        self._home.read_to_open("groups", lambda: source().chosen(chosen), self._ask_remind)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """Request the list of the people of the group."""
        event.stop()
        self.post_message(self.Opened(event.row))

    def on_record_list_cursor_moved(self) -> None:
        """Refresh the available commands: the list may be empty."""
        self.screen.refresh_bindings()

    @property
    def _home(self) -> StudioScreen:
        return cast(StudioScreen, self.screen)

    def _details(self, group: PeopleGroup) -> Callable[[], Drawing]:
        home = self._home
        return partial(read_group_details, home.studio, home.actor, self.push, group)

    def _source(self) -> "_CachedGroups":
        if self._counted is None:
            home, push, by = self._home, self.push, self.by
            self._counted = _CachedGroups(
                partial(groups.source, home.studio, home.actor, push, by, GroupFilter())
            )
        return self._counted

    def _ask_remind(self, chosen: list[PeopleGroup]) -> None:
        if self.by is not GroupBy.MANAGER:
            one = group_in_words(self.by, chosen[0]) if len(chosen) == 1 else ""
            whom = f"The people of {one or counted(len(chosen), *_NOUNS[self.by])}"
            people = groups.people_of(chosen)
            self._home.go_to(to.Remind(self.push, people, whom), self._unmark)
            return
        managers = {group.key.value: group.name for group in chosen if group.name is not None}
        if not managers:
            self._home.show_error("Nobody to remind: these people have no manager.")
            return
        named = cast("dict[int, str]", managers)
        self._home.go_to(to.RemindManagers(self.push, named), self._unmark)

    def _unmark(self, reminded: bool | None) -> None:
        if reminded:
            self._browser.list.selection = Selection()

    def _still(self, group: PeopleGroup) -> str | StyledText:
        if not group.still:
            return StyledText("all held", Tone.GOOD)
        return group_still_in_words(group, self._home.studio.today())


class _CachedGroups:
    """A cached group source, counted on first use. It is used off the event loop."""

    def __init__(self, count: Callable[[], GroupSource]) -> None:
        self._count = count
        self._counted: GroupSource | None = None

    def __call__(self) -> GroupSource:
        if self._counted is None:
            self._counted = self._count()
        return self._counted


def _name(group: PeopleGroup) -> str | StyledText:
    if group.name is None:
        return StyledText(group_in_words(group.key.by, group), Tone.WARN)
    return group.name


def _late(group: PeopleGroup) -> StyledText:
    return StyledText(f"{group.overdue:,}" if group.overdue else "", Tone.BAD)


def _held(group: PeopleGroup) -> str:
    return done_in_cells(group.done, group.assigned, _HELD, drawn=False)


def _load(group: PeopleGroup) -> StyledText:
    """Return a sparkline of the planned conversations in each coming week: ``▁▁▃█``.

    Each step stands for one conversation, up to seven.
    """
    if not any(group.load):
        return StyledText("", Tone.MUTED)
    return StyledText("".join("▁▂▃▄▅▆▇█"[min(number, 7)] for number in group.load), Tone.MARK)


_LOAD: Column[PeopleGroup] = Column(
    "load", "Weeks", _load, width=LOAD_WEEKS, hide_order=1, drawn=True
)


def _planned(group: PeopleGroup) -> str:
    number = group.planned + group.prepared
    return f"{number:,}" if number else ""


def _not_planned(group: PeopleGroup) -> str:
    return f"{group.not_planned:,}" if group.not_planned else ""
