"""A regression on a table, as Kubeflow Pipelines' SDK has it: python pipeline.py compiles pipeline.yaml."""

from kfp import compiler, dsl


# Unpinned on purpose: a run has the versions of its day, and its reproduction has them as well.
@dsl.component(base_image="python:3.11", packages_to_install=["numpy", "tabulate"])
def collect(rows: int, table: dsl.Output[dsl.Dataset]):
    from pathlib import Path

    import numpy
    import tabulate

    random = numpy.random.default_rng(rows)
    size = random.uniform(20, 200, rows)
    price = 3.0 * size + random.normal(0, 10, rows)
    lines = zip(size, price, strict=True)
    Path(table.path).write_text(tabulate.tabulate(lines, tablefmt="tsv", floatfmt=".6f"))


@dsl.component(base_image="python:3.11", packages_to_install=["numpy"])
def fit(table: dsl.Input[dsl.Dataset], model: dsl.Output[dsl.Model]) -> float:
    import json
    from pathlib import Path

    import numpy

    size, price = numpy.loadtxt(table.path, delimiter="\t").T
    slope, offset = numpy.polyfit(size, price, 1)
    Path(model.path).write_text(json.dumps({"slope": slope, "offset": offset, "numpy": numpy.__version__}))
    return float(slope)


@dsl.pipeline(name="tabular")
def tabular(rows: int = 50):
    fit(table=collect(rows=rows).outputs["table"])


if __name__ == "__main__":
    compiler.Compiler().compile(tabular, "pipeline.yaml")
