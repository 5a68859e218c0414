"""Labels of files: ``metadata.csv`` in a folder that becomes a dataset, with a column ``file_name``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from ._canonical import by_utf16
from ._files import folder_fault

LABELS_FILE = "metadata.csv"
_FILE_COLUMN = "file_name"
_SEPARATORS = (",", ";", "\t", "|")


def labels_text(items: Iterable[tuple[str, Mapping[str, str]]]) -> str | None:
    """The labels of items as that file, which an import of the folder reads back; None where none has any."""
    rows = list(items)
    names = sorted({name for _, labels in rows for name in labels}, key=by_utf16)
    if not names:
        return None
    table = [[_FILE_COLUMN, *names], *([key, *(labels.get(name, "") for name in names)] for key, labels in rows)]
    return "".join(f"{','.join(_cell(text) for text in row)}\n" for row in table)


def _cell(text: str) -> str:
    if not re.search(r'[",;\t\r\n]|^\s|\s\Z', text):
        return text
    return '"' + text.replace('"', '""') + '"'


def labels_in(path: Path, keys: Collection[str]) -> dict[str, dict[str, str]]:
    """The labels that the file of a folder gives its files, by key: CSV in UTF-8 or UTF-16, however it is separated.

    Raises:
        VisavoxError: ``folder_unusable``, which names the row.
    """
    if not path.is_file():
        return {}
    columns, rows = _table(path, _text(path))
    labels: dict[str, dict[str, str]] = {}
    row_of: dict[str, int] = {}
    for number, cells in enumerate(rows, start=1):
        row = dict(zip(columns, cells, strict=True))
        given = row.pop(_FILE_COLUMN)
        key = _key(given, keys)
        if key is None:
            raise folder_fault(
                f'{path}, row {number}: there is no file "{given}"',
                f"Give paths from that folder on in the column {_FILE_COLUMN}.",
            )
        if key in row_of:
            raise folder_fault(
                f"{path}: the rows {row_of[key]} and {number} are both about {key}", "Remove one of them."
            )
        row_of[key] = number
        labels[key] = {name: value for name, value in row.items() if value != ""}
    return labels


def _key(given: str, keys: Collection[str]) -> str | None:
    """As it is written, in form C of Unicode, or as Windows writes paths."""
    plain = unicodedata.normalize("NFC", given).removeprefix("./")
    return next((key for key in (plain, plain.replace("\\", "/").removeprefix("./")) if key in keys), None)


def _table(path: Path, text: str) -> tuple[list[str], list[list[str]]]:
    # What Excel writes for other Excels to know the separator.
    declared = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    body = text[declared.end() :] if declared else text
    for separator in [declared[1]] if declared else _SEPARATORS:
        records = _records(body, separator)
        if records and _FILE_COLUMN in records[0]:
            break
    else:
        first = body.splitlines()[0] if body else ""
        raise folder_fault(
            f'{path} has no column {_FILE_COLUMN}: its first line is "{first[:200]}"',
            f"Name the columns in the first line, separated by comma, semicolon, tab or |: {_FILE_COLUMN},label.",
        )
    columns, *rows = records
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise folder_fault(
                f"{path}, row {number} has {len(row)} cells, and the first line {len(columns)}", "Correct that line."
            )
    repeated = next((name for name in columns if name != "" and columns.count(name) > 1), None)
    if repeated is not None:
        raise folder_fault(f"{path} has two columns {repeated}", "Rename or remove one of them.")
    # Spreadsheets end lines with separators of columns that are empty.
    named = [at for at, name in enumerate(columns) if name != ""]
    if any(row[at] != "" for row in rows for at in range(len(columns)) if at not in named):
        raise folder_fault(f"{path} has a column without a name", "Name it in the first line, or remove it.")
    return [columns[at] for at in named], [[row[at] for at in named] for row in rows]


def _records(text: str, separator: str) -> list[list[str]]:
    """Cells without the white space around them, unless it is quoted, which the standard library cannot tell."""
    between = re.escape(separator)
    blank = r"[^\S\r\n]" if separator != "\t" else r"[^\S\r\n\t]"
    cell = re.compile(rf'{blank}*(?:"((?:[^"]|"")*)"{blank}*|([^{between}\r\n]*))({between}|\r?\n|\r|\Z)')
    records: list[list[str]] = [[]]
    at = 0
    while at <= len(text):
        match = cell.match(text, at)
        if match is None:
            return []  # a quote inside a cell: not separated like this, or no CSV
        quoted, plain, end = match.groups()
        records[-1].append(quoted.replace('""', '"') if quoted is not None else plain.strip())
        at = match.end()
        if end == "":
            break
        if end != separator:
            records.append([])
    return [record for record in records if record not in ([], [""])]


def _text(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        raise folder_fault(
            f"{path} is not UTF-8",
            'Save it as UTF-8 ("CSV UTF-8" in Excel), or convert it: iconv -f latin1 -t utf-8.',
        ) from cause
