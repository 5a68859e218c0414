"""The files of a model that becomes a version."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ._files import digest_of_file, folder_fault
from ._items import Item
from ._walk import Walk


def model_files(
    path: Path, card: str | PathLike[str] | None = None, example: str | PathLike[str] | None = None
) -> list[Item]:
    """A folder that MLflow saved, a folder of files, or one file; with a card and an input example beside it."""
    path = path.expanduser()
    places = {path.name: path} if path.is_file() else {found.key: found.path for found in Walk().files(path)}
    places = {key: place for key, place in places.items() if "__pycache__" not in key.split("/")}
    if not places:
        raise folder_fault(f"there are no files in {path}", "Name a folder with a model.")
    if card is not None:
        for name in ("README.md", "model-card.json"):
            places.pop(name, None)
        given = Path(card).expanduser()
        places["model-card.json" if given.suffix == ".json" else "README.md"] = given
    if example is not None:
        places["input_example.json"] = Path(example).expanduser()
    return [_item(key, place) for key, place in places.items()]


def _item(key: str, path: Path) -> Item:
    try:
        digest, size = digest_of_file(path)
    except OSError as cause:
        raise folder_fault(f"{path} cannot be read: {cause}", "Correct its path, or its permissions.") from cause
    return Item(path, {"key": key, "digest": digest, "bytes": size})
