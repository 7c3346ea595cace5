"""The screens of the terminal app.

How to write a screen:

    class UsersScreen(StudioScreen):
        OWN_COMMANDS = (
            Command("import", "i", "Import", "Import users from a file", needs=Action.IMPORT_USERS),
        )

        def body(self) -> ComposeResult:
            yield RecordBrowser(
                Column("name", "Name", lambda user: user.name, width=20, flex=2, sortable=True),
                Column("login", "Login", lambda user: user.login, width=10, hide_order=1),
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

- `StudioScreen` supplies the frame (places, status line, footer); `body` fills it. Register a
  top-level screen in ``PLACES``; open any other screen with ``push_screen``. Escape goes back.
- An action of the user is a `Command` (`tui.commands`) with a method ``action_<id>`` and, if the
  action can be impossible, a method ``why_not_<id>``. Key, footer, palette and keys help are
  derived from it. Call ``self.refresh_bindings()`` after a change of anything that ``why_not_…``
  reads.
- Further keys may already be queued when a command runs. Move the focus with
  ``self.screen.set_focus(widget)``, which takes effect at once, not with ``widget.focus()``.
- Nothing blocks the event loop: ``self.read(lane, call, then)`` queries and
  ``self.write(call, then, failed)`` changes (`tui.runtime.background_calls`). Errors that are not
  handled by ``failed`` appear in the status line. ``reload`` is called after every change, by this
  user or another one, and must not move the cursor, the focus or the scroll position.
- Text entered by people reaches the screen through `tui.text` (``line``, ``block``, ``filled``), a
  `Column`, a `Facts` or ``self.show_message``; never as a ``str`` passed to a widget of Textual.
- A form is a `Form` of `Field`s; ``failed=form.show_error`` shows each reason of an `Invalid` next
  to its field. Ask a question with ``if await self.app.push_screen_wait(Confirm(…))`` inside a
  ``@work`` method, or with ``push_screen(Confirm(…), callback)``. See also `Choose` and `ReadText`.
- Styles are in ``styles/<screen>.tcss``, which is loaded automatically. Use colours only by the
  names that `tui.theme` defines (``$muted``, ``$key``, ``$error``, …). Escape sequences and markup
  in any text must stay inert: ``tests/hostile.py``.
- In tests, ``async with tests.tui.running(app) as pilot`` starts the app and waits until the bridge
  is idle; ``await settled(pilot)`` waits again.
"""
