"""Where each page goes once it is known whose number it shows: placed, set aside, or held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from core.ledger import PageEntry
from core.pages import BubbleVerdict, PageReading, PageState
from ocr.identity import SheetIdentity

ABSENT_CARD = "缺考卡"
#: Pictures too unlike to be called one paper: a shadow or a curl does that too, so no more is said.
_EITHER = "可能是重拍，也可能是两个人填了同一个考号"


@dataclass(frozen=True)
class Verdict:
    """Where one page goes."""

    page_id: str
    state: PageState
    candidate_id: str = ""
    reason: str = ""
    held_for: str = ""
    duplicate_of: str = ""


@dataclass(frozen=True)
class Case:
    """The pages that are being settled, and what was read on them, by page id."""

    entries: Mapping[str, PageEntry]  #: in the order of scanning
    readings: Mapping[str, PageReading]
    fixed: Mapping[str, str]  #: page → candidate, as people have settled it
    same_paper: Callable[[str, str], bool]  #: whether two pages of one side are scans of one paper

    def side(self, page: str) -> int:
        return self.entries[page].card_page

    def name(self, page: str) -> str:
        return self.entries[page].page.source_name


def verdicts_of(case: Case, settled: Sequence[SheetIdentity]) -> list[Verdict]:
    """Place what is settled; of several pages for one place, tell second scans from collisions."""
    order = {page: at for at, page in enumerate(case.entries)}
    claims: dict[str, list[SheetIdentity]] = defaultdict(list)
    verdicts = []
    for sheet in settled:
        if any(page in case.fixed for page in sheet.page_ids):
            continue
        claimed = sheet.candidate_id or sheet.claimed_id
        if claimed:
            claims[claimed].append(sheet)
        else:
            verdicts += [_held(page, sheet.reason, "identity") for page in sheet.page_ids]
    for candidate, sheets in claims.items():
        sheets.sort(key=lambda sheet: (-len(sheet.page_ids), order[sheet.page_ids[0]]))
        pages = [page for sheet in sheets for page in sheet.page_ids]
        verdicts += _one_candidate(case, candidate, pages)
    return verdicts


def _one_candidate(case: Case, candidate: str, pages: Sequence[str]) -> list[Verdict]:
    """All pages that claim one candidate: each side once, further scans of it set aside.

    When two of them differ, nobody can tell from the numbers whose they are, and all wait.
    """
    holders: dict[int, list[str]] = defaultdict(list)  # different papers for one side
    for page, owner in case.fixed.items():
        if owner == candidate:
            holders[case.side(page)].append(page)
    verdicts: list[Verdict] = []
    for page in pages:
        rivals = holders[case.side(page)]
        same = next((rival for rival in rivals if case.same_paper(page, rival)), "")
        if same:
            words = f"与 {case.name(same)} 是同一面"
            verdicts.append(Verdict(page, PageState.DUPLICATE, reason=words, duplicate_of=same))
        else:
            rivals.append(page)
            verdicts.append(Verdict(page, PageState.PLACED, candidate_id=candidate))
    collided = {side: rivals for side, rivals in holders.items() if len(rivals) > 1}
    return [_wait(case, verdict, collided) for verdict in verdicts] if collided else verdicts


def _wait(case: Case, verdict: Verdict, collided: Mapping[int, Sequence[str]]) -> Verdict:
    """Hold what was to be placed, and say which pages contradict each other."""
    if verdict.state is not PageState.PLACED:
        return verdict
    others = [page for page in collided.get(case.side(verdict.page_id), ()) if page != verdict.page_id]
    if others:
        words = f"与 {'、'.join(case.name(page) for page in others)} 是同一考号的同一面：{_EITHER}"
    else:
        both = next(iter(collided.values()))
        words = f"另一面有同一考号的几张图 ({'、'.join(case.name(page) for page in both)})：{_EITHER}"
    return _held(verdict.page_id, words, "collision")


def _held(page: str, reason: str, held_for: str) -> Verdict:
    return Verdict(page, PageState.HELD, reason=reason, held_for=held_for)


def absences(case: Case, verdicts: Sequence[Verdict], present: Collection[str]) -> list[Verdict]:
    """Cards whose 缺考 box the invigilator filled are set aside, where nothing is written on them.

    A doubtful mark, or answers beside it, wait for a person. ``present`` holds the candidates who
    were there, as a person has said: their pages stay.
    """
    pages: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.state is PageState.PLACED and verdict.candidate_id not in present:
            pages[verdict.candidate_id].append(verdict)
    changed: dict[str, Verdict] = {}
    for of_candidate in pages.values():
        marked = [v for v in of_candidate if _absent_mark(case, v) is not BubbleVerdict.BLANK]
        empty = not any(_written(case.readings[v.page_id]) for v in of_candidate)
        if marked and empty and all(_absent_mark(case, v) is BubbleVerdict.MARKED for v in marked):
            changed |= {v.page_id: _absent(v) for v in of_candidate}
        else:
            words = "缺考标记不清, 或填了缺考却有作答"
            changed |= {v.page_id: _held(v.page_id, words, "absent") for v in marked}
    return [changed.get(verdict.page_id, verdict) for verdict in verdicts]


def _absent(verdict: Verdict) -> Verdict:
    return replace(verdict, state=PageState.STRAY, reason=ABSENT_CARD)


def _absent_mark(case: Case, verdict: Verdict) -> BubbleVerdict:
    mark = case.readings[verdict.page_id].absent
    return BubbleVerdict.BLANK if mark is None else mark.verdict


def _written(reading: PageReading) -> bool:
    return any(b.marked for b in reading.bubbles) or any(not t.blank for t in reading.texts)
