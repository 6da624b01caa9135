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

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

from core.cards import Card
from core.exams import CardOptions, Exam
from core.rosters import Candidate, Roster
from demo.desk import Desk
from demo.feeds import FED_TWICE, MISSING, NO_NUMBER, STRAY, plan_feeds
from demo.pupils import Answers, answer_exam
from demo.samples import Samples
from demo.scanner import bind_pdf
from demo.story import EXAM_FILE, ROSTER_FILE, demo_exam, demo_roster
from demo.truth import truth_of
from ocr.cards import design_card, draw_card

Grey = NDArray[np.uint8]

__all__ = ["FED_TWICE", "MISSING", "NO_NUMBER", "STRAY", "DemoStack", "make_stack", "write_demo"]

_PLAN_STREAM, _ANSWER_STREAM = 0, 1


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
    feeds = plan_feeds(len(people), len(card.pages), np.random.default_rng([seed, _PLAN_STREAM]))
    desk = Desk(exam, card, pdf, answers, Samples.read(data), seed)
    scans = [desk.scanned(index, feed, feeds) for index, feed in enumerate(feeds)]
    return DemoStack(bind_pdf(scans), truth_of(exam, card, seed, feeds, desk))


def _answered(exam: Exam, people: list[Candidate], seed: int) -> list[Answers]:
    """Every pupil's answers; one in the middle of the roster gives two marks to a single choice."""
    twice = len(people) // 2
    return [
        answer_exam(exam, person, np.random.default_rng([seed, _ANSWER_STREAM, index]), index == twice)
        for index, person in enumerate(people)
    ]


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
