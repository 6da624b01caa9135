"""Tiny sample sets in the layout of the real ones: text drawn by program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np


def drawn(text: str) -> np.ndarray:
    """Text in black on white, one line."""
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)
    picture = np.full((48, width + 24), 255, np.uint8)
    cv2.putText(picture, text, (12, 35), cv2.FONT_HERSHEY_DUPLEX, 1.0, 20, 2, cv2.LINE_AA)
    return picture


def make_set(
    folder: Path,
    rows: Sequence[tuple[str, ...]],
    *,
    head: str = "path\ttranscript",
    labels: str = "labels.tsv",
    unreadable: Sequence[str] = (),
) -> Path:
    """A folder with drawn pictures and a label file; ``unreadable`` pictures are bytes of no picture."""
    (folder / "img").mkdir(parents=True, exist_ok=True)
    for name, text, *_ in rows:
        if name in unreadable:
            (folder / name).write_bytes(b"no picture")
        else:
            cv2.imwrite(str(folder / name), drawn(text))
    (folder / labels).write_text("\n".join([head, *("\t".join(row) for row in rows), ""]), "utf-8")
    return folder
