"""Proposals for a person: numbers that were exchanged, or shifted along a stack or within a grid.

Four things are looked for. Two sheets whose voices contradict each other crosswise. Two sheets of an
otherwise sorted stack that stand in each other's places. A run of sheets whose one voice is the same
number of candidates ahead of the other. A sheet whose bubbles are one row or column beside a number that
nobody has handed in. Order alone cannot show a shift: a stack of shifted numbers is still sorted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from math import exp, log

from core.identities import Move, Proposal, ProposalKind
from core.rosters import Roster
from ocr.identity.evidence import PageTrace, SheetEvidence, SheetIdentity
from ocr.identity.grids import beside
from ocr.identity.ranks import rankings, strays
from ocr.identity.voices import Heard, Voice, heard, trusted

#: A proposal is worth a person's look from here.
LEAST_ODDS = 5.0
MOST_ODDS = 1e6
#: How often two pupils exchange papers or stickers, per pupil; how often stickers are given out shifted,
#: per stack; how often a digit is wrong by itself. Assumed, from what exam offices tell.
EXCHANGED = 1e-3
SHIFTED = 1e-3
SLIP = 0.004
#: How often two sheets of a sorted stack are put back in each other's places, per sheet.
PUT_BACK = 1e-4
#: Neighbours out of order were put down so; only sheets this far apart are told from that.
FAR = 4
#: A stack of fewer sheets, or with more of them astray, is not sorted.
SORTED_FROM = 12
ASTRAY = 0.1
#: A shift is at least so many sheets long, and by at most so many candidates.
RUN_FROM = 3
WIDEST_SHIFT = 5
_WORDS = {"digits": "手写考号", "bubbles": "填涂考号", "sticker": "条码贴", "code": "预印二维码"}


def propose(
    sheets: Sequence[SheetEvidence],
    identities: Sequence[SheetIdentity],
    traces: Sequence[PageTrace],
    roster: Roster,
) -> tuple[Proposal, ...]:
    """Which sheets probably belong to others than their numbers say.

    Args:
        sheets: as given to ``settle_identities``.
        identities: what it said of them, in the same order.
        traces: the pages of all sheets.
        roster: the candidates; without any nothing is proposed.

    Returns:
        The likeliest first; no sheet is in two of them. Nothing is to be done without a person.
    """
    if not roster.candidates:
        return ()
    known = heard(sheets, identities, traces, roster)
    found = [
        *_shifts(known, roster),
        *_crossed(known, roster),
        *_misplaced(known, roster),
        *_beside(known, roster),
    ]
    kept: list[Proposal] = []
    taken: set[str] = set()
    for proposal in sorted(
        found, key=lambda each: (-len(each.moves) * log(each.odds), each.moves[0].page_ids)
    ):
        pages = {page for move in proposal.moves for page in move.page_ids}
        if proposal.odds >= LEAST_ODDS and not pages & taken:
            taken |= pages
            kept.append(proposal)
    return tuple(sorted(kept, key=lambda each: -each.odds))


def _crossed(known: Sequence[Heard], roster: Roster) -> Iterator[Proposal]:
    """Pairs of sheets of which one voice says A and B, the other B and A."""
    says: dict[tuple[Voice, Voice, int, int], list[Heard]] = defaultdict(list)
    for sheet in known:
        for first, second in combinations(trusted(sheet.shown), 2):
            if sheet.shown[first] != sheet.shown[second]:
                says[first, second, sheet.shown[first], sheet.shown[second]].append(sheet)
    for (first, second, a, b), ones in says.items():
        others = says.get((first, second, b, a), ())
        if a < b and len(ones) == len(others) == 1:
            slips = 2 * _log_slip(roster, a, b)
            odds = _capped(log(EXCHANGED / len(roster.candidates)) - slips)
            why = (
                f"两份答题卡的{_word(second, first)}正好互换：{_word(first, second)}分别是 {_name(roster, a)} 和 "
                f"{_name(roster, b)}，{_word(second, first)}却分别是 {_name(roster, b)} 和 {_name(roster, a)}。"
            )
            moves = (_move(ones[0], a, roster), _move(others[0], b, roster))
            yield Proposal(kind=ProposalKind.SWAP, moves=moves, evidence=why, odds=odds)


def _misplaced(known: Sequence[Heard], roster: Roster) -> Iterator[Proposal]:
    """Pairs in a sorted stack that stand exactly in each other's places."""
    for _, group in groupby(known, key=lambda sheet: sheet.stack_id):
        stack = [(sheet, sheet.now) for sheet in group if sheet.now is not None]
        for words, ranks in rankings(roster) if len(stack) >= SORTED_FROM else ():
            astray = strays([ranks[owner] for _, owner in stack])
            if 2 <= len(astray.places) <= max(2, ASTRAY * len(stack)):
                others = (len(astray.places) - 1.5) / (len(stack) + 50)
                chance = (others / len(stack)) ** 2 + PUT_BACK / len(stack)
                for x, y in combinations(astray.places, 2):
                    if y - x >= FAR and astray.exchanged(x, y):
                        yield _exchange(stack[x], stack[y], words, EXCHANGED / len(stack) / chance, roster)
                break


def _exchange(
    first: tuple[Heard, int], second: tuple[Heard, int], words: str, odds: float, roster: Roster
) -> Proposal:
    (x, a), (y, b) = first, second
    why = (
        f"这一摞按{words}排好，只有 {_name(roster, a)} 和 {_name(roster, b)} 的答题卡正好站在对方的位置上："
        "可能是两人互换了考号，也可能只是放错了位置。请核对姓名。"
    )
    moves = (_move(x, b, roster), _move(y, a, roster))
    return Proposal(kind=ProposalKind.SWAP, moves=moves, evidence=why, odds=min(MOST_ODDS, odds))


def _shifts(known: Sequence[Heard], roster: Roster) -> Iterator[Proposal]:
    """Runs of sheets whose less trusted voice is some candidates ahead of, or behind, the other."""
    _, ranks = next(iter(rankings(roster)))
    pairs = sorted({pair for sheet in known for pair in combinations(trusted(sheet.shown), 2)})
    for _, group in groupby(known, key=lambda sheet: sheet.stack_id):
        stack = list(group)
        for first, second in pairs:
            both = [sheet for sheet in stack if first in sheet.shown and second in sheet.shown]
            for by, run in groupby(
                both, key=lambda sheet: ranks[sheet.shown[second]] - ranks[sheet.shown[first]]
            ):
                shifted = list(run)
                if by and abs(by) <= WIDEST_SHIFT and len(shifted) >= RUN_FROM:
                    yield _shift(shifted, first, second, by, len(stack), roster)


def _shift(
    run: Sequence[Heard], first: Voice, second: Voice, by: int, stack_size: int, roster: Roster
) -> Proposal:
    slips = sum(_log_slip(roster, sheet.shown[first], sheet.shown[second]) for sheet in run)
    start, end = run[0], run[-1]
    why = (
        f"从 {_name(roster, start.shown[first])} 到 {_name(roster, end.shown[first])} 连续 {len(run)} 份，"
        f"{_word(second, first)}都比{_word(first, second)}{'后' if by > 0 else '前'} {abs(by)} 位：可能从这里起整体错位。"
    )
    return Proposal(
        kind=ProposalKind.SHIFT,
        moves=tuple(_move(sheet, sheet.shown[first], roster) for sheet in run),
        evidence=why,
        odds=_capped(log(SHIFTED / stack_size) - slips),
    )


def _beside(known: Sequence[Heard], roster: Roster) -> Iterator[Proposal]:
    """Waiting sheets whose bubbles are a row or a column beside a number that nobody has."""
    seen = {sheet.now for sheet in known} | {at for sheet in known for at in sheet.shown.values()}
    free = {c.number: at for at, c in enumerate(roster.candidates) if c.number and at not in seen}
    listed = {c.number for c in roster.candidates}
    for sheet in known:
        texts = [text for (source, _), text in sorted(sheet.texts.items()) if source == "bubbles"]
        if sheet.now is not None or sheet.shown or len(texts) != 1:
            continue
        found = beside(texts[0], free.keys(), listed)
        if found is not None:
            why = (
                f"填涂的 {texts[0].replace('?', '□')} 不在名单上；{found.words}就是 {_name(roster, free[found.number])}，"
                "而这位考生还没有答题卡。"
            )
            moves = (_move(sheet, free[found.number], roster),)
            odds = min(MOST_ODDS, found.odds)
            yield Proposal(kind=ProposalKind.GRID, moves=moves, evidence=why, odds=odds)


def _move(sheet: Heard, meant: int, roster: Roster) -> Move:
    now = "" if sheet.now is None else roster.candidates[sheet.now].id
    return Move(page_ids=sheet.page_ids, now=now, meant=roster.candidates[meant].id)


def _log_slip(roster: Roster, a: int, b: int) -> float:
    """Log chance that one number was read or written as the other by mistakes in single digits."""
    first, second = roster.candidates[a].number, roster.candidates[b].number
    differing = sum(x != y for x, y in zip(first, second, strict=False)) + abs(len(first) - len(second))
    return max(1, differing) * log(SLIP / 9)


def _capped(log_odds: float) -> float:
    return exp(max(-20.0, min(log(MOST_ODDS), log_odds)))


def _name(roster: Roster, at: int) -> str:
    candidate = roster.candidates[at]
    return f"{candidate.name} {candidate.number}".strip()


def _word(voice: Voice, other: Voice) -> str:
    word = _WORDS[voice[0]]
    return word if voice[1] == other[1] else f"第 {voice[1]} 面{word}"
