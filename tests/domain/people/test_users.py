"""Names and filters in lists of people (U1)."""

from studio_tui.domain.people.users import UserFilter, full_name, sort_name


def test_names_are_shown_given_name_first_and_sorted_family_name_first() -> None:
    assert full_name("Ann", "Peeters") == "Ann Peeters"
    assert full_name("Ann", "") == "Ann"
    assert full_name("", "Peeters") == "Peeters"
    assert sort_name("ÉLISE", "De  Smet") == "de smet élise"
    assert sort_name("Ann", "") == "ann"


def test_a_filter_is_split_into_words() -> None:
    assert UserFilter("  ann   peeters ").words() == ("ann", "peeters")
    assert UserFilter().words() == ()
