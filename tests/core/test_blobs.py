"""The blob store: what is in it is whole, under its own SHA-256."""

from __future__ import annotations

import errno
import hashlib
import threading
from pathlib import Path
from typing import IO

import pytest

from core.blobs import BlobStore
from core.errors import MachineProblem, NotFound


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_bytes_come_back_under_their_sha256(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    digest = blobs.put(b"scan")
    assert digest == hashlib.sha256(b"scan").hexdigest()
    assert blobs.get(digest) == b"scan"
    assert blobs.has(digest)
    assert blobs.path(digest) == tmp_path / "blobs" / digest[:2] / digest[2:]


def test_a_file_is_kept_and_left_where_it_was(tmp_path: Path) -> None:
    blobs, source = BlobStore(tmp_path / "blobs"), tmp_path / "scan.pdf"
    source.write_bytes(b"%PDF" * 100_000)
    digest = blobs.put_file(source)
    assert blobs.get(digest) == source.read_bytes()
    assert blobs.put(source.read_bytes()) == digest


def test_the_same_bytes_are_kept_once_and_not_written_again(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    path = blobs.path(blobs.put(b"scan"))
    before = path.stat().st_mtime_ns, path.stat().st_ino
    blobs.put(b"scan")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before
    assert _files(tmp_path) == [path]


@pytest.mark.parametrize("way", ["bytes", "file"])
def test_a_blob_that_a_power_cut_left_short_is_written_again(tmp_path: Path, way: str) -> None:
    blobs, source = BlobStore(tmp_path / "blobs"), tmp_path / "scan"
    source.write_bytes(b"raster")
    path = blobs.path(blobs.put(b"raster", durable=False))
    path.write_bytes(b"")
    digest = blobs.put(b"raster") if way == "bytes" else blobs.put_file(source)
    assert blobs.get(digest) == b"raster"


def test_threads_that_put_the_same_bytes_leave_one_whole_blob(tmp_path: Path) -> None:
    blobs, content = BlobStore(tmp_path / "blobs"), b"x" * 300_000
    source = tmp_path / "source"
    source.write_bytes(content)
    works = [lambda: blobs.put(content), lambda: blobs.put_file(source)] * 3
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [path] = _files(tmp_path / "blobs")
    assert path.read_bytes() == content


class FullDisk(BlobStore):
    """A store on a disk that is full after some bytes."""

    number = errno.ENOSPC

    @classmethod
    def _write(cls, path: Path, content: IO[bytes], durable: bool) -> None:
        class Full:
            def read(self, _size: int = -1) -> bytes:
                if not content.tell():
                    return content.read(2)
                raise OSError(cls.number, "no room")

        BlobStore._write(path, Full(), durable)  # type: ignore[arg-type]  # all that is read of a file


class BrokenDisk(FullDisk):
    number = errno.EIO


@pytest.mark.parametrize(
    ("store", "message"), [(FullDisk, "磁盘已满"), (BrokenDisk, "文件无法写入")], ids=["full", "broken"]
)
@pytest.mark.parametrize("way", ["bytes", "file"])
def test_a_write_that_fails_half_way_leaves_nothing_and_says_why(
    tmp_path: Path, store: type[FullDisk], message: str, way: str
) -> None:
    blobs, source = store(tmp_path / "blobs"), tmp_path / "scan.pdf"
    source.write_bytes(b"scan")
    with pytest.raises(MachineProblem, match=message):
        blobs.put(b"scan") if way == "bytes" else blobs.put_file(source)
    assert _files(tmp_path / "blobs") == []
    assert not blobs.has(hashlib.sha256(b"scan").hexdigest())
    assert BlobStore(tmp_path / "blobs").put(b"scan")  # room was made


@pytest.mark.parametrize(
    "name", ["", "abc", "../../etc/passwd", "A" * 64, "g" * 64, "/" * 64, "a" * 63 + "\n", "a" * 65]
)
def test_a_name_that_is_no_sha256_is_no_path(tmp_path: Path, name: str) -> None:
    blobs = BlobStore(tmp_path)
    for ask in (blobs.get, blobs.path, blobs.has):
        with pytest.raises(NotFound, match="not the name of a stored file"):
            ask(name)


def test_a_blob_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="0000"):
        BlobStore(tmp_path).get("0" * 64)
