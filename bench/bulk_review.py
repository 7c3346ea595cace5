"""The cost of a reorganisation during an open push, and of the desk of changes after it (U7)."""

from collections.abc import Iterator

from bench.bulk_databases import FigureFactory
from bench.figures import Figure, timing
from studio_tui.domain.activity.verbs import Verb
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.review import ReviewFilter
from studio_tui.domain.shared.list_source import Sort
from studio_tui.services.people import reviews
from studio_tui.services.people.applying import PeopleChange, apply_change
from studio_tui.storage.engine.sql import execute, rows
from studio_tui.storage.people import import_read
from studio_tui.storage.people.import_write import Write

_PAGE = 50


def review_figures(measured: FigureFactory, admin: Actor) -> Iterator[Figure]:
    """Yield the cost of giving every team another leader, and of opening the desk afterwards."""
    studio = measured.studio
    with studio.store.writing():
        change = PeopleChange(Verb.IMPORT, "reorganisation", _other_leaders())
    with timing() as taken, studio.store.writing():
        apply_change(studio, admin, change)
    with studio.store.writing():
        execute("DROP TABLE IF EXISTS floor_review")
        execute("CREATE TABLE floor_review AS SELECT * FROM review WHERE id < 0")
    yield measured.against(
        "other managers", taken, lambda: execute("INSERT INTO floor_review SELECT * FROM review")
    )

    with timing() as taken:
        reviews.source(studio, admin, ReviewFilter(), Sort("urgency")).rows(0, _PAGE)
    page = "SELECT * FROM review WHERE decided_at IS NULL ORDER BY urgency, id LIMIT ?"
    yield measured.against("open the desk", taken, lambda: rows(page, _PAGE), "one page by SQL")


def _other_leaders() -> list[Write]:
    """Return changes that make the leaders of each team lead the next one."""
    leaders = [leader for (leader,) in rows("SELECT DISTINCT user_id FROM team_leader")]
    before = import_read.profiles(leaders)
    ids = sorted(before, key=str)
    return [
        Write(each, before[each], before[each]._replace(leads=before[other].leads))
        for each, other in zip(ids, [*ids[1:], *ids[:1]], strict=True)
        if before[each].leads != before[other].leads
    ]
