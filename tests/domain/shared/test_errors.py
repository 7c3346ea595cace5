"""The messages of refusals."""

from studio_tui.domain.shared.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
)


def test_invalid_input_is_reported_by_field() -> None:
    error = Invalid({"name": "give the push a name", "deadline": "too early"})
    assert error.fields == {"name": "give the push a name", "deadline": "too early"}
    assert error.message == "name: give the push a name; deadline: too early"


def test_a_refusal_is_distinct_from_an_unavailable_service() -> None:
    assert all(issubclass(kind, Refused) for kind in (Conflict, Forbidden, Invalid, NotFound))
    assert not issubclass(Unavailable, Refused)
