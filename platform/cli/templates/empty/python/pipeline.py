"""A pipeline of one step, written with the kfp SDK."""

from kfp import dsl


@dsl.container_component
def measure(word: str, letters: dsl.OutputPath(int)):
    return dsl.ContainerSpec(image="python:3.11", command=["python", "step.py"], args=[word, letters])


@dsl.pipeline(name="__NAME__")
def steps(word: str = "hello"):
    measure(word=word)
