"""Seeds of the simulation: whatever fails, every invariant of mail holds (N1 to N8, N13, N14).

``nox -s simulation`` runs many more; docs/verification.md says what is simulated.
"""

from pathlib import Path

import pytest

from tests.simulation import organisation
from tests.simulation.planted import PLANTED
from tests.simulation.world import simulate


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the database that each seed copies."""
    folder = tmp_path_factory.mktemp("simulation")
    organisation.make(folder / "made.db")
    return folder


@pytest.mark.parametrize("first", [0, 25])
def test_no_seed_breaks_a_promise(made: Path, first: int) -> None:
    """Reproduce a failing seed with ``python -m tests.simulation --seed N --trace``."""
    outcomes = [simulate(seed, made) for seed in range(first, first + 25)]
    broken = {outcome.seed: outcome.problems for outcome in outcomes if outcome.problems}
    assert not broken
    # Check that the seeds had faults and sent mail.
    assert sum(outcome.kills for outcome in outcomes) > 10
    assert sum(outcome.taken for outcome in outcomes) > 500


@pytest.mark.parametrize("seed", [400159, 402082])
def test_a_claim_that_is_refused_after_its_commit_is_handed_back(made: Path, seed: int) -> None:
    """N4: the database is busy between the claim and what the worker reads of it."""
    assert not simulate(seed, made).problems


def test_a_seed_happens_again_as_it_did(made: Path) -> None:
    assert simulate(7, made) == simulate(7, made)


@pytest.mark.parametrize(
    ("planted", "kinds", "seed"),
    [
        ("no-lease-is-asked-for", {"slow", "stops"}, 0),
        ("nothing-is-cut-off", {"slow", "away"}, 1),
        ("leases-do-not-last", {"slow", "stops"}, 0),
        ("nothing-is-looked-at-again", {"acts", "slow"}, 7),
        ("written-before-the-answer", {"twists"}, 1),
    ],
)
def test_a_fault_of_the_program_is_found(
    made: Path, planted: str, kinds: set[str], seed: int
) -> None:
    assert not simulate(seed, made, kinds=frozenset(kinds)).problems
    with PLANTED[planted]():
        assert simulate(seed, made, kinds=frozenset(kinds)).problems
