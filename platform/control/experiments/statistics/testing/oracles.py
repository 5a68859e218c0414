"""What other people's implementations make of the same counts; JSON lines in, a JSON line out for each.

    {"of": "discordant-pairs", "wins": 3, "losses": 1}          -> log e-values: better, worse, either way
    {"of": "rate-interval", "events": 3, "of_trials": 50, "alpha": 0.05, "prior": 0.5}   -> low, high
    {"of": "sample-ratio", "counts": [60, 40], "share": 0.5, "concentration": 100}       -> log e-value
    {"of": "growthbook", "champion": [errors, attempts], "challenger": [errors, attempts], "alpha": 0.05}  -> p
"""

import json
import sys

import numpy as np
from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import ProportionStatistic
from scipy.special import betainc, betaln
from ssrm_test import ssrm_test
from ville import BernoulliCS, BernoulliTest


def discordant_pairs(case: dict) -> list[float]:
    wins, losses = case["wins"], case["losses"]
    flips = np.array([1.0] * wins + [0.0] * losses)
    test = BernoulliTest(p0=0.5, prior=(1.0, 1.0))
    either = float(test.update(flips).log_e_values_[-1]) if len(flips) else 0.0
    scale = (wins + losses + 1) * np.log(2) + betaln(1 + wins, 1 + losses)
    better = scale + np.log(betainc(1 + losses, 1 + wins, 0.5))
    worse = scale + np.log(betainc(1 + wins, 1 + losses, 0.5))
    return [float(better), float(worse), either]


def rate_interval(case: dict) -> list[float]:
    flips = np.array([1.0] * case["events"] + [0.0] * (case["of_trials"] - case["events"]))
    sequence = BernoulliCS(
        alpha=case["alpha"], prior=(case["prior"], case["prior"]), intersect=False
    )
    found = sequence.update(flips)
    return list(found.interval())


def sample_ratio(case: dict) -> list[float]:
    share = case["share"]
    prior = np.array([1 - share, share])
    one_by_one = [
        np.array([1, 0]) if arm == 0 else np.array([0, 1])
        for arm, count in enumerate(case["counts"])
        for _ in range(count)
    ]
    ended = ssrm_test.sequential_posteriors(
        one_by_one, null_probabilities=prior, dirichlet_probability=prior,
        dirichlet_concentration=case["concentration"],
    )[-1]
    return [float(ended["log_bayes_factor"])]


def growthbook(case: dict) -> list[float]:
    arms = [ProportionStatistic(n=of, sum=errors) for errors, of in (case["champion"], case["challenger"])]
    config = SequentialConfig(alpha=case["alpha"], difference_type="absolute")
    return [float(SequentialTwoSidedTTest(*arms, config).p_value)]


BY_NAME = {
    "discordant-pairs": discordant_pairs,
    "rate-interval": rate_interval,
    "sample-ratio": sample_ratio,
    "growthbook": growthbook,
}

for line in sys.stdin:
    case = json.loads(line)
    print(json.dumps(BY_NAME[case["of"]](case)))
