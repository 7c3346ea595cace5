"""``docs/audiences.md`` has the generated tables, and its examples are valid (P13)."""

import re
from pathlib import Path

import pytest

from studio_tui.domain.audiences.words import WORDS
from studio_tui.domain.audiences.words_table import in_markdown
from studio_tui.domain.people.access import Actor
from studio_tui.services.audiences.parsing import parse
from studio_tui.services.audiences.resolving import audience_of
from studio_tui.services.system.context import Studio
from studio_tui.storage.audiences.conditions import count_in
from tests.organisation import create_push, import_people

GUIDE = (Path(__file__).parents[3] / "docs" / "audiences.md").read_text(encoding="utf-8")
PEOPLE = """\
login,email,given_name,family_name,teams,groups,department,coaches
els,els@example.org,Els,Claes,Company > Sales,remote|works council,Sales,bea
bea,bea@example.org,Bea,Moreau,Company > IT,,HR,
dan,dan@example.org,Dan,Maes,,,Legal,
ann,ann@example.org,Ann,Peeters,,,,
"""


def test_the_tables_are_generated_from_the_declarations() -> None:
    written = GUIDE.split("<!-- conditions -->\n")[1].split("<!-- end of conditions -->")[0]
    assert written == in_markdown()


@pytest.mark.one_engine
def test_every_example_is_a_valid_audience(studio: Studio, admin: Actor) -> None:
    """Each example has a meaning in a small organisation and is printed unchanged."""
    import_people(studio, admin, PEOPLE)
    create_push(studio, admin, "Yearly review")
    blocks = re.findall(r"```audience\n(.*?)```", GUIDE, re.DOTALL)
    examples = [line for block in blocks for line in block.splitlines()]
    assert len(examples) > len(blocks)
    for example in (*examples, *(word.example for word in WORDS.values())):
        assert parse(str(parse(example))) == parse(example)
        if "segment" in example:
            continue
        found = audience_of(studio, admin, example)
        with studio.store.reading():
            assert count_in(found) >= 0
