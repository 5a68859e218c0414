"""Writes what follows from something else: the answers of the API from its OpenAPI document, ``_sync`` from ``_async``.

    python generate.py [DOCUMENT]

DOCUMENT: a file; unless given, ``/api/openapi.json`` of the server at VISAVOX_SERVER, else of the one on this machine.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

Schema = dict[str, Any]

COMMAND = "python generate.py"
PACKAGE = Path(__file__).parent / "src" / "visavox"

# What the package reads of the document, which has the routes of a project as well.
ANSWERS = [
    *("Dataset", "Datasets", "SavedDataset", "MissingBlobs", "BlobParts", "JoinState", "StoredCode"),
    *("DatasetSplit", "DatasetSplits", "DatasetValidation", "DatasetValidations"),
    *("RunDetails", "Runs", "RunStarted", "RunCurves", "RunDifference", "OutputFiles"),
    *("SweepDetails", "Sweeps"),
    *("Model", "Models", "ModelVersion", "Bundle", "Release", "Releases"),
    *("ModelDetails", "ModelVerification", "ModelComparison"),
]
# Schemas that the document has inside of others, by where they stand there; "|1" is the second of alternatives.
NAMES = {
    "Dataset.digest": "Digest",
    "Dataset.manifest": "DatasetManifest",
    "Datasets.datasets[]": "DatasetListing",
    "DatasetListing.splits[]": "SplitListing",
    "SplitListing.parts[]": "PartListing",
    "DatasetSplit.split": "SplitOfDataset",
    "SplitOfDataset.of": "SplitLevel",
    "SplitOfDataset.cuts[]": "SplitCut",
    "SplitRule.by": "SplitBy",
    "SplitRule.shares[]": "SplitShare",
    "ValidationReport.tables[]": "ValidatedTable",
    "ValidationReport.unread[]": "UnreadTable",
    "ValidationReport.broken[]": "BrokenRule",
    "BrokenRule.examples[]": "BrokenExample",
    "BlobParts.parts[]": "BlobPart",
    "JoinState.state": "UploadState",
    "RunDetails.state": "RunState",
    "RunDetails.pins": "RunPins",
    "RunDetails.origin": "CodeOrigin",
    "RunDetails.tasks[]": "TaskRecord",
    "RunDetails.edges[]": "RunEdge",
    "RunSummary.tasks": "TaskCounts",
    "RunDifference.code": "CodeDifference",
    "CodeDifference.changed[]": "ChangedFile",
    "RunDifference.packages[]": "PackageChange",
    "RunDifference.datasets[]": "DatasetChange",
    "SweepSummary.state": "SweepState",
    "SweepSummary.plan": "SweepPlan",
    "SweepPlan.space{}|0": "SweptValues",
    "SweepPlan.space{}|1": "SweptRange",
    "SweepPlan.sampler": "Sampler",
    "SweepPlan.stopEarly": "EarlyStopping",
    "TaskRecord.state": "TaskState",
    "TaskRecord.environment": "TaskEnvironment",
    "TaskRecord.inputs": "Bindings",
    "Bindings.artifacts{}[]": "Artifact",
    "RunCurves.tasks[]": "TaskCurves",
    "RunCurves.problem": "CurvesProblem",
    "OutputFiles.files[]": "OutputFile",
    "Models.notOurs[]": "ForeignModel",
    "Bundle.files[]": "BundleFile",
    "Release.stage": "ReleaseStage",
    "ModelDetails.signature": "ModelSignature",
    "ModelDetails.example": "ModelExample",
    "ModelDetails.faults[]": "ModelFault",
    "ModelCard.data[]": "CardData",
    "ModelCard.metrics[]": "CardMetric",
    "ModelCard.releases[]": "CardRelease",
    "ModelVerification.state": "VerificationState",
    "ModelComparison.metrics[]": "ComparedMetric",
    "ModelComparison.signature[]": "ComparedPart",
}


def answers_of(document: str) -> str:
    """The module of the answers that an OpenAPI document describes."""
    schemas: dict[str, Schema] = _precise(json.loads(document)["components"]["schemas"])
    for place, name in NAMES.items():
        _extract(schemas, place, name)
        _refer(schemas)
    kept = _reached(schemas, ANSWERS)
    reduced = {
        "openapi": "3.1.0",
        "info": {"title": "Visavox", "version": "1"},
        "paths": {},
        "components": {"schemas": {name: schemas[name] for name in sorted(kept)}},
    }
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "api.py"
        source.write_text(json.dumps(reduced), encoding="utf-8")
        subprocess.run(
            [
                *(sys.executable, "-m", "datamodel_code_generator", "--input", source, "--input-file-type", "openapi"),
                *("--output", target, "--output-model-type", "pydantic_v2.BaseModel", "--disable-timestamp"),
                *("--target-python-version", "3.11", "--use-standard-collections", "--use-union-operator"),
                *("--snake-case-field", "--enum-field-as-literal", "all", "--use-annotated", "--use-type-alias"),
                *("--use-inline-field-description", "--formatters", "builtin"),
                *("--custom-file-header", f'"""Answers of the API. Written by `{COMMAND}`."""'),
            ],
            check=True,
        )
        return _formatted(target.read_text(encoding="utf-8"))


def _precise(value: Any) -> Any:
    """What the document says less precisely than the server means it."""
    if isinstance(value, list):
        return [_precise(item) for item in value]
    if not isinstance(value, dict):
        return value
    # A parameter: 16 is to stay 16, and is no 16.0.
    kinds = [one.get("type") for one in value.get("anyOf", [])]
    if "number" in kinds and "boolean" in kinds:
        value = {**value, "anyOf": [{"type": "integer"}, *value["anyOf"]]}
    return {key: _precise(item) for key, item in value.items()}


def _extract(schemas: dict[str, Schema], place: str, name: str) -> None:
    """Gives a schema inside of another a name of its own."""
    place, _, alternative = place.partition("|")
    owner, _, steps = place.partition(".")
    holder, key = schemas[owner]["properties"], re.split(r"\[|\{", steps)[0]
    for step in re.findall(r"\[\]|\{\}", steps):
        holder, key = _plain(holder[key]), {"[]": "items", "{}": "additionalProperties"}[step]
    schema = holder[key]
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        first = next(index for index, one in enumerate(alternatives) if one.get("type") != "null")
        holder, key = alternatives, int(alternative or first)
    elif isinstance(schema.get("type"), list):
        # What may be null says so beside what it is.
        plain = {**schema, "type": next(one for one in schema["type"] if one != "null")}
        plain.pop("description", None)
        schemas[name] = plain
        holder[key] = {"anyOf": [{"$ref": _reference(name)}, {"type": "null"}]}
        return
    if "$ref" not in holder[key]:
        schemas[name] = holder[key]
        holder[key] = {"$ref": _reference(name)}


def _plain(schema: Schema) -> Schema:
    """Without null."""
    for one in schema.get("anyOf", []):
        if one.get("type") != "null":
            return dict(one)
    return schema


def _refer(schemas: dict[str, Schema]) -> None:
    """The same schema elsewhere is the same type."""
    names = {_content(schema): name for name, schema in schemas.items() if _is_named(schema)}

    def referred(value: Any, top: bool) -> Any:
        if isinstance(value, list):
            return [referred(item, False) for item in value]
        if not isinstance(value, dict):
            return value
        name = None if top else names.get(_content(value)) if _is_named(value) else None
        return {"$ref": _reference(name)} if name else {key: referred(item, False) for key, item in value.items()}

    for name, schema in schemas.items():
        schemas[name] = referred(schema, True)


def _is_named(schema: Schema) -> bool:
    return "properties" in schema or len(schema.get("enum", [])) > 1 or "pattern" in schema


def _content(schema: Schema) -> str:
    return json.dumps({key: value for key, value in schema.items() if key != "description"}, sort_keys=True)


def _reached(schemas: dict[str, Schema], names: list[str]) -> set[str]:
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(schemas[name]))
    return found


def _reference(name: str) -> str:
    return f"#/components/schemas/{name}"


SYNCHRONOUS = [
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"__aenter__", "__enter__"),
    (r"__aexit__", "__exit__"),
    (r"\baclose\b", "close"),
    (r"\baread\b", "read"),
    (r"\baiter_bytes\b", "iter_bytes"),
    (r"\.\._async\b", ".._sync"),
]


def synchronous(text: str) -> str:
    """A module of ``_async`` without asyncio, formatted."""
    for pattern, replacement in SYNCHRONOUS:
        text = re.sub(pattern, replacement, text)
    return _formatted(f"# Written from _async by `{COMMAND}`.\n{text}")


def _formatted(text: str) -> str:
    for command in (["check", "--quiet", "--select", "I,SIM117", "--fix"], ["format", "--quiet"]):
        words = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(PACKAGE / "x.py"), "-"]
        text = subprocess.run(words, input=text, capture_output=True, text=True, check=True, cwd=PACKAGE).stdout
    return text


def synchronous_modules() -> dict[str, str]:
    """By the name of the file."""
    sources = sorted((PACKAGE / "_async").glob("*.py"))
    return {
        source.name: synchronous(source.read_text(encoding="utf-8"))
        for source in sources
        if source.name not in ("__init__.py", "flow.py")
    }


def validation_program() -> str:
    """The program by which pipelines check data, which the platform has as well."""
    return (Path(__file__).parents[1] / "pipelines" / "validation" / "validate.py").read_text(encoding="utf-8")


def _document() -> str:
    if len(sys.argv) > 1:
        return Path(sys.argv[1]).read_text(encoding="utf-8")
    server = os.environ.get("VISAVOX_SERVER", "http://127.0.0.1:4600")
    return httpx.get(f"{server}/api/openapi.json", trust_env=False).raise_for_status().text


if __name__ == "__main__":
    (PACKAGE / "api.py").write_text(answers_of(_document()), encoding="utf-8")
    for name, text in synchronous_modules().items():
        (PACKAGE / "_sync" / name).write_text(text, encoding="utf-8")
    (PACKAGE / "_validate.py").write_text(validation_program(), encoding="utf-8")
