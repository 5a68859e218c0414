"""Models that were saved by hand, and what is known of their versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import visavox
from visavox import VisavoxError

MLMODEL = """
flavors: {python_function: {loader_module: none, python_version: 3.12.3}, custom: {}}
signature: {inputs: '[{"type": "double", "name": "x", "required": true}]', outputs: null}
saved_input_example_info: {artifact_path: example.json, serving_input_path: example.json}
"""
CARD = """---
license: mit
model-index:
  - results:
      - metrics: [{type: accuracy, value: 0.9, interval: [0.8, 0.95]}]
---
# Readers

## Limits

Small letters only.
"""


def saved(folder: Path, example: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "MLmodel").write_text(MLMODEL)
    (folder / "example.json").write_text(json.dumps(example))
    (folder / "requirements.txt").write_text("numpy==2.1.0\n")
    return folder


def test_a_folder_becomes_a_version(project: Path) -> None:
    (project / "card.md").write_text(CARD)
    folder = saved(project / "model", {"dataframe_split": {"columns": ["x"], "data": [[1.5]]}})
    version = visavox.register("by-hand", folder, card=project / "card.md")
    assert (version.name, version.version, version.run) == ("by-hand", 1, None)
    assert version.metrics == {"accuracy": 0.9}
    assert visavox.register("by-hand", folder, card=project / "card.md").version == 1

    details = version.details()
    assert details.flavour == "custom"
    assert details.takes == ["x: double"]
    assert details.card.licence == "mit"
    assert details.card.limits == "Small letters only."
    assert details.requirements == ["numpy==2.1.0"]
    assert version.verify().state == "verified"
    bom = version.bom()
    assert bom["metadata"]["component"]["name"] == "by-hand"
    assert {"numpy", "MLmodel"} <= {component["name"] for component in bom["components"]}

    (folder / "weights.bin").write_bytes(b"new")
    second = visavox.register("by-hand", folder)
    compared = visavox.compare_models("by-hand:1", f"by-hand:{second.version}")
    assert [(one.name, one.comparable) for one in compared.metrics] == [("accuracy", False)]
    assert any(part.name == "inputs" and part.equal for part in compared.signature)


def test_what_does_not_fit_is_refused(project: Path) -> None:
    folder = saved(project / "model", {"inputs": {"x": ["a text"]}})
    with pytest.raises(VisavoxError) as refused:
        visavox.register("by-hand-wrong", folder)
    assert refused.value.code == "signature_mismatch"
    assert 'expected double, received "a text"' in refused.value.detail
    with pytest.raises(VisavoxError) as nothing:
        visavox.register("by-hand-wrong", project / "nowhere")
    assert nothing.value.code == "folder_unusable"
    with pytest.raises(VisavoxError) as misuse:
        visavox.register("by-hand-wrong", "some-run", card=project / "card.md")
    assert misuse.value.code == "misuse"
