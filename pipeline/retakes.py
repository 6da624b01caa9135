"""Two pictures that show one candidate's same card page: taken twice, or two people with one 考号."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import Conflict
from core.identities import Identity
from core.ledger import PageEntry
from core.marks import MarkState
from core.pages import PageState
from core.store import UnitOfWork
from pipeline.repair import give, owe_continued, set_aside
from pipeline.toolbox import Toolbox


@dataclass(frozen=True)
class Picture:
    """One of the pictures. ``marked`` counts its answers that are marked for good; they stay with it."""

    page_id: str
    source_name: str
    placed: bool  #: with the candidate; otherwise it waits
    marked: int


@dataclass(frozen=True)
class Retake:
    """Pictures that all claim one page of one candidate's card, in the order of scanning."""

    candidate_id: str
    card_page: int
    pictures: tuple[Picture, ...]


def retakes(tb: Toolbox, exam_id: str) -> dict[str, Retake]:
    """By each waiting page: all the pictures that claim its place, itself among them."""
    with tb.store.read() as uow:
        claims = _claims(uow, exam_id)
        final = Counter(page for page, _item in uow.marks.of_exam(exam_id, MarkState.FINAL)) if claims else {}
    found: dict[str, Retake] = {}
    for candidate, entries in claims.items():
        for side, rivals in _by_side(entries).items():
            if len(rivals) < 2:
                continue
            pictures = tuple(
                Picture(e.page.id, e.page.source_name, e.state is PageState.PLACED, final.get(e.page.id, 0))
                for e in rivals
            )
            waiting = [picture.page_id for picture in pictures if not picture.placed]
            found |= dict.fromkeys(waiting, Retake(candidate, side, pictures))
    return found


def choose_picture(tb: Toolbox, exam_id: str, page_id: str, by: str, why: str = "") -> None:
    """Use this picture, and set the others of the same page aside as its duplicates.

    Its sheet goes to the candidate whom all of them claim. Other pages that waited for this claim alone,
    such as the back of what is set aside, go there too. Marks stay with their pages: those of the chosen
    picture count, those of the others count again should they be chosen later.

    Args:
        tb: the tools.
        exam_id: the exam.
        page_id: the picture to use.
        by: the login of the person who has looked at them.
        why: a note for the audit log.

    Raises:
        Conflict: nothing else claims the page's place any more, or the candidate was declared absent.
    """
    with tb.store.write() as uow:
        chosen = uow.pages.entry(page_id)
        candidate, entries = _claim_of(uow, exam_id, chosen)
        kept = {e.card_page: e for e in entries if e.sheet and e.sheet == chosen.sheet}
        kept[chosen.card_page] = chosen
        words = f"同一面的两张图, 用 {chosen.page.source_name}"
        words = f"{words}: {why}"[:200] if why else words[:200]
        for side, rivals in _by_side(entries).items():
            if side in kept:
                _set_others_aside(uow, exam_id, rivals, kept[side], by, words)
            elif len(rivals) == 1:
                kept[side] = rivals[0]
        for entry in kept.values():
            if entry.state is not PageState.PLACED:
                give(uow, entry, candidate, by, words)
        job_id = owe_continued(uow, exam_id)
    if job_id:
        tb.wake(job_id)


def _claims(uow: UnitOfWork, exam_id: str) -> dict[str, list[PageEntry]]:
    """Pages by the candidate whom they claim, where some of them contradict each other."""
    identities = uow.pages.identities(exam_id)
    claims: dict[str, list[PageEntry]] = defaultdict(list)
    for entry in uow.pages.entries(exam_id, [PageState.HELD, PageState.PLACED]):
        claimed = _claimed(identities, entry)
        if claimed and entry.card_page:
            claims[claimed].append(entry)
    return {who: pages for who, pages in claims.items() if any(e.state is PageState.HELD for e in pages)}


def _claimed(identities: Mapping[str, Identity], entry: PageEntry) -> str:
    """Who has the page or, where it waits because of a collision, whose number it shows."""
    if entry.state is PageState.PLACED:
        return entry.candidate_id
    identity = identities.get(entry.page.id)
    if identity is None or entry.held_for != "collision":
        return ""
    return identity.candidate_id or (identity.guesses[0].candidate_id if identity.guesses else "")


def _by_side(entries: list[PageEntry]) -> dict[int, list[PageEntry]]:
    sides: dict[int, list[PageEntry]] = defaultdict(list)
    for entry in entries:
        sides[entry.card_page].append(entry)
    return sides


def _claim_of(uow: UnitOfWork, exam_id: str, chosen: PageEntry) -> tuple[str, list[PageEntry]]:
    for candidate, entries in _claims(uow, exam_id).items():
        sides = _by_side(entries)
        rivals = [entry.page.id for entry in sides.get(chosen.card_page, [])]
        if chosen.page.id in rivals and len(rivals) > 1:
            return candidate, entries
    raise Conflict("这一面已经没有另一张图了：其中有一张已另行处理。", "请刷新页面, 看现在的情况。")


def _set_others_aside(
    uow: UnitOfWork, exam_id: str, rivals: list[PageEntry], kept: PageEntry, by: str, why: str
) -> None:
    """The rivals become duplicates, and with them what had been found to be a second scan of them."""
    others = {entry.page.id for entry in rivals} - {kept.page.id}
    followers = [
        e.page.id for e in uow.pages.entries(exam_id, [PageState.DUPLICATE]) if e.duplicate_of in others
    ]
    for page in [*sorted(others), *followers]:
        set_aside(uow, page, PageState.DUPLICATE, by, why, duplicate_of=kept.page.id)
