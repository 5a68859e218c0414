"""Files that are either whole or not there."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def write_bytes(file: Path, data: bytes) -> None:
    """Writes under another name, to the disk, then renames."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def write_json(file: Path, value: Any) -> None:
    """Writes indented JSON, atomically."""
    write_bytes(file, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def digest_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
