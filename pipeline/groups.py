"""Groups of answers at the desk: one mark for all members, members pulled out, all of it taken back.

``pipeline.grouping`` makes the groups, on workers. What is marked is kept as any mark of a person is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from core.answer_groups import AnswerGroup, GroupAction, GroupDeeds, GroupMember, GroupReport
from core.errors import BadInput, Conflict, NotFound
from core.exam_files.one_item import item_of
from core.exams import Exam, Fill, Item, ShortAnswer
from core.jobs import Job, JobKind, JobState
from core.marks import MarkSource, MarkState
from core.scores import format_steps
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import rubric_digest
from pipeline.review import Seen, give_mark_in, undo_in, waiting
from pipeline.toolbox import Toolbox

KIND = "groups"
_DEEDS = "group_deeds"
_MOST_ACTIONS = 200  #: kept for taking back
#: After so many marks more than the groups know of, joining again is offered.
RENEW_AFTER = 20
_OPEN = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class WaitingGroup:
    """A group as it stands: only members that still wait, each with its mark's revision."""

    group: AnswerGroup
    members: tuple[tuple[GroupMember, int], ...]


@dataclass(frozen=True)
class GroupDesk:
    """What the page of an item's groups shows.

    ``left``: responses that wait; ``ungrouped``: those of them in no group; ``renewable``: marks given
    since the groups were made.
    """

    exam: Exam
    item: Item
    report: GroupReport | None
    groups: tuple[WaitingGroup, ...]
    left: int
    done: int
    ungrouped: int
    renewable: int
    outdated: bool
    working: Job | None
    failed: Job | None


@dataclass(frozen=True)
class GroupMarked:
    """What an action did. ``left_out``: (page id, why) of members that changed meanwhile or are held."""

    action: str
    marked: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def can_be_grouped(item: Item) -> bool:
    """Short answers and fills; choices settle themselves, essays are never marked by the dozen."""
    return isinstance(item, Fill | ShortAnswer)


def ask_groups(tb: Toolbox, exam_id: str, number: str) -> str:
    """Owe the groups of an item's waiting answers; returns the job id.

    Raises:
        NotFound: no such exam or item.
        BadInput: its answers are not grouped.
    """
    with tb.store.write() as uow:
        _groupable(uow.exams.get(exam_id), number)
        job_id = uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": KIND, "item": number})
    tb.wake(job_id)
    return job_id


def _groupable(exam: Exam, number: str) -> Item:
    item = item_of(exam, number)
    if not can_be_grouped(item):
        raise BadInput(f"第 {number} 题不是填空题或解答题。", "只有这两种题的作答可以分组。")
    return item


def group_desk(tb: Toolbox, exam_id: str, number: str) -> GroupDesk:
    """The item's groups as they stand now.

    Raises:
        NotFound: no such exam or item.
        BadInput: its answers are not grouped.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        item = _groupable(exam, number)
        report, deeds = _report(uow, exam_id, number), deeds_of(uow, exam_id, number)
        revisions = _revisions(uow, exam, number)
        marks = uow.marks.of_exam(exam_id, MarkState.FINAL, [number])
        jobs = _jobs(uow, exam_id, number)
    people = sum(mark.source is MarkSource.PERSON for mark in marks.values())
    groups = _as_they_stand(report, deeds, revisions) if report else ()
    grouped = sum(len(group.members) for group in groups)
    return GroupDesk(
        exam,
        item,
        report,
        groups,
        left=len(revisions),
        done=people,
        ungrouped=len(revisions) - grouped,
        renewable=max(0, people - report.marks) if report else 0,
        outdated=report is not None and report.rubric != rubric_digest(item),
        working=next((job for job in jobs if job.state in _OPEN), None),
        failed=jobs[-1] if jobs and jobs[-1].state is JobState.FAILED else None,
    )


def _revisions(uow: UnitOfWork, exam: Exam, number: str) -> dict[str, int]:
    """Page id → revision of the mark, of the item's responses that wait, not flagged and no seeds."""
    marks = uow.marks.of_exam(exam.id, items=[number])
    keys = [key for key in waiting(uow, exam, "waiting") if key[1] == number]
    return {page: marks[page, number].revision for page, _ in keys if not marks[page, number].seed}


def _report(uow: UnitOfWork, exam_id: str, number: str) -> GroupReport | None:
    kept = uow.analyses.current(exam_id, KIND, number)
    return None if kept is None else GroupReport.model_validate_json(kept.doc)


def deeds_of(uow: UnitOfWork, exam_id: str, number: str) -> GroupDeeds:
    """What people did with the item's groups so far."""
    kept = uow.analyses.current(exam_id, _DEEDS, number)
    return GroupDeeds() if kept is None else GroupDeeds.model_validate_json(kept.doc)


def _jobs(uow: UnitOfWork, exam_id: str, number: str) -> list[Job]:
    wanted = {"what": KIND, "item": number}
    return [
        j for j in uow.jobs.of_exam(exam_id) if j.kind is JobKind.ANALYSE and wanted.items() <= j.args.items()
    ]


def _as_they_stand(
    report: GroupReport, deeds: GroupDeeds, revisions: Mapping[str, int]
) -> tuple[WaitingGroup, ...]:
    """The largest first; an answer that was pulled out stands by itself at the end."""
    alone = set(deeds.alone)
    groups, singles = [], []
    for group in report.groups:
        here = [(m, revisions[m.page_id]) for m in group.members if m.page_id in revisions]
        together = tuple(entry for entry in here if entry[0].page_id not in alone or len(group.members) == 1)
        if together:
            groups.append(WaitingGroup(group, together))
        for entry in here:
            if entry not in together:
                own = group.model_copy(
                    update={"id": f"{group.id}-{entry[0].page_id}", "kind": "alone", "why": ""}
                )
                singles.append(WaitingGroup(own, (entry,)))
    return (*sorted(groups, key=lambda group: -len(group.members)), *singles)


def mark_group(
    tb: Toolbox,
    exam_id: str,
    number: str,
    group_id: str,
    members: Mapping[str, int],
    awards: Mapping[str, int],
    by: str,
    *,
    rubric: str = "",
) -> GroupMarked:
    """The same mark of a person for all members, each a revision with its line in the audit log.

    Args:
        tb: where everything is kept.
        exam_id: which exam.
        number: of the item.
        group_id: of the group as shown; for the log.
        members: page id → revision of the mark that was on the screen.
        awards: steps by criterion id, one for each of ``pads_of(item)``.
        by: who marks.
        rubric: SHA-256 of the standard that was shown; unchecked when "".

    Raises:
        NotFound: no such exam or item.
        BadInput: no member, or steps are missing or out of range; nothing was marked.
        Conflict: no member could be marked any more, or the standard was replaced.
    """
    if not members:
        raise BadInput("这一组里没有要给分的作答。", "请至少留下一份。")
    marked: dict[str, int] = {}
    left_out: list[tuple[str, str]] = []
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        item = _groupable(exam, number)
        if rubric not in ("", rubric_digest(item)):
            raise Conflict(f"第 {number} 题的评分标准刚刚修改过。", "请看新的标准后再给分。")
        still = _revisions(uow, exam, number)
        for page, revision in members.items():
            try:
                _still_waits(still, page)
                mark = give_mark_in(
                    uow, page, number, awards, by, why="按组给分", seen=Seen(revision, rubric)
                )
                marked[page] = mark.revision
            except (Conflict, NotFound) as error:
                left_out.append((page, error.message))
        if not marked:
            raise Conflict("这一组的作答都已变了，没有给分。", "请刷新页面，看现在的分组。")
        action = _note_action(uow, exam_id, number, group_id, marked, by)
        steps = format_steps(sum(awards.values()), exam.step)
        after = f"{len(marked)} 份各 {steps} 分{_left_out_words(left_out)}"
        uow.audit.write(by, "group.mark", exam_id, f"第 {number} 题", after=after)
    return GroupMarked(action, tuple(marked), tuple(left_out))


def _left_out_words(left_out: Sequence[tuple[str, str]]) -> str:
    return f", {len(left_out)} 份已变, 没有动" if left_out else ""


def _still_waits(still: Mapping[str, int], page: str) -> None:
    if page not in still:
        raise Conflict("这份作答已评完，或已标为异常。", "请继续评下一组。")


def _note_action(
    uow: UnitOfWork, exam_id: str, number: str, group_id: str, marked: Mapping[str, int], by: str
) -> str:
    report, deeds = _report(uow, exam_id, number), deeds_of(uow, exam_id, number)
    kinds = {group.id: group.kind for group in report.groups} if report else {}
    action = GroupAction(
        id=uuid4().hex[:12],
        group=group_id,
        kind=kinds.get(group_id, "alone"),
        by=by,
        marked=tuple(marked.items()),
        at=utc_now(),
    )
    _keep_deeds(uow, exam_id, number, deeds.model_copy(update={"actions": (*deeds.actions, action)}), by)
    return action.id


def _keep_deeds(uow: UnitOfWork, exam_id: str, number: str, deeds: GroupDeeds, by: str) -> None:
    kept = deeds.model_copy(update={"actions": deeds.actions[-_MOST_ACTIONS:]})
    uow.analyses.add(exam_id, _DEEDS, number, kept.model_dump_json(), by)


def pull_out(tb: Toolbox, exam_id: str, number: str, page_id: str, by: str, *, back: bool = False) -> None:
    """Have an answer judged by itself, not with its group; ``back`` puts it into the group again.

    Raises:
        NotFound: no such exam or item, or the answer does not wait there.
        BadInput: the item's answers are not grouped.
    """
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        _groupable(exam, number)
        if page_id not in _revisions(uow, exam, number):
            raise NotFound("这份作答不在待评的分组里。", "请刷新页面，看现在的分组。")
        deeds = deeds_of(uow, exam_id, number)
        others = tuple(page for page in deeds.alone if page != page_id)
        alone = others if back else (*others, page_id)
        if alone != deeds.alone:
            _keep_deeds(uow, exam_id, number, deeds.model_copy(update={"alone": alone}), by)
            action = "group.put_back" if back else "group.pull_out"
            uow.audit.write(by, action, exam_id, f"{page_id}:{number}")


def undo_group(tb: Toolbox, exam_id: str, number: str, by: str) -> GroupMarked:
    """Take back one's last action on the item's groups: what each member had before holds again.

    Returns:
        ``marked`` are the members that wait again; ``left_out`` those that changed since.

    Raises:
        NotFound: no such exam or item.
        Conflict: there is no action to take back.
    """
    with tb.store.write() as uow:
        _groupable(uow.exams.get(exam_id), number)
        deeds = deeds_of(uow, exam_id, number)
        last = next((a for a in reversed(deeds.actions) if a.by == by and not a.undone), None)
        if last is None:
            raise Conflict("没有可以撤销的整组评分。", "只能撤销自己给出的分数。")
        back, left_out = _take_back(uow, number, last, by)
        actions = tuple(
            a.model_copy(update={"undone": True}) if a.id == last.id else a for a in deeds.actions
        )
        _keep_deeds(uow, exam_id, number, deeds.model_copy(update={"actions": actions}), by)
        after = f"{len(back)} 份回到待评{_left_out_words(left_out)}"
        uow.audit.write(by, "group.undo", exam_id, f"第 {number} 题", after=after)
    return GroupMarked(last.id, tuple(back), tuple(left_out))


def _take_back(
    uow: UnitOfWork, number: str, action: GroupAction, by: str
) -> tuple[list[str], list[tuple[str, str]]]:
    back: list[str] = []
    left_out: list[tuple[str, str]] = []
    for page, revision in action.marked:
        now = uow.marks.current(page, number)
        try:
            if now is None or now.revision != revision:
                raise Conflict("这份作答的分数后来又变了。")
            undo_in(uow, page, number, by)
            uow.marks.unlock(page, number)  # it goes back to the group, not onto this person's desk
            back.append(page)
        except Conflict as error:
            left_out.append((page, error.message))
    return back, left_out
