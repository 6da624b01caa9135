"""A real exam through real workers, killed in the middle of reading."""

from __future__ import annotations

from core.jobs import JobKind, JobState
from pipeline.requests import ask_release
from pipeline.toolbox import Toolbox
from tests.workers import jobs, quiz
from tests.workers.processes import kill_all, zhupi_worker

_CANDIDATES = 24


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
        quiz.assert_read_once(toolbox, _CANDIDATES)
        ask_release(toolbox, quiz.EXAM_ID, "test")
        jobs.wait_until_done(toolbox, 60)
    quiz.assert_given_back_once(toolbox, _CANDIDATES)
