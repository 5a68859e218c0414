"""A chain of no-op steps for Kubeflow Pipelines.

python kfp_chain.py compile LENGTH FILE    the pipeline as its SDK compiles it
python kfp_chain.py run LENGTH FOLDER      runs it with the SDK's local SubprocessRunner, in this environment
"""

import sys

from kfp import compiler, dsl, local


# The environment has the SDK: neither side is to install it before each step.
@dsl.component(install_kfp_package=False)
def step():
    pass


def chain(length: int):
    @dsl.pipeline(name="chain")
    def pipeline():
        before = step().set_caching_options(False)
        for _ in range(length - 1):
            before = step().set_caching_options(False).after(before)

    return pipeline


def main() -> None:
    action, length, place = sys.argv[1:]
    pipeline = chain(int(length))
    if action == "compile":
        compiler.Compiler().compile(pipeline, place)
    else:
        local.init(local.SubprocessRunner(use_venv=False), pipeline_root=place, raise_on_error=True)
        pipeline()


if __name__ == "__main__":
    main()
