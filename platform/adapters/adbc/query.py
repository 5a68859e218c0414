"""Writes what a query of a database gives as Parquet: reads a job from standard input, writes what came of it as JSON.

    {"from": "postgresql://…", "query": "SELECT …", "to": "FILE"}

``from`` may be a file of SQLite or DuckDB as well, or ``*.parquet``, ``*.csv``, ``*.jsonl``. Databases are read through
ADBC, a batch of rows at a time, and cannot be written to; files by DuckDB, where they are the table ``data``.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
from pyarrow import parquet

SQLITE = b"SQLite format 3\0"
DUCKDB = b"DUCK"
FILES = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv", ".jsonl": "read_json"}
ROWS_AT_ONCE = 50_000


class RefusedError(Exception):
    pass


@contextmanager
def batches(source: str, query: str) -> Iterator[pyarrow.RecordBatchReader]:
    """What is read from is open as long as somebody reads."""
    if source.startswith(("postgresql://", "postgres://")):
        from adbc_driver_postgresql import dbapi

        with dbapi.connect(source) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(query)
            yield cursor.fetch_record_batch()
        return
    if "://" in source and not source.startswith("file://"):
        raise RefusedError("it is no address of PostgreSQL (postgresql://…), and no file")
    path = Path(source.removeprefix("file://"))
    ending = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if ending in FILES:
        with duckdb.connect() as database:
            name = str(path).replace("'", "''")
            database.execute(f"CREATE VIEW data AS SELECT * FROM {FILES[ending]}('{name}')")
            yield database.execute(query).to_arrow_reader(ROWS_AT_ONCE)
        return
    with path.open("rb") as file:
        start = file.read(16)
    if start == SQLITE:
        from adbc_driver_sqlite import dbapi as sqlite

        with sqlite.connect(f"{path.absolute().as_uri()}?mode=ro") as connection, connection.cursor() as cursor:
            cursor.execute(query)
            yield cursor.fetch_record_batch()
    elif start[8:12] == DUCKDB:
        with duckdb.connect(str(path), read_only=True) as database:
            yield database.execute(query).to_arrow_reader(ROWS_AT_ONCE)
    else:
        raise RefusedError("it is no database of SQLite or DuckDB, and no .parquet, .csv, .tsv or .jsonl")


def write(job: dict[str, str]) -> dict[str, Any]:
    rows = 0
    with batches(job["from"], job["query"]) as reader:
        if not reader.schema.names:
            raise RefusedError("it gives no columns")
        repeated = {name for name in reader.schema.names if reader.schema.names.count(name) > 1}
        if repeated:
            raise RefusedError(f"it gives two columns {min(repeated)}; name one of them otherwise: … AS …")
        with parquet.ParquetWriter(job["to"], reader.schema, compression="zstd") as writer:
            for batch in reader:
                rows += batch.num_rows
                writer.write_batch(batch)
    return {"rows": rows, "columns": reader.schema.names}


def main() -> None:
    job = json.load(sys.stdin)
    try:
        answer = write(job)
    except Exception as cause:
        # What a driver says may have the address in it, with its password.
        said = " ".join(str(cause).replace(job["from"], "the database").split())
        answer = {"refused": said[:1000] or type(cause).__name__}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
