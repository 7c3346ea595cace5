"""The benchmarks that other scripts call: every figure exists, next to a floor for comparison."""

from collections.abc import Callable
from contextlib import closing

from bench.bulk import figures, import_figures
from bench.bulk_databases import databases
from bench.compare import Round, Value, compared, in_turn
from bench.compare import table as table_of_both
from bench.list_queries import query_figures
from bench.organisation import NOW, fill
from bench.table import table
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.system.context import Studio, open_studio


def test_bulk_acts_are_measured_next_to_a_floor() -> None:
    with databases("sqlite") as fresh:
        found = [*figures(fresh, [20], 40), *import_figures(fresh, [20])]
    assert [(each.name, each.size) for each in found] == [
        ("assign", 20),
        ("import from a push", 20),
        ("undo of an assigning", 20),
        ("remind", 20),
        ("move the deadline", 20),
        ("other managers", 20),
        ("open the desk", 20),
        ("progress", 20),
        ("close", 20),
        ("import of users", 20),
    ]
    assert all(each.seconds > 0 < each.floor_seconds for each in found)


def test_lists_are_measured_next_to_plain_sql() -> None:
    with databases("sqlite") as fresh, closing(_studio(fresh())) as studio:
        found = list(query_figures(studio, fill(studio, 30)))
    assert len(found) == 11
    assert all(each.value > 0 < each.floor_value for each in found)
    heading, floor, first, *others = table({30: found, 60: found[1:]})
    assert heading.split() == ["30", "60"]
    assert floor == "beside plain SQL for one page"
    assert first.endswith("-")
    assert len(others) == 10


def test_two_versions_are_measured_alternately_and_noise_is_no_difference() -> None:
    measured: list[str] = []

    def side(name: str, *values: float) -> Callable[[], Round]:
        rounds = iter(values)

        def measure() -> Round:
            measured.append(name)
            value = next(rounds)
            return {
                (1000, "assign"): Value("ms", value * 10, 2),
                (1000, "close"): Value("ms", 7 + value / 10, 1),
                (1000, f"of {name} alone"): Value("ms", 1, 1),
            }

        return measure

    base, now = in_turn(side("base", 1, 1.2, 1.1), side("now", 2, 1.9, 2.1), 3)
    assert measured == ["base", "now", "now", "base", "base", "now"]
    found = compared(base, now)
    assert [(each.name[1], each.verdict) for each in found] == [("assign", "slower"), ("close", "")]
    assert [each.verdict for each in compared(now, base)] == ["faster", ""]
    # One round within the range of the other version counts as noise.
    assert compared(base, [*now, base[0]])[0].verdict == ""
    lines = list(table_of_both("v0.1.0", found, 3))
    assert "11 ms 5.5×" in lines[2]
    assert lines[2].endswith("slower")
    assert lines[-2:] == ["slower: assign (1,000)", "faster: nothing beyond noise"]


def test_a_figure_that_was_zero_is_compared() -> None:
    idle, busy = ([{(1000, "idle"): Value("B/s", value, 0)}] for value in (0, 40))
    verdicts = [compared(*sides)[0].verdict for sides in ((idle, busy), (busy, idle), (idle, idle))]
    assert verdicts == ["slower", "faster", ""]
    assert list(table_of_both("v0.1.0", compared(idle, busy), 1))[-2:] == [
        "slower: idle (1,000)",
        "faster: nothing beyond noise",
    ]


def _studio(url: str) -> Studio:
    return open_studio(Settings(database=Database(url=url)), FixedClock(NOW))
