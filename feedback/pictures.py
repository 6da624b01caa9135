"""Where pictures come from: bytes by name, made by others; this room opens none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from feedback._sheets import picture_suffix


class Pictures(Protocol):
    """Gives PNG or JPEG bytes, or ``None`` where there is nothing to show."""

    def answer(self, page_id: str, item: str) -> bytes | None:
        """The candidate's own writing for one item, cut from the scan (no name, no number in it)."""

    def blank(self, item: str) -> bytes | None:
        """The clean picture of one item from the printed blank card."""

    def figure(self, name: str) -> bytes | None:
        """A picture of a stem, by the name that its Markdown uses."""


class NoPictures:
    """Gives nothing; documents then hold text alone."""

    def answer(self, page_id: str, item: str) -> bytes | None:
        return None

    def blank(self, item: str) -> bytes | None:
        return None

    def figure(self, name: str) -> bytes | None:
        return None


class PictureBox:
    """Gathers the pictures of one document under plain file names, each picture once.

    A picture that is neither JPEG nor PNG is left out: its file name is "".
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._names: dict[tuple[str, ...], str] = {}
        self.files: dict[str, bytes] = {}

    def answer(self, page_id: str, item: str) -> str:
        """File name of the candidate's writing, "" when there is none."""
        if not page_id:
            return ""
        return self._file(("answer", page_id, item), lambda: self._pictures.answer(page_id, item))

    def blank(self, item: str) -> str:
        """File name of the printed item, "" when there is none."""
        return self._file(("blank", item), lambda: self._pictures.blank(item))

    def figure(self, name: str) -> str:
        """File name of a stem's picture, "" when there is none."""
        return self._file(("figure", name), lambda: self._pictures.figure(name))

    def _file(self, key: tuple[str, ...], fetch: Callable[[], bytes | None]) -> str:
        if key not in self._names:
            content = fetch()
            suffix = picture_suffix(content) if content else ""
            self._names[key] = f"{key[0]}-{len(self._names)}.{suffix}" if suffix else ""
            if content and suffix:
                self.files[self._names[key]] = content
        return self._names[key]
