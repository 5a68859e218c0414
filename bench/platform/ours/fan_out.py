from kfp import dsl


@dsl.component(install_kfp_package=False)
def square(number: int) -> int:
    return number * number


@dsl.component(install_kfp_package=False)
def add(numbers: list) -> int:
    return sum(numbers)


@dsl.pipeline(name="fan-out")
def fan_out():
    with dsl.ParallelFor(items=list(range(20))) as number:
        squared = square(number=number)
    add(numbers=dsl.Collected(squared.output))
