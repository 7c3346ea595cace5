"""The name of a user, and their facts as labels and values."""

from textual.content import Content

from studio_tui.domain.people.facts import FACTS
from studio_tui.domain.people.users import User
from studio_tui.tui.moments import day
from studio_tui.tui.text import filled, line
from studio_tui.tui.widgets.facts import Fact
from studio_tui.wording.counting import counted

_PLACED = {
    *("login", "role", "email", "given_name", "family_name", "active", "language", "time_zone"),
    *("teams", "leads", "coaches", "groups", "department", "hired_on"),
}
"""Facts with a place of their own in the list; the other facts follow them."""


def title_of(user: User) -> Content:
    """Return the name, and a note if the user has left."""
    if user.active:
        return line(user.name, "bold")
    return filled("[bold]$name[/]  [$muted]has left[/]", name=user.name)


def facts_about(user: User, failed: int = 0) -> list[Fact]:
    """Return the facts of a user that are known.

    ``failed``: the number of mails to the user that failed.
    """
    facts = [
        ("Login", f"{user.login} · {user.role}"),
        ("E-mail", _address(user, failed)),
        ("Managers", _managers(user)),
        ("Teams", ", ".join(user.teams)),
        ("Leads", ", ".join(user.leads)),
        ("Coaches", ", ".join(user.coaches)),
        ("Department", user.department),
        ("Groups", ", ".join(user.groups)),
        ("Language", f"{user.language} · {user.time_zone}"),
        ("Hired", day(user.hired_on)),
        *(
            (fact.label, fact.as_words(getattr(user, fact.name)))
            for fact in FACTS
            if fact.name not in _PLACED
        ),
    ]
    return [(label, value) for label, value in facts if value]


def _address(user: User, failed: int) -> str | Content:
    words = [f"{counted(failed, 'mail')} failed"] if failed else []
    words += ["mail bounced"] if user.mail_bounced else []
    if not words:
        return user.email
    return Content.assemble(line(user.email), (f"  ✗ {', '.join(words)}", "$error"))


def _managers(user: User) -> str | Content:
    if not user.managers:
        return line("no manager: nobody is told, and nobody holds their conversations", "$warning")
    return ", ".join(f"{manager.name} ({manager.reason})" for manager in user.managers)
