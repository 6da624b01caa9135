"""Other papers, other ways to say who one is, and several cards in one stack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from core.marks import MarkState
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Roster
from pipeline.cards import design_exam_card
from pipeline.exams import save_exam
from pipeline.ledgers import exam_ledger
from pipeline.progress import exam_progress
from pipeline.repair import declare, identity_queue, settle_identity
from pipeline.requests import ask_card
from pipeline.results import gather_results, release_blockers
from pipeline.rosters import paste_roster
from tests.pipeline.homes import OFFICE, Home, found_exam, scanned, upload
from tests.pipeline.small_exam import ROSTER_TEXT, SMALL_EXAM, small_roster


def on_card(options: str) -> str:
    return SMALL_EXAM.replace("card: {number_digits: 6}", f"card: {{number_digits: 6, {options}}}")


def rows(count: int) -> str:
    return "\n".join(ROSTER_TEXT.splitlines()[: count + 1])


def writers_agree(home: Home, facts: Mapping[str, Any]) -> set[str]:
    """Every placed page is its writer's; returns the 考号 that have pages."""
    with home.tb.store.read() as uow:
        numbers = {c.id: c.number for c in uow.candidates.roster(home.exam_id).candidates}
    placed = [e for e in home.entries if e.state is PageState.PLACED]
    for entry in placed:
        number = numbers.get(entry.candidate_id, entry.candidate_id)
        assert number == facts["scans"][entry.page.source_index]["number"]
    return {numbers.get(e.candidate_id, e.candidate_id) for e in placed}


def choices_agree(home: Home, facts: Mapping[str, Any]) -> None:
    """Choices are settled, and none of them wrongly."""
    settled = 0
    for result in gather_results(home.tb, home.exam_id).present:
        truth = facts["candidates"][result.candidate.number]["steps"]
        for item in result.items:
            mark = home.marks.get((item.page_id, item.item))
            if mark is not None and mark.state is MarkState.FINAL and item.item in {"1", "2", "3", "4", "5"}:
                settled += 1
                assert mark.steps == truth[item.item], (result.candidate.number, item)
    assert settled >= 5


@pytest.mark.parametrize(
    ("options", "identified"),
    [
        ("number_layout: boxes", 2),
        ("number_layout: sticker", 2),
        ("paper: A3, columns: 3", 2),
        ("paper: A3, columns: 2, number_layout: prenamed", 3),
    ],
)
def test_candidates_are_told_apart_and_marked_on_any_card(
    tmp_path: Path, options: str, identified: int
) -> None:
    """Of the three one shows no 考号, which only a pre-named card makes up for."""
    home = found_exam(tmp_path / "home", on_card(options), rows(3), text_engine="null")
    stack = scanned(home, small_roster(3), seed=16)
    upload(home, stack.pdf)
    home.work()
    assert len(writers_agree(home, stack.truth)) == identified
    choices_agree(home, stack.truth)
    states = [e.state for e in home.entries]
    assert states.count(PageState.STRAY) == 1
    assert states.count(PageState.DUPLICATE) == 1
    home.tb.store.close()


def test_prenamed_copies_are_kept_as_a_pdf_with_every_candidate(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", on_card("number_layout: prenamed"), rows(3), text_engine="null")
    with home.tb.store.read() as uow:
        (output,) = uow.outputs.of_release(home.exam_id, 0, "card")
    assert output.candidate_id == home.card.id
    document = pypdfium2.PdfDocument(home.tb.blobs.get(output.blob))
    assert len(document) == 3 * len(home.card.pages)
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert "王子轩" in text
    assert "270101" in text
    home.tb.store.close()


def test_the_same_layout_keeps_its_card_and_another_is_a_new_revision(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", text_engine="null")
    first = home.card
    ask_card(home.tb, home.exam_id, OFFICE)
    home.work()
    assert home.card == first
    save_exam(home.tb, on_card("number_layout: sticker"), "exam.yaml", OFFICE)
    assert design_exam_card(home.tb, home.exam_id, OFFICE).revision == 2
    save_exam(home.tb, SMALL_EXAM, "exam.yaml", OFFICE)
    back = design_exam_card(home.tb, home.exam_id, OFFICE)
    assert (back.revision, back.pages) == (3, first.pages)
    assert home.card == back  # what was asked for last is what is printed
    home.tb.store.close()


def test_two_revisions_of_the_card_in_one_exam_are_each_read_as_themselves(tmp_path: Path) -> None:
    """The first has two sides, the second, with a longer grid for the essay, four."""
    home = found_exam(tmp_path / "home", text_engine="null")
    first = home.card
    save_exam(home.tb, SMALL_EXAM.replace("characters: 400", "characters: 1000"), "exam.yaml", OFFICE)
    second = design_exam_card(home.tb, home.exam_id, OFFICE)
    assert (len(first.pages), len(second.pages)) == (2, 4)
    everybody = small_roster().candidates
    for card, people in ((first, everybody[:3]), (second, everybody[3:])):
        upload(home, scanned(home, Roster(candidates=people), 16, card).pdf, f"{card.id}.pdf")
    home.work()
    used: dict[str, set[str]] = {}
    for entry in home.entries:
        if entry.state is PageState.PLACED:
            used.setdefault(entry.card_id, set()).add(entry.candidate_id)
    assert used[second.id] == {home.candidate("270104")}
    assert used[first.id] <= {home.candidate(n) for n in ("270101", "270102", "270103")}
    ledger = exam_ledger(home.tb, home.exam_id)
    assert len(ledger.complete) == 1  # two sides are all there is of the first card
    assert set(ledger.complete) < used[first.id]
    assert home.candidate("270104") in ledger.incomplete  # lacks the last of the second
    assert sum(group.expected for group in ledger.groups) == 2 * 2 + 2 * 4  # one has no page yet
    home.tb.store.close()


def test_without_a_roster_the_numbers_alone_make_the_class(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", roster="", text_engine="null")
    stack = scanned(home, small_roster(), seed=16)
    upload(home, stack.pdf)
    home.work()
    assert writers_agree(home, stack.truth) == {"270101", "270102", "270104"}
    sentence = exam_progress(home.tb, home.exam_id).sentence
    assert sentence == "2 张已识别, 1 缺页, 1 考号待确认, 1 重复, 1 异页"
    (task,) = identity_queue(home.tb, home.exam_id)
    settle_identity(home.tb, task.page_ids[0], "270103", OFFICE, "看姓名")
    declare(home.tb, home.exam_id, "270101", CandidateStatus.PRESENT, OFFICE, "缺一页")
    blockers = release_blockers(home.tb, home.exam_id)
    assert all("待评" in b or "选做题" in b for b in blockers), blockers
    results = gather_results(home.tb, home.exam_id)
    assert [c.candidate.number for c in results.present] == ["270101", "270102", "270103", "270104"]
    home.tb.store.close()


def test_a_roster_that_comes_after_the_scans_gives_them_their_names(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", roster="", text_engine="null")
    stack = scanned(home, small_roster(), seed=16)
    upload(home, stack.pdf)
    home.work()
    paste_roster(home.tb, home.exam_id, ROSTER_TEXT, OFFICE)
    home.work()
    assert writers_agree(home, stack.truth) == {"270101", "270102", "270104"}
    names = {c.candidate.name for c in gather_results(home.tb, home.exam_id).present}
    assert names == {"王子轩", "李思涵", "刘喆"}
    before = home.jobs
    paste_roster(home.tb, home.exam_id, ROSTER_TEXT, OFFICE)  # the same once more owes nothing
    assert home.jobs == before
    home.tb.store.close()
