"""Makes PyTorch's CUDA build import without NVIDIA's packages, for work on the CPU.

The general index has the CUDA build alone. Its libraries are linked against 2 GB of NVIDIA's, which a step that trains
on the CPU never calls; the loader asks for them all the same. This puts a library of a few KB in the place of each: it
has the name, the versions and the symbols that PyTorch is linked against, and every function answers "no CUDA-capable
device" (100), which is what PyTorch then reports. Needs a C compiler and readelf.

    python torch_without_nvidia.py SITE_PACKAGES
"""

import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

NVIDIA_LIBRARY = re.compile(r"lib(cu(?!da\.)|nccl|nv)\w*\.so[.\d]*")
NVIDIA_SYMBOL = re.compile(r"(__cuda|cuda|cublas|cudnn|cufft|cusparse|cusolver|cuFile|cupti|nccl|nvrtc|nvshmem|nvJit|cu[A-Z])\w+")


def readelf(*arguments: str) -> list[list[str]]:
    return [line.split() for line in subprocess.check_output(["readelf", "-W", *arguments], text=True).splitlines()]


def main(site_packages: Path) -> None:
    folder = site_packages / "torch" / "lib"
    present = {file.name for file in folder.glob("*.so*")}
    missing: set[str] = set()
    wanted: dict[str, set[str]] = defaultdict(set)
    defined: set[str] = set()
    version_of: dict[str, str] = {}
    for file in [*folder.glob("*.so*"), *(site_packages / "torch").glob("*.so")]:
        needed = {word[1:-1] for words in readelf("-d", str(file)) if "(NEEDED)" in words for word in words[-1:]}
        missing |= {name for name in needed if NVIDIA_LIBRARY.fullmatch(name) and name not in present}
        library = ""
        for words in readelf("-V", str(file)):
            if "File:" in words:
                library = words[words.index("File:") + 1]
            elif "Name:" in words and library in missing:
                version_of[words[words.index("Name:") + 1]] = library
        for words in readelf("--dyn-syms", str(file)):
            if len(words) < 8 or not words[0].rstrip(":").isdigit():
                continue
            (wanted[words[7].partition("@")[2]] if words[6] == "UND" else defined).add(words[7].partition("@")[0])
    if not missing:
        return
    plain = {name for name in wanted[""] - defined if NVIDIA_SYMBOL.fullmatch(name)}
    for library in sorted(missing):
        versions = {version: wanted[version] for version, owner in version_of.items() if owner == library}
        # A symbol without a version may come from any of them.
        build(folder / library, versions, set() if versions else plain)
    print(f"{len(missing)} of NVIDIA's libraries are not needed any more: {', '.join(sorted(missing))}")


def build(library: Path, versions: dict[str, set[str]], plain: set[str]) -> None:
    symbols = sorted(set().union(plain, *versions.values()))
    with tempfile.TemporaryDirectory() as name:
        source, script = Path(name) / "stub.c", Path(name) / "stub.map"
        source.write_text("".join(f"int {symbol}(void) {{ return 100; }}\n" for symbol in symbols))
        script.write_text(
            "".join(f"{version} {{ global: {'; '.join(sorted(names))}; }};\n" for version, names in versions.items())
        )
        linker = [f"-Wl,-soname,{library.name}", *([f"-Wl,--version-script={script}"] if versions else [])]
        subprocess.check_call(["cc", "-shared", "-fPIC", "-w", "-fno-builtin", *linker, "-o", str(library), str(source)])


main(Path(sys.argv[1]))
