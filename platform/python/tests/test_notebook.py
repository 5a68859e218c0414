"""A notebook as Jupyter runs it."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import visavox

CELLS = [
    """
import visavox
from pathlib import Path
Path("large").write_bytes(bytes(3_000_000))
dataset = visavox.import_dataset(["large"], "noted")
dataset
""",
    """
container = {"image": "unused", "command": ["sh", "-c", "echo '<b>'; sleep 1"]}
run = visavox.run({
    "pipelineInfo": {"name": "noting"}, "schemaVersion": "2.1.0", "sdkVersion": "kfp-2.17.0",
    "components": {"comp-work": {"executorLabel": "exec-work"}},
    "deploymentSpec": {"executors": {"exec-work": {"container": container}}},
    "root": {"dag": {"tasks": {"work": {"taskInfo": {"name": "work"}, "componentRef": {"name": "comp-work"}}}}},
}, code=False, cache=False)
""",
    "run",
    "await visavox.AsyncClient().dataset(dataset.digest)",
]


def test_a_notebook_shows_progress_and_links(project: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    environment = {**os.environ, "PYTHONPATH": str(Path(visavox.__file__).parents[1])}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": project}})
    client.execute(env=environment)
    shown = [[output.get("data", {}).get("text/html", "") for output in cell.outputs] for cell in notebook.cells]
    # What is written over is one output at the end.
    sent, version = shown[0][-2:]
    assert sent == '<label>sent: 3.0 of 3.0 MB <progress max="3000000" value="3000000"></progress></label>'
    assert "/console/datasets/sha256%3A" in version
    [watched] = shown[1]
    assert "<b>succeeded</b>" in watched
    assert f'href="{os.environ["VISAVOX_SERVER"]}/console/runs/' in watched
    assert shown[2] == [watched]
    assert shown[3] == [version]
