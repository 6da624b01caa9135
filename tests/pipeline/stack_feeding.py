"""Simulated stacks, page by page: everything that goes wrong between the desk and the scanner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from core.ledger import PageEntry
from core.pages import NumberReading, PageState, ScanPage
from core.rosters import Roster
from ocr.identity import PageTrace, assemble, settle_identities
from pipeline.claims import Case, Verdict, verdicts_of
from tests.ocr.identity_classes import Slips, certain, distribution, roster, written_bubbles, written_digits


@dataclass(frozen=True)
class Side:
    """One side of paper as it was fed. ``owner`` is empty for what is not of this exam."""

    owner: str
    page: int
    paper: int
    numbers: tuple[NumberReading, ...]
    rotation_deg: float | None = 0.0
    unreadable: bool = False


@dataclass(frozen=True)
class Mischief:
    """How often what happens, per sheet unless said otherwise."""

    missing: float = 0.02
    no_number: float = 0.03
    fed_twice: float = 0.02
    side_fed_twice: float = 0.02
    stray: float = 0.02
    unreadable: float = 0.01
    reversed_upright: float = 0.02
    turned: float = 0.1
    absent: float = 0.05
    same_number: float = 0.01
    slips: Slips = field(default_factory=Slips)


@dataclass(frozen=True)
class Manner:
    """What holds for a whole simulated exam."""

    pages: int  #: of the card
    backs: str  #: which backs carry digits: "all", "some", "none"
    scan: str  #: "duplex", "back first", "simplex"
    turn: str  #: "same", "opposite", "by hand", "unknown"
    stacks: int


def drawn_manner(rng: np.random.Generator) -> Manner:
    return Manner(
        pages=int(rng.choice([1, 2, 4], p=[0.05, 0.7, 0.25])),
        backs=str(rng.choice(["all", "some", "none"], p=[0.5, 0.25, 0.25])),
        scan=str(rng.choice(["duplex", "back first", "simplex"], p=[0.75, 0.1, 0.15])),
        turn=str(rng.choice(["same", "opposite", "by hand", "unknown"], p=[0.7, 0.1, 0.1, 0.1])),
        stacks=int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])),
    )


@dataclass
class SimulatedExam:
    """All sides in the order of scanning, and what the machine made of them."""

    roster: Roster
    stacks: list[list[Side]]

    def sides(self) -> dict[str, Side]:
        return {f"{s}-{at}": side for s, stack in enumerate(self.stacks) for at, side in enumerate(stack)}

    def settled(self) -> list[Verdict]:
        sides = self.sides()
        pages = 1 + max((side.page - 1 for side in sides.values()), default=0)
        traces = [_trace(page_id, side, pages) for page_id, side in sides.items()]
        found = settle_identities(assemble(traces, self.roster).evidence, self.roster)
        case = Case(
            entries={page_id: _entry(page_id, side) for page_id, side in sides.items()},
            readings={},
            fixed={},
            same_paper=lambda a, b: sides[a].paper == sides[b].paper,
        )
        return verdicts_of(case, found)


def simulate_exam(
    rng: np.random.Generator, manner: Manner, mischief: Mischief, most_people: int = 40
) -> SimulatedExam:
    """One exam's stacks."""
    people = roster(int(rng.integers(3, most_people)))
    writers = [c for c in people.candidates if rng.random() >= mischief.absent]
    writers = [writers[i] for i in rng.permutation(len(writers))]
    sheets: list[list[Side]] = []
    papers = iter(range(10**6))
    for writer in writers:
        number = writer.number
        if rng.random() < mischief.same_number:
            number = str(rng.choice([c.number for c in people.candidates]))
        silent = rng.random() < mischief.no_number
        for first in range(1, manner.pages + 1, 2):
            pages = range(first, min(first + 2, manner.pages + 1))
            sheet = [
                Side(writer.id, p, next(papers), _numbers(number, p, silent, rng, manner, mischief))
                for p in pages
            ]
            sheets.append(_lost(sheet, rng, mischief))
    sheets = [sheet for sheet in sheets if sheet]
    if manner.pages == 4 and rng.random() < 0.5:  # a pile for each sheet of the card
        sheets.sort(key=lambda sheet: (sheet[0].page - 1) // 2)
    again = [s for s in sheets if rng.random() < mischief.fed_twice]
    for sheet in again:
        sheets.insert(int(rng.integers(len(sheets) + 1)), sheet)
    return SimulatedExam(people, _fed(sheets, rng, manner, mischief))


def _numbers(
    number: str, page: int, silent: bool, rng: np.random.Generator, manner: Manner, mischief: Mischief
) -> tuple[NumberReading, ...]:
    sources: tuple[str, ...]
    if page == 1:
        sources = ("bubbles", "digits")
    elif manner.backs == "none" or (manner.backs == "some" and rng.random() < 0.5):
        sources = () if rng.random() < 0.5 else ("empty",)
    else:
        sources = ("digits",)
    if silent or sources == ("empty",):
        return tuple(certain("_" * len(number), "digits") for _ in sources)
    if sources == ("digits",) and rng.random() < 0.05:  # not to be read
        return (NumberReading(source="digits", digits=tuple(distribution({}) for _ in number)),)
    made = {"bubbles": written_bubbles, "digits": written_digits}
    return tuple(made[source](number, rng, mischief.slips) for source in sources)


def _lost(sheet: list[Side], rng: np.random.Generator, mischief: Mischief) -> list[Side]:
    if rng.random() < mischief.missing:
        sheet = [side for at, side in enumerate(sheet) if at != int(rng.integers(len(sheet)))]
    return [replace(side, unreadable=bool(rng.random() < mischief.unreadable)) for side in sheet]


def _fed(
    sheets: list[list[Side]], rng: np.random.Generator, manner: Manner, mischief: Mischief
) -> list[list[Side]]:
    if manner.scan == "simplex":
        sides = sorted((s for sheet in sheets for s in sheet), key=lambda s: s.page)
        laid = [[replace(side, rotation_deg=_hand(rng, mischief, manner))] for side in sides]
    else:
        laid = [_laid(sheet, rng, manner, mischief) for sheet in sheets]
    cuts = sorted(int(c) for c in rng.integers(0, len(laid) + 1, manner.stacks - 1))
    stacks = []
    for begin, end in zip([0, *cuts], [*cuts, len(laid)], strict=True):
        stack = [side for sheet in laid[begin:end] for side in sheet]
        stacks.append(_with_extras(stack, rng, mischief))
    return stacks


def _hand(rng: np.random.Generator, mischief: Mischief, manner: Manner) -> float | None:
    skew = float(np.clip(rng.normal(0, 0.6), -1.5, 1.5))
    return None if manner.turn == "unknown" else (180 * (rng.random() < mischief.turned) + skew) % 360


def _laid(sheet: list[Side], rng: np.random.Generator, manner: Manner, mischief: Mischief) -> list[Side]:
    turned = rng.random() < mischief.turned
    # Upside down is either over the short edge (the back comes first) or in its plane.
    backwards = (rng.random() < 0.6) if turned else (rng.random() < mischief.reversed_upright)
    if backwards != (manner.scan == "back first"):
        sheet = sheet[::-1]
    first = 180 * turned
    made = []
    for at, side in enumerate(sheet):
        angle = first + 180 * (at and manner.turn == "opposite")
        skew = float(np.clip(rng.normal(0, 0.6), -1.5, 1.5))
        way = _hand(rng, mischief, manner) if manner.turn in ("by hand", "unknown") else (angle + skew) % 360
        made.append(replace(side, rotation_deg=way))
    return made


def _with_extras(stack: list[Side], rng: np.random.Generator, mischief: Mischief) -> list[Side]:
    """Strays, and sides that were fed once more, anywhere."""
    stack = list(stack)
    for side in list(stack):
        if rng.random() < mischief.side_fed_twice / 2:
            stack.insert(int(rng.integers(len(stack) + 1)), side)
        if rng.random() < mischief.stray / 2:
            stack.insert(int(rng.integers(len(stack) + 1)), Side("", 0, -1, ()))
    return stack


def _trace(page_id: str, side: Side, pages: int) -> PageTrace:
    stack, index = page_id.split("-")
    seen = bool(side.owner) and not side.unreadable
    return PageTrace(
        page_id=page_id,
        stack_id=stack,
        source_index=int(index),
        card_page=side.page if seen else 0,
        card_pages=pages,
        numbers=side.numbers if seen else (),
        rotation_deg=side.rotation_deg if seen else None,
        foreign=not side.owner,
    )


def _entry(page_id: str, side: Side) -> PageEntry:
    stack, index = page_id.split("-")
    page = ScanPage(
        id=page_id,
        exam_id="e",
        stack_id=stack,
        source_name=f"{stack}.pdf 第 {int(index) + 1} 页",
        source_index=int(index),
        blob="0" * 64,
        media_type="image/jpeg",
        width_px=1,
        height_px=1,
    )
    return PageEntry(page=page, state=PageState.RECEIVED, card_page=side.page)
