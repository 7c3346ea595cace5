"""The benches that others call: what they measure is there, beside an honest floor."""

from bench.bulk import figures, import_figures
from bench.bulk_databases import databases


def test_bulk_acts_are_measured_beside_a_floor() -> None:
    with databases("sqlite") as fresh:
        found = [*figures(fresh, [20], 40), *import_figures(fresh, [20])]
    assert [(each.name, each.size) for each in found] == [
        ("assign", 20),
        ("undo of an assigning", 20),
        ("import from a push", 20),
        ("remind", 20),
        ("move the deadline", 20),
        ("progress", 20),
        ("close", 20),
        ("import of users", 20),
    ]
    assert all(each.seconds > 0 < each.floor_seconds for each in found)
