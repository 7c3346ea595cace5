"""What the Studio says when it refuses."""

from studio_tui.domain.shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
)


def test_what_was_entered_wrongly_is_told_field_by_field() -> None:
    error = Invalid({"name": "give the push a name", "deadline": "too early"})
    assert error.fields == {"name": "give the push a name", "deadline": "too early"}
    assert error.message == "name: give the push a name; deadline: too early"


def test_a_refusal_is_told_from_what_does_not_answer() -> None:
    assert all(issubclass(kind, Refused) for kind in (Conflict, Forbidden, Invalid, NotFound))
    assert not issubclass(Unavailable, Refused)
