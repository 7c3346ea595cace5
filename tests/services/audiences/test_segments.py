"""Segments: audiences that have a name (P13)."""

import pytest

from studio_tui.domain.audiences.audience import WrongAudience
from studio_tui.domain.audiences.segment import SegmentSaved
from studio_tui.domain.people.access import Actor
from studio_tui.domain.people.users import UserFilter
from studio_tui.domain.shared.errors import Invalid, NotFound, NothingToDo, Refused
from studio_tui.services.audiences import segments
from studio_tui.services.audiences.explaining import why
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.people import by_hand, users
from studio_tui.services.system.context import Studio
from tests.acting import lines

pytestmark = pytest.mark.one_engine


def save(studio: Studio, admin: Actor, name: str, where: str) -> SegmentSaved:
    return segments.save(studio, admin, name, audience_of(studio, admin, where))


def those(studio: Studio, admin: Actor, where: str) -> list[str]:
    audience = audience_of(studio, admin, where)
    return sorted(user.login for user in users.every(studio, admin, UserFilter(where=audience)))


@pytest.mark.usefixtures("people")
def test_a_segment_can_be_used_wherever_a_filter_is_written(studio: Studio, admin: Actor) -> None:
    """Also below *not*. A change creates a version and an activity, and applies at once.

    It applies wherever the segment is used.
    """
    assert save(studio, admin, "Belgium", 'team "Sales > Belgium"').added
    save(studio, admin, "Others", 'team under Sales and not segment "belgium"')
    assert those(studio, admin, "segment Belgium") == ["ann", "ben", "bob", "cas"]
    assert those(studio, admin, 'segment "Others"') == ["bea"]
    changed = save(studio, admin, "Belgium", "group remote or login eve")
    assert [(each.where, each.come, each.go) for each in changed.effects] == [
        ("segment “Belgium”", 1, 3),
        ("segment “Others”", 3, 0),
    ]
    assert those(studio, admin, 'segment "Others"') == ["bea", "ben", "bob", "cas"]
    with pytest.raises(NothingToDo):
        save(studio, admin, "Belgium", "group remote or login eve")
    saved = segments.versions(studio, admin, changed.segment.id)
    assert [(each.version, str(each.audience), each.saved_by) for each in saved] == [
        (2, "group remote or login eve", "els"),
        (1, 'team "Sales > Belgium"', "els"),
    ]
    line = lines(studio, admin)[0]
    assert (line.action, line.subject) == ("saved segment", "Belgium")
    assert line.before == {"name": "Belgium", "description": "", "where": 'team "Sales > Belgium"'}
    eve = users.find(studio, admin, "eve").user
    told = why(studio, admin, eve.id, audience_of(studio, admin, "segment Belgium"))
    assert (told.holds, told.found) == (True, "group remote or login eve")
    by_hand.leave(studio, admin, [eve.id])
    save(studio, admin, "Gone", "left")
    assert those(studio, admin, "segment Gone") == ["eve"]


@pytest.mark.usefixtures("people")
def test_a_segment_in_use_can_be_renamed_but_not_deleted(studio: Studio, admin: Actor) -> None:
    first = save(studio, admin, "First", "group remote").segment
    save(studio, admin, "Second", "segment First or left")
    tried = segments.try_saving(
        studio, lambda: segments.save(studio, admin, "First", new_name="Renamed")
    )
    assert tried.segment.name == "Renamed"
    assert segments.find(studio, admin, "First").version == 1
    segments.save(studio, admin, "First", new_name="Renamed", description="  of  some ")
    assert str(segments.find(studio, admin, "Second").audience) == 'segment "Renamed" or left'
    found = segments.find(studio, admin, "renamed")
    assert (found.used_by, found.description) == (("segment “Second”",), "of some")
    with pytest.raises(Refused, match="is used by segment “Second”"):
        segments.delete(studio, admin, first)
    segments.delete(studio, admin, segments.find(studio, admin, "Second"))
    segments.delete(studio, admin, first)
    with pytest.raises(NothingToDo):
        segments.delete(studio, admin, first)
    with pytest.raises(NotFound):
        segments.save(studio, admin, "First", description="Of what?")


@pytest.mark.usefixtures("people")
def test_a_segment_cannot_refer_to_itself_directly_or_through_others(
    studio: Studio, admin: Actor
) -> None:
    save(studio, admin, "A", "left")
    save(studio, admin, "B", "segment A or no manager")
    for where in ("segment A", "segment B", "not (left or segment B)"):
        with pytest.raises(WrongAudience, match="a segment cannot name itself"):
            save(studio, admin, "A", where)
    with pytest.raises(WrongAudience, match="There is no segment “New”"):
        save(studio, admin, "New", "segment New")
    with pytest.raises(Invalid, match="is the name of another segment"):
        segments.save(studio, admin, "A", new_name="b")
    with pytest.raises(Invalid, match="give the segment a name"):
        save(studio, admin, " ", "left")


@pytest.mark.usefixtures("people")
def test_the_size_of_segments_that_refer_to_others_is_limited(studio: Studio, admin: Actor) -> None:
    """Each segment doubles the one before; a change of a used segment is checked as well."""
    save(studio, admin, "S0", "left")
    for number in range(1, 9):
        save(studio, admin, f"S{number}", f"segment S{number - 1} or segment S{number - 1}")
    with pytest.raises(WrongAudience, match="more than 500 conditions"):
        save(studio, admin, "S9", "segment S8 or segment S8")
    with pytest.raises(WrongAudience, match="“S8” would have more than 500 conditions"):
        save(studio, admin, "S0", "left or no manager")


@pytest.mark.usefixtures("people")
def test_exported_segments_can_be_imported_again(studio: Studio, admin: Actor) -> None:
    """The order in the file does not matter; either all segments are imported, or none."""
    save(studio, admin, "B", 'group "remote" and team "Sales > Belgium"')
    save(studio, admin, "A", "segment B or left")
    text = segments.export_text(segments.every(studio, admin))
    assert segments.import_text(studio, admin, text, "s.toml") == ()
    for name in ("A", "B"):
        segments.delete(studio, admin, segments.find(studio, admin, name))
    assert [each.segment.name for each in segments.import_text(studio, admin, text, "s.toml")] == [
        "B",
        "A",
    ]
    assert segments.export_text(segments.every(studio, admin)) == text
    wrong = "[[segments]]\nname = 'C'\nwhere = 'left'\n[[segments]]\nname = 'D'\nwhere = 'lft'\n"
    with pytest.raises(Refused, match=r"D.*Did you mean “left”"):
        segments.import_text(studio, admin, wrong, "s.toml")
    assert [each.name for each in segments.every(studio, admin)] == ["A", "B"]
