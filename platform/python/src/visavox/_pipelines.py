"""A pipeline as the PipelineSpec that the server is sent."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from ._errors import VisavoxError, extra_missing

# A function that kfp's decorators made a pipeline or a component of, a file, or a compiled pipeline.
Pipeline = object | str | PathLike[str] | Mapping[str, Any]

# The SDK knows one pipeline at a time, and what a file imports is found by sys.path.
_alone = threading.RLock()


@dataclass(frozen=True)
class Loaded:
    """``place``: the file or folder whose project the pipeline belongs to."""

    spec: dict[str, Any]
    place: Path


def load(pipeline: Pipeline, name: str | None) -> Loaded:
    """``name``: of a pipeline, where a ``.py`` file has several."""
    if isinstance(pipeline, Mapping):
        return Loaded(dict(pipeline), Path.cwd())
    with _alone:
        if isinstance(pipeline, str | PathLike):
            return Loaded(_read(Path(pipeline), name), Path(pipeline))
        if _is_component(pipeline):
            return Loaded(_compile(pipeline), _source_of(pipeline))
    raise VisavoxError(
        f"{pipeline!r} is no pipeline",
        code="no_pipeline",
        action="Give a function with @dsl.pipeline, a .py, .yaml or .json file, or a compiled pipeline as a dict.",
    )


def _read(path: Path, name: str | None) -> dict[str, Any]:
    try:
        if path.suffix == ".py":
            return _compile(_find(path, name))
        if path.suffix in (".yaml", ".yml"):
            return _documents(path.read_text(encoding="utf-8"))
        if path.suffix == ".json":
            spec = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(spec, dict):
                return spec
    except (OSError, ValueError) as cause:
        raise VisavoxError(
            f"{path} cannot be read: {cause}", code="pipeline_unreadable", action="Give the file of a pipeline."
        ) from cause
    action = (
        f'Run it on the command line: visavox run "{path}".'
        if path.suffix in (".ts", ".js", ".mts", ".mjs")
        else "Give a .py file of the kfp SDK, or a compiled .yaml or .json."
    )
    raise VisavoxError(f"{path} is no pipeline that Python can read", code="no_pipeline", action=action)


def _documents(text: str) -> dict[str, Any]:
    """Of YAML; a second document is the pipeline's ``platforms``."""
    try:
        import yaml
    except ImportError:
        raise extra_missing("PyYAML", "pipelines") from None
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError as cause:
        raise ValueError(f"it is no YAML: {cause}") from cause
    if not documents or not all(isinstance(document, dict) for document in documents):
        raise ValueError("it holds no pipeline")
    spec: dict[str, Any] = documents[0]
    platforms = documents[1].get("platforms") if len(documents) > 1 else None
    return {**spec, "platforms": platforms} if platforms else spec


def _compile(component: object) -> dict[str, Any]:
    from kfp import compiler

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline.yaml"
        compiler.Compiler().compile(component, str(path))
        return _documents(path.read_text(encoding="utf-8"))


def _is_component(value: object) -> bool:
    return hasattr(value, "pipeline_spec") and hasattr(value, "component_spec")


def _is_pipeline(value: Any) -> bool:
    return hasattr(value, "pipeline_func")


def _source_of(component: object) -> Path:
    """The current folder for what was written in a notebook or typed."""
    function = getattr(component, "pipeline_func", None) or getattr(component, "python_func", None)
    try:
        file = inspect.getsourcefile(function) if function else None
    except TypeError:
        file = None
    return Path(file) if file and Path(file).is_file() else Path.cwd()


def _find(path: Path, name: str | None) -> Any:
    """The pipeline that a file of the kfp SDK is about: the only one, or the one that uses the others."""
    if importlib.util.find_spec("kfp") is None:
        raise extra_missing("kfp", "pipelines")
    module = _execute(path)
    components = {id(value): value for value in vars(module).values() if _is_component(value)}.values()
    pipelines = [value for value in components if _is_pipeline(value)]
    found = pipelines or list(components)
    if name is not None:
        found = [value for value in components if value.name == name or getattr(module, name, None) is value]
    elif len(found) > 1:
        used = {part.removeprefix("comp-") for pipeline in pipelines for part in pipeline.pipeline_spec.components}
        found = [value for value in found if value.name not in used] or found
    if len(found) == 1:
        return found[0]
    names = ", ".join(sorted(value.name for value in pipelines or components))
    if found:
        raise VisavoxError(
            f"{path} has several pipelines: {names}",
            code="several_pipelines",
            action="Choose one: run(…, pipeline_name=NAME).",
        )
    raise VisavoxError(
        f"{path} has no pipeline" + (f" {name}" if name else ""),
        code="no_pipeline",
        action=f"Name one of {names}." if names else "Decorate a function with @dsl.pipeline.",
    )


def _execute(path: Path) -> Any:
    """What it raises is its own and goes to whoever called, with its traceback."""
    path = path.absolute()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise VisavoxError(f"{path} does not exist", code="pipeline_unreadable", action="Give the file of a pipeline.")
    module = importlib.util.module_from_spec(spec)
    # As a program would see it: modules beside it, and itself by its name, which decorators look up.
    before = sys.modules.get(path.stem)
    sys.path.insert(0, str(path.parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
        if before is None:
            sys.modules.pop(path.stem, None)
        else:
            sys.modules[path.stem] = before
    return module
