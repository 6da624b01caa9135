"""The blob store: bytes kept under their SHA-256, written once, never changed."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from core.errors import MachineProblem, NotFound


class BlobStore:
    """Files named by the SHA-256 of their bytes, in ``root/ab/cdef…``.

    Writing is atomic (temporary file, fsync, rename), so a blob that exists is whole; only one put with
    ``durable=False`` may be short after a power cut, and is written again when it is next put.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes, *, durable: bool = True) -> str:
        """Keep the bytes and return their SHA-256 in hex. Bytes that are there already cost nothing.

        Args:
            content: what to keep.
            durable: wait until the disk has it; ``False`` for what can be made again.

        Raises:
            MachineProblem: the disk is full or cannot be written.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if _is_whole(path, len(content)):
            return digest
        try:
            self._write(path, io.BytesIO(content), durable)
        except OSError as error:
            raise self._mapped(error) from error
        return digest

    def put_file(self, source: Path) -> str:
        """Keep the bytes of a file without holding them in memory; the file itself is left alone.

        Raises:
            MachineProblem: the disk is full or cannot be written.
        """
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        path = self.path(digest)
        if _is_whole(path, source.stat().st_size):
            return digest
        try:
            with source.open("rb") as file:
                self._write(path, file, durable=True)
        except OSError as error:
            raise self._mapped(error) from error
        return digest

    def _mapped(self, error: OSError) -> MachineProblem:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return MachineProblem(
                "磁盘已满, 刚才的文件没有收下, 已有内容不受影响。",
                f"请清理 {self._root} 所在磁盘后重新上传。",
            )
        return MachineProblem(f"文件无法写入: {error}", "请检查数据文件夹的权限。")

    @staticmethod
    def _write(path: Path, content: IO[bytes], durable: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(content, file)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def get(self, digest: str) -> bytes:
        """The bytes with this SHA-256.

        Raises:
            NotFound: no such blob.
        """
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(
                f"File {digest[:12]}… is not in the store.", "Was the data folder moved?"
            ) from error

    def path(self, digest: str) -> Path:
        """Where the blob lies (or would lie)."""
        if len(digest) != 64 or not all(c in "0123456789abcdef" for c in digest):
            raise NotFound(f"{digest[:80]!r} is not the name of a stored file.")
        return self._root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        return self.path(digest).exists()


def _is_whole(path: Path, size: int) -> bool:
    """Whether the blob is there in its full length: one that was not made durable may be short."""
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False
