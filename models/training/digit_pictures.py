"""The labelled digits: which of them train, which are kept back, and how they become tiles.

The set is a folder with ``labels.tsv`` (``path`` and ``digit``). Neighbours in the file may be one
writer's, so it is divided into runs of neighbours: of every three runs the last is kept back.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.digits import Grey, Tile, digit_of, tile

SET = "digits-nsysu-exam"
#: Pictures in a run of neighbours.
RUN = 35
#: Of so many runs the last is kept back from training.
KEPT_BACK_EVERY = 3
LIST = "digits_training.txt"


@dataclass(frozen=True)
class Picture:
    """One picture of the set: ``crop`` is the digit cut out, ``digest`` names its bytes."""

    path: str
    digest: str
    digit: int
    crop: Grey


def pictures(folder: Path) -> tuple[Picture, ...]:
    """All pictures of a set, in the order of its labels.

    Raises:
        FileNotFoundError: the folder, its labels or a picture is missing.
    """
    rows = [row.split("\t") for row in (folder / "labels.tsv").read_text("utf-8").splitlines()[1:]]
    return tuple(_picture(folder, row[0], int(row[1])) for row in rows)


def _picture(folder: Path, path: str, digit: int) -> Picture:
    content = (folder / path).read_bytes()
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise FileNotFoundError(f"{folder / path} is no picture")
    crop = digit_of(np.asarray(grey, dtype=np.uint8))
    return Picture(path, sha256(content).hexdigest(), digit, crop)


def is_kept_back(at: int) -> bool:
    """Whether the picture at this place of the set is kept back from training."""
    return at // RUN % KEPT_BACK_EVERY == KEPT_BACK_EVERY - 1


def trained_on() -> frozenset[str]:
    """The SHA-256 of every picture that the shipped reader was trained on."""
    text = files("models.training").joinpath(LIST).read_text(encoding="utf-8")
    return frozenset(line.split()[0] for line in text.splitlines() if line and not line.startswith("#"))


def write_list(chosen: list[Picture], path: Path) -> None:
    """Write the list of training pictures beside the code."""
    head = f"# SHA-256 and name of the pictures of {SET} on which models/weights/digits.onnx was trained\n"
    path.write_text(head + "".join(f"{p.digest} {p.path}\n" for p in chosen), encoding="utf-8")


def tiles(chosen: list[Picture]) -> tuple[Tile, NDArray[np.int64]]:
    """``(N, 1, 32, 32)`` tiles and ``(N,)`` digits."""
    return np.stack([tile(p.crop) for p in chosen])[:, None], np.array([p.digit for p in chosen])


def fold_of(size: int, folds: int) -> NDArray[np.int64]:
    """The fold of each of so many pictures: runs of neighbours stay together."""
    return np.arange(size) // RUN % folds
