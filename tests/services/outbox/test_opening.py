"""The organisation's own sentence on how users open the program (N18)."""

from dataclasses import replace
from socket import gethostname

import msgspec

from studio_tui.domain.outbox.kinds import Capacity, Kind
from studio_tui.domain.people.access import Actor
from studio_tui.services.outbox import messages
from studio_tui.services.outbox.messages import PreviewOptions
from studio_tui.services.system.context import Studio


def test_the_host_name_is_filled_in_and_other_markup_is_escaped(
    studio: Studio, admin: Actor
) -> None:
    organisation = msgspec.structs.replace(
        studio.settings.organisation, how_to_open="ssh <studio>@{host} & {no} {{ name }} *now*"
    )
    settings = msgspec.structs.replace(studio.settings, organisation=organisation)
    studio = replace(studio, settings=settings)
    rendered = messages.preview(studio, admin, PreviewOptions(Kind.ASSIGNED, Capacity.USER))
    said = f"ssh <studio>@{gethostname()} & {{no}} {{{{ name }}}} *now*"
    assert f"\n\n{said}\n\n-- \n" in rendered.plain
    assert f"ssh &lt;studio&gt;@{gethostname()} &amp; " in rendered.html
