"""Settings for Hypothesis state machines that run on a database."""

from hypothesis import HealthCheck, Phase, settings

from tests.fuzz.damage import TIMES


def machine_settings(examples: int, steps: int) -> settings:
    """Return settings for ``examples`` runs of ``steps`` steps each, the same on every run."""
    return settings(
        max_examples=examples * TIMES,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        # No shrinking: failing runs are short already, and shrinking on a database takes minutes.
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
