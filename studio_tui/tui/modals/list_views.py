"""Dialogs for the named views of a list: show, save or remove one."""

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Invalid, StudioError
from studio_tui.domain.shared.list_views import ListView
from studio_tui.services.system import list_views
from studio_tui.tui.commands import Command
from studio_tui.tui.modals.choose import Choice, ChoiceLayout, Choose
from studio_tui.tui.modals.choose_columns import write_views
from studio_tui.tui.modals.dialog import Dialog
from studio_tui.tui.shell import bridge_of
from studio_tui.tui.text import line
from studio_tui.tui.widgets.field import Field, Form
from studio_tui.tui.widgets.list.audiences import FilterText, ParsedAudience
from studio_tui.tui.widgets.list.views import ListWithViews

_HOW = "⏎ show · ^s save the list as it is · ^o open with it · ^r remove"
_HOW_FIRST = "^s save the list as it is: filter, order and columns, with a name"
_DEFAULT_VIEW = ListView()
Refuse = Callable[[StudioError, bool], None]
"""A callback that displays an error of a name, and whether its view can be replaced."""


class ViewAct(Enum):
    """The operations on a view."""

    SHOW = auto()
    SAVE = auto()
    """Save the current state of the list as a view, which is named next."""
    OPEN_WITH = auto()
    """Use the view when the list opens, or stop that."""
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """The chosen operation; ``view`` has no name if it is the default view of the list."""

    act: ViewAct
    view: ListView


class ListViews(Choose[ViewChoice]):
    """Asks which view of a list to show, or which other operation to run.

    The rows of each view are counted while the dialog is open.
    """

    DETAIL = True
    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("save", "ctrl+s", "Save", "Save the list as it is, as a view with a name"),
        Command("open_with", "ctrl+o", "Open with it", "Let the list open with it, or no longer"),
        Command("remove", "ctrl+r", "Remove", "Remove the view"),
    )

    def __init__(self, listed: ListWithViews) -> None:
        self._listed = listed
        self._views = listed.views.kept.named
        self._described = listed.views.described
        self._counts: dict[str, int] = {}
        super().__init__(
            "Views of this list",
            [self._choice(view) for view in (_DEFAULT_VIEW, *self._views)],
            empty="No view goes by that name.",
            layout=ChoiceLayout.USUAL,
        )

    def on_mount(self) -> None:
        """Show the views, and count the rows of each."""
        super().on_mount()
        for view in (_DEFAULT_VIEW, *self._views):
            if (reads := self._listed.reads(view.text)) is None:
                self._count(view, view.text)
            else:
                then = partial(self._count_audience, view)
                bridge_of(self).read(self, (view.key, "audience"), reads, then, self._not_counted)

    def action_save(self) -> None:
        """Return the request to save the list as a view."""
        self.dismiss(ViewChoice(ViewAct.SAVE, _DEFAULT_VIEW))

    def why_not_open_with(self) -> str | None:
        """Require a view under the cursor."""
        return None if self._current else "There is no view here."

    def action_open_with(self) -> None:
        """Return the request to open the list with the view, or to stop that."""
        self._end(ViewAct.OPEN_WITH)

    def why_not_remove(self) -> str | None:
        """Require a named view under the cursor."""
        chosen = self._current
        return None if chosen and chosen.value.view.key else "There is no view to remove here."

    def action_remove(self) -> None:
        """Return the request to remove the view."""
        self._end(ViewAct.REMOVE)

    def detail(self, choice: Choice[ViewChoice]) -> Content:
        """Return the full description of the view, and the keys."""
        how = _HOW if self._views else _HOW_FIRST
        words = line(f"{choice.title} · {self._described(choice.value.view)}")
        return Content("\n").join([line(how, "$muted"), words])

    def _end(self, act: ViewAct) -> None:
        if (choice := self._current) is not None:
            self.dismiss(ViewChoice(act, choice.value.view))

    def _choice(self, view: ListView) -> Choice[ViewChoice]:
        count = self._counts.get(view.key)
        title = view.name or "As usual"
        return Choice(
            ViewChoice(ViewAct.SHOW, view),
            f"{title} (opens the list)" if view.opens else title,
            self._described(view),
            "" if count is None else f"{count:,}",
        )

    def _count_audience(self, view: ListView, said: ParsedAudience) -> None:
        if said.audience is None:
            # The filter of the view has become invalid.
            self._counted(view.key, 0)
        else:
            self._count(view, FilterText.of(view.text, said.audience))

    def _count(self, view: ListView, text: str) -> None:
        source, then = self._listed.source_of(view, text), partial(self._counted, view.key)
        bridge_of(self).read(self, view.key, source.count, then, self._not_counted)

    def _counted(self, key: str, count: int) -> None:
        self._counts[key] = count
        self._choices = [self._choice(view) for view in (_DEFAULT_VIEW, *self._views)]
        self.show_again()

    def _not_counted(self, _: StudioError) -> None:
        """Ignore the error: a view can be shown without its count."""


class NameView(Dialog[str]):
    """Asks for the name of a view and passes it to ``save``.

    ``save`` also receives whether a view of that name may be replaced, and a callback that displays
    an error. On success, ``save`` dismisses the dialog with the name.
    """

    OWN_COMMANDS: ClassVar[tuple[Command, ...]] = (
        Command("go_on", "ctrl+s", "Save", "Save the view"),
    )

    def __init__(
        self,
        what: str,
        save: Callable[[str, bool, Refuse], None],
        name: str = "",
    ) -> None:
        super().__init__()
        self._what = what
        self._save = save
        self._form = Form(Field("name", "Name", name, hint="You alone see it"))
        self._replace: str | None = None

    def compose(self) -> ComposeResult:
        """Compose the description of the view and the name."""
        with Vertical(classes="dialog wide"):
            yield Static(line("Save this list as a view"), classes="question")
            yield Static(line(self._what, "$muted"), classes="detail")
            yield self._form

    @on(Form.Submitted)
    def action_go_on(self) -> None:
        """Pass the name to ``save``."""
        name = self._form.values()["name"]
        self._save(name, name == self._replace, self._refuse)

    def _refuse(self, error: StudioError, replaceable: bool) -> None:
        words = dict(error.fields).get("name") if isinstance(error, Invalid) else None
        sentence = words or error.message
        self._replace = self._form.values()["name"] if replaceable else None
        if replaceable:
            sentence += " Press enter again to replace it."
        self._form.show_error(Invalid({"name": sentence}))


def choose_view(listed: ListWithViews) -> None:
    """Ask which view of ``listed`` to show, or which other operation to run, and run it."""
    _ViewActions(listed).ask()


class _ViewActions:
    """The operations on the views of a list."""

    def __init__(self, listed: ListWithViews) -> None:
        self._listed = listed
        self._views = listed.views

    def ask(self) -> None:
        """Ask for the operation and run it."""
        self._listed.screen.app.push_screen(ListViews(self._listed), self._do)

    def _do(self, chosen: ViewChoice | None) -> None:
        if chosen is None:
            return
        view, quoted = chosen.view, f"“{chosen.view.name}”"
        if chosen.act is ViewAct.SHOW:
            self._views.set(view)
            self._listed.show_rows()
        elif chosen.act is ViewAct.SAVE:
            self._save()
        elif chosen.act is ViewAct.REMOVE:
            write_views(
                self._listed,
                lambda studio, actor, name: list_views.remove(studio, actor, name, view.name),
                f"View {quoted} removed.",
            )
        else:
            opens = view.name if view.key and not view.opens else None
            write_views(
                self._listed,
                lambda studio, actor, name: list_views.open_with(studio, actor, name, opens),
                f"The list opens with {quoted}." if opens else "The list opens as usual.",
            )

    def _save(self) -> None:
        view = self._listed.view

        def save(name: str, replacing: bool, refuse: Refuse) -> None:
            named = replace(view, name=name)
            write_views(
                self._listed,
                lambda studio, actor, list_name: list_views.save(
                    studio, actor, list_name, named, replacing=replacing
                ),
                f"View “{name.strip()}” saved.",
                lambda: dialog.dismiss(name),
                lambda error: refuse(error, isinstance(error, list_views.ViewNameTaken)),
            )

        dialog = NameView(self._views.described(view), save, self._views.shown)
        self._listed.screen.app.push_screen(dialog)
