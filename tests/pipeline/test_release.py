"""What stands in the way of a release, and what a release gives back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import _GeneratorContextManager
from dataclasses import replace
from pathlib import Path
from typing import cast

import openpyxl
import pypdfium2
import pytest

from core.errors import Conflict, NotFound
from core.jobs import JobKind
from core.pages import PageState
from core.results import CandidateStatus, ExamResults
from core.store import Store, UnitOfWork
from pipeline.exams import save_exam
from pipeline.frozen import release_pictures
from pipeline.publish import frozen_results
from pipeline.repair import declare, hold_again, identity_queue, mark_stray
from pipeline.requests import ask_release, ask_remark
from pipeline.results import exam_results, gather_results, release_blockers
from pipeline.review import flag, give_mark
from tests.pipeline.conftest import _opened
from tests.pipeline.homes import MARKER, OFFICE, Home, copied, found_exam
from tests.pipeline.small_exam import SMALL_EXAM
from workers.inline import run_owed


@pytest.fixture(scope="module")
def released(marked_once: Path, read_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The exam released once, everything made."""
    home = _opened(copied(marked_once, tmp_path_factory.mktemp("released") / "home"), read_once)
    ask_release(home.tb, home.exam_id, OFFICE, "第一次")
    home.work()
    yield home
    home.tb.store.close()


def test_nothing_stands_in_the_way_after_the_hand_work(marked: Home) -> None:
    assert release_blockers(marked.tb, marked.exam_id) == ()


def _held(home: Home) -> None:
    hold_again(home.tb, home.page_of("270102"), OFFICE)


def _page_gone(home: Home) -> None:
    mark_stray(home.tb, home.page_of("270102", 2), OFFICE)


def _nobody_saw(home: Home) -> None:
    for side in (1, 2):
        mark_stray(home.tb, home.page_of("270102", side), OFFICE)


def _flagged(home: Home) -> None:
    flag(home.tb, home.page_of("270102", home.card.pages_of("7")[0]), "7", "字迹不清", MARKER)


def _working(home: Home) -> None:
    ask_remark(home.tb, home.exam_id)


def _absent_with_pages(home: Home) -> None:
    with home.tb.store.write() as uow:  # as the machine notes a filled 缺考 box
        candidate = home.candidate("270102")
        uow.candidates.set_status(home.exam_id, candidate, CandidateStatus.ABSENT, "machine", "缺考")


def _item_added(home: Home) -> None:
    text = SMALL_EXAM.replace("items: 1-3\n    keys: BAC", "items: 1-3,11\n    keys: BACA")
    save_exam(home.tb, text.replace("total: 30", "total: 32"), "exam.yaml", OFFICE)
    home.work()


@pytest.mark.parametrize(
    ("spoil", "blocker"),
    [
        (_held, "1 页待处理"),
        (_page_gone, "1 人缺页"),
        (_nobody_saw, "1 人没有答卷, 也未登记缺考"),
        (_flagged, "1 份异常卷待处理"),
        (_working, "还有 1 项工作正在进行"),
        (_absent_with_pages, "1 人登记为缺考, 却有答卷"),
        (_item_added, "第 11 题不在答题卡上"),
    ],
)
def test_each_thing_left_undone_stands_in_the_way(
    marked: Home, spoil: Callable[[Home], None], blocker: str
) -> None:
    spoil(marked)
    assert blocker in release_blockers(marked.tb, marked.exam_id)
    with pytest.raises(Conflict, match=blocker):
        ask_release(marked.tb, marked.exam_id, OFFICE)
    with marked.tb.store.read() as uow:
        assert uow.outputs.releases(marked.exam_id) == ()


def test_an_optional_answer_in_doubt_stands_in_the_way(home: Home) -> None:
    doubtful = [b for b in release_blockers(home.tb, home.exam_id) if "选做题" in b]
    waiting = [b for b in release_blockers(home.tb, home.exam_id) if "待评" in b]
    assert waiting
    assert all(b.endswith("选做题待确认") for b in doubtful)


def test_an_exam_without_scans_is_not_released(tmp_path: Path) -> None:
    home = found_exam(tmp_path / "home", card=False)
    assert "还没有扫描任何页面" in release_blockers(home.tb, home.exam_id)
    home.tb.store.close()


def test_a_void_candidate_needs_no_marks(home: Home) -> None:
    """违纪: nothing of theirs is looked at any more."""
    before = next(b for b in release_blockers(home.tb, home.exam_id) if "待评" in b)
    declare(home.tb, home.exam_id, home.candidate("270102"), CandidateStatus.VOID, OFFICE, "作弊")
    after = next(b for b in release_blockers(home.tb, home.exam_id) if "待评" in b)
    assert int(after.split()[0]) < int(before.split()[0])
    result = next(
        c for c in gather_results(home.tb, home.exam_id).candidates if c.candidate.number == "270102"
    )
    assert (result.status, result.items) == (CandidateStatus.VOID, ())


def test_the_results_are_what_the_marker_gave_and_the_key_says(marked: Home) -> None:
    results = gather_results(marked.tb, marked.exam_id)
    assert [c.candidate.number for c in results.candidates] == ["270101", "270102", "270103", "270104"]
    for result in results.present:
        truth = marked.truth.answers[result.candidate.number]
        for item in result.items:
            if item.counted and item.page_id:
                assert item.steps == truth["steps"].get(item.item, 0), (result.candidate.number, item)
        assert result.total_steps == sum(i.steps or 0 for i in result.items if i.counted)
        assert result.total_steps == result.objective_steps + result.subjective_steps
        assert sum(i.counted for i in result.items if i.item in ("8", "9")) <= 1
    missing = [i for i in results.candidates[0].items if i.reason == "缺页"]
    assert missing
    assert all(i.steps == 0 and not i.page_id for i in missing)


def test_a_release_gives_everything_back(released: Home) -> None:
    with released.tb.store.read() as uow:
        (release,) = uow.outputs.releases(released.exam_id)
        outputs = uow.outputs.of_release(released.exam_id, release.revision)
    assert (release.revision, release.by, release.note) == (1, OFFICE, "第一次")
    assert release.finished_at is not None
    kinds = [o.kind for o in outputs]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "script": 4,
        "error_book": 4,
        "workbook": 1,
        "csv_total": 1,
        "csv_items": 1,
        "review": 1,
        "review_class": 2,
        "workbook_class": 2,
        "csv_total_class": 2,
        "csv_items_class": 2,
        "review_data": 1,
    }
    for output in outputs:
        assert released.tb.blobs.has(output.blob)
    files = {o.kind: released.tb.blobs.get(o.blob) for o in outputs if not o.candidate_id}
    assert len(openpyxl.load_workbook(io.BytesIO(files["workbook"])).sheetnames) >= 4
    assert "270104" in files["csv_total"].decode("gb18030")
    assert json.loads(files["review_data"])
    assert files["review"].startswith(b"%PDF")


def test_a_script_has_every_page_of_its_candidate_and_is_named_after_them(released: Home) -> None:
    with released.tb.store.read() as uow:
        scripts = uow.outputs.of_release(released.exam_id, 1, "script")
    by_candidate = {o.candidate_id: o for o in scripts}
    for number, pages in (("270101", 1), ("270102", 2), ("270103", 2)):
        script = by_candidate[released.candidate(number)]
        document = pypdfium2.PdfDocument(released.tb.blobs.get(script.blob))
        assert len(document) == pages
        document.close()
        assert script.name.endswith(f"_{number}.pdf")


def test_a_release_made_twice_is_the_same(released: Home) -> None:
    with released.tb.store.read() as uow:
        before = uow.outputs.of_release(released.exam_id, 1)
    with released.tb.store.write() as uow:
        uow.jobs.ask(JobKind.RELEASE, released.exam_id, {"release": 1})
    released.work()
    with released.tb.store.read() as uow:
        after = uow.outputs.of_release(released.exam_id, 1)
        assert len(uow.outputs.releases(released.exam_id)) == 1
    assert [(o.kind, o.candidate_id, o.name) for o in after] == [
        (o.kind, o.candidate_id, o.name) for o in before
    ]


def test_each_class_has_a_review_of_its_own(released: Home) -> None:
    with released.tb.store.read() as uow:
        reviews = {o.candidate_id: o for o in uow.outputs.of_release(released.exam_id, 1, "review_class")}
    assert set(reviews) == {"八(1)班", "八(2)班"}
    for name, review in reviews.items():
        assert name in review.name
        document = pypdfium2.PdfDocument(released.tb.blobs.get(review.blob))
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
        document.close()
        other = next(iter(set(reviews) - {name}))
        assert name in text
        assert other not in text


class Meddled(Store):
    """A store in which somebody else is at work after the first transaction."""

    opened = 0
    meddle: Callable[[], object]

    def _open(self) -> None:
        self.opened += 1
        if self.opened == 2:
            self.meddle()

    def read(self) -> _GeneratorContextManager[UnitOfWork]:
        self._open()
        return super().read()

    def write(self) -> _GeneratorContextManager[UnitOfWork]:
        self._open()
        return super().write()


def test_what_is_frozen_is_what_was_checked(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    store = cast(Meddled, Meddled.open(marked.tb.settings.resolved_database_url))
    store.meddle = lambda: flag(marked.tb, page, "7", "字迹不清", MARKER)
    ask_release(replace(marked.tb, store=store), marked.exam_id, OFFICE)
    store.close()
    frozen = next(
        c for c in frozen_results(marked.tb, marked.exam_id, 1).candidates if c.candidate.number == "270102"
    )
    item = frozen.item("7")
    assert item is not None
    assert item.flag == ""
    assert all(i.steps is not None for i in frozen.items if i.counted)


def test_files_are_made_of_the_pages_as_they_were_frozen(marked: Home) -> None:
    ask_release(marked.tb, marked.exam_id, OFFICE)
    moved = marked.page_of("270102", 2)
    frozen = frozen_results(marked.tb, marked.exam_id, 1)
    candidate = marked.candidate("270102")
    assert [(p.card_page, p.page_id) for p in frozen.scripts[candidate]][1] == (2, moved)
    mark_stray(marked.tb, moved, OFFICE, "弄错了")
    with marked.tb.store.write() as uow:  # and the card is designed anew, without a blank to cut from
        again = marked.card.model_copy(update={"id": "small-9", "revision": 9, "blank_blobs": ()})
        uow.cards.add(again)
    run_owed(marked.tb)
    with marked.tb.store.read() as uow:
        outputs = uow.outputs.of_release(marked.exam_id, 1)
        cards = {card.id: card for card in uow.cards.of_exam(marked.exam_id)}
    script = next(o for o in outputs if (o.kind, o.candidate_id) == ("script", candidate))
    document = pypdfium2.PdfDocument(marked.tb.blobs.get(script.blob))
    assert len(document) == 2
    document.close()
    pictures = release_pictures(marked.tb, frozen, cards, candidate)
    assert [card.revision for card in pictures.cards] == [1]
    assert pictures.blank("7")
    assert pictures.answer(moved, next(n for n in "6789" if frozen_on(frozen, candidate, n) == moved))


def frozen_on(results: ExamResults, candidate: str, item: str) -> str:
    """The page on which a candidate's item stands."""
    found = next(c for c in results.candidates if c.candidate.id == candidate).item(item)
    return found.page_id if found is not None else ""


def test_the_borders_of_a_release_are_the_schools(marked: Home) -> None:
    strict = marked.tb.settings.model_copy(update={"excellent_share": 0.9})
    ask_release(marked.tb, marked.exam_id, OFFICE)
    run_owed(replace(marked.tb, settings=strict))
    with marked.tb.store.read() as uow:
        (workbook,) = uow.outputs.of_release(marked.exam_id, 1, "workbook")
    notes = openpyxl.load_workbook(io.BytesIO(marked.tb.blobs.get(workbook.blob)))["说明"]
    assert any("满分的 90%" in str(cell.value) for cell in notes["B"])


def test_marks_changed_after_a_release_do_not_change_what_was_released(released: Home) -> None:
    page = released.page_of("270102", released.card.pages_of("10")[0])
    frozen = frozen_results(released.tb, released.exam_id, 1)
    with released.tb.store.read() as uow:
        first = uow.outputs.of_release(released.exam_id, 1)
    give_mark(released.tb, page, "10", {"": 1}, MARKER, "重评")
    assert frozen_results(released.tb, released.exam_id, 1) == frozen
    assert exam_results(released.tb, released.exam_id) == frozen
    assert gather_results(released.tb, released.exam_id) != frozen
    ask_release(released.tb, released.exam_id, OFFICE, "更正")
    released.work()
    with released.tb.store.read() as uow:
        assert [r.revision for r in uow.outputs.releases(released.exam_id)] == [2, 1]
        assert uow.outputs.of_release(released.exam_id, 1) == first
        assert len(uow.outputs.of_release(released.exam_id, 2)) == len(first)
    corrected = exam_results(released.tb, released.exam_id, 2)
    item = next(c for c in corrected.candidates if c.candidate.number == "270102").item("10")
    assert item is not None
    assert item.steps == 1
    assert exam_results(released.tb, released.exam_id, 1) == frozen
    with pytest.raises(NotFound, match="没有第 9 次发布"):
        exam_results(released.tb, released.exam_id, 9)


def test_the_stack_is_whole_in_the_end(marked: Home) -> None:
    assert identity_queue(marked.tb, marked.exam_id) == ()
    assert not [e for e in marked.entries if e.state in (PageState.HELD, PageState.RECEIVED)]
