"""The three sets of lines as pictures with what they say, for benchmarks of what is done to a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.lines import distance, folded
from ocr.rasters import Grey

#: Key of the figures, folder, files of labels. All are for measuring only.
FOLDERS = (
    ("exam", "cn-exam-lines-small", ("labels.tsv", "labels_by_eye.tsv")),
    ("composed", "cn-hwdb-composed-lines", ("labels.tsv",)),
    ("french", "fr-copiste-lines", ("labels.tsv",)),
)


@dataclass(frozen=True)
class Sample:
    """A picture of a line and what it says, NFKC and without white space."""

    name: str
    picture: Grey
    text: str


@dataclass
class Score:
    """Edits, reference characters, lines and seconds of processor time."""

    edits: int = 0
    characters: int = 0
    lines: int = 0
    seconds: float = 0.0

    def add(self, read: str, truth: str, seconds: float) -> None:
        """Count one line or text."""
        self.edits += distance(folded(read), truth)
        self.characters += len(truth)
        self.lines += 1
        self.seconds += seconds

    @property
    def cer(self) -> float:
        return self.edits / max(1, self.characters)

    @property
    def ms(self) -> float:
        return round(1000 * self.seconds / max(1, self.lines), 1)


def missing(data: Path) -> Path | None:
    """The first folder that is not there."""
    return next((data / folder for _, folder, _ in FOLDERS if not (data / folder).is_dir()), None)


def samples(data: Path, every: Mapping[str, int]) -> dict[str, list[Sample]]:
    """Every Nth line of each set, N by the set's key (1 where it is not given)."""
    return {
        key: [_sample(data / folder, row) for row in _rows(data / folder, files)[:: every.get(key, 1)]]
        for key, folder, files in FOLDERS
    }


def _rows(folder: Path, files: Sequence[str]) -> list[list[str]]:
    return [row.split("\t") for name in files for row in (folder / name).read_text("utf-8").splitlines()[1:]]


def _sample(folder: Path, row: Sequence[str]) -> Sample:
    picture = np.asarray(cv2.imread(str(folder / row[0]), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return Sample(row[0], picture, folded(row[1]))
