import random

import mlflow
from metaflow import FlowSpec, Parameter, step


class SweepFlow(FlowSpec):
    trials = Parameter("trials", default=8)
    seed = Parameter("seed", default=1)

    @step
    def start(self):
        mlflow.set_experiment("training")
        self.parent = mlflow.start_run(run_name="sweep").info.run_id
        draw = random.Random(self.seed)
        self.rates = [draw.uniform(0.01, 1.0) for _ in range(self.trials)]
        self.next(self.trial, foreach="rates")

    @step
    def trial(self):
        from tracking import train_tracked

        self.rate = self.input
        mlflow.set_experiment("training")
        self.run_id, self.accuracy = train_tracked(
            "digits", self.rate, 20, run_name=f"trial {self.index}", parent_run_id=self.parent
        )
        self.next(self.best)

    @step
    def best(self, inputs):
        found = max(inputs, key=lambda each: each.accuracy)
        self.parent, self.run_id, self.accuracy = found.parent, found.run_id, found.accuracy
        self.next(self.end)

    @step
    def end(self):
        client = mlflow.MlflowClient()
        client.log_metric(self.parent, "accuracy", self.accuracy)
        client.set_terminated(self.parent)
        print(f"MLflow run {self.run_id}: accuracy {self.accuracy}")


if __name__ == "__main__":
    SweepFlow()
