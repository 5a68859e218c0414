"""Checks the tables of a dataset version against rules: a schema of Pandera, as YAML or JSON.

    python validate.py --data FOLDER --rules RULES --report REPORT.json [--readable REPORT.md] [--passed FILE]

FOLDER is what a step is given: files at their keys, and the manifest beside it. Where no item is a table, the items
themselves are the rows, with their labels as columns. It ends with 0 whether the rules hold or not, and with 1, and a
line that says why, where that cannot be found out. Nothing in the rules is executed, and no file is opened for them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import signal
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

FORMATS = {"csv": "csv", "tsv": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "parquet": "parquet"}
FORMATS_BY_TYPE = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/vnd.apache.parquet": "parquet",
}
LABELS_FILE = "metadata.csv"
EXAMPLES = 10
LONGEST_VALUE = 100
SEPARATORS = ",;\t|"

SCHEMA_KEYS = {
    *("schema_type", "version", "api", "columns", "checks", "index", "dtype", "coerce", "strict", "name", "ordered"),
    *("unique", "report_duplicates", "unique_column_names", "title", "description", "metadata"),
}
COLUMN_KEYS = {
    *("title", "description", "dtype", "nullable", "checks", "name", "unique", "coerce", "required", "regex"),
    "report_duplicates",
}
SPARES = {"drop_invalid_rows", "add_missing_columns", "default"}


class Refused(Exception):
    """What cannot be checked, with what to do."""

    def __init__(self, code: str, message: str, action: str) -> None:
        super().__init__(message)
        self.code, self.message, self.action = code, message, action


@dataclass(frozen=True)
class Format:
    kind: str
    compressed: bool = False


@dataclass(frozen=True)
class Item:
    key: str
    labels: dict[str, str]
    media_type: str
    size: int

    @property
    def format(self) -> Format | None:
        """How it is read as a table: by its ending, or else by its media type."""
        name = self.key.lower()
        compressed = name.endswith(".gz")
        kind = FORMATS.get(name.removesuffix(".gz").rpartition(".")[2])
        if kind is None:
            kind = FORMATS_BY_TYPE.get(self.media_type)
            return Format(kind) if kind else None
        return None if compressed and kind == "parquet" else Format(kind, compressed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the dataset version")
    parser.add_argument("--rules", required=True, help="a file of rules, or the rules themselves")
    parser.add_argument("--report", type=Path, required=True, help="the outcome, as JSON")
    parser.add_argument("--readable", type=Path, help="the same for people, as Markdown")
    parser.add_argument("--passed", type=Path, help="a file for true or false")
    parser.add_argument("--seconds", type=int, default=0, help="after how long it is given up; 0: never")
    parser.add_argument("--megabytes", type=int, default=0, help="how much memory it may take; 0: all")
    given = parser.parse_args()
    limit(given.seconds, given.megabytes)
    try:
        report = check(given.data, schema_of(text_of(given.rules)))
    except Refused as refused:
        write(given.report, json.dumps({"refused": vars(refused)}))
        print(f"{refused.message}\n{refused.action}", file=sys.stderr)
        return 1
    report["text"] = readable(report)
    write(given.report, json.dumps(report, ensure_ascii=False, allow_nan=False))
    if given.readable:
        write(given.readable, report["text"])
    if given.passed:
        write(given.passed, json.dumps(report["passed"]))
    print(report["text"])
    return 0


def limit(seconds: int, megabytes: int) -> None:
    """Rules may hold an expression that takes forever, and data more than fits."""
    if seconds:
        signal.alarm(seconds)
    if megabytes:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1_000_000, megabytes * 1_000_000))


def text_of(rules: str) -> str:
    """A name has no line break, and rules that are one line begin with a brace."""
    if "\n" in rules or rules.lstrip().startswith("{"):
        return rules
    try:
        return Path(rules).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise Refused(
            "rules_unreadable", f"the rules {rules} cannot be read: {cause}", "Name a file of the project."
        ) from cause


def schema_of(text: str) -> Any:
    import yaml
    from pandera.io.pandas_io import deserialize_schema

    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as cause:
        raise invalid(f"they are no YAML: {str(cause).splitlines()[-1].strip()}") from cause
    require_known(given)
    try:
        return deserialize_schema(given)
    except Exception as cause:
        raise invalid(f"Pandera does not take them: {cause or type(cause).__name__}") from cause


def require_known(given: Any) -> None:
    """Pandera passes over what it does not know: a rule with a slip in it would hold always."""
    if not isinstance(given, dict) or not (given.get("columns") or given.get("checks") or given.get("unique")):
        raise invalid("there is no rule in them")
    require_keys(given, SCHEMA_KEYS, "the rules")
    columns = given.get("columns") or {}
    if not isinstance(columns, dict):
        raise invalid('"columns" has to name columns')
    for name, column in columns.items():
        if not isinstance(column, dict):
            raise invalid(f'the column "{name}" has to have rules, such as dtype: int64')
        require_keys(column, COLUMN_KEYS | CHECKS, f'the column "{name}"')
        require_checks(column.get("checks"), f'the column "{name}"')
    require_checks(given.get("checks"), "the rules")


def require_keys(given: dict[Any, Any], known: set[str], where: str) -> None:
    for key in given:
        if key in SPARES:
            raise invalid(f'{where}: "{key}" would change the data instead of checking it')
        if key not in known:
            raise invalid(f'{where}: there is no "{key}"')


CHECKS = {
    *("equal_to", "not_equal_to", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to"),
    *("in_range", "isin", "notin", "str_matches", "str_contains", "str_startswith", "str_endswith", "str_length"),
    *("unique_values_eq", "eq", "ne", "gt", "ge", "lt", "le", "between"),
}


def require_checks(checks: Any, where: str) -> None:
    if checks is None:
        return
    if isinstance(checks, dict):
        names = list(checks)
    elif isinstance(checks, list):
        names = [(one.get("options") or {}).get("check_name") if isinstance(one, dict) else None for one in checks]
    else:
        raise invalid(f'{where}: "checks" has to name checks, such as greater_than: 0')
    for name in names:
        if name not in CHECKS:
            raise invalid(f'{where}: there is no check "{name}"; there are {", ".join(sorted(CHECKS))}')


def invalid(message: str) -> Refused:
    return Refused(
        "rules_invalid",
        f"the rules cannot be used: {message}",
        "Write a schema of Pandera: https://pandera.readthedocs.io, DataFrameSchema.to_yaml.",
    )


def items_of(folder: Path) -> list[Item]:
    manifest = folder.with_name(f"{folder.name}.manifest.json")
    if manifest.exists():
        items = json.loads(manifest.read_text(encoding="utf-8"))["items"]
        return [Item(one["key"], one["labels"], one["mediaType"], one["bytes"]) for one in items]
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / LABELS_FILE)
    return [Item(path.relative_to(folder).as_posix(), {}, "", path.stat().st_size) for path in paths]


def check(folder: Path, schema: Any) -> dict[str, Any]:
    import pandas
    import pandera

    items = items_of(folder)
    tables = {item.key: item.format for item in items if item.format}
    frames, read, unread = [], [], []
    for key, form in tables.items():
        try:
            frame = frame_of(folder / key, form)
        except Exception as cause:
            unread.append(unreadable(key, cause))
        else:
            frames.append(frame)
            read.append({"item": key, "rows": len(frame)})
    if tables:
        # In a file without any value there, the type of a column says nothing.
        parts = [frame.dropna(axis="columns", how="all") if len(frame) else frame for frame in frames]
        joined = pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame()
        for frame in frames:
            for name in frame.columns:
                if name not in joined:
                    joined[name] = None
    else:
        joined = frame_of_items(items)
    broken, rows = broken_rules(joined, schema) if not tables or frames else ([], set())
    places = Places(folder, read, tables) if tables else None
    for rule in broken:
        rule["examples"] = [example(one, places, items) for one in rule["examples"]]
    return {
        "format": 1,
        "passed": not broken and not unread,
        "of": "rows" if tables else "items",
        "rows": len(joined),
        "brokenRows": len(rows),
        "tables": read,
        "unread": unread,
        "broken": broken,
        "library": f"pandera {pandera.__version__}",
    }


def frame_of(path: Path, form: Format) -> Any:
    import pandas

    compression: Any = "gzip" if form.compressed else None
    if form.kind == "parquet":
        return pandas.read_parquet(path)
    if form.kind == "jsonl":
        return pandas.read_json(path, lines=True, compression=compression)
    how: Any = {"compression": compression, "encoding": "utf-8-sig", "low_memory": False}
    with warnings.catch_warnings():
        # Where the rows have one cell more than the first line has names, it would take the first one for a row's name.
        warnings.simplefilter("error", pandas.errors.ParserWarning)
        try:
            return pandas.read_csv(path, sep=separator_of(path, form), index_col=False, **how)
        except pandas.errors.ParserWarning as cause:
            raise ValueError("its rows have more cells than its first line has names") from cause


def frame_of_items(items: list[Item]) -> Any:
    import pandas

    names = sorted({name for item in items for name in item.labels})
    rows = [
        {"file_name": item.key, "media_type": item.media_type, "bytes": item.size}
        | {name: item.labels.get(name) for name in names}
        for item in items
    ]
    return pandas.DataFrame(rows, columns=["file_name", "media_type", "bytes", *names])


def opened(path: Path, form: Format) -> TextIO:
    if form.compressed:
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def separator_of(path: Path, form: Format) -> str:
    if form.kind == "tsv":
        return "\t"
    with opened(path, form) as file:
        line = file.readline()
    return max(SEPARATORS, key=line.count)


def unreadable(key: str, cause: Exception) -> dict[str, Any]:
    text = " ".join(str(cause).split()) or type(cause).__name__
    line = re.search(r"line (\d+)", text)
    return {"item": key, "line": int(line.group(1)) if line else None, "reason": text[:300]}


def broken_rules(frame: Any, schema: Any) -> tuple[list[dict[str, Any]], set[int]]:
    from pandera import errors

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schema.validate(frame, lazy=True)
    except errors.SchemaErrors as found:
        cases = found.failure_cases
    except (errors.SchemaDefinitionError, errors.SchemaInitError) as cause:
        raise invalid(str(cause)) from cause
    else:
        return [], set()
    broken, rows = [], set()
    for (column, rule), group in cases.groupby(["column", "check"], sort=False, dropna=False):
        # What fails as a whole, such as a column that is missing, has no rows.
        indices = sorted({int(index) for index in group["index"] if isinstance(index, int | float) and index == index})
        rows.update(indices)
        values = dict(zip(group["index"], group["failure_case"], strict=True))
        whole = None if indices else shown(group["failure_case"].iloc[0])
        name = column if isinstance(column, str) else None
        if rule == "column_in_dataframe":
            name, whole = whole, "missing"
        broken.append(
            {
                "column": name,
                "check": str(rule),
                "rows": len(indices) if indices else None,
                "found": whole,
                "examples": [{"index": index, "value": shown(values.get(index))} for index in indices[:EXAMPLES]],
            }
        )
    return broken, rows


def shown(value: Any) -> str | None:
    """A value as people read it; None where it is missing."""
    if value is None or value != value:
        return None
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


class Places:
    """Where rows of the joined table are: in which file, and on which line of it."""

    def __init__(self, folder: Path, tables: list[dict[str, Any]], formats: dict[str, Format]) -> None:
        self._folder, self._tables, self._formats = folder, tables, formats
        self._lines: dict[str, dict[int, int]] = {}

    def of(self, index: int) -> tuple[str, int, int | None]:
        """File, row of its rows from 1, and line where it is a text."""
        for table in self._tables:
            if index < table["rows"]:
                return table["item"], index + 1, self._line(table["item"], index)
            index -= table["rows"]
        raise IndexError(index)

    def _line(self, key: str, row: int) -> int | None:
        form = self._formats[key]
        if form.kind == "parquet":
            return None
        known = self._lines.setdefault(key, {})
        if row not in known:
            for number, line in enumerate(lines_of(self._folder / key, form)):
                known[number] = line
                if number >= row:
                    break
        return known.get(row)


def lines_of(path: Path, form: Format) -> Iterator[int]:
    """The line on which each record begins."""
    with opened(path, form) as file:
        if form.kind == "jsonl":
            yield from (number for number, line in enumerate(file, 1) if line.strip())
            return
        reader = csv.reader(file, delimiter=separator_of(path, form))
        before, named = 0, False
        for record in reader:
            start, before = before + 1, reader.line_num
            if record and named:
                yield start
            named = named or bool(record)


def example(one: dict[str, Any], places: Places | None, items: list[Item]) -> dict[str, Any]:
    if places is None:
        return {"item": items[one["index"]].key, "row": None, "line": None, "value": one["value"]}
    item, row, line = places.of(one["index"])
    return {"item": item, "row": row, "line": line, "value": one["value"]}


def readable(report: dict[str, Any]) -> str:
    count, of = report["rows"], report["of"]
    if report["passed"]:
        return f"All rules hold in {count} {of}.\n"
    broken, unread = report["broken"], report["unread"]
    lines = []
    if broken:
        rules = "1 rule is" if len(broken) == 1 else f"{len(broken)} rules are"
        where = f" in {report['brokenRows']} of {count} {of}" if report["brokenRows"] else f", of {count} {of}"
        lines += [f"{rules} broken{where}.", ""]
        rows = [
            [
                rule["column"] or "",
                rule["check"],
                "" if rule["rows"] is None else str(rule["rows"]),
                "; ".join(placed(one) for one in rule["examples"][:3]) or (rule["found"] or ""),
            ]
            for rule in broken
        ]
        lines += markdown([["column", "rule", of, "for example"], *rows])
    if unread:
        lines += ["", f"{len(unread)} of the tables cannot be read:", ""]
        lines += [
            f"- {one['item']}{'' if one['line'] is None else ', line ' + str(one['line'])}: {one['reason']}"
            for one in unread
        ]
    return "\n".join(lines).strip() + "\n"


def placed(one: dict[str, Any]) -> str:
    value = "missing" if one["value"] is None else one["value"]
    if one["line"] is not None:
        return f"{value} ({one['item']}, line {one['line']})"
    return f"{value} ({one['item']})" if one["row"] is None else f"{value} ({one['item']}, row {one['row']})"


def markdown(rows: list[list[str]]) -> list[str]:
    safe = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in safe) for at in range(len(safe[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in safe]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    return [lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
