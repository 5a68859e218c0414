"""A pipeline that takes no time: its ``score`` is ``units - 2 * rate``."""

from __future__ import annotations

from typing import Any

_ARGUMENTS = [
    "{{$.inputs.parameters['units']}}",
    "{{$.inputs.parameters['rate']}}",
    "{{$.outputs.parameters['score'].output_file}}",
]
_SCORE = ["awk", "BEGIN { print ARGV[1] - 2 * ARGV[2] > ARGV[3] }"]


def fitting(command: list[str] | None = None) -> dict[str, Any]:
    """``command``: is given units, rate, and the file of the score."""
    inputs = {
        "rate": {"parameterType": "NUMBER_DOUBLE"},
        "units": {"parameterType": "NUMBER_INTEGER", "defaultValue": 8},
    }
    outputs = {"parameters": {"score": {"parameterType": "NUMBER_DOUBLE"}}}
    container = {"image": "unused", "command": command or _SCORE, "args": _ARGUMENTS}
    given = {"parameters": {name: {"componentInputParameter": name} for name in inputs}}
    fit = {"taskInfo": {"name": "fit"}, "componentRef": {"name": "comp-fit"}, "inputs": given}
    return {
        "pipelineInfo": {"name": "fitting"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "components": {
            "comp-fit": {
                "executorLabel": "exec-fit",
                "inputDefinitions": {"parameters": inputs},
                "outputDefinitions": outputs,
            }
        },
        "deploymentSpec": {"executors": {"exec-fit": {"container": container}}},
        "root": {"inputDefinitions": {"parameters": inputs}, "dag": {"tasks": {"fit": fit}}},
    }
