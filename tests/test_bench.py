"""The benches that others call: what they measure is there, beside an honest floor."""

from contextlib import closing

from bench.bulk import figures, import_figures
from bench.bulk_databases import databases
from bench.list_queries import query_figures
from bench.organisation import NOW, fill
from bench.table import table
from studio_tui.config.settings import Database, Settings
from studio_tui.domain.shared.clock import FixedClock
from studio_tui.services.system.context import Studio, open_studio


def test_bulk_acts_are_measured_beside_a_floor() -> None:
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


def test_lists_are_measured_beside_plain_sql() -> None:
    with databases("sqlite") as fresh, closing(_studio(fresh())) as studio:
        found = list(query_figures(studio, fill(studio, 30)))
    assert len(found) == 11
    assert all(each.value > 0 < each.floor_value for each in found)
    heading, floor, first, *others = table({30: found, 60: found[1:]})
    assert heading.split() == ["30", "60"]
    assert floor == "beside plain SQL for one page"
    assert first.endswith("-")
    assert len(others) == 10


def _studio(url: str) -> Studio:
    return open_studio(Settings(database=Database(url=url)), FixedClock(NOW))
