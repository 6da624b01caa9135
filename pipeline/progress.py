"""How far an exam's work has come."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from core.base import Record
from core.jobs import Job, JobState
from core.ledger import Ledger, PageEntry, Stack
from core.pages import PageState
from core.results import CandidateStatus
from pipeline.ledgers import ledger_in
from pipeline.review import waiting
from pipeline.toolbox import Toolbox

_MOST_ADVICE = 3  #: named of one file


class Progress(Record):
    """How far an exam's work has come; ``sentence`` says it as a teacher would.

    ``read`` counts pages that were read, settled or not yet. ``accepted`` are candidates whose missing
    pages a person has accepted. ``flagged_marks`` are 异常卷, part of ``proposed_marks``.
    """

    pages_in: int
    read: int
    placed: int
    held: int
    duplicate: int
    stray: int
    unreadable: int
    complete: int
    incomplete: int
    accepted: int
    unseen: int
    absent: int
    waiting_identity: int
    open_jobs: int
    failed_jobs: tuple[str, ...]
    settled_marks: int
    proposed_marks: int
    flagged_marks: int
    busy: bool
    sentence: str


def exam_progress(tb: Toolbox, exam_id: str) -> Progress:
    """Counts for the progress page.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        ledger = ledger_in(uow, exam_id)
        jobs = uow.jobs.of_exam(exam_id)
        settled = uow.marks.count_settled(exam_id)
        proposed = len(waiting(uow, exam, "waiting"))
        flagged = len(waiting(uow, exam, "flagged"))
        accepted = accepted_missing(ledger, uow.candidates.statuses(exam_id))
        read_only = uow.pages.count_read(exam_id, PageState.RECEIVED)
        stacks = uow.pages.stacks(exam_id)
        held = uow.pages.entries(exam_id, [PageState.HELD]) if ledger.by_state.get(PageState.HELD) else ()
    states = ledger.by_state
    open_jobs = sum(job.state in (JobState.QUEUED, JobState.RUNNING) for job in jobs)
    return Progress(
        pages_in=ledger.pages_in,
        read=ledger.pages_in - states.get(PageState.RECEIVED, 0) + read_only,
        placed=states.get(PageState.PLACED, 0),
        held=states.get(PageState.HELD, 0),
        duplicate=states.get(PageState.DUPLICATE, 0),
        stray=states.get(PageState.STRAY, 0),
        unreadable=states.get(PageState.UNREADABLE, 0),
        complete=len(ledger.complete),
        incomplete=len(ledger.incomplete),
        accepted=len(accepted),
        unseen=len(ledger.unseen),
        absent=len(ledger.absent),
        waiting_identity=ledger.waiting_identity,
        open_jobs=open_jobs,
        failed_jobs=(*_failures(jobs, stacks), *_unknown_stacks(stacks, held), *_retakes(stacks, held)),
        settled_marks=settled,
        proposed_marks=proposed + flagged,
        flagged_marks=flagged,
        busy=open_jobs > 0,
        sentence=sentence(ledger, len(accepted)),
    )


class Turnout(Record):
    """Whom a release is of: ``people`` = ``present`` + ``absent`` + ``void``; ``accepted`` of those present
    have pages missing, which a person has accepted."""

    people: int
    present: int
    absent: int
    void: int
    accepted: int


def turnout(tb: Toolbox, exam_id: str) -> Turnout:
    """Whom a release would be of, as the ledger stands now.

    Raises:
        NotFound: no such exam.
    """
    with tb.store.read() as uow:
        uow.exams.get(exam_id)
        ledger = ledger_in(uow, exam_id)
        statuses = uow.candidates.statuses(exam_id)
    people = sum(group.candidates for group in ledger.groups)
    void = sum(status is CandidateStatus.VOID for status in statuses.values())
    return Turnout(
        people=people,
        present=people - len(ledger.absent) - void,
        absent=len(ledger.absent),
        void=void,
        accepted=len(accepted_missing(ledger, statuses)),
    )


def accepted_missing(ledger: Ledger, statuses: Mapping[str, CandidateStatus]) -> tuple[str, ...]:
    """Candidates declared present who lack pages all the same: somebody has accepted that."""
    whole = set(ledger.complete)
    return tuple(c for c, s in statuses.items() if s is CandidateStatus.PRESENT and c not in whole)


def _failures(jobs: Sequence[Job], stacks: Sequence[Stack]) -> tuple[str, ...]:
    """What went wrong, each once: a refused file speaks through its stack, unless somebody dismissed it."""
    spoken = {s.id for s in stacks if s.error}
    refused = [f"{s.name}: {s.error}" for s in stacks if s.error and not s.dismissed_by]
    failed = [j.error for j in jobs if j.state is JobState.FAILED and j.args.get("stack_id") not in spoken]
    return tuple(dict.fromkeys((*failed, *refused)))


def _unknown_stacks(stacks: Sequence[Stack], held: Sequence[PageEntry]) -> tuple[str, ...]:
    """Files of which not one page was found to be a page of the exam's card."""
    unplaced = Counter(entry.page.stack_id for entry in held if entry.held_for == "registration")
    return tuple(
        f"{stack.name}: {stack.pages} 页都没有认出是本考试的答题卡。"
        "请确认上传的文件, 是别的材料就在“核对”里把这些页标为“不是本场考试”。"
        for stack in stacks
        if stack.complete and 0 < stack.pages == unplaced[stack.id]
    )


def _retakes(stacks: Sequence[Stack], held: Sequence[PageEntry]) -> tuple[str, ...]:
    """What to take again, file by file, each with the advice, and what to do then."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for entry in held:
        if entry.held_for == "retake":
            reasons[entry.page.stack_id].append(entry.reason)
    return tuple(
        f"{stack.name}: {_retake_words(reasons[stack.id], stack.pages)}。"
        "重拍后直接再上传, 旧的那张在“核对”的“其他处理”里点“作废”。"
        + (
            "本来就不是答题卡的, 点“不是本场考试”。"
            if _none_is_a_card(reasons[stack.id], stack.pages)
            else ""
        )
        for stack in stacks
        if stack.id in reasons
    )


def _none_is_a_card(reasons: Sequence[str], pages: int) -> bool:
    """Whether not one page of a file of several was found on a card: then it may be other material."""
    return 1 < pages == sum("。(" in reason for reason in reasons)


def _retake_words(reasons: Sequence[str], pages: int) -> str:
    """E.g. "这一页要重拍: 左侧模糊", or of several pages with each different advice once."""
    advice = (reason.partition("。")[0] for reason in reasons)
    plain = (part.removeprefix("请重拍: ") for words in advice for part in words.split("; "))
    parts = list(dict.fromkeys(plain))
    what = "; ".join(parts[:_MOST_ADVICE]) + (" 等" if len(parts) > _MOST_ADVICE else "")
    return f"这一页要重拍: {what}" if pages == 1 else f"{len(reasons)} 页要重拍: {what}"


def sentence(ledger: Ledger, accepted: int = 0) -> str:
    """E.g. "46 张已识别, 1 缺页, 1 考号待确认, 1 重复, 1 异页"; ``accepted`` are 缺页 that are accepted."""
    other_held = ledger.by_state.get(PageState.HELD, 0) - ledger.waiting_identity_pages
    counts = (
        (len(ledger.complete), "张已识别"),
        (len(ledger.incomplete), "缺页"),
        (accepted, "缺页(已确认)"),
        (ledger.waiting_identity, "考号待确认"),
        (ledger.by_state.get(PageState.DUPLICATE, 0), "重复"),
        (ledger.by_state.get(PageState.STRAY, 0), "异页"),
        (ledger.by_state.get(PageState.UNREADABLE, 0), "无法辨认"),
        (other_held, "页待处理"),
        (len(ledger.absent), "缺考"),
    )
    parts = [f"{number} {word}" for number, word in counts if number or word == "张已识别"]
    return ", ".join(parts)
