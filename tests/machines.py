"""How state machines of hypothesis are run on a database."""

import os

from hypothesis import HealthCheck, Phase, settings

_TIMES = int(os.environ.get("STUDIO_EXAMPLES", "1"))
"""How many times as many examples are tried."""


def machine_settings(examples: int, steps: int) -> settings:
    """``examples`` runs of ``steps`` steps each; the same on every run."""
    return settings(
        max_examples=examples * _TIMES,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        # What fails is short already, and to shorten it on a database takes minutes.
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
