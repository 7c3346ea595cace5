"""A `KeyedRandom` draws the same values for the same seed and key."""

from hypothesis import given
from hypothesis import strategies as st

from studio_tui.demo.story.keyed_random import KeyedRandom


@given(st.integers(0, 99), st.integers(1, 50), st.text(max_size=9))
def test_numbers_stay_within_their_limits(seed: int, limit: int, key: str) -> None:
    random = KeyedRandom(seed)
    assert 0 <= random.below(limit, key) < limit
    assert 5 <= random.between(5, 4 + limit, key) < 5 + limit
    assert random.below(limit, key) == KeyedRandom(seed).below(limit, key)


def test_keys_and_seeds_change_the_draw() -> None:
    draws = {
        KeyedRandom(seed).below(10**9, *key) for seed in (1, 2) for key in (("a",), ("a", "b"))
    }
    assert len(draws) == 4


def test_all_values_are_drawn() -> None:
    drawn = {KeyedRandom(1).pick("abc", number) for number in range(50)}
    assert drawn == set("abc")


def test_shuffling_keeps_all_items_and_their_order_if_one_is_added() -> None:
    names = [f"name {number}" for number in range(30)]
    shuffled = KeyedRandom(1).shuffled(names, "key")
    assert shuffled != names
    assert sorted(shuffled) == sorted(names)
    more = KeyedRandom(1).shuffled([*names, "another"], "key")
    assert [name for name in more if name != "another"] == shuffled
