"""People as lists show them (U1)."""

from studio_tui.domain.people.users import UserFilter, full_name, sort_name


def test_names_are_spoken_given_name_first_and_sorted_family_name_first() -> None:
    assert full_name("Ann", "Peeters") == "Ann Peeters"
    assert full_name("Ann", "") == "Ann"
    assert full_name("", "Peeters") == "Peeters"
    assert sort_name("ÉLISE", "De  Smet") == "de smet élise"
    assert sort_name("Ann", "") == "ann"


def test_a_filter_looks_for_every_word() -> None:
    assert UserFilter("  ann   peeters ").words() == ("ann", "peeters")
    assert UserFilter().words() == ()
