import mlflow
from metaflow import FlowSpec, step


class ChainFlow(FlowSpec):
    @step
    def start(self):
        mlflow.set_experiment("chain")
        self.run_id = mlflow.start_run().info.run_id
        self.total = 1
        mlflow.log_metric("first", self.total)
        self.next(self.second)

    @step
    def second(self):
        self.count("second")
        self.next(self.third)

    @step
    def third(self):
        self.count("third")
        self.next(self.fourth)

    @step
    def fourth(self):
        self.count("fourth")
        self.next(self.end)

    @step
    def end(self):
        self.count("end")
        mlflow.MlflowClient().set_terminated(self.run_id)

    def count(self, name):
        self.total += 1
        mlflow.MlflowClient().log_metric(self.run_id, name, self.total)


if __name__ == "__main__":
    ChainFlow()
