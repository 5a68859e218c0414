import mlflow
from metaflow import FlowSpec, Parameter, step


class TrainingFlow(FlowSpec):
    rate = Parameter("rate", default=0.5)
    epochs = Parameter("epochs", default=20)

    @step
    def start(self):
        from tracking import train_tracked

        mlflow.set_experiment("training")
        self.run_id, self.accuracy = train_tracked("digits", self.rate, self.epochs)
        self.next(self.end)

    @step
    def end(self):
        print(f"MLflow run {self.run_id}: accuracy {self.accuracy}")


if __name__ == "__main__":
    TrainingFlow()
