"""Two people change one exam at once: the second is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Conflict
from pipeline.exams import save_exam
from pipeline.toolbox import Toolbox
from tests.pipeline.homes import OFFICE, open_home
from tests.pipeline.small_exam import SMALL_EXAM

TITLE = "八年级物理小测"


@pytest.fixture
def tb(tmp_path: Path) -> Iterator[Toolbox]:
    tb = open_home(tmp_path / "home")
    yield tb
    tb.store.close()


def _titled(title: str) -> str:
    return SMALL_EXAM.replace(TITLE, title)


def test_a_text_made_from_an_older_revision_is_refused(tb: Toolbox) -> None:
    save_exam(tb, SMALL_EXAM, "e", OFFICE, base_revision=0)
    save_exam(tb, _titled("甲改的"), "e", "jia", base_revision=1)
    with pytest.raises(Conflict, match="第 2 版, 您改的是第 1 版"):
        save_exam(tb, _titled("乙改的"), "e", "yi", base_revision=1)
    with tb.store.read() as uow:
        assert (uow.exams.get("small").revision, uow.exams.get("small").title) == (2, "甲改的")
    assert save_exam(tb, _titled("乙改的"), "e", "yi", base_revision=2).exam.revision == 3


def test_an_exam_that_is_to_be_new_does_not_replace_one(tb: Toolbox) -> None:
    save_exam(tb, SMALL_EXAM, "e", OFFICE)
    with pytest.raises(Conflict, match="已有编号为 small"):
        save_exam(tb, _titled("另一场"), "e", "yi", base_revision=0)


def test_saving_what_is_there_already_is_no_conflict(tb: Toolbox) -> None:
    save_exam(tb, SMALL_EXAM, "e", OFFICE)
    save_exam(tb, _titled("甲改的"), "e", "jia", base_revision=1)
    assert save_exam(tb, _titled("甲改的"), "e", "yi", base_revision=1).exam.revision == 2


def test_whoever_names_no_revision_puts_the_text_over_it(tb: Toolbox) -> None:
    save_exam(tb, SMALL_EXAM, "e", OFFICE)
    assert save_exam(tb, _titled("命令行"), "e", OFFICE).exam.revision == 2
