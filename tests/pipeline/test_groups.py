"""Groups of an item's waiting answers: made of readings, marked at once, and what the log says."""

from __future__ import annotations

import pytest

from core.answer_groups import GroupReport
from core.errors import BadInput, Conflict, NotFound
from core.exams import Fill, ShortAnswer
from core.marks import MarkSource, MarkState
from pipeline.groups import KIND, ask_groups, deeds_of, group_desk, mark_group, pull_out, undo_group
from pipeline.review import flag, give_mark, pads_of, queue_summary
from tests.pipeline.homes import MARKER, OTHER, Home


def number_of(home: Home, kind: type) -> str:
    return next(item.number for item in home.exam.items if isinstance(item, kind))


def made(home: Home, number: str) -> GroupReport:
    ask_groups(home.tb, home.exam_id, number)
    home.work()
    with home.tb.store.read() as uow:
        kept = uow.analyses.current(home.exam_id, KIND, number)
    assert kept is not None
    return GroupReport.model_validate_json(kept.doc)


@pytest.mark.parametrize("kind", [ShortAnswer, Fill])
def test_every_answer_that_waits_is_in_exactly_one_group(home: Home, kind: type) -> None:
    number = number_of(home, kind)
    report = made(home, number)
    pages = [member.page_id for group in report.groups for member in group.members]
    assert len(pages) == len(set(pages)) == queue_summary(home.tb, home.exam_id).get(number, 0)
    desk = group_desk(home.tb, home.exam_id, number)
    assert (desk.left, desk.ungrouped, desk.working) == (len(pages), 0, None)
    assert [len(group.members) for group in desk.groups] == sorted(
        (len(group.members) for group in desk.groups), reverse=True
    )


def test_a_group_gets_one_mark_a_line_for_each_and_one_for_the_action(home: Home) -> None:
    number = number_of(home, ShortAnswer)
    made(home, number)
    group = group_desk(home.tb, home.exam_id, number).groups[0]
    members = {member.page_id: revision for member, revision in group.members}
    awards = {pad.id: pad.full_steps for pad in pads_of(home.exam.item(number))}
    done = mark_group(home.tb, home.exam_id, number, group.group.id, members, awards, MARKER)
    assert set(done.marked) == set(members)
    for page in members:
        mark = home.marks[page, number]
        assert (mark.source, mark.state, mark.steps) == (
            MarkSource.PERSON,
            MarkState.FINAL,
            sum(awards.values()),
        )
    with home.tb.store.read() as uow:
        lines = [line.action for line in uow.audit.lines(home.exam_id) if line.by == MARKER]
        assert lines.count("mark.give") == len(members)
        assert lines.count("group.mark") == 1
        assert deeds_of(uow, home.exam_id, number).actions[-1].marked == tuple(
            (page, home.marks[page, number].revision) for page in done.marked
        )


def test_taking_back_leaves_what_changed_since(home: Home) -> None:
    number = number_of(home, ShortAnswer)
    made(home, number)
    desk = group_desk(home.tb, home.exam_id, number)
    members = {member.page_id: revision for group in desk.groups for member, revision in group.members}
    none = dict.fromkeys((pad.id for pad in pads_of(desk.item)), 0)
    mark_group(home.tb, home.exam_id, number, "g", members, none, MARKER)
    changed = next(iter(members))
    give_mark(home.tb, changed, number, none, OTHER)
    with pytest.raises(Conflict, match="没有可以撤销的整组评分"):
        undo_group(home.tb, home.exam_id, number, OTHER)
    back = undo_group(home.tb, home.exam_id, number, MARKER)
    assert [page for page, _ in back.left_out] == [changed]
    assert set(back.marked) == set(members) - {changed}
    assert home.marks[changed, number].by == OTHER
    assert all(home.marks[page, number].state is MarkState.PROPOSED for page in back.marked)
    with home.tb.store.read() as uow:
        assert not uow.marks.locked_for_others(OTHER)


def test_marks_given_since_offer_to_join_again_and_fresh_answers_are_counted(home: Home) -> None:
    number = number_of(home, ShortAnswer)
    report = made(home, number)
    pages = [member.page_id for group in report.groups for member in group.members]
    none = dict.fromkeys((pad.id for pad in pads_of(home.exam.item(number))), 0)
    give_mark(home.tb, pages[0], number, none, MARKER)
    assert group_desk(home.tb, home.exam_id, number).renewable == 1
    again = made(home, number)
    assert pages[0] not in [member.page_id for group in again.groups for member in group.members]
    assert group_desk(home.tb, home.exam_id, number).renewable == 0


def test_a_flagged_or_marked_answer_is_not_pulled_out(home: Home) -> None:
    number = number_of(home, ShortAnswer)
    report = made(home, number)
    page = report.groups[0].members[0].page_id
    pull_out(home.tb, home.exam_id, number, page, MARKER)
    pull_out(home.tb, home.exam_id, number, page, MARKER, back=True)
    flag(home.tb, page, number, "图像不清", MARKER)
    with pytest.raises(NotFound, match="不在待评的分组里"):
        pull_out(home.tb, home.exam_id, number, page, MARKER)


def test_only_short_answers_and_fills_are_grouped(home: Home) -> None:
    choice = next(i.number for i in home.exam.items if not isinstance(i, Fill | ShortAnswer))
    with pytest.raises(BadInput, match="不是填空题或解答题"):
        ask_groups(home.tb, home.exam_id, choice)
    with pytest.raises(NotFound):
        ask_groups(home.tb, home.exam_id, "99")
