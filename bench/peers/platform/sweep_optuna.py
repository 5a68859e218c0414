"""The same search in one process: quick, but its trials are no runs of a pipeline, and end with it."""

import sys

import mlflow
import optuna
from tracking import train_tracked


def main() -> None:
    mlflow.set_experiment("training")
    with mlflow.start_run(run_name="sweep"):

        def trial(each: optuna.Trial) -> float:
            rate = each.suggest_float("rate", 0.01, 1.0)
            return train_tracked("digits", rate, 20, run_name=f"trial {each.number}", nested=True)[1]

        sampler = optuna.samplers.RandomSampler(seed=int(sys.argv[1]))
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(trial, n_trials=8)
        mlflow.log_metric("accuracy", study.best_value)


if __name__ == "__main__":
    main()
