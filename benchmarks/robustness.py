"""How far a page can be spoilt before it is no longer read, and that it is then held, never misread.

``python -m benchmarks.robustness [--quick] [--only FAULT]`` lets pupils of the demo fill its card, spoils
the scans by each fault of ``benchmarks.faults`` at rising strength, reads them with the whole product
(registration, quality, bubbles, handwriting, number, marks and the licence to settle them) and compares
what the machine settled with what the pupils meant. Each page's number is settled from that page alone.
A table is printed and saved; ``benchmarks/out`` also gets a contact sheet of each fault and a chart.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks import robustness_pictures as pictures
from benchmarks._common import OUT, parse, save
from benchmarks.faults import FAULTS, Fault, Grey, Picture
from core.cards import Card
from core.exams import Exam
from core.ledger import PageEntry
from core.marks import MarkState
from core.pages import BubbleVerdict, PageReading, PageState, ScanPage
from core.rosters import Roster
from core.settings import read_settings
from demo.play import TEACHER
from demo.stack import make_stack
from demo.story import EXAM_FILE, demo_roster
from ocr.identity import SheetEvidence, settle_identities
from ocr.intake import decode_grey, open_scan
from pipeline.cards import design_exam_card
from pipeline.engines import licence_of
from pipeline.exams import save_exam
from pipeline.proposals import proposed_marks
from pipeline.recognise import NotRead, expected_in, read_page
from pipeline.toolbox import Toolbox, open_toolbox

_SEED = 3
_CANDIDATES = 5
_SHEETS, _QUICK_SHEETS = 2, 1
_QUICK_STEP = 3  #: every third strength


@dataclass(frozen=True)
class Page:
    """One clean scan: which side of whose sheet, and the pupil's truth."""

    number: str
    side: int
    pixels: Grey
    truth: Mapping[str, Any]


@dataclass
class Count:
    """What became of the pages of one fault at one strength; ``answers`` are the machine's marks."""

    strength: float
    pages: int = 0
    read: int = 0
    held: int = 0
    right: int = 0
    doubtful: int = 0  #: answers that the machine settles on clean pages and that now go to a person
    wrong: int = 0
    bubbles_wrong: int = 0  #: fields read without doubt, but otherwise than meant
    identity_right: int = 0
    identity_held: int = 0
    identity_wrong: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class School:
    """An installation with the demo's exam, card and roster."""

    tb: Toolbox
    exam: Exam
    card: Card
    roster: Roster


def found_school(home: Path) -> School:
    """Set the demo's exam up in an empty folder."""
    tb = open_toolbox(read_settings().model_copy(update={"home": home, "database_url": ""}))
    exam = save_exam(tb, EXAM_FILE.read_text(encoding="utf-8"), EXAM_FILE.name, TEACHER).exam
    return School(tb, exam, design_exam_card(tb, exam.id, TEACHER), demo_roster())


def clean_pages(school: School, sheets: int) -> list[Page]:
    """Both sides of so many sheets with which nothing is wrong."""
    pdf = school.tb.blobs.get(school.card.pdf_blob)
    stack = make_stack(school.exam, school.card, pdf, school.roster, seed=_SEED, candidates=_CANDIDATES)
    scans = [decode_grey(image.content) for image in open_scan(stack.pdf, "stack.pdf")]
    people = stack.truth["candidates"]
    sound = [number for number, person in people.items() if not person["faults"]][:sheets]
    pages = [
        Page(scan["number"], scan["page"], scans[scan["index"]], people[scan["number"]])
        for scan in stack.truth["scans"]
        if scan["number"] in sound
    ]
    return sorted(pages, key=lambda page: (page.number, page.side))


def read_picture(school: School, page: Page, picture: Picture, count: Count) -> None:
    """Read one spoilt page as the product does and add what became of it."""
    height, width = picture.pixels.shape
    blob = school.tb.blobs.put(picture.jpeg, durable=False)
    scan = ScanPage(
        id="page", exam_id=school.exam.id, stack_id="stack", source_name="page.jpg", source_index=0,
        blob=blob, media_type="image/jpeg", width_px=width, height_px=height,
    )  # fmt: skip
    entry = PageEntry(page=scan, state=PageState.RECEIVED)
    outcome = read_page(school.tb, [school.card], entry, expected_in(school.exam))
    count.pages += 1
    if isinstance(outcome, NotRead):
        count.held += 1
        count.reasons[outcome.reason] += 1
        return
    count.read += 1
    _judge_bubbles(outcome, page, count)
    _judge_marks(school, outcome, page, count)
    _judge_identity(school, outcome, page, count)


def _judge_bubbles(reading: PageReading, page: Page, count: Count) -> None:
    for bubble in reading.bubbles:
        meant = page.truth["choices"].get(bubble.key)
        if meant is None or bubble.verdict is BubbleVerdict.DOUBTFUL:
            continue
        if sorted(bubble.marked) != meant["marked"]:
            count.bubbles_wrong += 1
            count.mistakes.append(f"{page.number} 第{bubble.key}题 {meant['marked']} read {bubble.marked}")


def _judge_marks(school: School, reading: PageReading, page: Page, count: Count) -> None:
    for mark in proposed_marks(school.exam, school.card, reading, licence_of(school.tb.settings)):
        if mark.state is not MarkState.FINAL:
            count.doubtful += 1
        elif mark.steps == page.truth["steps"].get(mark.item, 0):
            count.right += 1
        else:
            count.wrong += 1
            count.mistakes.append(f"{page.number} item {mark.item} settled {mark.steps}: {mark.reason}")


def _judge_identity(school: School, reading: PageReading, page: Page, count: Count) -> None:
    sheet = SheetEvidence(
        sheet_id="sheet", page_ids=("page",), card_pages=(reading.card_page,), numbers=reading.numbers
    )
    threshold = school.tb.settings.identity_threshold
    (found,) = settle_identities([sheet], school.roster, threshold=threshold)
    numbers = {candidate.id: candidate.number for candidate in school.roster.candidates}
    if not found.candidate_id:
        count.identity_held += 1
    elif numbers[found.candidate_id] == page.number and reading.card_page == page.side:
        count.identity_right += 1
    else:
        count.identity_wrong += 1
        count.mistakes.append(f"{page.number} side {page.side} taken for {numbers[found.candidate_id]}")


def measured(school: School, pages: Sequence[Page], fault: Fault, quick: bool) -> list[Count]:
    """The fault at rising strength, until no page is read any more."""
    counts = []
    for at, strength in enumerate(fault.strengths):
        if quick and at % _QUICK_STEP != 1:
            continue
        count = Count(strength)
        for index, page in enumerate(pages):
            chance = np.random.default_rng([_SEED, at, index])
            picture = fault.apply(page.pixels, _other_side(pages, page), strength, chance)
            read_picture(school, page, picture, count)
        counts.append(count)
        if count.read == 0:
            break
    return counts


def _other_side(pages: Sequence[Page], page: Page) -> Grey:
    return next(other.pixels for other in pages if other.number == page.number and other.side != page.side)


def fails_from(counts: Sequence[Count], settled_clean: int) -> float:
    """The strength at which the first page is held or half of the answers go to a person; -1 for none."""
    for count in counts:
        if count.held or count.right + count.wrong < settled_clean / 2:
            return count.strength
    return -1.0


def table(fault: Fault, counts: Sequence[Count]) -> str:
    """One fault as Markdown."""
    head = f"**{fault.title}** ({fault.unit})"
    lines = [
        head, "",
        "| strength | pages read | held | settled right | to a person | settled wrong | bubbles wrong "
        "| number right / held / wrong | held because |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for c in counts:
        why = "; ".join(f"{reason} ×{n}" if n > 1 else reason for reason, n in c.reasons.most_common(2))
        lines.append(
            f"| {c.strength:g} | {c.read} | {c.held} | {c.right} | {c.doubtful} | {c.wrong} | {c.bubbles_wrong} "
            f"| {c.identity_right} / {c.identity_held} / {c.identity_wrong} | {why} |"
        )
    return "\n".join([*lines, ""])


def run(quick: bool, only: Sequence[str], out: Path | None) -> dict[str, float]:
    """Measure and print; draw and save where a folder is given. Returns the figures."""
    with tempfile.TemporaryDirectory(prefix="zhupi-robustness-") as folder:
        school = found_school(Path(folder))
        pages = clean_pages(school, _QUICK_SHEETS if quick else _SHEETS)
        clean = Count(0.0)
        for page in pages:
            read_picture(school, page, Picture(page.pixels), clean)
        results: dict[str, list[Count]] = {}
        for fault in FAULTS:
            if only and fault.name not in only:
                continue
            results[fault.name] = measured(school, pages, fault, quick)
            print(table(fault, results[fault.name]), flush=True)
            for mistake in (m for c in results[fault.name] for m in c.mistakes):
                print("  wrong:", mistake)
            if out:
                pictures.contact_sheet(out / f"robustness-{fault.name}.png", fault, pages[0].pixels,
                                       _other_side(pages, pages[0]), results[fault.name])  # fmt: skip
        school.tb.store.close()
    figures = _figures(clean, results)
    if out:
        _save(figures, clean, results, out)
    return figures


def _figures(clean: Count, results: Mapping[str, list[Count]]) -> dict[str, float]:
    every = [clean, *(count for counts in results.values() for count in counts)]
    figures = {
        **{f"{name}_fails_from": fails_from(counts, clean.right) for name, counts in results.items()},
        "settled_clean": clean.right,
        "settled_wrong_total": sum(c.wrong for c in every),
        "bubbles_wrong_total": sum(c.bubbles_wrong for c in every),
        "identity_wrong_total": sum(c.identity_wrong for c in every),
        "pages_total": sum(c.pages for c in every),
    }
    for name, value in figures.items():
        print(f"{name:32} {value:8g}")
    return figures


def _save(figures: Mapping[str, float], clean: Count, results: Mapping[str, list[Count]], out: Path) -> None:
    """The figures, the chart and the counts by fault and strength."""
    pictures.chart(out / "robustness.svg", results, clean)
    rows = {
        name: [{**vars(c), "reasons": dict(c.reasons)} for c in counts] for name, counts in results.items()
    }
    save("robustness", figures, out=out, table=rows)


def main() -> None:
    """Parse the command line and run. Runs of a part are saved only where ``--out`` names another folder."""
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one sheet, every third strength")
    parser.add_argument("--only", nargs="*", default=(), choices=[f.name for f in FAULTS])
    chosen = parse(parser)  # the samples are not needed: pens are drawn, so that all have the same pages
    is_part = bool(chosen.quick or chosen.only)
    run(chosen.quick, chosen.only, None if is_part and chosen.out == OUT else chosen.out)


if __name__ == "__main__":
    main()
