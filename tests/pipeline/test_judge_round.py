"""The judge is asked about answers that are still open, and about no others; each once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.jobs import JobKind
from core.marks import Mark, MarkSource, MarkState
from core.settings import Settings
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.analyses import analyse
from pipeline.judge_round import is_open, judge_round, owe_judging
from pipeline.judging import judge_of, judge_usage
from pipeline.marking_again import mark_again
from pipeline.settle import settle_exam
from pipeline.toolbox import Toolbox, open_toolbox
from tests.marking.judge.stub_server import Reply, Stub, answer_in, criteria_in, decisions, obedient, running
from tests.pipeline import many_marks as made
from tests.pipeline.many_marks import EXAM_ID

PAGES = 8


def nobody(_done: int, _total: int) -> None:
    return


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running(obedient) as server:
        yield server


@pytest.fixture
def tb(tmp_path: Path, stub: Stub) -> Iterator[Toolbox]:
    """An exam whose eight answers to the items 3 and 4 were marked as they were read."""
    settings = {"home": tmp_path, "judge_kind": "server", "judge_url": stub.url, "judge_model": "stub"}
    tools = open_toolbox(Settings.model_validate({**settings, "judge_samples": 1}))
    made.found(tools, PAGES, scans=True)
    mark_again(tools, EXAM_ID, ["3"], nobody)
    yield tools
    tools.store.close()


def marks(tb: Toolbox) -> dict[str, Mark]:
    with tb.store.read() as uow:
        return {page: mark for (page, _), mark in uow.marks.of_exam(EXAM_ID, items=["3"]).items()}


def owed(tb: Toolbox) -> list[dict[str, Any]]:
    with tb.store.read() as uow:
        return [job.args for job in uow.jobs.open(EXAM_ID) if job.kind is JobKind.ANALYSE]


def change(tb: Toolbox, page: str, **values: Any) -> None:
    with tb.store.write() as uow:
        now = uow.marks.current(page, "3")
        assert now is not None
        uow.marks.add(now.model_copy(update=values))


def ask(tb: Toolbox) -> None:
    analyse(tb, EXAM_ID, {"what": "judge"}, nobody)


def test_marking_again_waits_for_no_server_and_owes_the_round(tb: Toolbox, stub: Stub) -> None:
    assert stub.requests == []
    assert owed(tb) == [{"what": "judge"}]
    assert all("judge" not in mark.model for mark in marks(tb).values())


def test_open_answers_are_judged_and_equal_ones_are_asked_about_once(tb: Toolbox, stub: Stub) -> None:
    ask(tb)
    name = judge_of(tb.settings)
    after = marks(tb)
    assert {mark.model.endswith(name) for mark in after.values()} == {True}
    assert len({answer_in(request) for request in stub.requests}) == len(stub.requests) <= 4
    assert all(mark.state is MarkState.PROPOSED for mark in after.values())
    with tb.store.read() as uow:
        assert judge_usage(uow, EXAM_ID).requests == len(stub.requests)


def test_a_second_round_asks_nothing_and_none_is_owed(tb: Toolbox, stub: Stub) -> None:
    ask(tb)
    asked, before = len(stub.requests), marks(tb)
    ask(tb)
    with tb.store.write() as uow:
        assert owe_judging(uow, tb.settings, EXAM_ID) is None
    assert len(stub.requests) == asked
    assert marks(tb) == before


@pytest.mark.parametrize(
    "values",
    [
        {"source": MarkSource.PERSON, "state": MarkState.FINAL, "by": "ping1"},
        {"state": MarkState.FINAL},
        {"flag": "雷同"},
        {"model": "item-head-1 k=5 on shipped-1"},
        {"rubric": "0" * 64},
        {"steps": None},
    ],
    ids=["a person's", "settled", "flagged", "learnt", "older standard", "unread"],
)
def test_other_marks_are_left_alone(tb: Toolbox, values: dict[str, Any]) -> None:
    change(tb, "p1", **values)
    before = marks(tb)["p1"]
    ask(tb)
    assert marks(tb)["p1"] == before
    assert "judge" in marks(tb)["p2"].model


def test_an_answer_on_somebodys_screen_stays_as_it_is_shown(tb: Toolbox) -> None:
    before = marks(tb)["p1"]
    with tb.store.write() as uow:
        uow.marks.lock("p1", "3", "ping1", 60)
    ask(tb)
    assert marks(tb)["p1"] == before
    assert "judge" in marks(tb)["p2"].model


def test_nothing_of_a_released_exam_is_asked(tb: Toolbox, stub: Stub) -> None:
    with tb.store.write() as uow:
        uow.outputs.add_release(EXAM_ID, "office", "0" * 64, "")
        assert owe_judging(uow, tb.settings, EXAM_ID) is None
    ask(tb)
    assert stub.requests == []


def test_an_outage_changes_no_mark_and_the_next_round_asks_again(tb: Toolbox, stub: Stub) -> None:
    before = marks(tb)
    stub.answer = lambda _request: Reply(status=403)
    ask(tb)
    assert marks(tb) == before
    stub.answer = obedient
    ask(tb)
    assert all("judge" in mark.model for mark in marks(tb).values())


def test_what_was_used_is_booked_and_kept_before_the_rest_is_asked(
    tb: Toolbox, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.judge_round._BATCH", 1)

    def dies(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge_round(tb, EXAM_ID, {}, dies)
    with tb.store.read() as uow:
        assert judge_usage(uow, EXAM_ID).requests == len(stub.requests) == 1
    assert sum("judge" in mark.model for mark in marks(tb).values()) == 1


def test_batches_add_up_to_what_was_asked(tb: Toolbox, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.judge_round._BATCH", 1)
    ask(tb)
    with tb.store.read() as uow:
        assert judge_usage(uow, EXAM_ID).requests == len(stub.requests)


def test_a_budget_that_is_used_up_ends_the_round(tb: Toolbox, stub: Stub) -> None:
    settings = tb.settings.model_copy(update={"judge_tokens_per_exam": 0})
    poor = Toolbox(settings=settings, store=tb.store, blobs=tb.blobs)
    before = marks(tb)
    ask(poor)
    assert stub.requests == []
    assert marks(tb) == before


def test_settling_owes_a_round_only_where_something_is_open_and_marks_nothing_again(
    tb: Toolbox, stub: Stub
) -> None:
    ask(tb)
    with tb.store.write() as uow:
        for job in uow.jobs.open(EXAM_ID):
            uow.jobs.finish(job.id)
    before = marks(tb)
    settle_exam(tb, EXAM_ID)
    assert marks(tb) == before
    assert owed(tb) == []
    change(tb, "p1", model="criteria-spotted-3+shipped-1")
    settle_exam(tb, EXAM_ID)
    assert owed(tb) == [{"what": "judge"}]


def test_marking_again_under_the_same_standard_keeps_what_was_judged(tb: Toolbox, stub: Stub) -> None:
    ask(tb)
    before = marks(tb)
    mark_again(tb, EXAM_ID, ["3"], nobody)
    assert marks(tb) == before


def test_a_proposal_that_the_judge_left_to_the_fallback_says_so_and_is_asked_once(
    tb: Toolbox, stub: Stub
) -> None:
    stub.answer = lambda request: decisions(
        *((c["criterion"], "credited", c["full_steps"], ["没有写的话"]) for c in criteria_in(request))
    )
    ask(tb)
    asked = len(stub.requests)
    assert all("/none:" in mark.model for mark in marks(tb).values())
    ask(tb)
    assert len(stub.requests) == asked


def test_where_no_judge_is_set_nothing_is_owed(tb: Toolbox) -> None:
    with tb.store.write() as uow:
        assert owe_judging(uow, Settings(home=tb.settings.home), EXAM_ID) is None


def test_answers_that_wordings_decide_are_not_open(tb: Toolbox) -> None:
    with tb.store.read() as uow:
        digest = rubric_digest(uow.exams.get(EXAM_ID).item("3"))
    mark = marks(tb)["p1"]
    assert mark.rubric == digest
    decided = tuple(award.model_copy(update={"model": "criteria-spotted-3"}) for award in mark.awards)
    assert is_open(mark, "judge:x")
    assert not is_open(mark.model_copy(update={"awards": decided, "at": utc_now()}), "judge:x")
