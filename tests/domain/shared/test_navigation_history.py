"""Navigation back and forward."""

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.domain.shared.navigation_history import NavigationHistory


def test_back_and_forward() -> None:
    way = NavigationHistory[str]()
    assert (way.before, way.here, way.after) == (None, None, None)
    for stop in ("today", "pushes", "Q1"):
        way.visit(stop)
    way.back()
    assert (way.before, way.here, way.after) == ("today", "pushes", "Q1")
    way.visit("Q1")
    assert (way.before, way.here, way.after) == ("pushes", "Q1", None)


def test_a_new_visit_discards_the_stops_ahead() -> None:
    way = NavigationHistory[str]()
    for stop in ("today", "pushes", "users"):
        way.visit(stop)
    way.back()
    way.back()
    way.visit("outbox")
    assert (way.before, way.here, way.after) == ("today", "outbox", None)


def test_back_stops_at_the_first_stop() -> None:
    way = NavigationHistory[str]()
    way.back()
    way.visit("today")
    way.back()
    assert (way.before, way.here, way.after) == (None, "today", None)


@given(st.lists(st.integers(0, 5) | st.none(), max_size=250))
def test_the_history_matches_a_model_with_two_stacks(moves: list[int | None]) -> None:
    """In the list of moves, None goes back."""
    way, behind, ahead = NavigationHistory[int](), list[int](), list[int]()
    for move in moves:
        if move is None:
            way.back()
            if len(behind) > 1:
                ahead.append(behind.pop())
        else:
            way.visit(move)
            if not behind or behind[-1] != move:
                ahead = ahead[:-1] if ahead and ahead[-1] == move else []
                behind = [*behind, move][-100:]
        assert way.here == (behind[-1] if behind else None)
        assert way.after == (ahead[-1] if ahead else None)
