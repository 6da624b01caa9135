"""The typst sources of this room, and how a document is set from them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.typesetting import compile_pdf


@functools.cache
def typst_source(name: str) -> str:
    """A typst file that lies beside this module."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def set_document(sheet: str, content: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    """The PDF of one sheet; ``content.typ`` lies beside it.

    Raises:
        MachineProblem: a font is missing.
    """
    files = {**pictures, "content.typ": typst_source("content.typ").encode()}
    return compile_pdf(typst_source(sheet), content, files)


def picture_suffix(content: bytes) -> str:
    """ "jpg" or "png" by the first bytes; "" for anything else, which is then left out."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "png" if content.startswith(b"\x89PNG\r\n\x1a\n") else ""
