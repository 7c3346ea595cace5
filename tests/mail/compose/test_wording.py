"""The choice of a text by kind and language, and the errors about wrong texts (N9)."""

from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from studio_tui.config.assets import asset
from studio_tui.domain.outbox.kinds import INVITATIONS, NOTICES, Capacity, Kind, MailForm
from studio_tui.domain.shared.errors import Refused
from studio_tui.mail.compose.wording import Wordings
from studio_tui.mail.compose.wording_template import (
    ENTRY,
    TEST,
    MailTemplate,
    flags_in,
    names_in,
    wordings,
)

LANGUAGES = ("en", "nl", "fr")
INVITING = [f"{kind}.{capacity}" for kind in (*sorted(INVITATIONS), ENTRY) for capacity in Capacity]
NOTICED = [f"{kind}.{capacity}" for kind in sorted(NOTICES) for capacity in kind.capacities]
PEOPLE = [f"{kind}.manager" for kind in Kind if kind.form is MailForm.PEOPLE]
OTHERS = [name for name in wordings() if name not in (TEST, *INVITING, *NOTICED, *PEOPLE)]
GOOD = "Subject: About {{ template }}\n\nHello {{ name }}\n"


def all_forms(texts: Wordings, name: str, language: str) -> list[MailTemplate]:
    """Return the forms for all combinations of flags."""
    found = texts.forms(name, language)
    names = flags_in(name)
    return [
        found.form(**dict(zip(names, flags, strict=True)))
        for flags in product((False, True), repeat=len(names))
    ]


def own(folder: Path, place: str, text: str) -> Wordings:
    """Return the wordings of an organisation with one text of its own."""
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Wordings("en", folder)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", wordings())
def test_every_text_exists_in_every_language(name: str, language: str) -> None:
    for form in all_forms(Wordings("en"), name, language):
        written = set(form.plain.names)
        assert written <= set(names_in(name))
        assert "organisation" in written
        # Both parts have the same values; the title of the page repeats the subject.
        assert set(form.html.names) == written | set(form.subject.names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OTHERS)
def test_every_text_contains_the_required_values(name: str, language: str) -> None:
    """P6: the template, and the deadline unless it no longer matters; P7: the people."""
    needed = (
        {"template", "push"} if name.startswith("closed.") else {"template", "push", "deadline"}
    )
    if name == "handed_over.user":
        needed |= {"conductor"}
    for form in all_forms(Wordings("en"), name, language):
        assert needed <= set(form.plain.names)
    if name.endswith(".manager"):
        texts = Wordings("en").forms(name, language)
        assert {"people", "count"} <= set(texts.form(several=True).plain.names)
        assert "person" in texts.form(several=False).plain.names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", INVITING)
def test_every_invitation_contains_the_required_values(name: str, language: str) -> None:
    """C5: the other person, the template, the time, the place, the length, and the planner."""
    texts = Wordings("en").forms(name, language)
    other = "conductor" if name.endswith(".user") else "person"
    whole = set(texts.form(of_push=True, placed=True).plain.names)
    bare = set(texts.form().plain.names)
    assert {other, "template", "planner"} <= bare
    assert {"push", "deadline"} <= whole - bare
    if name.startswith(("planned", "moved")):
        assert {"starts_at", "minutes"} <= bare
        assert "place" in whole - bare
    if name == "cancelled.manager":
        assert "conductor" in texts.form(handed_over=True).plain.names
        assert "starts_at" not in texts.form(handed_over=True).plain.names
    # A calendar entry has the time and place itself; its text must stay valid if they change.
    assert ("starts_at" in bare) == (not name.startswith(ENTRY))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reminder_after_the_deadline_has_another_text(language: str) -> None:
    for name in ("reminder.user", "reminder.manager"):
        texts = Wordings("en").forms(name, language)
        assert texts.form(overdue=True).plain != texts.form(overdue=False).plain
        assert texts.form(overdue=True).subject != texts.form(overdue=False).subject


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("several", [False, True])
def test_no_new_conductor_is_asked_to_meet_a_past_deadline(language: str, *, several: bool) -> None:
    for name in ("handed_over.user", "handed_over.manager"):
        texts = Wordings("en").forms(name, language)
        late = texts.form(several=several, overdue=True)
        assert late.plain != texts.form(several=several, overdue=False).plain


@pytest.mark.parametrize(
    ("asked", "organisation", "got"),
    [
        ("nl", "en", "nl"),
        ("nl-BE", "en", "nl"),
        ("NL_be", "en", "nl"),
        (" fr-Latn-CA ", "en", "fr"),
        ("de", "nl", "nl"),
        ("de", "fr-BE", "fr"),
        ("de", "sv", "en"),
        ("", "fr", "fr"),
        ("../../etc", "nl", "nl"),
        ("nl\x00", "fr", "fr"),
    ],
)
def test_the_nearest_language_is_taken(asked: str, organisation: str, got: str) -> None:
    assert Wordings(organisation).forms(TEST, asked).language == got


def test_an_own_text_replaces_the_built_in_one(tmp_path: Path) -> None:
    texts = own(tmp_path, "nl/assigned.user.md", GOOD)
    assert texts.problems() == []
    assert texts.forms("assigned.user", "nl").form().subject.texts[0].startswith("About ")
    assert not texts.forms("assigned.user", "en").form().subject.texts[0].startswith("About ")


def test_a_missing_folder_is_no_problem(tmp_path: Path) -> None:
    assert Wordings("en", tmp_path / "none").problems() == []


def test_a_regional_text_uses_the_rest_of_its_language(tmp_path: Path) -> None:
    texts = own(tmp_path, "nl-be/assigned.user.md", GOOD)
    assert texts.problems() == []
    found = texts.forms("assigned.user", "nl-BE")
    assert found.language == "nl-be"
    assert found.date_words.day(date(2026, 3, 1)) == "1 maart 2026"


def test_a_new_language_needs_its_dates_and_its_footer(tmp_path: Path) -> None:
    texts = own(tmp_path, "de/assigned.user.md", GOOD)
    assert texts.problems() == [
        f"{tmp_path}/de has no footer.md: copy one of another language and translate it."
    ]
    own(tmp_path, "de/footer.md", "Gesendet von {{ organisation }}.")
    months = asset("data/wording/en/language.toml").read_text().replace("March", "März")
    texts = own(tmp_path, "de/language.toml", months)
    assert texts.problems() == []
    assert texts.forms("assigned.user", "de").date_words.day(date(2026, 3, 31)) == "31 März 2026"


def test_an_own_layout_is_around_every_text(tmp_path: Path) -> None:
    texts = own(tmp_path, "layout.html", "<html><title>{{ subject }}</title>{{ body }}</html>")
    assert texts.problems() == []
    html = texts.forms(TEST, "en").form().html.filled(dict.fromkeys(names_in(TEST), ""))
    assert html.startswith("<html><title>A test message")
    assert "&lt;p" not in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello\n", "line 1: begin the text with “Subject: …”"),
        ("Subject:\n\nHello\n", "line 1: begin the text with “Subject: …”"),
        ("Subject: a\n\n{{ nickname }}\n", "line 3: 'nickname' is undefined"),
        ("Subject: a\n\n{{ name }\n", "line 3: unexpected"),
        ("Subject: a\n\n{% if several %}\n", "line 3: Unexpected end"),
        ("Subject: a\n\n{{ name|upper }}\n", "line 3: No filter named 'upper'"),
        ("Subject: a\n\n{{ push.name }}\n", "line 3: "),
        ("Subject: a\n\n\n{% if name == 'Ann' %}x{% endif %}\n", "line 4: “name” can only be"),
        ("Subject: a\n\n{% if push %}x{% endif %}\n", "line 3: “push” can only be written"),
        ("Subject: a\n\n{{ 1 / 0 }}\n", "line 3: division by zero"),
        ("Subject: a\n\n{{ ().__class__.__base__ }}\n", "line 3: "),
        ("Subject: a\n\n{% include 'x' %}\n", "line 3: "),
        ("Subject: a\n\n{{ people }}\n", "line 3: 'people' is undefined"),
        ("Subject: a\n\n{{ conductor }}\n", "line 3: 'conductor' is undefined"),
        ("Subject: a\n\n[x](https://example.org/{{ name }})\n", "address of a link cannot hold"),
        ("Subject: a\n\n\U000f0001\n", "private-use character"),
    ],
)
def test_an_error_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    texts = own(tmp_path, "en/assigned.user.md", text)
    (problem,) = texts.problems()
    assert problem.startswith(f"{tmp_path}/en/assigned.user.md")
    assert said in problem
    with pytest.raises(Refused) as refused:
        texts.forms("assigned.user", "en")
    assert refused.value.message == problem


def test_a_person_is_only_defined_if_there_is_one(tmp_path: Path) -> None:
    texts = own(tmp_path, "en/assigned.manager.md", "Subject: a\n\n{{ person }}\n")
    (problem,) = texts.problems()
    assert "line 3: 'person' is undefined" in problem
    assert "people" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ push }}", "'push' is undefined"),
        ("{{ place }}", "'place' is undefined"),
        ("{{ people }}", "'people' is undefined"),
        ("{% if of_push %}\n{{ push }} {{ deadline }}\n{% endif %}", None),
        ("{% if several %}{% endif %}", "'several' is undefined"),
    ],
)
def test_an_invitation_can_only_use_values_that_are_defined(
    tmp_path: Path, text: str, said: str | None
) -> None:
    problems = own(tmp_path, "en/planned.user.md", f"Subject: a\n\n{text}\n").problems()
    assert [said in problem for problem in problems if said] == ([True] if said else [])
    assert bool(problems) == (said is not None)


def test_an_unused_file_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    texts = own(tmp_path, "en/assign.user.md", GOOD)
    (problem,) = texts.problems()
    assert problem.endswith("not the name of a text; did you mean “assigned.user.md”?")


def test_a_text_in_another_encoding_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "fr" / "test.md"
    path.parent.mkdir()
    path.write_bytes("Subject: é\n\né\n".encode("cp1252"))
    (problem,) = Wordings("en", tmp_path).problems()
    assert "Save it as UTF-8" in problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("months = [", "month = ["), "`month`"),
        (('"January", ', ""), "name all twelve"),
        (("{month}", "{moon}"), "{moon}"),
        (("{month}", "{month"), "language.toml"),
        (("day = ", "day "), "language.toml"),
    ],
)
def test_an_invalid_date_format_is_reported(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    ours = asset("data/wording/en/language.toml").read_text()
    (problem,) = own(tmp_path, "en/language.toml", ours.replace(*change)).problems()
    assert problem.startswith(str(tmp_path / "en" / "language.toml"))
    assert said in problem


@pytest.mark.parametrize(
    ("language", "day", "first", "instant"),
    [
        ("en", "31 March 2026", "1 August 2026", "31 March 2026, 14:05 (Europe/Brussels)"),
        ("nl", "31 maart 2026", "1 augustus 2026", "31 maart 2026 om 14:05 (Europe/Brussels)"),
        ("fr", "31 mars 2026", "1er août 2026", "31 mars 2026 à 14:05 (Europe/Brussels)"),
    ],
)
def test_days_and_instants(language: str, day: str, first: str, instant: str) -> None:
    date_words = Wordings("en").date_words(language)
    assert date_words.day(date(2026, 3, 31)) == day
    assert date_words.day(date(2026, 8, 1)) == first
    moment = datetime(2026, 3, 31, 12, 5, tzinfo=UTC)
    assert date_words.instant(moment, ZoneInfo("Europe/Brussels")) == instant
    assert "(America/New York)" in date_words.instant(moment, ZoneInfo("America/New_York"))


def test_the_guide_names_every_file_and_every_value() -> None:
    guide = asset("data/wording/README.md").read_text(encoding="utf-8")
    for name in wordings():
        assert f"`en/{name}.md`" in guide
        assert all(f"`{{{{ {value} }}}}`" in guide for value in names_in(name))
        assert all(f"{{% if {flag} %}}" in guide for flag in flags_in(name))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mail_states_once_how_to_open_the_studio(language: str) -> None:
    """In every kind, for every recipient, in every form and in both parts (N18)."""
    saying, silent = Wordings(language, opens=True), Wordings(language)
    for name in wordings():
        for form in all_forms(saying, name, language):
            assert form.plain.names.count("how_to_open") == 1, name
            assert form.html.names.count("how_to_open") == 1, name
        for form in all_forms(silent, name, language):
            assert "how_to_open" not in (*form.plain.names, *form.html.names)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("en/closed.user.md", "Subject: x\n\nCome in by {{ how_to_open }}, at last.\n"),
        ("en/footer.md", "{{ how_to_open }} – {{ organisation }}\n"),
    ],
)
def test_an_own_text_can_place_that_sentence(tmp_path: Path, place: str, text: str) -> None:
    own(tmp_path, place, text)
    form = Wordings("en", tmp_path, opens=True).forms("closed.user", "en").form()
    assert form.plain.names.count("how_to_open") == 1
    assert "how_to_open" in form.html.names
    assert ("Come in by" in form.plain.texts[0]) == (place == "en/closed.user.md")
