"""Handwritten digits and whole numbers, next to plain RapidOCR.

``python -m benchmarks.digits [--data ../shared/data] [--seeds N]``

The set is ``digits-nsysu-exam``: single digits of real exams. Two thirds of them trained the reader
(``models/training/digits_training.txt`` names them by their bytes); ``accuracy`` counts only digits that
training never saw, ``accuracy_all`` all. Pictures that cannot be read are named and left out, and so are
figures for which there are no pictures: without unseen ones all but ``…_all`` and stock, and without some
digit the exams. Ours is the product's own function, eight digits in the file's
order as one number; stock is ``RapidOCR`` called for recognition alone on each picture as it is.

``roster_wrong`` and ``roster_held`` are shares of the sheets of a made-up exam: a roster of 1,000 with
consecutive numbers (2026, class, seat: neighbours differ in one digit), one in twenty absent, each number
written with pictures drawn from those that training never saw, all sheets settled by the product's own
assignment. The same with random numbers are ``random_wrong`` and ``random_held``. Each picture is read in
several companies of eight beforehand, and a sheet takes one of these readings.

Spoilt boxes are made of the same pictures: two on top of each other, and strokes through one.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from benchmarks._common import parse, save, skipped
from benchmarks.labels import grey, labelled
from benchmarks.reliability import Bin, bins, calibration_error, draw
from core.pages import DigitReading, NumberReading
from core.rosters import Candidate, Roster
from models.digits import DIGIT_PX, Shares, digit_of, scaled
from models.recogniser import default_recogniser
from models.training.digit_pictures import SET, Picture, trained_on
from ocr.handwriting.numbers import CROSSED, DIGIT, OVERWRITTEN, Seen, box_reading, read_digits
from ocr.identity import SheetEvidence, settle_identities
from ocr.rasters import Grey

A_NUMBER = 8
ROSTER = 1000
CLASS = 50
ABSENT = 0.05
COMPANIES = 4
Rng = np.random.Generator


@dataclass(frozen=True)
class Read:
    """The product's readings of some pictures, in their order."""

    seen: list[Seen]
    digits: np.ndarray  #: the true ones
    seconds: float = 0.0

    @property
    def shares(self) -> Shares:
        return np.stack([each.shares for each in self.seen])

    @property
    def right(self) -> np.ndarray:
        return np.asarray(self.shares.argmax(axis=1) == self.digits)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, save the figures and the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="simulated exams of each kind")
    options = parse(parser, arguments)
    folder = options.data / SET
    every = pictures_of(folder)
    if not every:
        return skipped("digits", folder)
    known = trained_on()
    fresh = [picture for picture in every if picture.digest not in known]
    figures = measured_all(every) | {"stock_accuracy": stock(folder, every)}
    tenths: tuple[Bin, ...] = ()
    if fresh:
        read = read_in_order(fresh)
        tenths = reliability(read)
        figures |= measured(read) | spoilt(fresh) | all_exams(fresh, options.seeds)
        draw(tenths, "digits", options.out / "digits.png")
    else:
        print(f"digits: all pictures of {folder} were trained on, so there is no accuracy of unseen ones")
    print(f"digits ({len(fresh)} fresh of {len(every)}): ", {k: round(v, 4) for k, v in figures.items()})
    found = [vars(each) for each in tenths]
    save("digits", figures, out=options.out, fresh=len(fresh), all=len(every), reliability=found)
    return 0


def pictures_of(folder: Path) -> list[Picture]:
    """The pictures of a set that can be read and are labelled with one digit."""
    found = []
    for row in labelled(folder):
        if row.text.strip() in set("0123456789"):
            digest = sha256(row.path.read_bytes()).hexdigest()
            name = row.path.relative_to(folder).as_posix()
            found.append(Picture(name, digest, int(row.text), digit_of(grey(row.path))))
        else:
            print(f"left out: {row.path} is labelled {row.text!r}, which is no digit")
    return found


def read_in_order(chosen: Sequence[Picture]) -> Read:
    """All pictures as numbers of eight, in their order."""
    default_recogniser(), read_digits([chosen[0].crop], default_recogniser())  # models load uncounted
    started = time.process_time()
    seen = [
        each
        for at in range(0, len(chosen), A_NUMBER)
        for each in read_digits([p.crop for p in chosen[at : at + A_NUMBER]], default_recogniser())
    ]
    return Read(seen, np.array([p.digit for p in chosen]), time.process_time() - started)


def measured_all(every: Sequence[Picture]) -> dict[str, float]:
    """Accuracy on all pictures, also those that were trained on, and pace."""
    read = read_in_order(every)
    return {
        "accuracy_all": float(read.right.mean()),
        "ms_a_digit": 1000 * read.seconds / len(every),
    }


def measured(read: Read) -> dict[str, float]:
    """Accuracy and calibration on pictures that training never saw."""
    return {
        "accuracy": float(read.right.mean()),
        "ece": calibration_error(reliability(read)),
        "log_loss": float(-np.log(read.shares[np.arange(len(read.seen)), read.digits]).mean()),
        "clean_taken_for_spoilt": float(np.mean([each.state != DIGIT for each in read.seen])),
    }


def reliability(read: Read) -> tuple[Bin, ...]:
    """The probability given to the digit read, and the share right."""
    return bins(read.shares.max(axis=1).tolist(), read.right.tolist())


def stock(folder: Path, chosen: Sequence[Picture]) -> float:
    """Share of pictures that plain RapidOCR reads as the digit."""
    from rapidocr import RapidOCR  # noqa: PLC0415  # only benchmarks need the whole package

    rapid = RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
    right = 0
    for picture in chosen:
        result = rapid(str(folder / picture.path), use_det=False, use_cls=False, use_rec=True)
        right += "".join(getattr(result, "txts", None) or ()).strip() == str(picture.digit)
    return right / len(chosen)


def spoilt(fresh: Sequence[Picture]) -> dict[str, float]:
    """Shares of overwritten and crossed-out digits that are known as spoilt, whichever of the two."""
    rng = np.random.default_rng(2)
    shift = 7 % len(fresh)
    pairs = [
        (a, b) for a, b in zip(fresh, [*fresh[shift:], *fresh[:shift]], strict=True) if a.digit != b.digit
    ]
    made = {
        "overwritten_found": (OVERWRITTEN, [on_top(a.crop, b.crop) for a, b in pairs]),
        "crossed_found": (CROSSED, [struck(p.crop, rng) for p in fresh]),
    }
    figures = {}
    for name, (state, crops) in made.items():
        if not crops:
            continue
        seen = read_digits([digit_of(crop) for crop in crops], default_recogniser())
        figures[name] = float(np.mean([each.state != DIGIT for each in seen]))
        figures[name.replace("found", "named")] = float(np.mean([each.state == state for each in seen]))
    return figures


def on_top(one: Grey, other: Grey) -> Grey:
    """Two digits in the middle of one crop."""
    plane = np.full((2 * DIGIT_PX, 2 * DIGIT_PX), 255, dtype=np.uint8)
    for crop in (one, other):
        digit = scaled(crop, DIGIT_PX)
        top, left = (plane.shape[0] - digit.shape[0]) // 2, (plane.shape[1] - digit.shape[1]) // 2
        part = plane[top : top + digit.shape[0], left : left + digit.shape[1]]
        np.minimum(part, digit, out=part)
    return plane


def struck(crop: Grey, rng: Rng) -> Grey:
    """A digit with one to three strokes through it."""
    plane = on_top(crop, crop)
    size = plane.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        angle, offset = rng.uniform(0, np.pi), rng.normal(0, 2.0, 2)
        way = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.34, 0.48) * size
        middle = size / 2 + offset
        first, last = (tuple(int(v) for v in np.round((middle + s * way) * 16)) for s in (-1, 1))
        cv2.line(plane, first, last, int(rng.integers(0, 90)), int(rng.integers(1, 4)), cv2.LINE_AA, 4)
    return plane


def companies(fresh: Sequence[Picture], rng: Rng) -> dict[int, list[DigitReading]]:
    """For each digit its readings, every picture read in several companies."""
    found: dict[int, list[DigitReading]] = {digit: [] for digit in range(10)}
    for _ in range(COMPANIES):
        order = [fresh[at] for at in rng.permutation(len(fresh))]
        for picture, seen in zip(order, read_in_order(order).seen, strict=True):
            found[picture.digit].append(box_reading([seen], blank=0.001))
    return found


def all_exams(fresh: Sequence[Picture], seeds: int) -> dict[str, float]:
    """Both made-up exams; nothing where some digit has no picture to write it with."""
    lacking = sorted(set(range(10)) - {picture.digit for picture in fresh})
    if lacking:
        print(f"digits: no exams, there is no unseen picture of {', '.join(map(str, lacking))}")
        return {}
    readings = companies(fresh, np.random.default_rng(1))
    return exams("roster", consecutive, readings, seeds) | exams("random", at_random, readings, seeds)


def consecutive(_: Rng) -> list[str]:
    """2026, class, seat."""
    return [f"2026{at // CLASS + 1:02d}{at % CLASS + 1:02d}" for at in range(ROSTER)]


def at_random(rng: Rng) -> list[str]:
    """Numbers without order."""
    return [f"{number:08d}" for number in rng.choice(10**8, ROSTER, replace=False)]


def exams(
    name: str, numbers: Callable[[Rng], list[str]], readings: Mapping[int, list[DigitReading]], seeds: int
) -> dict[str, float]:
    """Shares of the sheets that were given to the wrong candidate, and that wait for a person."""
    sheets = wrong = held = 0
    for seed in range(seeds):
        rng = np.random.default_rng(100 + seed)
        roster = Roster(candidates=tuple(Candidate(id=n, number=n) for n in numbers(rng)))
        evidence = [sheet(c.number, readings, rng) for c in roster.candidates if rng.random() >= ABSENT]
        for settled in settle_identities(evidence, roster):
            sheets += 1
            held += not settled.candidate_id
            wrong += settled.candidate_id not in ("", settled.sheet_id)
    return {f"{name}_wrong": wrong / sheets, f"{name}_held": held / sheets}


def sheet(number: str, readings: Mapping[int, list[DigitReading]], rng: Rng) -> SheetEvidence:
    """A sheet of one page, named by the number that its owner wrote."""
    drawn = [readings[int(char)][int(rng.integers(len(readings[int(char)])))] for char in number]
    numbers = (NumberReading(source="digits", digits=tuple(drawn)),)
    return SheetEvidence(sheet_id=number, page_ids=(number,), card_pages=(1,), numbers=numbers)


if __name__ == "__main__":
    raise SystemExit(main())
