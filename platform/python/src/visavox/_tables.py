"""Files of a dataset version as arrays and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ._errors import VisavoxError, extra_missing

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    import pandas
    import polars
    import pyarrow

Format = Literal["csv", "tsv", "parquet", "jsonl"]
T = TypeVar("T")

_FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@dataclass(frozen=True)
class Part:
    """A file of a dataset version: its key, its labels, and where its bytes are."""

    key: str
    labels: Mapping[str, str]
    path: Path


@dataclass(frozen=True)
class Columns:
    """What is added to the rows of each file: its key in a column of this name, and its labels."""

    key: str | None
    labels: bool

    def of(self, part: Part, names: Sequence[str]) -> dict[str, str | None]:
        """``names``: of all labels of the dataset, so that all files have the same columns."""
        labels = {name: part.labels.get(name) for name in names} if self.labels else {}
        return {**({self.key: part.key} if self.key else {}), **labels}


def matching(keys: Sequence[str], match: str | None) -> list[str]:
    """The keys that a glob means (``*.csv``, ``train/*``); all without one."""
    found = [key for key in keys if match is None or fnmatchcase(key, match)]
    if not found:
        raise VisavoxError(
            f"no item matches {match!r}" if match else "the dataset is empty",
            code="no_items",
            action=f"There are {', '.join(keys[:5])}{', …' if len(keys) > 5 else ''}."
            if keys
            else "Import files first.",
        )
    return found


def format_of(keys: Sequence[str]) -> Format:
    """The one format of these files.

    Raises:
        VisavoxError: ``not_a_table`` or ``mixed_formats``, which name the files.
    """
    first: dict[Format, str] = {}
    for key in keys:
        suffixes = Path(key.lower()).suffixes
        suffix = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else "".join(suffixes[-1:])
        found = _FORMATS.get(suffix)
        if found is None:
            raise VisavoxError(
                f"{key} is no table that can be read",
                code="not_a_table",
                action='Tables are .csv, .tsv, .jsonl (or these with .gz) and .parquet; choose them: match="*.csv". '
                "folder() has all files as they are.",
            )
        first.setdefault(found, key)
    if len(first) > 1:
        raise VisavoxError(
            f"the tables are of several formats: {', '.join(first.values())}",
            code="mixed_formats",
            action='Choose those of one: match="*.csv".',
        )
    return next(iter(first))


def read_pandas(parts: Sequence[Part], columns: Columns) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError:
        raise extra_missing("pandas", "pandas") from None
    kind = format_of([part.key for part in parts])

    def read(part: Part) -> pandas.DataFrame:
        compression: Any = "gzip" if part.key.lower().endswith(".gz") else None
        if kind == "parquet":
            return pandas.read_parquet(part.path)
        if kind == "jsonl":
            return pandas.read_json(part.path, lines=True, compression=compression)
        return pandas.read_csv(part.path, sep="\t" if kind == "tsv" else ",", compression=compression)

    names = _label_names(parts)
    frames = []
    for part in parts:
        frame = _reading(part, read)
        added = _free(columns.of(part, names), [str(name) for name in frame.columns], part)
        frames.append(frame.assign(**added))
    return pandas.concat(frames, ignore_index=True)


def read_polars(parts: Sequence[Part], columns: Columns) -> polars.DataFrame:
    try:
        import polars
    except ImportError:
        raise extra_missing("polars", "polars") from None
    kind = format_of([part.key for part in parts])

    def read(part: Part) -> polars.DataFrame:
        if kind == "parquet":
            return polars.read_parquet(part.path, hive_partitioning=False)
        if kind == "jsonl":
            return polars.read_ndjson(_content(part))
        return polars.read_csv(_content(part), separator="\t" if kind == "tsv" else ",", infer_schema_length=None)

    names = _label_names(parts)
    frames = []
    for part in parts:
        frame = _reading(part, read)
        added = _free(columns.of(part, names), frame.columns, part)
        literals = [polars.lit(value, dtype=polars.String).alias(name) for name, value in added.items()]
        frames.append(frame.with_columns(literals))
    return polars.concat(frames, how="diagonal_relaxed")


def read_arrow(parts: Sequence[Part], columns: Columns) -> pyarrow.Table:
    try:
        import pyarrow
        from pyarrow import csv, json, parquet
    except ImportError:
        raise extra_missing("PyArrow", "arrow") from None
    kind = format_of([part.key for part in parts])

    def read(part: Part) -> pyarrow.Table:
        if kind == "parquet":
            with part.path.open("rb") as file:
                return parquet.read_table(file)
        source = BytesIO(_content(part))
        if kind == "jsonl":
            return json.read_json(source)
        return csv.read_csv(source, parse_options=csv.ParseOptions(delimiter="\t" if kind == "tsv" else ","))

    names = _label_names(parts)
    tables = []
    for part in parts:
        table = _reading(part, read)
        for name, value in _free(columns.of(part, names), table.column_names, part).items():
            table = table.append_column(name, pyarrow.array([value] * table.num_rows, pyarrow.string()))
        tables.append(table)
    return pyarrow.concat_tables(tables, promote_options="permissive")


def read_arrays(parts: Sequence[Part]) -> dict[str, numpy.typing.NDArray[Any]]:
    """By key; an array of an ``.npz`` by key and name: ``scans.npz/pixels``."""
    try:
        import numpy
    except ImportError:
        raise extra_missing("NumPy", "arrays") from None

    def read(part: Part) -> dict[str, numpy.typing.NDArray[Any]]:
        suffix = Path(part.key.lower()).suffix
        if suffix == ".npy":
            # What is pickled is a program, which would run here.
            return {part.key: numpy.load(part.path, allow_pickle=False)}
        if suffix == ".npz":
            with numpy.load(part.path, allow_pickle=False) as archive:
                return {f"{part.key}/{name}": archive[name] for name in archive.files}
        if suffix in (".csv", ".tsv"):
            return {part.key: _numbers(part.path, "," if suffix == ".csv" else "\t")}
        raise VisavoxError(
            f"{part.key} is no file of arrays",
            code="not_arrays",
            action='Arrays are .npy, .npz, and .csv or .tsv of numbers; choose them: match="*.npy".',
        )

    found: dict[str, numpy.typing.NDArray[Any]] = {}
    for part in parts:
        found.update(_reading(part, read))
    return found


def _numbers(path: Path, separator: str) -> numpy.typing.NDArray[Any]:
    """A header is passed over: a first line that is not all numbers."""
    import numpy

    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
        try:
            [float(cell) for cell in first.split(separator)]
        except ValueError:
            return numpy.loadtxt(file, delimiter=separator, ndmin=2, comments=None)
        file.seek(0)
        return numpy.loadtxt(file, delimiter=separator, ndmin=2, comments=None)


def _reading(part: Part, read: Callable[[Part], T]) -> T:
    """Readers name the file that is kept, whose name is a digest: people know it by its key."""
    try:
        return read(part)
    except (VisavoxError, MemoryError):
        raise
    except ImportError as cause:
        raise extra_missing("PyArrow", "arrow") from cause
    except Exception as cause:
        raise VisavoxError(
            f"{part.key} cannot be read: {cause}",
            code="item_unreadable",
            action="Look at the file in folder(), or choose others: match=….",
        ) from cause


def _free(added: dict[str, str | None], there: Sequence[str], part: Part) -> dict[str, str | None]:
    for name in added:
        if name in there:
            raise VisavoxError(
                f"{part.key} has a column {name} already",
                code="column_taken",
                action="Name another column for the key (key=…), or leave the labels out.",
            )
    return added


def _label_names(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.labels))


def _content(part: Part) -> bytes:
    content = part.path.read_bytes()
    if not part.key.lower().endswith(".gz"):
        return content
    import gzip

    return gzip.decompress(content)
