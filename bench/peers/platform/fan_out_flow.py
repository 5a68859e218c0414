import mlflow
from metaflow import FlowSpec, step


class FanOutFlow(FlowSpec):
    @step
    def start(self):
        mlflow.set_experiment("fan-out")
        self.run_id = mlflow.start_run().info.run_id
        self.numbers = list(range(20))
        self.next(self.square, foreach="numbers")

    @step
    def square(self):
        self.squared = self.input * self.input
        mlflow.MlflowClient().log_metric(self.run_id, f"square_{self.index}", self.squared)
        self.next(self.add)

    @step
    def add(self, inputs):
        self.merge_artifacts(inputs, include=["run_id"])
        self.total = sum(each.squared for each in inputs)
        self.next(self.end)

    @step
    def end(self):
        client = mlflow.MlflowClient()
        client.log_metric(self.run_id, "total", self.total)
        client.set_terminated(self.run_id)


if __name__ == "__main__":
    FanOutFlow()
