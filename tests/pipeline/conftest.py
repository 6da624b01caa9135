"""The small exam, read and marked for real once, and a copy of it for each test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.teacher import mark_by_hand, settle_by_hand
from pipeline.optional_review import choose_optional, optional_queue
from tests.pipeline.homes import MARKER, OFFICE, Home, copied, found_exam, open_home, scanned, upload
from tests.pipeline.small_exam import small_roster

#: With this seed the faults stand apart from one another, so that each shows by itself:
#: 270101 lacks page 2, 270103's sheet has no 考号, page 1 of 270104 was fed twice, one page strayed in.
SEED = 16
_TRUTH = "truth.json"


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation as the machine leaves it: pages read, identities settled, marks proposed."""
    folder = tmp_path_factory.mktemp("read") / "home"
    home = found_exam(folder)
    stack = scanned(home, small_roster(), SEED)
    upload(home, stack.pdf)
    home.work()
    home.tb.store.close()
    (folder / _TRUTH).write_text(json.dumps(stack.truth), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def marked_once(read_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installation after the hand work: everything settled and marked, nothing released."""
    folder = copied(read_once, tmp_path_factory.mktemp("marked") / "home")
    home = _opened(folder, read_once)
    settle_by_hand(home.tb, home.exam_id, home.truth, OFFICE)
    for task in optional_queue(home.tb, home.exam_id):
        choose_optional(home.tb, task.page_id, task.group_id, task.items[0], OFFICE)
    mark_by_hand(home.tb, home.exam_id, home.truth, MARKER)
    home.work()
    home.tb.store.close()
    return folder


def _opened(folder: Path, source: Path) -> Home:
    truth = json.loads((source / _TRUTH).read_text(encoding="utf-8"))
    return Home(open_home(folder), truth["exam"], truth)


@pytest.fixture
def home(read_once: Path, tmp_path: Path) -> Iterator[Home]:
    """A copy of the exam as the machine leaves it."""
    opened = _opened(copied(read_once, tmp_path / "home"), read_once)
    yield opened
    opened.tb.store.close()


@pytest.fixture
def marked(marked_once: Path, read_once: Path, tmp_path: Path) -> Iterator[Home]:
    """A copy of the exam after the hand work."""
    opened = _opened(copied(marked_once, tmp_path / "home"), read_once)
    yield opened
    opened.tb.store.close()
