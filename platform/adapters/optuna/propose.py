"""Proposes the next points of a search: reads from standard input what was tried, writes points as JSON."""

import json
import sys
import warnings
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import TrialState, create_trial


def distribution(dimension: dict[str, Any]) -> BaseDistribution:
    """Values are compared as JSON, since a category may be a list or an object."""
    if "values" in dimension:
        return CategoricalDistribution([json.dumps(value, sort_keys=True) for value in dimension["values"]])
    bounds = dimension["low"], dimension["high"]
    if dimension["integer"]:
        return IntDistribution(*bounds, log=dimension["log"], step=int(dimension.get("step", 1)))
    return FloatDistribution(*bounds, log=dimension["log"], step=dimension.get("step"))


def encoded(parameters: dict[str, Any], space: dict[str, BaseDistribution]) -> dict[str, Any]:
    """As Optuna has them. Rounding may have left a bound by a hair, which it refuses."""

    def value(kind: BaseDistribution, given: Any) -> Any:
        if isinstance(kind, CategoricalDistribution):
            return json.dumps(given, sort_keys=True)
        return within(kind, given)

    return {name: value(kind, parameters[name]) for name, kind in space.items()}


def decoded(parameters: dict[str, Any], space: dict[str, BaseDistribution]) -> dict[str, Any]:
    """As pipelines are given them: twelve figures of a number are enough."""

    def value(kind: BaseDistribution, given: Any) -> Any:
        if isinstance(kind, CategoricalDistribution):
            return json.loads(given)
        return given if isinstance(given, int) else within(kind, float(f"{given:.12g}"))

    return {name: value(space[name], given) for name, given in parameters.items()}


def within(kind: FloatDistribution | IntDistribution, value: float) -> float:
    return min(max(value, kind.low), kind.high)


def propose(search: dict[str, Any]) -> list[dict[str, Any]]:
    """The points that are wanted, always the same for the same search."""
    plan, tried = search["plan"], search["tried"]
    space = {name: distribution(dimension) for name, dimension in plan["space"].items()}
    sampler = optuna.samplers.TPESampler(
        seed=plan["seed"] + len(tried),
        multivariate=True,
        constant_liar=True,  # what is still running is not proposed again
        n_startup_trials=min(10, max(3, plan["trials"] // 4)),
    )
    study = optuna.create_study(sampler=sampler, direction=plan["goal"])
    states = {"succeeded": TrialState.COMPLETE, "failed": TrialState.FAIL, "canceled": TrialState.FAIL}
    for trial in tried:
        state = states.get(trial["state"], TrialState.RUNNING)
        value = trial["value"]
        if state == TrialState.COMPLETE and value is None:
            state = TrialState.FAIL
        study.add_trial(
            create_trial(
                state=state,
                value=value if state == TrialState.COMPLETE else None,
                params=encoded(trial["parameters"], space),
                distributions=space,
            )
        )
    return [decoded(study.ask(space).params, space) for _ in range(search["wanted"])]


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    json.dump(propose(json.load(sys.stdin)), sys.stdout)
