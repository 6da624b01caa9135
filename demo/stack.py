"""The demo's stack of scans: pupils fill the card, the school's scanner takes it, things go wrong.

``python -m demo.stack OUT_DIR [--data DIR]`` writes the stack and all that belongs to it.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

from core.cards import Card
from core.exams import CardOptions, Exam, NumberLayout
from core.rosters import Candidate, Roster
from demo.filling import PageFiller
from demo.pupils import Answers, answer_exam
from demo.samples import Samples
from demo.scanner import Scan, bind_pdf, scan_page
from demo.story import EXAM_FILE, ROSTER_FILE, demo_exam, demo_roster, other_exam
from ocr.cards import blank_pages, design_card, draw_card

Grey = NDArray[np.uint8]

MISSING, NO_NUMBER, FED_TWICE, STRAY = "missing page", "no number", "fed twice", "stray"
_UPSIDE_DOWN_SHARE = 0.12
_PLAN_STREAM, _ANSWER_STREAM, _PEN_STREAM, _SCAN_STREAM = range(4)


@dataclass(frozen=True)
class DemoStack:
    """A stack as one PDF, and what is really in it.

    ``truth`` is JSON-serialisable::

        {"exam": id, "card": id, "seed": n,
         "ledger": {"pages", "placed", "sheets", "identified", "missing", "unidentified",
                    "duplicate", "stray"},
         "scans": [{"index", "number", "page", "upside_down", "faults": [...], "same_as": index|None}],
         "candidates": {number: {"id", "name", "class_name", "ability", "faults": [...],
                                 "choices": {item: {"marked", "manner", "erased", "doubtful"}},
                                 "optional": {group: item}, "texts": {item: {part: text}},
                                 "steps": {item: n}, "criteria": {item: {criterion: bool}},
                                 "total_steps": n}}}

    ``scans`` are in the order of the PDF. A stray page's number is empty. Steps are what a careful
    teacher would give to what was meant; an essay's are the generator's own guess.
    """

    pdf: bytes
    truth: dict[str, Any]


@dataclass(frozen=True)
class _Feed:
    """One side on its way through the scanner. ``pupil`` is -1 for the stray page."""

    pupil: int
    page: int
    upside_down: bool = False
    faults: tuple[str, ...] = ()


def make_stack(
    exam: Exam,
    card: Card,
    pdf: bytes,
    roster: Roster,
    *,
    seed: int = 7,
    data: Path | None = None,
    candidates: int | None = None,
) -> DemoStack:
    """Let the pupils of the roster fill the card, and scan it all with the faults of the story.

    Sheets come in mixed order, some upside down; one page is fed twice, one is missing, one sheet
    has no 考号, and one page of another exam has strayed in. With fewer than four sheets the faults
    that still fit are planted, in the order: page missing, no 考号, fed twice.

    Args:
        exam: what is answered.
        card: its designed card.
        pdf: the card's PDF (the master that is photocopied).
        roster: who sits it; the candidates need numbers.
        seed: the same seed gives the same stack, byte for byte, on the same machine.
        data: folder with real handwriting (``digits-nsysu-exam``, ``cn-hwdb-composed-lines``);
            without it all writing is made of the font's strokes.
        candidates: only the first so many of the roster.
    """
    people = [c for c in roster.candidates if c.number][:candidates]
    answers = _answered(exam, people, seed)
    feeds = _plan(len(people), len(card.pages), np.random.default_rng([seed, _PLAN_STREAM]))
    desk = _Desk(exam, card, pdf, answers, Samples.read(data), seed)
    scans = [desk.scanned(index, feed, feeds) for index, feed in enumerate(feeds)]
    return DemoStack(bind_pdf(scans), _truth(exam, card, seed, feeds, desk))


def _answered(exam: Exam, people: list[Candidate], seed: int) -> list[Answers]:
    """Every pupil's answers; one in the middle of the roster gives two marks to a single choice."""
    twice = len(people) // 2
    return [
        answer_exam(exam, person, np.random.default_rng([seed, _ANSWER_STREAM, index]), index == twice)
        for index, person in enumerate(people)
    ]


def _plan(people: int, pages: int, rng: np.random.Generator) -> list[_Feed]:
    """In which order sides go through, and what goes wrong with each."""
    order = [int(pupil) for pupil in rng.permutation(people)]
    faulty = [int(pupil) for pupil in rng.permutation(people)]
    missing, no_number, twice = (*faulty[:3], -2, -2, -2)[:3]
    turned = set(order[1 :: max(2, round(1 / _UPSIDE_DOWN_SHARE))])
    feeds = []
    for pupil in order:
        sides = list(range(1, pages + 1))
        if pupil == missing and pages > 1:
            sides.pop()
        down = pupil in turned
        faults = (NO_NUMBER,) if pupil == no_number else ()
        feeds += [_Feed(pupil, side, down, faults) for side in (reversed(sides) if down else sides)]
    again = next((feed for feed in feeds if feed.pupil == twice), None)
    if again is not None:
        feeds.insert(int(rng.integers(0, len(feeds))), _Feed(again.pupil, again.page, again.upside_down))
        second = [i for i, f in enumerate(feeds) if (f.pupil, f.page) == (again.pupil, again.page)][1]
        feeds[second] = _Feed(again.pupil, again.page, again.upside_down, (FED_TWICE,))
    feeds.insert(int(rng.integers(1, len(feeds) + 1)), _Feed(-1, 1, False, (STRAY,)))
    return feeds


class _Desk:
    """Where sheets are filled: each page is drawn once, and scanned as often as it is fed."""

    def __init__(
        self, exam: Exam, card: Card, pdf: bytes, answers: list[Answers], samples: Samples, seed: int
    ) -> None:
        self.answers = answers
        self._exam, self._card, self._samples, self._seed = exam, card, samples, seed
        self._blanks = [_decoded(page) for page in blank_pages(pdf, len(card.pages))]
        self._filled: dict[tuple[int, int], Grey] = {}
        self.written: dict[int, dict[str, dict[int, str]]] = {}

    def scanned(self, index: int, feed: _Feed, feeds: list[_Feed]) -> Scan:
        if feed.pupil < 0:
            page = self._stray_page()
        else:
            if (feed.pupil, feed.page) not in self._filled:
                self._fill(feed.pupil, NO_NUMBER not in feed.faults)
            page = self._filled[feed.pupil, feed.page]
            if all(other.pupil != feed.pupil for other in feeds[index + 1 :]):
                for number in range(1, len(self._card.pages) + 1):
                    self._filled.pop((feed.pupil, number), None)
        return scan_page(page, np.random.default_rng([self._seed, _SCAN_STREAM, index]), feed.upside_down)

    def _fill(self, pupil: int, with_number: bool) -> None:
        rng = np.random.default_rng([self._seed, _PEN_STREAM, pupil])
        filler = PageFiller(self.answers[pupil], self._samples, rng)
        for page, blank in zip(self._card.pages, self._blanks_of(pupil), strict=True):
            self._filled[pupil, page.number] = _laid_over(blank, filler.fill(page, with_number))
        self.written[pupil] = filler.written

    def _blanks_of(self, pupil: int) -> list[Grey]:
        """The blank pages; on a pre-named card they are the pupil's own."""
        if self._exam.card.number_layout is not NumberLayout.PRENAMED:
            return self._blanks
        own = draw_card(self._card, self._exam, [self.answers[pupil].candidate])
        return [_decoded(page) for page in blank_pages(own, len(self._card.pages))]

    def _stray_page(self) -> Grey:
        exam, card = other_exam(self._exam.card)
        rng = np.random.default_rng([self._seed, _PEN_STREAM, 10**6])
        answers = answer_exam(exam, self.answers[0].candidate, rng)
        blank = _decoded(blank_pages(draw_card(card, exam), 1)[0])
        return _laid_over(blank, PageFiller(answers, self._samples, rng).fill(card.pages[0]))


def _decoded(png: bytes) -> Grey:
    picture = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(picture, dtype=np.uint8)


def _laid_over(blank: Grey, ink: Grey) -> Grey:
    """The page with the ink on it, at the blank page's scale."""
    small = cv2.resize(ink, (blank.shape[1], blank.shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.multiply(blank, small, scale=1 / 255), dtype=np.uint8)


def _truth(exam: Exam, card: Card, seed: int, feeds: list[_Feed], desk: _Desk) -> dict[str, Any]:
    faults: dict[int, set[str]] = {i: set() for i in range(len(desk.answers))}
    for feed in feeds:
        if feed.pupil >= 0:
            faults[feed.pupil].update(feed.faults)
    for pupil, found in faults.items():
        if len({f.page for f in feeds if f.pupil == pupil}) < len(card.pages):
            found.add(MISSING)
    return {
        "exam": exam.id,
        "card": card.id,
        "seed": seed,
        "ledger": _ledger(feeds, list(faults.values()), len(card.pages)),
        "scans": [_scan_truth(index, feed, feeds, desk.answers) for index, feed in enumerate(feeds)],
        "candidates": {
            answers.candidate.number: _candidate_truth(answers, sorted(faults[i]), desk.written[i])
            for i, answers in enumerate(desk.answers)
        },
    }


def _ledger(feeds: list[_Feed], faults: list[set[str]], pages: int) -> dict[str, int]:
    missing = sum(MISSING in found for found in faults)
    unidentified = sum(NO_NUMBER in found for found in faults)
    duplicate = sum(FED_TWICE in feed.faults for feed in feeds)
    stray = sum(feed.pupil < 0 for feed in feeds)
    return {
        "pages": len(feeds),
        "placed": len(feeds) - duplicate - stray - unidentified * pages,
        "sheets": len(faults),
        "identified": len(faults) - missing - unidentified,
        "missing": missing,
        "unidentified": unidentified,
        "duplicate": duplicate,
        "stray": stray,
    }


def _scan_truth(index: int, feed: _Feed, feeds: list[_Feed], answers: list[Answers]) -> dict[str, Any]:
    first = next(i for i, f in enumerate(feeds) if (f.pupil, f.page) == (feed.pupil, feed.page))
    return {
        "index": index,
        "number": answers[feed.pupil].candidate.number if feed.pupil >= 0 else "",
        "page": feed.page,
        "upside_down": feed.upside_down,
        "faults": list(feed.faults),
        "same_as": first if first != index else None,
    }


def _candidate_truth(
    answers: Answers, faults: list[str], written: dict[str, dict[int, str]]
) -> dict[str, Any]:
    candidate = answers.candidate
    return {
        "id": candidate.id,
        "name": candidate.name,
        "class_name": candidate.class_name,
        "ability": round(answers.ability, 3),
        "faults": faults,
        "choices": {
            item: {
                "marked": sorted(choice.marked),
                "manner": choice.manner,
                "erased": list(choice.erased),
                "doubtful": bool(choice.manner),
            }
            for item, choice in answers.choices.items()
        },
        "optional": answers.optional,
        "texts": {item: {str(part): text for part, text in parts.items()} for item, parts in written.items()},
        "steps": answers.steps,
        "criteria": answers.criteria,
        "total_steps": sum(answers.steps.values()),
    }


def write_demo(
    folder: Path, *, data: Path | None = None, seed: int = 7, candidates: int | None = None
) -> DemoStack:
    """Write exam, roster, cards, stack and truth into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    exam, roster = demo_exam(), demo_roster()
    card = design_card(exam, 1)
    pdf = draw_card(card, exam)
    (folder / "card-A4.pdf").write_bytes(pdf)
    for name, other in _other_papers(exam):
        (folder / f"card-{name}.pdf").write_bytes(draw_card(design_card(other, 1), other))
    shutil.copyfile(EXAM_FILE, folder / "exam.yaml")
    shutil.copyfile(ROSTER_FILE, folder / "roster.csv")
    (folder / "roster.xlsx").write_bytes(_roster_xlsx(roster))
    stack = make_stack(exam, card, pdf, roster, seed=seed, data=data, candidates=candidates)
    (folder / "stack.pdf").write_bytes(stack.pdf)
    (folder / "truth.json").write_text(
        json.dumps(stack.truth, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return stack


def _other_papers(exam: Exam) -> Iterator[tuple[str, Exam]]:
    for columns in (2, 3):
        options = CardOptions(**{**exam.card.model_dump(), "paper": "A3", "columns": columns})
        yield f"A3-{columns}", exam.model_copy(update={"card": options})


def _roster_xlsx(roster: Roster) -> bytes:
    """As a school keeps it: a title line above the header, numbers as text."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook always has a sheet
    sheet.append(["九年级物理期中质量检测考生名单"])
    sheet.append(["考号", "姓名", "班级", "考场", "座位号"])
    for c in roster.candidates:
        sheet.append([c.number, c.name, c.class_name, c.room, c.seat])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def main() -> None:
    """Parse the arguments, write the demo's files and say how long it took."""
    parser = argparse.ArgumentParser(description="Write the demo's exam, roster, cards and stack of scans.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, help="folder with real handwriting")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--candidates", type=int)
    given = parser.parse_args()
    started = time.perf_counter()
    stack = write_demo(given.folder, data=given.data, seed=given.seed, candidates=given.candidates)
    seconds = time.perf_counter() - started
    print(f"{len(stack.truth['scans'])} pages in {seconds:.1f} s -> {given.folder}")


if __name__ == "__main__":
    main()
