"""The watched folder takes in what has stopped growing, and says why it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.exams import Exam, Section, SingleChoice
from core.jobs import JobKind
from pipeline.toolbox import Toolbox
from workers.inbox import take_in_from_inbox


@pytest.fixture
def folder(toolbox: Toolbox) -> Path:
    """The inbox of an exam that is there."""
    item = SingleChoice(number="1", full_steps=3, key=("A",))
    exam = Exam(id="phys", title="物理", subject="物理", sections=(Section(title="一", items=(item,)),))
    with toolbox.store.write() as uow:
        uow.exams.add(exam, "test")
    return _folder(toolbox, "phys")


def _folder(toolbox: Toolbox, exam_id: str) -> Path:
    folder = toolbox.settings.inbox_folder / exam_id
    folder.mkdir(parents=True)
    return folder


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_taken_in_and_moved_and_its_reading_is_owed(toolbox: Toolbox, folder: Path) -> None:
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 whatever")
    assert take_in_from_inbox(toolbox, still_s=-1) == 1
    assert _names(folder) == ["done"]
    assert _names(folder / "done") == ["scan.pdf"]
    with toolbox.store.read() as uow:
        assert [stack.name for stack in uow.pages.stacks("phys")] == ["scan.pdf"]
        assert [job.kind for job in uow.jobs.owed()] == [JobKind.SPLIT_STACK]


def test_a_file_that_still_grows_is_left_alone(toolbox: Toolbox, folder: Path) -> None:
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 half of it")
    assert take_in_from_inbox(toolbox, still_s=60) == 0
    assert _names(folder) == ["scan.pdf"]


def test_the_same_file_again_is_put_beside_the_first_and_changes_nothing(
    toolbox: Toolbox, folder: Path
) -> None:
    for _ in range(2):
        (folder / "scan.pdf").write_bytes(b"%PDF-1.7 whatever")
        take_in_from_inbox(toolbox, still_s=-1)
    assert _names(folder / "done") == ["scan-2.pdf", "scan.pdf"]
    with toolbox.store.read() as uow:
        assert len(uow.pages.stacks("phys")) == 1


@pytest.mark.parametrize(
    ("exam_id", "content", "why"),
    [("phys", b"", "scan.pdf 是空文件 (0 字节)。"), ("nobody", b"%PDF", "没有名为 nobody 的考试。")],
)
def test_what_is_refused_lies_beside_the_reason(
    toolbox: Toolbox, folder: Path, exam_id: str, content: bytes, why: str
) -> None:
    place = folder if exam_id == "phys" else _folder(toolbox, exam_id)
    (place / "scan.pdf").write_bytes(content)
    take_in_from_inbox(toolbox, still_s=-1)
    assert _names(place / "refused") == ["scan.pdf", "scan.pdf.txt"]
    assert why in (place / "refused" / "scan.pdf.txt").read_text()


def test_hidden_files_links_and_folders_are_no_scans(toolbox: Toolbox, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not to be read")
    (folder / "link.pdf").symlink_to(tmp_path / "secret")
    (folder / ".scan.pdf.part").write_bytes(b"half")
    (folder / "more").mkdir()
    assert take_in_from_inbox(toolbox, still_s=-1) == 0
