"""Verification figures on scores whose figures are known."""

import numpy as np
import pytest

from visavox_training.verification import verification_of, verify


def test_separated_scores_cost_nothing() -> None:
    figures = verification_of(np.array([0.8, 0.9]), np.array([0.1, 0.2, 0.3]))
    assert figures.eer == 0
    assert figures.min_cllr == 0


def test_scores_without_information_cost_one_bit() -> None:
    figures = verification_of(np.array([0.5, 0.5]), np.array([0.5, 0.5, 0.5]))
    assert figures.eer == pytest.approx(0.5)
    assert figures.min_cllr == pytest.approx(1)


def test_two_normal_distributions_meet_at_the_expected_error() -> None:
    generator = np.random.default_rng(0)
    figures = verification_of(generator.normal(2, 1, 20_000), generator.normal(0, 1, 20_000))
    assert figures.eer == pytest.approx(0.1587, abs=0.005)  # the normal distribution beyond one deviation
    assert 0.4 < figures.min_cllr < 0.55


def test_a_monotone_change_of_the_scores_changes_nothing() -> None:
    generator = np.random.default_rng(1)
    genuine, impostor = generator.normal(1, 1, 100), generator.normal(0, 1, 300)
    before, after = verification_of(genuine, impostor), verification_of(np.exp(genuine), np.exp(impostor))
    assert after.eer == pytest.approx(before.eer)
    assert after.min_cllr == pytest.approx(before.min_cllr)


def test_recordings_are_compared_with_the_mean_of_the_others() -> None:
    embeddings = np.eye(4)[[0, 0, 1, 1, 2, 2]]
    assert verify(embeddings, np.array(["a", "a", "b", "b", "c", "c"])).eer == 0
    assert verify(embeddings, np.array(["a", "b", "c", "a", "b", "c"])).eer > 0.3
