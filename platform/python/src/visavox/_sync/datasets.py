# Written from _async by `python generate.py`.
"""Dataset versions: made of files, and read back as them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .. import _html, _tables, api
from .._canonical import canonical_json, digest_of, hex_of
from .._errors import VisavoxError
from .._files import whole_file
from .._items import About, Source, items_of
from .._labels import LABELS_FILE, labels_text
from .._progress import Progress
from .._references import find_dataset, find_part, segment
from .._responses import parsed
from .._store import Store, Wanted
from . import flow
from .blobs import Address, download, upload
from .transport import Transport

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame as PandasFrame
    from polars import DataFrame as PolarsFrame
    from pyarrow import Table as ArrowTable

T = TypeVar("T")
_log = logging.getLogger("visavox")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_SHOWN = 20


class Dataset:
    """A version of a dataset. It never changes: its digest is that of its items with their labels."""

    def __init__(self, transport: Transport, store: Store, record: api.Dataset) -> None:
        self._transport = transport
        self._store = store
        self._record = record

    @property
    def name(self) -> str:
        return self._record.manifest.name

    @property
    def digest(self) -> str:
        """``sha256:…``, which names this version for good."""
        return self._record.digest

    @property
    def items(self) -> list[api.DatasetItem]:
        """By key: each with ``key``, ``digest``, ``bytes``, ``media_type``, ``labels`` and ``provenance``."""
        return self._record.manifest.items

    @property
    def url(self) -> str:
        """Of its page in the console."""
        return _html.console(self._transport.settings.server, "datasets", self.digest)

    def folder(self, path: str | PathLike[str] | None = None, *, progress: bool = True) -> Path:
        """The items as files, with their labels in ``metadata.csv`` where they have any.

        Each file is downloaded once, checked against its SHA-256, and kept. What an interrupted call has brought is not
        brought again. Without ``path`` the folder is one of the cache, of read-only files; with it, the files are
        copies of your own, and replace what is there under their names.

        Raises:
            VisavoxError: ``item_erased`` where the platform does not keep an item's bytes any more; ``folder_unusable``
                where the folder cannot hold the items, or a key leads out of it.
        """
        self._fetch(self.items, progress=progress)
        folder = Path(path).expanduser() if path is not None else self._store.root / "datasets" / hex_of(self.digest)
        flow.in_thread(self._write, folder, linked=path is None)
        return folder

    def arrays(self, *, match: str | None = None) -> dict[str, NDArray[Any]]:
        """NumPy arrays of ``.npy``, ``.npz`` and numeric CSV items, by key; ``scans.npz/pixels`` in an archive.

        ``match``: a glob of keys, where others are to be left out. CSV gives rows by columns, without its header.
        """
        return flow.in_thread(_tables.read_arrays, self._parts(match))

    def pandas(self, *, match: str | None = None, key: str | None = None, labels: bool = False) -> PandasFrame:
        """The rows of all CSV, Parquet or JSON lines items, in the order of their keys.

        ``match``: a glob of keys, where others are to be left out. ``key``: a column that is added, with the key of the
        item that a row is from. ``labels``: whether a column is added for each label.

        Raises:
            VisavoxError: ``mixed_formats``, ``not_a_table``, or ``extra_missing`` where pandas is not installed.
        """
        return self._table(_tables.read_pandas, match, _tables.Columns(key, labels))

    def polars(self, *, match: str | None = None, key: str | None = None, labels: bool = False) -> PolarsFrame:
        """As :meth:`pandas`, of Polars."""
        return self._table(_tables.read_polars, match, _tables.Columns(key, labels))

    def arrow(self, *, match: str | None = None, key: str | None = None, labels: bool = False) -> ArrowTable:
        """As :meth:`pandas`, of PyArrow."""
        return self._table(_tables.read_arrow, match, _tables.Columns(key, labels))

    def splits(self) -> list[api.DatasetSplit]:
        """The splits of this version, by name: each has its rule and its parts."""
        answer = self._transport.get(api.DatasetSplits, f"/api/v1/datasets/{self.digest}/splits")
        return answer.splits

    def split(self, part: str, *, name: str | None = None) -> Dataset:
        """A part of this version, which is a version by itself: ``dataset("scans").split("train")``.

        ``name``: of the split, where there are several.

        Raises:
            VisavoxError: ``unknown_dataset``, with what there is.
        """
        splits = [one.split for one in self.splits()]
        parts = [(split.name, one.part, one.dataset) for split in splits for one in split.parts]
        digest = find_part(f"{self.name}@{self.digest[7:19]}", [part] if name is None else [name, part], parts)
        content = self._transport.request("GET", f"/api/v1/datasets/{digest}")
        return Dataset(self._transport, self._store, flow.in_thread(_checked, content, digest))

    def make_split(
        self,
        by: str,
        shares: Mapping[str, float] | None = None,
        *,
        group: str | None = None,
        seed: int = 0,
        name: str = "default",
    ) -> api.DatasetSplit:
        """Puts this version into parts that share no content and no group; each is a version by itself.

        ``by``: ``"group:patient"`` keeps what has one value together, ``"time:date"`` puts what is earlier into the
        parts that come first, ``"stratum:species"`` has each value in every part by the shares; a label of the items,
        or a column of their tables. ``shares``: ``{"train": 0.8, "validation": 0.1, "test": 0.1}`` unless given.
        ``group``: with time and stratum, what stays together. A later version that is split by the same name and rule
        keeps each group and content in its part.

        Raises:
            VisavoxError: ``split_leaks`` where a content or group would be in two parts; ``split_exists`` where another
                split has that name.
        """
        how, _, column = by.partition(":")
        given = shares or {"train": 0.8, "validation": 0.1, "test": 0.1}
        wish = {
            "name": name,
            "by": how,
            "column": column,
            "group": group,
            "seed": seed,
            "shares": [{"part": part, "share": share} for part, share in given.items()],
        }
        return self._transport.computed(api.DatasetSplit, f"/api/v1/datasets/{self.digest}/splits", wish)

    def validate(self, rules: str | PathLike[str] | None = None) -> api.DatasetValidation:
        """Holds the tables of this version, or the labels of its items, against rules: a schema of Pandera.

        ``rules``: a file, or the text itself, YAML or JSON; what the project declares for the dataset unless given.
        ``report.passed`` says whether they hold, ``report.broken`` which do not, where.

        Raises:
            VisavoxError: ``rules_invalid`` where they cannot be used.
        """
        text = None if rules is None else flow.in_thread(_text_of, rules)
        wish = {} if text is None else {"rules": text}
        path = f"/api/v1/datasets/{self.digest}/validations"
        return self._transport.computed(api.DatasetValidation, path, wish)

    def _table(
        self,
        read: Callable[[list[_tables.Part], _tables.Columns], T],
        match: str | None,
        columns: _tables.Columns,
    ) -> T:
        # Before anything is downloaded that cannot be read.
        _tables.format_of(_tables.matching([item.key for item in self.items], match))
        return flow.in_thread(read, self._parts(match), columns)

    def _parts(self, match: str | None) -> list[_tables.Part]:
        chosen = set(_tables.matching([item.key for item in self.items], match))
        items = [item for item in self.items if item.key in chosen]
        self._fetch(items, progress=True)
        return [_tables.Part(item.key, item.labels, self._store.path(item.digest)) for item in items]

    def _fetch(self, items: Iterable[api.DatasetItem], *, progress: bool) -> None:
        def address(file: Wanted) -> Address:
            return f"/api/v1/datasets/{self.digest}/items/{segment(file.key)}", {}

        download(self._transport, self._store, _wanted(items), address, what=self.name, shown=progress)

    def _write(self, folder: Path, *, linked: bool) -> None:
        labels = labels_text((item.key, item.labels) for item in self.items)
        # An item of that name came from a program, and is what it is.
        taken = any(item.key == LABELS_FILE for item in self.items)
        self._store.place(_wanted(self.items), folder, linked=linked)
        if labels is not None and not taken:
            with whole_file(folder / LABELS_FILE) as file:
                file.write(labels.encode())

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"<Dataset {self.name}@{self.digest[:19]}, {len(self.items)} items>"

    def _repr_html_(self) -> str:
        rows = [
            [item.key, item.bytes, " ".join(f"{name}={value}" for name, value in item.labels.items())]
            for item in self.items[:_SHOWN]
        ]
        rest = len(self.items) - _SHOWN
        head = f"<p>{_html.link(self.url, f'{self.name}@{self.digest[:19]}')}, {len(self.items)} items</p>"
        return head + _html.table(["item", "bytes", "labels"], rows) + (f"<p>… and {rest} more</p>" if rest > 0 else "")


class Datasets:
    def __init__(self, transport: Transport, store: Store) -> None:
        self._transport = transport
        self._store = store

    def all(self) -> list[api.DatasetListing]:
        return (self._transport.get(api.Datasets, "/api/v1/datasets")).datasets

    def get(self, reference: str) -> Dataset:
        digest = find_dataset(reference, self.all())
        content = self._transport.request("GET", f"/api/v1/datasets/{digest}")
        return Dataset(self._transport, self._store, flow.in_thread(_checked, content, digest))

    def save(
        self,
        files: Source | Iterable[Source],
        name: str,
        labels: Mapping[str, str] | None,
        item_labels: Mapping[str, Mapping[str, str]] | None,
        provenance: tuple[str | None, str | None],
        *,
        progress: bool,
    ) -> Dataset:
        if not _NAME.fullmatch(name):
            raise VisavoxError(
                f"{name!r} cannot be the name of a dataset",
                code="misuse",
                action="Use small letters, digits and hyphens: night-birds.",
            )
        about = About(labels or {}, item_labels or {}, *provenance)

        def reading(total: int) -> Callable[[int], None]:
            return Progress("read", total, unit="", shown=progress).add

        contents = flow.in_thread(items_of, files, about, reading)
        _tell(contents.left_out)
        upload(self._transport, contents.items, shown=progress)
        body = {"name": name, "items": [item.about for item in contents.items]}
        saved = self._transport.computed(api.SavedDataset, "/api/v1/datasets", body)
        return self.get(saved.digest)


def _checked(content: bytes, digest: str) -> api.Dataset:
    """A version whose manifest is what its digest says: the digests of its items are trusted from here on."""
    record = parsed(api.Dataset, content, f"GET /api/v1/datasets/{digest}")
    if digest_of(canonical_json(json.loads(content)["manifest"])) != digest:
        raise VisavoxError(
            f"the manifest that arrived is not {digest}",
            code="digest_mismatch",
            action="Try again; if it stays, somebody between here and the server changes what it sends.",
        )
    return record


def _text_of(rules: str | PathLike[str]) -> str:
    """Rules have several lines, or begin with a brace; the name of a file does not."""
    if isinstance(rules, str) and ("\n" in rules or rules.lstrip().startswith("{")):
        return rules
    try:
        return Path(rules).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise VisavoxError(
            f"the rules {rules} cannot be read: {cause}", code="rules_unreadable", action="Name a file of rules."
        ) from cause


def _wanted(items: Iterable[api.DatasetItem]) -> list[Wanted]:
    return [Wanted(item.key, item.digest, item.bytes) for item in items]


def _tell(left_out: list[tuple[str, str]]) -> None:
    if not left_out:
        return
    rest = len(left_out) - _SHOWN
    shown = ", ".join(f"{key} ({why})" for key, why in left_out[:_SHOWN])
    _log.warning("left out: %s%s", shown, f" and {rest} more" if rest > 0 else "")
