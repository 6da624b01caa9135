"""Do probabilities come true as often as they say? Reliability of verification and of whole lines.

``python -m benchmarks.calibration [--data ../shared/data] [--write]``

Lines of the sets of ``benchmarks.verify`` fall into two halves by the SHA-256 of their picture's bytes. The maps
of ``models.reliability`` are fitted on either half and judged on the other; expected calibration error:
ten bins of equal width, |mean probability - share that came true| weighted by the bins' share.

- verification: every line, and every third digit of ``digits-nsysu-exam`` where it is there, asked for its
  transcript (weight 1), for two transcripts with one digit or character changed (weight 1/4 each) and for
  two other lines' transcripts (weight 1/4 each): half of the answers right, half of the wrong nearly so.
- lines: the engine's reading of the same pictures without anything expected, right when it equals the
  transcript (NFKC, no white space).

A set, label file or picture that is missing is named and left out.

``--write`` fits on all lines and writes ``models/reliability.toml``, which is what ships; it refuses
where a set is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks._common import parse, save, skipped
from benchmarks.lines import folded
from benchmarks.verify import SETS, Line, lines_of, other_characters, other_digits
from models import reliability
from models.reliability import LogisticMap
from models.verification import Question, evidence, is_clear
from ocr.engines import OnnxEngine
from ocr.engines.embedded import MOST_LOOKS

Floats = NDArray[np.float64]
BINS = 10
#: Keeps weights finite where the halves are told apart without a fault.
RIDGE = 0.05
SIDE_PX, MARGIN_PX = 420, 60


@dataclass(frozen=True)
class Cases:
    """Signs ``(cases, signs)``, whether each came true, its weight, and which half it is in."""

    signs: Floats
    true: Floats
    weights: Floats
    half: NDArray[np.intp]


def main(arguments: list[str] | None = None) -> int:
    """Fit, judge, draw, save."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="fit on all lines and write the shipped maps")
    options = parse(parser, arguments)
    sets = {key: lines_of(options.data / folder, files) for key, folder, files in SETS}
    sets["digits"] = lines_of(options.data / "digits-nsysu-exam", ("labels.tsv",))[::3]
    if not any(sets.values()):
        return skipped("calibration", options.data / SETS[0][1])
    lacking = [key for key, lines in sets.items() if not lines]
    if options.write and lacking:
        print(f"calibration: not written, these sets are missing: {', '.join(lacking)}")
        return 1
    found = {"verified": verification_cases(sets), "read": reading_cases(sets)}
    if options.write:
        write({name: fitted(cases) for name, cases in found.items()})
    figures: dict[str, float] = {}
    options.out.mkdir(parents=True, exist_ok=True)
    for name, cases in found.items():
        fresh = judged_by_halves(cases)
        shipped = judged(reliability.maps()[name], cases)
        plain = judged(LogisticMap(0.0, (1.0,) + (0.0,) * (cases.signs.shape[1] - 1)), cases)
        figures |= {
            f"{name}_ece": round(expected_error(fresh, cases), 4),
            f"{name}_ece_shipped": round(expected_error(shipped, cases), 4),
            f"{name}_ece_uncalibrated": round(expected_error(plain, cases), 4),
        }
        cv2.imwrite(str(options.out / f"reliability_{name}.png"), diagram(fresh, cases, name))
    print(figures)
    counts = {name: len(cases.true) for name, cases in found.items()}
    save("calibration", figures, out=options.out, cases=counts)
    return 0


def half_of(line: Line) -> int:
    """0 or 1, by the picture's content."""
    return hashlib.sha256(line.picture.tobytes()).digest()[0] % 2


def verification_cases(sets: dict[str, list[Line]]) -> Cases:
    """Right and wrong answers as the product meets them."""
    chooser = random.Random(5)
    rows: list[tuple[tuple[float, ...], float, float, int]] = []
    for key, lines in sets.items():
        characters = sorted({char for line in lines for char in line.truth if char >= "\u3400"})
        for line in lines:
            near = changed(key, line, characters, chooser)
            far = [
                other.truth
                for other in chooser.sample(lines, min(3, len(lines)))
                if other.truth != line.truth
            ]
            asked = [(line.truth, 1.0, 1.0)]
            asked += [(text, 0.0, 0.25) for text in chooser.sample(near, min(2, len(near)))]
            asked += [(text, 0.0, 0.25) for text in far[:2]]
            rows += [(signs_of(line, text), true, weight, half_of(line)) for text, true, weight in asked]
    return cases_of(rows)


def changed(key: str, line: Line, characters: Sequence[str], chooser: random.Random) -> list[str]:
    """Transcripts with one digit or character changed."""
    if key == "digits":
        return [digit for digit in "0123456789" if digit != line.truth]
    return (
        other_digits(line.truth) if key == "arithmetic" else other_characters(line.truth, characters, chooser)
    )


def signs_of(line: Line, text: str) -> tuple[float, float]:
    """Of one question, with one more look as long as there is a doubt."""
    found = evidence(line.look(1, text), Question((text,)))
    for how_many in range(2, MOST_LOOKS + 1):
        if is_clear(reliability.verified(found.odds, found.gap), [text]):
            break
        found = evidence(line.look(how_many, text), Question((text,)))
    return reliability.verification_signs(found.odds, found.gap)


def reading_cases(sets: dict[str, list[Line]]) -> Cases:
    """Every line as the engine reads it."""
    engine = OnnxEngine(latin=None)
    rows: list[tuple[tuple[float, ...], float, float, int]] = []
    for lines in sets.values():
        for line in lines:
            reading = engine.read_lines([line.picture])[0]
            lead = 1.0 - sum(float(np.exp(log)) for _, log in reading.alternatives)
            signs = reliability.reading_signs(lead, [char.probability for char in reading.chars])
            rows.append((signs, float(folded(reading.text) == folded(line.truth)), 1.0, half_of(line)))
    return cases_of(rows)


def cases_of(rows: Sequence[tuple[tuple[float, ...], float, float, int]]) -> Cases:
    """Rows as arrays."""
    signs, true, weights, half = zip(*rows, strict=True)
    return Cases(np.array(signs), np.array(true), np.array(weights), np.array(half, dtype=np.intp))


def fitted(cases: Cases) -> LogisticMap:
    """The likeliest logistic map (Newton's method, a slight ridge); no weight is below zero."""
    kept = np.ones(1 + cases.signs.shape[1], dtype=np.bool_)
    for _ in range(cases.signs.shape[1] + 1):
        solved = _newton(cases, kept)
        if (solved[1:] >= 0).all():
            break
        kept[1:] &= solved[1:] >= 0
    return LogisticMap(float(solved[0]), tuple(float(weight) for weight in solved[1:]))


def _newton(cases: Cases, kept: NDArray[np.bool_]) -> Floats:
    design = np.column_stack([np.ones(len(cases.true)), cases.signs])[:, kept]
    weights = np.zeros(design.shape[1])
    ridge = RIDGE * np.eye(design.shape[1])
    for _ in range(60):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -40, 40)))
        slope = design.T @ (cases.weights * (cases.true - chance)) - ridge @ weights
        bend = (design * (cases.weights * chance * (1.0 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(bend, slope)
        weights += step * min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
    solved = np.zeros(len(kept))
    solved[kept] = weights
    return solved


def judged(found: LogisticMap, cases: Cases) -> Floats:
    """The map's probability for each case."""
    return np.array([found(*signs) for signs in cases.signs])


def judged_by_halves(cases: Cases) -> Floats:
    """Each half by the map that was fitted on the other."""
    chances = np.zeros(len(cases.true))
    for half in (0, 1):
        other = cases.half != half
        found = fitted(Cases(cases.signs[other], cases.true[other], cases.weights[other], cases.half[other]))
        chances[~other] = judged(found, cases)[~other]
    return chances


def bins_of(chances: Floats, cases: Cases) -> list[tuple[float, float, float]]:
    """Mean probability, share that came true and weight of each bin that has cases."""
    place = np.minimum(BINS - 1, (chances * BINS).astype(np.intp))
    found = []
    for each in range(BINS):
        inside = place == each
        weight = float(cases.weights[inside].sum())
        if weight > 0:
            mean = float(np.average(chances[inside], weights=cases.weights[inside]))
            found.append((mean, float(np.average(cases.true[inside], weights=cases.weights[inside])), weight))
    return found


def expected_error(chances: Floats, cases: Cases) -> float:
    """Expected calibration error."""
    bins = bins_of(chances, cases)
    total = sum(weight for _, _, weight in bins)
    return sum(weight * abs(mean - true) for mean, true, weight in bins) / total


def diagram(chances: Floats, cases: Cases, name: str) -> NDArray[np.uint8]:
    """Reliability diagram: a dot for each bin, its area by weight; on the diagonal is right."""
    size = SIDE_PX + 2 * MARGIN_PX
    picture = np.full((size, size, 3), 255, dtype=np.uint8)
    grey, ink, blue = (190, 190, 190), (60, 60, 60), (170, 90, 20)

    def at(x: float, y: float) -> tuple[int, int]:
        return MARGIN_PX + round(x * SIDE_PX), size - MARGIN_PX - round(y * SIDE_PX)

    cv2.rectangle(picture, at(0, 1), at(1, 0), grey, 1)
    cv2.line(picture, at(0, 0), at(1, 1), grey, 1, cv2.LINE_AA)
    bins = bins_of(chances, cases)
    heaviest = max(weight for _, _, weight in bins)
    for mean, true, weight in bins:
        radius = max(4, round(22 * (weight / heaviest) ** 0.5))
        cv2.circle(picture, at(mean, true), radius, blue, -1, cv2.LINE_AA)
    for tick in (0.0, 0.5, 1.0):
        left, low = at(tick, 0), at(0, tick)
        _write(picture, f"{tick:.1f}", (left[0] - 12, left[1] + 20), ink)
        _write(picture, f"{tick:.1f}", (low[0] - 34, low[1] + 5), ink)
    _write(picture, f"{name}: probability said (across), share that came true (up)", (MARGIN_PX, 24), ink)
    error = expected_error(chances, cases)
    _write(picture, f"expected calibration error {error:.3f}, {len(cases.true)} cases", (MARGIN_PX, 44), ink)
    return picture


def _write(picture: NDArray[np.uint8], text: str, at: tuple[int, int], ink: tuple[int, int, int]) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, ink, 1, cv2.LINE_AA)


def write(found: dict[str, LogisticMap], path: Path = reliability.PATH) -> None:
    """The maps with where they come from."""
    verified, read = found["verified"], found["read"]
    path.write_text(
        "# How the odds of models.verification and the chances of models.decoding become probabilities that come\n"
        "# true as often as they say. Fitted on all lines of cn-arithmetic-lines, cn-hwdb-composed-lines,\n"
        "# cn-exam-lines-small, and every third digit of digits-nsysu-exam\n"
        "# by `python -m benchmarks.calibration --write`: six numbers, measured.\n"
        "# Some of these sets are for research only and one states no licence: nothing of their pictures or\n"
        "# transcripts is here, see NOTICE.\n"
        f"[verified]\nconstant = {verified.constant:.3f}\nodds = {verified.weights[0]:.3f}\n"
        f"gap = {verified.weights[1]:.3f}\n\n"
        f"[read]\nconstant = {read.constant:.3f}\nodds = {read.weights[0]:.3f}\n"
        f"characters = {read.weights[1]:.3f}\n",
        encoding="utf-8",
    )
    reliability.maps.cache_clear()


if __name__ == "__main__":
    raise SystemExit(main())
