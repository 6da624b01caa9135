"""Exchanged numbers, shifted stickers and misfilled grids are proposed, and little else is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from core.identities import Proposal, ProposalKind
from core.pages import NumberReading
from core.rosters import Candidate, Roster
from ocr.identity import PageTrace, SheetEvidence, propose, settle_identities
from ocr.identity.ranks import strays
from tests.ocr.identity_classes import Slips, certain, roster, written_bubbles, written_digits


def code(number: str) -> NumberReading:
    return NumberReading(source="sticker", text=number)


def fed(
    sheets: Sequence[tuple[NumberReading, ...]],
    of: Roster,
    stack: str = "a",
    known: dict[int, str] | None = None,
) -> tuple[Proposal, ...]:
    """What is proposed for sheets of one page each, fed in this order."""
    known = known or {}
    traces = [
        PageTrace(page_id=f"p{at:03d}", stack_id=stack, source_index=at, card_page=1, numbers=numbers)
        for at, numbers in enumerate(sheets)
    ]
    evidence = [
        SheetEvidence(
            sheet_id=t.page_id,
            page_ids=(t.page_id,),
            card_pages=(1,),
            numbers=t.numbers,
            known_id=known.get(at, ""),
        )
        for at, t in enumerate(traces)
    ]
    return propose(evidence, settle_identities(evidence, of), traces, of)


def numbers_of(of: Roster) -> list[str]:
    return [c.number for c in of.candidates]


def moved(proposal: Proposal) -> list[tuple[str, str]]:
    return [(move.page_ids[0], move.meant) for move in proposal.moves]


def swapped(texts: Sequence[str], x: int, y: int) -> list[str]:
    changed = list(texts)
    changed[x], changed[y] = texts[y], texts[x]
    return changed


@pytest.mark.parametrize("other", ["bubbles", "sticker"])
def test_two_voices_that_contradict_each_other_crosswise_are_a_swap(other: str) -> None:
    of = roster(30)
    written = numbers_of(of)
    second = swapped(written, 4, 5)
    sheets = [
        (certain(w, "digits"), certain(s) if other == "bubbles" else code(s))
        for w, s in zip(written, second, strict=True)
    ]
    (found,) = fed(sheets, of)
    assert (found.kind, moved(found)) == (ProposalKind.SWAP, [("p004", "c004"), ("p005", "c005")])
    assert found.odds > 100
    assert "互换" in found.evidence
    assert "考生4 20260105" in found.evidence


def test_fronts_and_backs_that_are_crossed_are_a_swap() -> None:
    of = roster(10)
    front, back = numbers_of(of), swapped(numbers_of(of), 2, 7)
    traces = [
        PageTrace(
            page_id=f"p{at}-{side}",
            stack_id="a",
            source_index=2 * at + side,
            card_page=side,
            card_pages=2,
            numbers=(certain(text, "digits"),),
        )
        for at, texts in enumerate(zip(front, back, strict=True))
        for side, text in enumerate(texts, 1)
    ]
    evidence = [
        SheetEvidence(
            sheet_id=f"s{at}",
            page_ids=(a.page_id, b.page_id),
            card_pages=(1, 2),
            numbers=(*a.numbers, *b.numbers),
        )
        for at, (a, b) in enumerate(zip(traces[::2], traces[1::2], strict=True))
    ]
    (found,) = propose(evidence, settle_identities(evidence, of), traces, of)
    assert moved(found) == [("p2-1", "c002"), ("p7-1", "c007")]
    assert "第 2 面手写考号" in found.evidence


@pytest.mark.parametrize("falling", [False, True])
def test_two_sheets_in_each_others_places_of_a_sorted_stack_are_a_swap(falling: bool) -> None:
    of = roster(30)
    texts = swapped(numbers_of(of), 3, 20)
    (found,) = fed([(certain(t),) for t in (texts[::-1] if falling else texts)], of)
    assert sorted(move.meant for move in found.moves) == ["c003", "c020"]
    assert all(move.now != move.meant for move in found.moves)
    assert 5 <= found.odds <= 20  # order alone proves little


def test_a_stack_in_the_order_of_seats_is_sorted_too() -> None:
    rng = np.random.default_rng(5)
    seats = [str(int(n) + 1) for n in rng.permutation(30)]
    of = Roster(
        candidates=tuple(
            c.model_copy(update={"room": "1", "seat": s})
            for c, s in zip(roster(30).candidates, seats, strict=True)
        )
    )
    texts = [c.number for c in sorted(of.candidates, key=lambda c: int(c.seat))]
    (found,) = fed([(certain(t),) for t in swapped(texts, 6, 15)], of)
    assert "考场座位" in found.evidence


@pytest.mark.parametrize(
    "texts",
    [
        numbers_of(roster(30)),
        swapped(numbers_of(roster(30)), 3, 4),
        swapped(numbers_of(roster(30)), 3, 6),
        [*numbers_of(roster(30))[5:], *numbers_of(roster(30))[:5]],
        swapped(numbers_of(roster(11)), 2, 8),
        list(np.random.default_rng(3).permutation(numbers_of(roster(30)))),
    ],
    ids=["sorted", "neighbours", "near", "cut like cards", "few", "shuffled"],
)
def test_what_a_hand_does_to_a_stack_is_no_swap(texts: list[str]) -> None:
    assert fed([(certain(t),) for t in texts], roster(30)) == ()


@pytest.mark.parametrize("by", [1, -1, 3])
def test_stickers_that_are_shifted_from_some_sheet_on_are_one_proposal(by: int) -> None:
    of = roster(40)
    written = numbers_of(of)[3:-3]
    stickers = [w if at < 12 else numbers_of(of)[3 + at + by] for at, w in enumerate(written)]
    (found,) = fed([(certain(w, "digits"), code(s)) for w, s in zip(written, stickers, strict=True)], of)
    assert found.kind is ProposalKind.SHIFT
    assert moved(found)[0] == ("p012", "c015")
    assert len(found.moves) == len(written) - 12
    assert f"{abs(by)} 位" in found.evidence
    assert ("后" if by > 0 else "前") in found.evidence


@pytest.mark.parametrize(
    ("filled", "words"),
    [("31371212", "向上移一行"), ("2026010?", "")],
)
def test_bubbles_a_row_beside_a_free_number_are_proposed(filled: str, words: str) -> None:
    of = roster(20)
    sheets = [(certain(n),) for n in numbers_of(of) if n != "20260101"]
    found = fed([*sheets, (certain(filled.replace("?", "_")),)], of)
    if not words:  # a column is empty, and that is all
        assert found == ()
        return
    (proposal,) = found
    assert (proposal.kind, proposal.moves[0].meant) == (ProposalKind.GRID, "c000")
    assert words in proposal.evidence


def test_bubbles_a_column_beside_a_free_number_are_proposed() -> None:
    of = Roster(candidates=tuple(Candidate(id=n, number=n) for n in ("48213", "51766", "90371", "13579")))
    sheets = [(certain(n),) for n in ("51766", "90371", "13579")]
    (proposal,) = fed([*sheets, (certain("_4821"),)], of)
    assert proposal.moves[0].meant == "48213"
    assert "整体左移一列" in proposal.evidence


def test_nothing_is_proposed_of_what_a_person_settled_or_without_a_roster() -> None:
    of = roster(30)
    texts = swapped(numbers_of(of), 3, 20)
    sheets = [(certain(t),) for t in texts]
    assert fed(sheets, of, known={3: "c020"}) == ()
    assert fed(sheets, Roster()) == ()


def test_of_simulated_classes_planted_swaps_and_shifts_are_found_and_false_ones_are_rare() -> None:
    rng = np.random.default_rng(17)
    of, slips = roster(48), Slips()
    false = found = planted = 0
    for round_ in range(60):
        present = [n for n in numbers_of(of) if rng.random() > slips.absent]
        second = list(present)
        kind = round_ % 3
        if kind == 1:
            x, y = rng.choice(len(present), 2, replace=False)
            second = swapped(present, int(x), int(y))
        elif kind == 2:
            start = int(rng.integers(5, 30))
            second = present[:start] + [numbers_of(of)[numbers_of(of).index(n) - 1] for n in present[start:]]
        sheets = [
            (written_digits(a, rng, slips), written_bubbles(b, rng, slips))
            for a, b in zip(present, second, strict=True)
        ]
        order = rng.permutation(len(sheets)) if rng.random() < 0.3 and kind != 2 else range(len(sheets))
        proposals = fed([sheets[at] for at in order], of)
        planted += kind > 0
        wanted = ProposalKind.SWAP if kind == 1 else ProposalKind.SHIFT
        hits = [p for p in proposals if kind and p.kind is wanted]
        found += bool(hits)
        false += len(proposals) - len(hits)
    assert planted == 40
    assert found >= 34
    assert false <= 1


@pytest.mark.parametrize(
    ("ranks", "astray"),
    [
        ([], ()),
        ([4], ()),
        ([1, 2, 3], ()),
        ([3, 2, 1], ()),
        ([1, 9, 3, 4, 5, 6, 2], (1, 6)),
        ([5, 1, 2, 3], (0,)),
    ],
)
def test_the_fewest_sheets_out_of_order_are_named(ranks: list[int], astray: tuple[int, ...]) -> None:
    assert strays(ranks).places == astray


def test_the_reason_names_the_boxes_that_were_written_over() -> None:
    of = roster(30)
    read = certain("2026011?", "digits")
    spoilt = read.digits[-1].model_copy(update={"state": "overwritten"})
    numbers = (NumberReading(source="digits", digits=(*read.digits[:-1], spoilt)),)
    sheet = SheetEvidence(sheet_id="s", page_ids=("p",), card_pages=(1,), numbers=numbers)
    (settled,) = settle_identities([sheet], of)
    assert settled.candidate_id == ""
    assert "第 8 格有涂改" in settled.reason
