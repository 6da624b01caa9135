"""PDFs through typst, with the machine's Chinese fonts. A missing glyph is an error, not a blank."""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from core.errors import MachineProblem

#: Families in order of preference; the first that the machine has is used.
CHINESE_FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Droid Sans Fallback")
_SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")


def font_folders() -> list[str]:
    """Folders that are searched for fonts: ``ZHUPI_FONTS``, what ``make setup`` fetched, the system's."""
    given = [p for p in os.environ.get("ZHUPI_FONTS", "").split(os.pathsep) if p]
    return [p for p in (*given, str(Path(sys.prefix) / "fonts"), *_SYSTEM_FOLDERS) if Path(p).is_dir()]


@functools.cache
def fonts() -> typst.Fonts:
    """All fonts, read once per process (a compile is then 25 ms, not 150 ms)."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=font_folders())


@functools.cache
def chinese_family() -> str:
    """The Chinese font family to set text in.

    Raises:
        MachineProblem: the machine has none of ``CHINESE_FAMILIES``.
    """
    found = {font.family for font in fonts().fonts()}
    for family in CHINESE_FAMILIES:
        if family in found:
            return family
    raise MachineProblem(
        "No Chinese font was found on this machine.",
        "Install one (Debian: apt install fonts-noto-cjk or fonts-wqy-microhei), or run `make setup`.",
    )


def compile_pdf(source: str, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None) -> bytes:
    """Compile a typst source to PDF bytes.

    Args:
        source: typst markup; it reads its data by ``json(bytes(sys.inputs.data))`` and finds the
            font's name in ``sys.inputs.font``. Text of people is only ever passed as data.
        data: JSON-serialisable values.
        files: pictures and the like, by plain file name; the source names them ``"/name"``.

    Raises:
        MachineProblem: a font is missing, or the source does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="zhupi-typst-") as folder:
        root = Path(folder)
        for name, content in {**(files or {}), "main.typ": source.encode()}.items():
            (root / name).write_bytes(content)
        try:
            pdf, warnings = typst.compile_with_warnings(
                root / "main.typ",
                root=root,
                font_paths=fonts(),
                sys_inputs={"data": json.dumps(data, ensure_ascii=False), "font": chinese_family()},
            )
        except typst.TypstError as error:
            raise MachineProblem(f"A PDF could not be set: {error}") from error
    missing = [w.message for w in warnings if "font" in w.message]
    if missing:
        raise MachineProblem(f"A PDF lacks a font: {missing[0]}", "Run `zhupi doctor`.")
    return bytes(pdf)
