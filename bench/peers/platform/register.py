"""register.py RUN    registers what a run made, and says which version it is"""

import sys

import mlflow

version = mlflow.register_model(f"runs:/{sys.argv[1]}/model", "digits")
print(f"digits version {version.version}")
