"""Scans as they should not be: a message that names the file, and nothing else touched."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from core.blobs import BlobStore
from core.errors import BadInput, Conflict, MachineProblem, NotFound
from core.jobs import JobKind, JobState
from core.pages import PageState
from demo.stack import make_stack
from demo.story import other_exam
from ocr.cards import draw_card
from pipeline.arrivals import dismiss_stack
from pipeline.progress import exam_progress
from pipeline.recognise import read_and_keep, recognise_pages
from pipeline.requests import take_in
from pipeline.results import release_blockers
from pipeline.retry import retry_failed
from pipeline.split import split_stack
from pipeline.toolbox import Toolbox
from tests.ocr.intake_files import huge_image_pdf, huge_png, jpeg_pdf, locked_pdf, page
from tests.pipeline.homes import OFFICE, Home, by_state, found_exam, upload
from tests.pipeline.small_exam import small_roster
from workers.inline import run_owed


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    """The exam with its card and no scans, reading no handwriting."""
    home = found_exam(tmp_path / "home", text_engine="null")
    yield home
    home.tb.store.close()


def picture(shade: int) -> bytes:
    """A page that is no card."""
    return bytes(cv2.imencode(".jpg", page(shade))[1])


def test_an_empty_file_is_refused_at_once(empty: Home) -> None:
    with pytest.raises(BadInput, match=r"scan\.pdf 是空文件") as caught:
        upload(empty, b"", "scan.pdf")
    assert caught.value.remedy
    assert empty.entries == ()


def test_scans_of_no_exam_are_refused(empty: Home, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(b"x")
    with pytest.raises(NotFound, match="没有名为 nothing 的考试"):
        take_in(empty.tb, "nothing", "a.pdf", file, OFFICE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (locked_pdf(), "密码"),
        (b"not a scan at all", "stack.pdf"),
        (huge_png(), "像素"),
        (b"%PDF-1.5\n%%EOF", "stack.pdf"),
    ],
    ids=["password", "text", "400 megapixels", "no pages"],
)
def test_a_file_that_cannot_be_used_says_so_with_its_name(empty: Home, content: bytes, message: str) -> None:
    upload(empty, content)
    run_owed(empty.tb)
    progress = exam_progress(empty.tb, empty.exam_id)
    assert [one for one in progress.failed_jobs if message in one], progress.failed_jobs
    assert all(one.startswith("stack.pdf: ") for one in progress.failed_jobs)
    assert len(progress.failed_jobs) == 1
    assert (progress.busy, progress.pages_in) == (False, 0)


def test_a_page_that_cannot_be_used_is_counted_and_the_others_go_on(empty: Home) -> None:
    upload(empty, huge_image_pdf())
    upload(empty, jpeg_pdf([picture(10), picture(60)]), "more.pdf")
    empty.work()
    (bad,) = [e for e in empty.entries if e.state is PageState.UNREADABLE]
    assert "第1页" in bad.page.source_name
    assert bad.reason
    assert by_state(empty.entries)[PageState.HELD] == 2


def test_a_picture_of_zero_bytes_within_a_stack_is_a_page_that_cannot_be_read(empty: Home) -> None:
    upload(empty, jpeg_pdf([picture(10)]).replace(picture(10), b"", 1))
    run_owed(empty.tb)
    (entry,) = empty.entries
    assert entry.state in (PageState.UNREADABLE, PageState.HELD)
    assert entry.reason


def test_a_stack_without_any_code_is_held_page_by_page_and_the_file_is_named(empty: Home) -> None:
    upload(empty, jpeg_pdf([picture(shade) for shade in (10, 40, 70)]), "讲义.pdf")
    empty.work()
    assert by_state(empty.entries) == {PageState.HELD: 3}
    assert {e.held_for for e in empty.entries} == {"retake"}
    progress = exam_progress(empty.tb, empty.exam_id)
    assert progress.sentence == "0 张已识别, 3 页待处理"
    (message,) = progress.failed_jobs
    assert message.startswith("讲义.pdf: 3 页要重拍: ")
    assert message.endswith("本来就不是答题卡的, 点“不是本场考试”。")


def test_the_card_of_another_exam_is_a_stray_that_names_it(empty: Home) -> None:
    exam, card = other_exam(empty.exam.card)
    stack = make_stack(exam, card, draw_card(card, exam), small_roster(1), seed=3)
    upload(empty, stack.pdf)
    empty.work()
    assert set(by_state(empty.entries)) == {PageState.STRAY}
    assert all("math-g9-unit3" in e.reason for e in empty.entries)


class FullDisk(BlobStore):
    """A disk on which only so many more files find room."""

    def __init__(self, root: Path, room: int) -> None:
        super().__init__(root)
        self.room = room

    def put(self, content: bytes, *, durable: bool = True) -> str:
        self._use()
        return super().put(content, durable=durable)

    def put_file(self, source: Path) -> str:
        self._use()
        return super().put_file(source)

    def _use(self) -> None:
        self.room -= 1
        if self.room < 0:
            raise self._mapped(OSError(errno.ENOSPC, "No space left on device"))


def on_full_disk(home: Home, room: int) -> Home:
    disk = FullDisk(home.tb.settings.blobs_folder, room)
    return Home(Toolbox(home.tb.settings, home.tb.store, disk), home.exam_id, {})


def test_a_full_disk_refuses_the_upload_and_keeps_what_is_there(empty: Home) -> None:
    with pytest.raises(MachineProblem, match="磁盘已满"):
        upload(on_full_disk(empty, 0), jpeg_pdf([picture(10)]))
    with empty.tb.store.read() as uow:
        assert uow.pages.stacks(empty.exam_id) == ()
    assert len(empty.jobs) == 1  # the card's


def test_a_disk_that_fills_up_in_the_middle_loses_no_page(empty: Home) -> None:
    full = on_full_disk(empty, 3)
    upload(full, jpeg_pdf([picture(shade) for shade in range(10, 70, 10)]))
    run_owed(full.tb)
    progress = exam_progress(empty.tb, empty.exam_id)
    assert any("磁盘已满" in message for message in progress.failed_jobs)
    assert 0 < progress.pages_in < 6
    with empty.tb.store.write() as uow:
        assert uow.jobs.owe_failed_again(empty.exam_id) == 1
    empty.work()
    assert [e.page.source_index for e in empty.entries] == list(range(6))
    assert exam_progress(empty.tb, empty.exam_id).held == 6


def test_a_split_that_breaks_off_takes_every_page_exactly_once_in_the_end(empty: Home) -> None:
    shades = list(range(10, 70, 10))
    stack_id = upload(empty, jpeg_pdf([picture(shade) for shade in shades]))

    def break_off(done: int, _total: int) -> None:
        if done == 4:
            raise RuntimeError("killed")

    for _ in range(2):
        with pytest.raises(RuntimeError):
            split_stack(empty.tb, stack_id, break_off)
    assert len(empty.entries) == 4
    empty.work()
    assert [e.page.source_index for e in empty.entries] == list(range(6))
    assert all(e.state is PageState.HELD for e in empty.entries)
    named = [p for job in empty.jobs if job.kind is JobKind.RECOGNISE for p in job.args["page_ids"]]
    assert sorted(set(named)) == sorted(e.page.id for e in empty.entries)


def test_a_file_that_broke_off_is_read_again_when_it_is_uploaded_again(empty: Home) -> None:
    content = jpeg_pdf([picture(shade) for shade in range(10, 70, 10)])
    stack_id = upload(empty, content)
    with empty.tb.store.write() as uow:
        for job in uow.jobs.open_of_exam(empty.exam_id):
            uow.jobs.fail(job.id, "broke off")
        uow.pages.update_stack(stack_id, error="broke off")
    assert upload(empty, content) == stack_id
    empty.work()
    assert len(empty.entries) == 6
    with empty.tb.store.read() as uow:
        stack = uow.pages.stack(stack_id)
    assert (stack.complete, stack.pages, stack.error) == (True, 6, "")
    path = empty.tb.settings.home / "again.pdf"
    path.write_bytes(content)
    assert take_in(empty.tb, empty.exam_id, "again.pdf", path, OFFICE).already


def test_a_file_given_up_keeps_nothing_else_from_being_settled(empty: Home) -> None:
    broken = upload(empty, jpeg_pdf([picture(200)]), "broken.pdf")
    with empty.tb.store.write() as uow:
        [job] = uow.jobs.open_of_exam(empty.exam_id, JobKind.SPLIT_STACK)
        uow.jobs.fail(job.id, "the machine was at fault")  # as when the worker was killed over and over
    upload(empty, jpeg_pdf([picture(10)]))
    run_owed(empty.tb)
    settled = [job for job in empty.jobs if job.kind is JobKind.SETTLE]
    assert [job.state for job in settled] == [JobState.DONE]
    blocker = "1 个文件没有读完: broken.pdf"
    assert blocker in release_blockers(empty.tb, empty.exam_id)
    dismiss_stack(empty.tb, broken, OFFICE, "重新扫描过了")
    assert blocker not in release_blockers(empty.tb, empty.exam_id)
    assert not [words for words in exam_progress(empty.tb, empty.exam_id).failed_jobs if "broken" in words]
    with empty.tb.store.read() as uow:
        (line,) = (x for x in uow.audit.lines(empty.exam_id, broken) if x.action == "stack.dismiss")
    assert (line.by, line.why) == (OFFICE, "重新扫描过了")


def test_only_a_file_that_broke_off_can_be_dismissed(empty: Home) -> None:
    stack_id = upload(empty, jpeg_pdf([picture(10)]))
    with pytest.raises(Conflict, match="正在读取"):
        dismiss_stack(empty.tb, stack_id, OFFICE)
    empty.work()
    with pytest.raises(Conflict, match="已经完整读入"):
        dismiss_stack(empty.tb, stack_id, OFFICE)


def test_failed_jobs_are_owed_again_at_a_persons_word(empty: Home) -> None:
    full = on_full_disk(empty, 3)
    upload(full, jpeg_pdf([picture(shade) for shade in range(10, 70, 10)]))
    run_owed(full.tb)
    heard: list[str] = []
    assert retry_failed(replace(empty.tb, wake=heard.append), empty.exam_id, OFFICE) == 1
    with empty.tb.store.read() as uow:
        assert {job.id for job in uow.jobs.owed()} == set(heard)
    empty.work()
    assert len(empty.entries) == 6


def test_two_pages_with_the_same_bytes_are_one_page_and_its_second_scan(empty: Home) -> None:
    upload(empty, jpeg_pdf([picture(10), picture(10)]))
    empty.work()
    first, second = empty.entries
    assert (second.state, second.duplicate_of) == (PageState.DUPLICATE, first.page.id)


class BrokenPictures(BlobStore):
    """Bytes that some library stumbles over in a way that nobody has thought of."""

    def get(self, digest: str) -> bytes:
        raise ValueError("broken")


def test_a_page_on_which_reading_breaks_is_held_and_stops_no_other(empty: Home) -> None:
    stack_id = upload(empty, jpeg_pdf([picture(10)]))
    split_stack(empty.tb, stack_id, lambda _done, _total: None)
    (entry,) = empty.entries
    broken = Toolbox(empty.tb.settings, empty.tb.store, BrokenPictures(empty.tb.settings.blobs_folder))
    recognise_pages(broken, empty.exam_id, [entry.page.id], lambda _done, _total: None)
    (entry,) = empty.entries
    assert (entry.state, entry.held_for) == (PageState.HELD, "registration")
    assert "ValueError" in entry.reason


def test_a_key_that_changes_while_a_page_is_read_is_owed_to_its_marks(home: Home) -> None:
    page_id = home.page_of("270102")
    exam = home.exam
    with home.tb.store.write() as uow:
        uow.pages.update(page_id, state=PageState.RECEIVED, card_page=0, candidate_id="", settled_by="")
        uow.exams.add(exam, OFFICE)  # saved by somebody after the job has read the exam
    old = exam.model_copy(update={"revision": 1})
    with home.tb.store.read() as uow:
        cards, entry = uow.cards.of_exam(home.exam_id), uow.pages.entry(page_id)
    read_and_keep(home.tb, old, cards, entry)
    waiting = [job for job in home.jobs if job.state is JobState.QUEUED]
    assert [(job.kind, job.args) for job in waiting] == [(JobKind.MARK, {"items": [], "revision": 2})]


def test_a_page_read_before_is_not_read_again(home: Home) -> None:
    before = home.counts()
    recognise_pages(home.tb, home.exam_id, [e.page.id for e in home.entries], lambda _d, _t: None)
    home.work()
    assert home.counts() == before
