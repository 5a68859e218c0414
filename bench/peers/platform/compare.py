"""compare.py RUN OTHER    whether two runs made the same model of the same data and code"""

import sys

import mlflow

runs = [mlflow.get_run(run) for run in sys.argv[1:3]]
same = True
for tag in ["commit", "data", "model"]:
    values = [run.data.tags.get(tag) for run in runs]
    same = same and values[0] == values[1]
    print(tag, "same" if values[0] == values[1] else f"differs: {values}")
sys.exit(0 if same else 1)
