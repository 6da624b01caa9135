"""A real exam through real workers, killed in the middle of reading."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.jobs import JobKind, JobState
from core.pages import PageState
from core.settings import Settings, as_environment
from pipeline.ledgers import exam_ledger
from pipeline.requests import ask_release
from pipeline.toolbox import Toolbox
from tests.workers import jobs, quiz
from tests.workers.processes import kill_all

_CANDIDATES = 24


@contextmanager
def zhupi_worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """``zhupi worker`` as it is run on servers."""
    environment = {**os.environ, **as_environment(settings), "OMP_NUM_THREADS": "1"}
    with (settings.home / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "worker"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill_all(process)


def _reading(tb: Toolbox) -> bool:
    """Whether some pages were read and some are being read."""
    with tb.store.read() as uow:
        read = len(uow.pages.readings(quiz.EXAM_ID))
        under_way = [j for j in uow.jobs.open(quiz.EXAM_ID) if j.state is JobState.RUNNING]
    return 0 < read < _CANDIDATES and any(job.kind is JobKind.RECOGNISE for job in under_way)


def test_an_exam_whose_worker_is_killed_while_reading_ends_as_if_it_had_not_been(toolbox: Toolbox) -> None:
    quiz.take_in_quiz(toolbox, _CANDIDATES)
    with zhupi_worker(toolbox.settings) as process:
        jobs.wait_for(lambda: _reading(toolbox), 30)
        kill_all(process)
    with toolbox.store.read() as uow:
        assert any(job.state is JobState.RUNNING for job in uow.jobs.open(quiz.EXAM_ID))
    with zhupi_worker(toolbox.settings):
        jobs.wait_until_done(toolbox, 60)
        _assert_read_once(toolbox)
        ask_release(toolbox, quiz.EXAM_ID, "test")
        jobs.wait_until_done(toolbox, 60)
    _assert_given_back_once(toolbox)


def _assert_read_once(tb: Toolbox) -> None:
    account = exam_ledger(tb, quiz.EXAM_ID)
    assert (account.pages_in, account.by_state) == (_CANDIDATES, {PageState.PLACED: _CANDIDATES})
    assert (len(account.complete), account.releasable) == (_CANDIDATES, True)
    with tb.store.read() as uow:
        marks = uow.marks.of_exam(quiz.EXAM_ID)
        assert len(marks) == 2 * _CANDIDATES
        assert {len(uow.marks.history(page, item)) for page, item in marks} == {1}
        assert {mark.steps for mark in marks.values()} == {0}


def _assert_given_back_once(tb: Toolbox) -> None:
    with tb.store.read() as uow:
        kinds = Counter(output.kind for output in uow.outputs.of_release(quiz.EXAM_ID, 1))
        [release] = uow.outputs.releases(quiz.EXAM_ID)
        assert uow.audit.first_broken() is None
    assert release.finished_at is not None
    assert (kinds["script"], kinds["error_book"]) == (_CANDIDATES, _CANDIDATES)
