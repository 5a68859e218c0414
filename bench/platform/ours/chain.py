from kfp import dsl


@dsl.component(install_kfp_package=False)
def add(before: int) -> int:
    return before + 1


@dsl.pipeline(name="chain")
def chain():
    total = 0
    for _ in range(5):
        total = add(before=total).output
