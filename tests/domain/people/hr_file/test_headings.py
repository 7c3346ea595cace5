"""Recognition of headings, and the errors about missing columns."""

import pytest

from studio_tui.domain.people.hr_file import ImportField, read
from studio_tui.domain.people.hr_file.headings import lay_out, recognise
from studio_tui.domain.people.hr_file.records import NOT_STORED
from studio_tui.domain.shared.errors import Refused

NAMES = ["given_name", "family_name"]


def told(headings: list[str], mapping: dict[str, str] | None = None) -> dict[str, ImportField]:
    return {c.heading: c.field for c in lay_out(headings, mapping or {}).columns}


@pytest.mark.parametrize("field", sorted(set(ImportField) - NOT_STORED))
def test_the_studios_own_headings_are_recognised_first(field: ImportField) -> None:
    found = recognise(field.value)
    assert found is not None
    assert found[0] is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("First Name [Required]", ImportField.GIVEN_NAME),
        ("Email Address [Required]", ImportField.EMAIL),
        ("Status [READ ONLY]", ImportField.ACTIVE),
        ("Org Unit Path [Required]", ImportField.TEAMS),
        ("Name [displayName] Required", ImportField.NAME),
        ("User name [userPrincipalName] Required", ImportField.LOGIN),
        ("accountEnabled", ImportField.ACTIVE),
        ("WORK E-MAIL", ImportField.EMAIL),
        ("Employee #", ImportField.EMPLOYEE_NUMBER),
        ("Worker's Manager(s)", ImportField.MANAGER),
        ("Prénom", ImportField.GIVEN_NAME),
        ("Prenom", ImportField.GIVEN_NAME),
        ("Date d’entrée", ImportField.HIRED_ON),
        ("Datum in dienst", ImportField.HIRED_ON),
        ("Leidinggevende", ImportField.MANAGER),
    ],
)
def test_common_headings_are_recognised(heading: str, field: ImportField) -> None:
    found = recognise(heading)
    assert found is not None
    assert found[0] is field


@pytest.mark.parametrize("heading", ["Status civil", "state", "Statuut", "Home Email", "", "#"])
def test_headings_that_only_look_similar_are_not_recognised(heading: str) -> None:
    assert recognise(heading) is None


def test_the_best_of_several_headings_is_used() -> None:
    headings = ["E-mail", "Work Email", "Manager", "Manager Email", *NAMES]
    assert told(headings) == {
        "Work Email": ImportField.EMAIL,
        "Manager Email": ImportField.MANAGER,
        "given_name": ImportField.GIVEN_NAME,
        "family_name": ImportField.FAMILY_NAME,
    }
    assert lay_out(headings, {}).ignored == ("E-mail", "Manager")


def test_a_mapping_overrides_the_recognition() -> None:
    assert told(["Mail X", "email", *NAMES], {"mail x": "email"})["Mail X"] is ImportField.EMAIL
    assert "role" not in told(["email", "role", *NAMES], {"role": "ignore"})


@pytest.mark.parametrize(
    ("headings", "mapping", "words"),
    [
        (["email", "E-Mail", *NAMES], {}, r"“email” \(number 1\) and “E-Mail” \(number 2\) both"),
        (["a", "b", *NAMES], {"a": "email", "b": "email"}, "both tell email"),
        (["Work Email", *NAMES], {"Work Emial": "email"}, "Did you mean “Work Email”"),
        (["email", *NAMES], {"email": "emial"}, "Did you mean “email”"),
        (["x", "x", "email", *NAMES], {"x": "role"}, "2 columns are called “x”"),
        (["Work Emial", *NAMES], {}, r'“Work Emial” is it, add --map "Work Emial=email"'),
        (["email", "First"], {}, r"given_name\) and the family name"),
        (["Foo", *NAMES], {}, r'The headings found are “Foo”, .* --map "Heading=email"'),
        ([f"c{n}" for n in range(30)], {}, "and 10 more"),
    ],
)
def test_refused_layouts(headings: list[str], mapping: dict[str, str], words: str) -> None:
    with pytest.raises(Refused, match=words):
        lay_out(headings, mapping)


def test_the_refusal_names_the_file() -> None:
    with pytest.raises(Refused, match=r"^hr\.csv: The file has no column"):
        read(b"a;b\n1;2\n", name="hr.csv")


def test_hostile_headings_are_cleaned() -> None:
    with pytest.raises(Refused) as caught:
        lay_out(["\x1b]52;c;x\x07evil"], {})
    assert "\x1b" not in str(caught.value)
