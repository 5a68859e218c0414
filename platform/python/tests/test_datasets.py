"""Datasets: imported, and read back as files and tables."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import pytest

import visavox
from visavox import VisavoxError

from .conftest import Command


def test_an_import_is_the_version_that_the_command_line_makes(scans: Path, command_line: Command) -> None:
    (scans / ".hidden").write_text("no")
    (scans / "Große Öfen.WAV").write_bytes(b"RIFF")
    (scans / "noending").write_bytes(b"x")
    (scans / "deep" / "er").mkdir(parents=True)
    for name in ("x.npy", "y.parquet", "z.jsonl", "photo.JPEG", "a.b.tar.gz", "rs", "t.ts", "u.mp4"):
        (scans / "deep" / "er" / name).write_text(name)
    dataset = visavox.import_dataset(scans, "scans", labels={"site": "north"}, consent="CC BY 4.0")
    words = ("--label", "site=north", "--consent", "CC BY 4.0")
    assert command_line("data", "import", scans, "--name", "scans", *words)["digest"] == dataset.digest
    late = next(item for item in dataset.items if item.key == "late/b.csv")
    assert late.labels == {"clerk": " Grace, R.", "folder": "late", "site": "north"}
    assert late.provenance == {"source": "not stated", "consent": "CC BY 4.0"}
    assert "<table>" in dataset._repr_html_()


def test_a_folder_is_what_an_export_is(scans: Path, project: Path, command_line: Command) -> None:
    dataset = visavox.import_dataset(scans, "exported")
    command_line("data", "export", dataset.digest, project / "exported")
    mine = dataset.folder(project / "mine")
    assert _contents(mine) == _contents(project / "exported")
    (mine / "a.csv").write_text("it is a copy of my own\n")
    assert _contents(dataset.folder()) == _contents(project / "exported")


def test_what_is_kept_is_not_downloaded_again(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = visavox.import_dataset(scans, "kept")
    folder = dataset.folder()
    assert not os.access(folder / "a.csv", os.W_OK) or os.geteuid() == 0
    assert stat.S_IMODE((folder / "a.csv").stat().st_mode) == 0o444

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("it was downloaded again")

    monkeypatch.setattr(dataset._transport, "stream", refuse)
    assert dataset.folder() == folder
    (folder / "late" / "b.csv").unlink()
    assert (dataset.folder() / "late" / "b.csv").read_text() == "digit,ink\n3,1.0\n"


def test_what_was_damaged_is_replaced(scans: Path, cache: Path) -> None:
    dataset = visavox.import_dataset(scans, "damaged")
    path = dataset.folder() / "a.csv"
    path.chmod(0o644)
    path.write_text("digit,ink\n9,9.9\n9,9.99\n")  # as long as it was, in the cache as well: they are one file
    assert path.stat().st_size == len("digit,ink\n1,0.5\n2,0.25\n")
    assert (dataset.folder() / "a.csv").read_text() == "digit,ink\n1,0.5\n2,0.25\n"


def test_an_interrupted_download_goes_on(project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (project / f"{number}.bin").write_bytes(os.urandom(2000 + number))
    dataset = visavox.import_dataset(sorted(project.glob("*.bin")), "interrupted")
    stream, asked = dataset._transport.stream, list[str]()

    def breaking(path: str, params: Any = None) -> Any:
        asked.append(path)
        if len(asked) > 5:
            raise VisavoxError("the answer broke off", code="answer_cut_off", action="Try again.")
        return stream(path, params)

    monkeypatch.setattr(dataset._transport, "stream", breaking)
    with pytest.raises(VisavoxError, match="broke off"):
        dataset.folder()
    assert not list((cache / "partial").iterdir())
    arrived = sum(1 for path in (cache / "blobs").rglob("*") if path.is_file())
    assert 2 <= arrived <= 5  # those under way are given up
    monkeypatch.setattr(
        dataset._transport, "stream", lambda path, params=None: asked.append(path) or stream(path, params)
    )
    asked.clear()
    assert len(list(dataset.folder().iterdir())) == 12
    assert len(asked) == 12 - arrived


def test_what_a_killed_download_left_is_in_nobodys_way(scans: Path, cache: Path) -> None:
    partial = cache / "partial"
    partial.mkdir(parents=True)
    old, new = (f"{time.time() - age:.0f}.half" for age in (2 * 24 * 3600, 0))
    for name in (old, new):
        (partial / name).write_text("half")
    visavox.import_dataset(scans, "killed").folder()
    assert [path.name for path in partial.iterdir()] == [new]


def test_a_killed_process_leaves_nothing_half_done(scans: Path, cache: Path) -> None:
    (scans / "large.bin").write_bytes(os.urandom(8 << 20))
    dataset = visavox.import_dataset(scans, "torn")
    program = f"""
import os, visavox
dataset = visavox.dataset("{dataset.digest}")
stream = dataset._transport.stream
class Torn:
    def __init__(self, inner): self.inner = inner
    def __enter__(self): return self.chunks(self.inner.__enter__())
    def __exit__(self, *words): return self.inner.__exit__(*words)
    def chunks(self, inner):
        yield next(inner)
        os.kill(os.getpid(), 9)
dataset._transport.stream = lambda path, params: (Torn if "large" in path else lambda it: it)(stream(path, params))
dataset.folder()
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(visavox.__file__).parents[1])}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == -9
    assert not (cache / "datasets").exists()
    assert _contents(dataset.folder())["large.bin"] == (scans / "large.bin").read_bytes()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_several_processes_use_one_cache(project: Path) -> None:
    for number in range(20):
        (project / f"{number}.bin").write_bytes(os.urandom(50_000))
    dataset = visavox.import_dataset(sorted(project.glob("*.bin")), "shared")
    program = f"import visavox; print(len(list(visavox.dataset('{dataset.digest}').folder().iterdir())))"
    others = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(visavox.__file__).parents[1])},
        )
        for _ in range(3)
    ]
    assert [other.communicate()[0].strip() for other in others] == [b"20"] * 3


def test_a_large_file_goes_in_parts_and_on_where_it_stopped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = os.urandom(20 << 20)
    (project / "large.bin").write_bytes(content)
    with visavox.Client() as client:
        put, sent = client._transport.put, list[str]()

        def breaking(path: str, content: bytes) -> None:
            if len(sent) == 2:
                raise VisavoxError("the request broke off", code="answer_cut_off", action="Try again.")
            sent.append(path)
            put(path, content)

        monkeypatch.setattr(client._transport, "put", breaking)
        with pytest.raises(VisavoxError, match="broke off"):
            client.import_dataset([project / "large.bin"], "large")
        sent.clear()
        dataset = client.import_dataset([project / "large.bin"], "large")
        assert [path.rpartition("/")[2] for path in sent] == ["2"]
        assert (dataset.folder() / "large.bin").read_bytes() == content


def test_tables(scans: Path) -> None:
    dataset = visavox.import_dataset(scans, "tables")
    frame = dataset.pandas(key="item", labels=True)
    assert frame["digit"].tolist() == [1, 2, 3]
    assert frame["item"].tolist() == ["a.csv", "a.csv", "late/b.csv"]
    assert frame["clerk"].tolist() == ["Ada", "Ada", " Grace, R."]
    table = dataset.polars(key="item", labels=True)
    assert table.columns == ["digit", "ink", "item", "clerk", "folder"]
    assert table["folder"].to_list() == [None, None, "late"]
    assert dataset.arrow(match="a*").to_pydict() == {"digit": [1, 2], "ink": [0.5, 0.25]}
    assert dataset.arrays(match="late/*")["late/b.csv"].tolist() == [[3.0, 1.0]]
    with pytest.raises(VisavoxError, match=r"a\.csv has a column digit already"):
        dataset.pandas(key="digit")


def test_tables_of_other_formats(project: Path) -> None:
    import gzip

    import pandas

    frame = pandas.DataFrame({"n": [1, 2], "word": ["owl", "wren"]})
    folder = project / "formats"
    folder.mkdir()
    frame.to_parquet(folder / "t.parquet")
    frame.to_json(folder / "t.jsonl", lines=True, orient="records")
    frame.to_csv(folder / "t.tsv", sep="\t", index=False)
    (folder / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    dataset = visavox.import_dataset(folder, "formats")
    for match in ("*.parquet", "*.jsonl", "*.tsv", "*.csv.gz"):
        assert dataset.pandas(match=match).equals(frame), match
        assert dataset.polars(match=match).to_dict(as_series=False) == frame.to_dict("list"), match
        assert dataset.arrow(match=match).to_pydict() == frame.to_dict("list"), match
    with pytest.raises(VisavoxError) as mixed:
        dataset.pandas()
    assert mixed.value.code == "mixed_formats"
    assert 'match="*.csv"' in str(mixed.value)
    with pytest.raises(VisavoxError, match="no item matches"):
        dataset.pandas(match="*.png")


def test_arrays_are_never_programs(project: Path) -> None:
    folder = project / "arrays"
    folder.mkdir()
    numpy.save(folder / "a.npy", numpy.arange(6).reshape(2, 3))
    numpy.savez(folder / "b.npz", x=numpy.zeros(2), y=numpy.ones(1))
    (folder / "c.csv").write_text("1,2\n3,4\n")
    arrays = visavox.import_dataset(folder, "arrays").arrays()
    assert {key: array.shape for key, array in arrays.items()} == {
        "a.npy": (2, 3),
        "b.npz/x": (2,),
        "b.npz/y": (1,),
        "c.csv": (2, 2),
    }
    numpy.save(folder / "d.npy", numpy.array([{}], dtype=object))
    with pytest.raises(VisavoxError, match=r"d\.npy cannot be read: .*pickle"):
        visavox.import_dataset(folder, "arrays").arrays()


def test_references(scans: Path) -> None:
    first = visavox.import_dataset(scans, "versions")
    (scans / "a.csv").write_text("digit,ink\n4,0.5\n")
    second = visavox.import_dataset(scans, "versions")
    assert visavox.dataset("versions").digest == second.digest
    digits = first.digest.removeprefix("sha256:")
    for reference in (f"versions@{first.digest}", first.digest, digits[:12], f"versions@{digits[:8]}"):
        assert visavox.dataset(reference).digest == first.digest
    with pytest.raises(VisavoxError) as unknown:
        visavox.dataset("verions")
    assert unknown.value.code == "unknown_dataset"
    assert "versions" in unknown.value.detail


@pytest.mark.parametrize(
    ("arrange", "detail"),
    [
        (lambda folder: None, "there are no files"),
        (lambda folder: (folder / "out.csv").symlink_to("/etc/passwd"), "leads out of the folder"),
        (lambda folder: (folder / "gone.csv").symlink_to("nothing"), "leads to nothing"),
        (lambda folder: (folder / "loop").symlink_to("."), "a folder that it is in"),
        (lambda folder: (folder / "metadata.csv").write_text("file_name,x\nb.csv,1\n"), "there are no files|no file"),
        (lambda folder: Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv")).write_text("x"), "is not UTF-8"),
    ],
)
def test_a_folder_that_cannot_be_imported_is_refused_by_name(project: Path, arrange: Any, detail: str) -> None:
    folder = project / "unfit"
    folder.mkdir()
    arrange(folder)
    with pytest.raises(VisavoxError, match=detail) as refused:
        visavox.import_dataset(folder, "unfit")
    assert refused.value.code == "folder_unusable"


def test_a_name_that_none_can_have_is_refused_before_anything_is_read(scans: Path) -> None:
    with pytest.raises(VisavoxError, match="'Night Birds' cannot be the name"):
        visavox.import_dataset(scans, "Night Birds")


def test_ctrl_c_ends_a_download_in_the_middle_of_a_file(
    scans: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = visavox.import_dataset(scans, "stopped")

    @contextmanager
    def endless(path: str, params: Any = None) -> Iterator[Iterator[bytes]]:
        if "a.csv" not in path:
            raise KeyboardInterrupt
        yield iter(lambda: b"", None)

    monkeypatch.setattr(dataset._transport, "stream", endless)
    with pytest.raises(KeyboardInterrupt):
        dataset.folder()
    assert not list((cache / "partial").iterdir())


def test_a_cache_that_cannot_be_written_is_named(scans: Path, cache: Path) -> None:
    dataset = visavox.import_dataset(scans, "unwritable")
    cache.write_text("a file")
    with pytest.raises(VisavoxError, match="cannot be written") as refused:
        dataset.folder()
    assert "VISAVOX_CACHE" in refused.value.action


def test_a_server_that_lies_is_found_out(scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visavox.import_dataset(scans, "lied")
    client = visavox.Client()
    request = client._transport.request

    def lying(method: str, path: str, **rest: Any) -> bytes:
        return request(method, path, **rest).replace(b'"a.csv"', b'"../a.csv"')

    monkeypatch.setattr(client._transport, "request", lying)
    with pytest.raises(VisavoxError, match="the manifest that arrived is not"):
        client.dataset("lied")


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _visits(folder: Path, patients: int) -> Path:
    rows = [f"p{row // 3},{row % 7 + 0.5}\n" for row in range(patients * 3)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "visits.csv").write_text("patient,width\n" + "".join(rows))
    return folder


def test_a_split_is_kept_and_its_parts_are_versions(project: Path) -> None:
    visits = visavox.import_dataset(_visits(project / "visits", 40), "visits-to-split")
    split = visits.make_split("group:patient", {"train": 0.7, "test": 0.3}, seed=5)
    assert [part.part for part in split.split.parts] == ["train", "test"]
    assert visits.make_split("group:patient", {"train": 0.7, "test": 0.3}, seed=5) == split
    train, test = visits.split("train").pandas(), visits.split("test").pandas()
    assert len(train) + len(test) == 120
    assert not set(train["patient"]) & set(test["patient"])
    assert visavox.dataset("visits-to-split/train").digest == visits.split("train", name="default").digest
    assert visavox.dataset(split.split.parts[0].dataset).digest == visits.split("train").digest
    with pytest.raises(VisavoxError, match='has no part "validation"') as refused:
        visits.split("validation")
    assert refused.value.action == "Name one of default/train, default/test."
    with pytest.raises(VisavoxError) as refused:
        visits.make_split("group:patient", {"train": 0.7, "test": 0.3}, seed=6)
    assert refused.value.code == "split_exists"
    later = visavox.import_dataset(_visits(project / "visits", 60), "visits-to-split")
    later.make_split("group:patient", {"train": 0.7, "test": 0.3}, seed=5)
    assert set(train["patient"]) <= set(later.split("train").pandas()["patient"])


def test_rules_are_held_against_a_version(project: Path) -> None:
    visits = visavox.import_dataset(_visits(project / "ruled", 4), "visits-with-rules")
    rules = "columns:\n  width: { dtype: float64, checks: { less_than: 6 } }\n"
    (project / "rules.yaml").write_text(rules)
    report = visits.validate(project / "rules.yaml").report
    assert not report.passed
    assert [(rule.column, rule.check, rule.rows) for rule in report.broken] == [("width", "less_than(6)", 1)]
    assert (report.broken[0].examples[0].item, report.broken[0].examples[0].line) == ("visits.csv", 8)
    assert visits.validate(rules.replace("than: 6", "than: 8")).report.passed
    with pytest.raises(VisavoxError) as refused:
        visits.validate("columns: { width: { less_then: 6 } }\n")
    assert refused.value.code == "rules_invalid"


def test_the_program_of_rules_is_the_platforms() -> None:
    package = Path(visavox.__file__).parent
    platform = Path(__file__).parents[2] / "pipelines" / "validation" / "validate.py"
    assert (package / "_validate.py").read_text() == platform.read_text(), "python generate.py"
