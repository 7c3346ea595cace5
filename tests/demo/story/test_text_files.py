"""The demo's text files."""

from studio_tui.demo.story.plan import DemoPlan
from studio_tui.demo.story.text_files import demo_plan


def test_the_files_of_the_demo_are_parsed() -> None:
    plan = demo_plan()
    assert isinstance(plan, DemoPlan)
    assert {names.code for names in plan.names.languages} == {"en", "nl", "fr"}
    assert plan.pushes.pushes[0].closed is not None
    assert plan.pushes.pushes[-1].closed is None
