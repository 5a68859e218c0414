"""What the network is given, and that it learns: run by `pytest`."""

import sys
from pathlib import Path

import numpy as np

root = Path(__file__).parent.parent
sys.path.insert(0, str(root))

from problem import network, read  # noqa: E402


def test_every_example_has_a_label_and_numbers_alone():
    examples, labels, classes = read(root / "data")
    assert len(examples) == len(labels) > 20
    assert set(labels) == set(range(len(classes)))
    assert np.isfinite(examples).all()


def test_the_network_learns_what_it_is_shown():
    examples, labels, classes = read(root / "data")
    model = network(examples.shape[1:], len(classes), 16)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    before = model.evaluate(examples, labels, verbose=0)
    model.fit(examples, labels, epochs=3, verbose=0)
    assert model.evaluate(examples, labels, verbose=0) < before
