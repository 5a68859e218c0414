"""What is kept of downloads, without a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from visavox import VisavoxError
from visavox._canonical import canonical_json, digest_of
from visavox._files import path_below
from visavox._labels import labels_in, labels_text
from visavox._store import Store, Wanted


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "..", ".", "", "a\0b", "a/../.."])
def test_a_key_that_climbs_out_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(VisavoxError, match="leads out"):
        path_below(tmp_path, key)


def test_a_key_that_only_looks_like_it_is_taken(tmp_path: Path) -> None:
    assert path_below(tmp_path, "a/../..b/.c") == tmp_path / "..b" / ".c"


@pytest.mark.parametrize("sent", [b"evil", b"goo", b"good and more"])
def test_other_bytes_are_not_kept(tmp_path: Path, sent: bytes) -> None:
    store, digest = Store(tmp_path), digest_of(b"good")
    with pytest.raises(VisavoxError, match="what arrived is not"), store.receive(digest, 4) as receiver:
        receiver.write(sent)
    assert not store.path(digest).exists()
    assert not list((tmp_path / "partial").iterdir())


def test_a_digest_that_is_none_becomes_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"received 'sha256:\.\./\.\./x'"):
        Store(tmp_path).path("sha256:../../x")


def test_two_keys_that_are_one_file_are_refused(tmp_path: Path) -> None:
    store, digest = Store(tmp_path), digest_of(b"good")
    with store.receive(digest, 4) as receiver:
        receiver.write(b"good")
    files = [Wanted("a//b", digest, 4), Wanted("a/b", digest, 4)]
    with pytest.raises(VisavoxError, match="are one file"):
        store.place(files, tmp_path / "folder", linked=True)


@pytest.mark.parametrize("linked", [True, False])
def test_a_link_in_the_way_is_replaced_and_not_followed(tmp_path: Path, linked: bool) -> None:
    store, digest = Store(tmp_path / "cache"), digest_of(b"good")
    with store.receive(digest, 4) as receiver:
        receiver.write(b"good")
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").symlink_to(tmp_path / "mine")
    store.place([Wanted("a", digest, 4)], tmp_path / "folder", linked=linked)
    assert (tmp_path / "folder" / "a").read_text() == "good"
    assert (tmp_path / "mine").read_text() == "mine"


def test_labels_come_back_as_they_were(tmp_path: Path) -> None:
    items = [("a;b.csv", {"x": ' "quoted", ', "y": ""}), ("c/d.csv", {"y": "tab\there"}), ("e", {})]
    text = labels_text(items)
    assert text is not None
    (tmp_path / "metadata.csv").write_text(text)
    read = labels_in(tmp_path / "metadata.csv", {key for key, _ in items})
    assert read == {"a;b.csv": {"x": ' "quoted", '}, "c/d.csv": {"y": "tab\there"}, "e": {}}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbffile_name;who\r\n a.csv ; Ada \r\n\r\n",
        b"sep=|\nwho|file_name\nAda|./a.csv\n",
        "file_name\twho\t\na.csv\tAda\t\n".encode("utf-16"),
    ],
)
def test_labels_as_spreadsheets_write_them(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "metadata.csv").write_bytes(content)
    assert labels_in(tmp_path / "metadata.csv", {"a.csv"}) == {"a.csv": {"who": "Ada"}}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("name,who\na.csv,Ada\n", "has no column file_name"),
        ("file_name,who\nb.csv,Ada\n", 'row 1: there is no file "b.csv"'),
        ("file_name,who\na.csv,Ada\na.csv,Bo\n", "rows 1 and 2 are both about a.csv"),
        ("file_name,who,who\na.csv,1,2\n", "two columns who"),
        ("file_name,\na.csv,1\n", "a column without a name"),
        ("file_name,who\na.csv\n", "row 1 has 1 cells"),
    ],
)
def test_labels_that_say_nothing_clear_are_refused(tmp_path: Path, text: str, detail: str) -> None:
    (tmp_path / "metadata.csv").write_text(text)
    with pytest.raises(VisavoxError, match=detail):
        labels_in(tmp_path / "metadata.csv", {"a.csv"})


def test_json_is_sorted_as_javascript_sorts() -> None:
    assert canonical_json({"\uff5e": 1, "\U0001f600": [True, None], "a": "\x7f\u2028\n"}) == (
        '{"a":"\x7f\u2028\\n","\U0001f600":[true,null],"\uff5e":1}'
    )
