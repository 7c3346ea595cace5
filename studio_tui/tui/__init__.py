"""The screens. How to write one:

    class UsersScreen(StudioScreen):
        OWN_COMMANDS = (
            Command("import", "i", "Import", "Import users from a file", needs=Action.IMPORT_USERS),
        )

        def body(self) -> ComposeResult:
            yield RecordBrowser(
                Column("name", "Name", lambda user: user.name, width=20, flex=2, sortable=True),
                Column("login", "Login", lambda user: user.login, width=10, gives_way=1),
                find=self.find, sort=Sort("name"), noun=("user", "users"), marks=True,
                empty="Nobody yet. Press i to import users.",
            )

        def find(self, text: str, sort: Sort) -> tuple[UserFilter, Source[User, UserFilter]]:
            filter_ = UserFilter(text)
            return filter_, users.source(self.studio, self.actor, filter_, sort)

        def reload(self) -> None:
            self.query_one(RecordBrowser).reload()

        def on_record_list_opened(self, event: RecordList.Opened) -> None:
            self.app.push_screen(UserScreen(event.row.id))

        def action_import(self) -> None: ...

- The frame (places, status line, footer) is there; `body` fills it. Register a place in ``PLACES``;
  open anything else by ``push_screen``; escape goes back.
- What one can do is a `Command` (`tui.commands`) with an ``action_<id>`` and, where it may be
  impossible, a ``why_not_<id>``. Key, footer, palette and keys help follow from it. After something
  changed that ``why_not_…`` looks at, call ``self.refresh_bindings()``.
- A key may already be waiting when a command runs: move the focus with
  ``self.screen.set_focus(widget)``, which happens at once, not with ``widget.focus()``.
- Nothing blocks: ``self.read(lane, call, then)`` asks, ``self.write(call, then, failed)`` changes
  (`tui.runtime.background_calls`). Errors that are not handled by ``failed`` appear in the status
  line. ``reload`` is called whenever oneself or somebody else changed something, and must not move
  anything.
- Text of people reaches the screen through `tui.text` (``line``, ``block``, ``filled``), a
  `Column`, a `Facts` or ``self.say``; never as a ``str`` given to a widget of Textual.
- Forms are a `Form` of `Field`s; ``failed=form.show_error`` puts every reason of an `Invalid`
  beside its field. Questions: ``if await self.app.push_screen_wait(Confirm(…))`` inside a ``@work``
  method; or ``push_screen(Confirm(…), callback)``. Also `Choose` and `ReadText`.
- Looks are in ``styles/<screen>.tcss``, found by themselves; colours only by the names that
  `tui.theme` gives (``$muted``, ``$key``, ``$error``, …). Escape sequences and markup in any text
  must stay inert: ``tests/hostile.py``.
- In tests, ``async with tests.tui.running(app) as pilot`` starts the app and waits until the bridge
  is idle; ``await settled(pilot)`` waits again.
"""
