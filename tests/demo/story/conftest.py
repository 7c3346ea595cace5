"""The organisation, plan and story of the built-in demo."""

import pytest

from studio_tui.demo.story.building import build_organisation
from studio_tui.demo.story.events import DemoPush, build_story
from studio_tui.demo.story.organisation import DemoOrganisation
from studio_tui.demo.story.plan import DemoPlan
from studio_tui.demo.story.text_files import demo_plan


@pytest.fixture(scope="session")
def plan() -> DemoPlan:
    return demo_plan()


@pytest.fixture(scope="session")
def organisation(plan: DemoPlan) -> DemoOrganisation:
    return build_organisation(plan)


@pytest.fixture(scope="session")
def story(organisation: DemoOrganisation, plan: DemoPlan) -> tuple[DemoPush, ...]:
    return build_story(organisation, plan)
