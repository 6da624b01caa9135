"""What the head lets the machine settle: chosen, applied to proposals, taken back, watched.

Light: the web calls it. Marks that exist already are changed by a job (``pipeline.licensing``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadInput, Conflict, NotFound
from core.exams import Exam
from core.jobs import JobKind
from core.licences import (
    AgreementReport,
    Grant,
    LevelPoint,
    LicenceAction,
    LicenceChoice,
    MarkPair,
    item_scope,
    kind_scope,
)
from core.marks import Mark, MarkSource, MarkState
from core.store import UnitOfWork
from marking.calibration import WATCH_ERROR, evidence_against, pair_of
from marking.licence import ItemTerms, Terms, under_terms
from pipeline.agreement import SEED_SHARE, kept_report, licensable, report_of, scopes_of
from pipeline.regrounding import now_called
from pipeline.toolbox import Toolbox

_MEASURE = "measure:"
#: Whatever the number of candidates, about so many seeds of an item are to be expected.
_SEEDS_AT_LEAST = 10
_MOST_MEASURED = 1000


@dataclass(frozen=True)
class Choice:
    """One revision of a scope's licence, by whom and when."""

    choice: LicenceChoice
    revision: int
    by: str
    at: datetime


def current_choices(uow: UnitOfWork, exam_id: str) -> dict[str, Choice]:
    """By scope; measuring stands under the scope with "measure:" before it."""
    return {
        scope: Choice(LicenceChoice.model_validate_json(kept.doc), kept.revision, kept.by, kept.at)
        for scope, kept in uow.licences.current(exam_id).items()
    }


def past_choices(uow: UnitOfWork, exam_id: str, scope: str) -> tuple[Choice, ...]:
    """Every choice for a scope, measuring included, newest first."""
    several = (*uow.licences.history(exam_id, scope), *uow.licences.history(exam_id, measured_scope(scope)))
    found = [
        Choice(LicenceChoice.model_validate_json(kept.doc), kept.revision, kept.by, kept.at)
        for kept in several
    ]
    return tuple(sorted(found, key=lambda choice: choice.at, reverse=True))


def measured_scope(scope: str) -> str:
    """Under which scope it stands that people mark some of this scope's responses unseen."""
    return _MEASURE + scope


def terms_in(uow: UnitOfWork, exam: Exam) -> dict[str, ItemTerms]:
    """What was chosen for each item that anything was chosen for."""
    choices = current_choices(uow, exam.id)
    if not choices:
        return {}
    found, names = {}, now_called(uow, exam)
    for item in exam.items:
        scopes = (item_scope(item.number), kind_scope(item.kind))
        chosen = tuple(
            terms for scope in scopes if (terms := _terms(choices.get(scope), item.number, names)) is not None
        )
        share = max((_measured_share(choices.get(measured_scope(scope))) for scope in scopes), default=0.0)
        if licensable(item.kind) and (chosen or share):
            found[item.number] = ItemTerms(chosen=chosen, measured_share=share)
    return found


def _terms(chosen: Choice | None, item: str, names: Mapping[str, str]) -> Terms | None:
    if chosen is None or chosen.choice.grant is None:
        return None
    grant, label = chosen.choice.grant, f"{chosen.choice.scope}#{chosen.revision}"
    rubric = dict(grant.items).get(item)
    if rubric is None:
        return None
    if chosen.choice.action is LicenceAction.FALLEN_BACK:
        return Terms(label=label, threshold=None)
    if chosen.choice.action is not LicenceAction.GRANTED:
        return None
    return Terms(
        label=label,
        threshold=grant.point.threshold,
        model=grant.model,
        rubric=rubric,
        alike=_alike(rubric, names),
        seed_share=grant.seed_share,
    )


def _alike(rubric: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Other rubrics of which every proposal is what it is under this one."""
    newest = names.get(rubric, rubric)
    return tuple(one for one in (newest, *(old for old in names if names[old] == newest)) if one != rubric)


def _measured_share(chosen: Choice | None) -> float:
    measuring = chosen is not None and chosen.choice.action is LicenceAction.MEASURING
    return chosen.choice.share if chosen is not None and measuring else 0.0


def under_licences(uow: UnitOfWork, exam: Exam, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Fresh proposals as the chosen licences would have them; in the transaction that keeps them."""
    terms = terms_in(uow, exam)
    return tuple(
        under_terms(mark, terms[mark.item], otherwise=mark.state) if mark.item in terms else mark
        for mark in marks
    )


def as_licensed_now(uow: UnitOfWork, exam: Exam, mark: Mark) -> Mark:
    """An earlier mark that holds again, in the state that the licences of now give it.

    What a licence had settled that holds no more waits for a person.
    """
    ruled = mark.source is MarkSource.MACHINE and (mark.seed or bool(mark.licence))
    terms = terms_in(uow, exam).get(mark.item)
    otherwise = MarkState.PROPOSED if ruled else mark.state
    if terms is None and not ruled:
        return mark
    return under_terms(mark, terms or ItemTerms(), otherwise=otherwise)


def grant(tb: Toolbox, exam_id: str, scope: str, level: float, digest: str, by: str, why: str) -> str:
    """Let the machine settle this scope from the threshold on that was shown for the level; returns the job id.

    Args:
        digest: of the report that the person had before them.
        why: the person's reason, for the log.

    Raises:
        NotFound: no such scope, or nothing is known of it yet.
        BadInput: the scope cannot be licensed, or too few marks show this level.
        Conflict: there are newer marks, another model or another standard than the person saw.
    """
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        report = _shown_report(uow, exam, scope, digest)
        entry = report.level(level)
        if entry is None or entry.point is None:
            raise BadInput(
                f"按 {level:.0%} 的错判率还不能授权。", f"还要 {entry.needed if entry else '更多'} 份盲评。"
            )
        seeds = seed_share(uow, exam, report, entry)
        granted = Grant(
            level=level,
            point=entry.point,
            model=report.model,
            items=report.items,
            digest=report.digest,
            seed_share=seeds,
            looked_at=entry.looked_at,
        )
        _choose(uow, exam_id, LicenceChoice(scope=scope, action="granted", grant=granted, why=why), by)
        job_id = _owe(uow, exam_id)
    tb.wake(job_id)
    return job_id


def _shown_report(uow: UnitOfWork, exam: Exam, scope: str, digest: str) -> AgreementReport:
    """The report that the person saw, if it still holds."""
    check_scope(exam, scope)
    kept = kept_report(uow, exam.id, scope)
    if kept is None:
        raise NotFound("还没有统计过这一项。", "请先点“重新统计”。")
    now = report_of(uow, exam, scope)
    if kept.digest != digest or (now.digest, now.model, now.items) != (digest, kept.model, kept.items):
        raise Conflict(
            "统计以后又有新的评分, 或者评分标准、评分模型变了。", "请先重新统计, 看新的数字后再选。"
        )
    return now


def check_scope(exam: Exam, scope: str) -> None:
    """Raises:
    NotFound: the exam has no such item or kind.
    BadInput: essays and choices: they are not licensed by measuring.
    """
    items = scopes_of(exam).get(scope)
    if items is None:
        raise NotFound(f"本场考试没有 {scope[:40]} 这一项。", "请从授权页选择。")
    if not licensable(exam.item(items[0]).kind):
        raise BadInput(f"第 {items[0]} 题不能授权给机器。", "作文由教师评分; 选择判断题按系统设置。")


def seed_share(uow: UnitOfWork, exam: Exam, report: AgreementReport, entry: LevelPoint) -> float:
    """Of what will settle, the share that people mark unseen: 5 %, or as many as make about ten an item."""
    candidates = len(uow.candidates.roster(exam.id).candidates)
    responses = max(candidates, (report.waiting + report.marked) // max(1, len(report.items)))
    settled = responses * (entry.point.share if entry.point else 0)
    return min(1.0, max(SEED_SHARE, _SEEDS_AT_LEAST / settled)) if settled else 1.0


def withdraw(tb: Toolbox, exam_id: str, scope: str, by: str, why: str) -> str:
    """Take a licence (or the lock of one that fell back) away: what held without it holds again.

    Raises:
        NotFound: no such scope.
        Conflict: there is nothing to take back.
    """
    with tb.store.write() as uow:
        check_scope(uow.exams.get(exam_id), scope)
        now = current_choices(uow, exam_id).get(scope)
        if now is None or now.choice.action is LicenceAction.WITHDRAWN:
            raise Conflict("这一项没有授权可以撤回。", "页面可能已过期, 请刷新。")
        ended = LicenceChoice(scope=scope, action="withdrawn", grant=now.choice.grant, why=why)
        _choose(uow, exam_id, ended, by)
        job_id = _owe(uow, exam_id)
    tb.wake(job_id)
    return job_id


def measure(tb: Toolbox, exam_id: str, scope: str, count: int, by: str) -> str:
    """Have people mark about so many responses (0: no more) without seeing the machine's mark.

    They are drawn from all responses with a proposal, those that the machine has settled included.

    Raises:
        NotFound: no such scope.
        BadInput: the scope cannot be licensed, or the number is out of range.
        Conflict: no proposal is left to draw from.
    """
    if not 0 <= count <= _MOST_MEASURED:
        raise BadInput(f"盲评 {count} 份不行。", f"请填 0 到 {_MOST_MEASURED} 之间的数。")
    with tb.store.write() as uow:
        exam = uow.exams.get(exam_id)
        check_scope(exam, scope)
        there = len(uow.marks.machine_marks(exam_id, scopes_of(exam)[scope]))
        if count and not there:
            raise Conflict("没有可以抽取的作答。", "全部作答都已由教师评过。")
        share = min(1.0, count / there) if count else 0.0
        drawn = LicenceChoice(scope=scope, action="measuring", count=count, share=share)
        uow.licences.add(exam_id, measured_scope(scope), drawn.model_dump_json(), by)
        uow.audit.write(by, "licence.measuring", exam_id, scope, after=str(count))
        job_id = _owe(uow, exam_id)
    tb.wake(job_id)
    return job_id


def _choose(uow: UnitOfWork, exam_id: str, choice: LicenceChoice, by: str) -> None:
    before = current_choices(uow, exam_id).get(choice.scope)
    uow.licences.add(exam_id, choice.scope, choice.model_dump_json(), by)
    uow.audit.write(
        by,
        f"licence.{choice.action.value}",
        exam_id,
        choice.scope,
        before=_words(before.choice) if before else "",
        after=_words(choice),
        why=choice.why,
    )


def _words(choice: LicenceChoice) -> str:
    """For the log: the numbers that the choice rests on."""
    if choice.grant is None:
        return choice.action.value
    g = choice.grant
    return (
        f"{choice.action.value} {g.level:.0%} >= {g.point.threshold:.4f}: {g.point.wrong}/{g.point.settled}"
        f" <= {g.point.bound:.4f}; {g.model}; {g.digest[:12]}"
    )


def _owe(uow: UnitOfWork, exam_id: str) -> str:
    return uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": "licence"})


def owe_if_licensed(uow: UnitOfWork, exam_id: str) -> tuple[str, ...]:
    """After a changed key: have the marks brought in line, where anything was chosen at all; the job's id."""
    return (_owe(uow, exam_id),) if current_choices(uow, exam_id) else ()


# watching


def after_mark(uow: UnitOfWork, before: Mark, mark: Mark) -> None:
    """A person has marked a response: a seed's outcome may take a licence back, and reports are renewed."""
    if mark.source is not MarkSource.PERSON or mark.state is not MarkState.FINAL:
        return
    if before.seed:
        owe_watch(uow, mark.exam_id, mark.item)
    marked = uow.marks.count_by_people(mark.exam_id, mark.item)
    if marked % _report_every(marked) == 0:
        uow.jobs.ask(JobKind.ANALYSE, mark.exam_id, {"what": "agreement", "item": mark.item})


def _report_every(marked: int) -> int:
    """After how many marks of an item its report is made anew: it reads them all, so seldom where they are many."""
    return next((every for most, every in ((400, 10), (2000, 50)) if marked <= most), 250)


def owe_watch(uow: UnitOfWork, exam_id: str, item: str) -> None:
    """Have the item's licences looked after, away from the marker's own transaction; the sweep wakes a worker."""
    uow.jobs.ask(JobKind.ANALYSE, exam_id, {"what": "licence", "watch": item})


def watch(tb: Toolbox, exam_id: str, item: str) -> None:
    """Let licences of this item fall back against which the seeds speak.

    What people gave is read without keeping anybody from writing; the licence falls if it still stands then.
    """
    with tb.store.read() as uow:
        kinds = [one.kind for one in uow.exams.get(exam_id).items if one.number == item]
        scopes = (item_scope(item), *map(kind_scope, kinds))  # no kind: the item was taken out meanwhile
        granted = [c for s, c in current_choices(uow, exam_id).items() if s in scopes and _is_granted(c)]
        seen = [(choice, seed_outcomes(uow, exam_id, choice)) for choice in granted]
    for choice, outcomes in seen:
        level = choice.choice.grant.level if choice.choice.grant else 0.0
        if evidence_against(level, [pair.right for pair in outcomes]) >= 1 / WATCH_ERROR:
            _let_fall(tb, exam_id, choice, outcomes)


def _is_granted(chosen: Choice) -> bool:
    return chosen.choice.action is LicenceAction.GRANTED and chosen.choice.grant is not None


def _let_fall(tb: Toolbox, exam_id: str, choice: Choice, outcomes: Sequence[MarkPair]) -> None:
    wrong = sum(not pair.right for pair in outcomes)
    why = f"抽查的 {len(outcomes)} 份里有 {wrong} 份与教师判的不同, 超出授权的错判率"
    scope = choice.choice.scope
    with tb.store.write() as uow:
        now = current_choices(uow, exam_id).get(scope)
        if now is None or now.revision != choice.revision:
            return
        fallen = LicenceChoice(scope=scope, action="fallen_back", grant=choice.choice.grant, why=why)
        _choose(uow, exam_id, fallen, "machine")
        job_id = _owe(uow, exam_id)
    tb.wake(job_id)


def seed_outcomes(uow: UnitOfWork, exam_id: str, granted: Choice) -> tuple[MarkPair, ...]:
    """What people gave unseen, since the licence was given, to responses that it would have settled."""
    grant = granted.choice.grant
    if grant is None:
        return ()
    names = now_called(uow, uow.exams.get(exam_id))
    rubrics = {item: names.get(rubric, rubric) for item, rubric in grant.items}
    later = uow.marks.marked_by_people(exam_id, rubrics, since=granted.at).values()
    found = (pair_of(history, names) for history in later)
    own = [
        pair
        for pair in found
        if pair is not None
        and pair.blind
        and pair.at > granted.at
        and pair.model == grant.model
        and pair.rubric == rubrics[pair.item]
        and pair.confidence >= grant.point.threshold
    ]
    return tuple(sorted(own, key=lambda pair: (pair.at, pair.page_id)))


def fallen_back(uow: UnitOfWork, exam_id: str) -> Mapping[str, Choice]:
    """Licences that the machine took back and nobody has decided on since, by scope."""
    choices = current_choices(uow, exam_id)
    return {s: c for s, c in choices.items() if c.choice.action is LicenceAction.FALLEN_BACK}


def settled_under(marks: Iterable[Mark]) -> dict[str, int]:
    """How many of these marks each licence has settled, by its label."""
    return Counter(mark.licence for mark in marks if mark.licence and mark.state is MarkState.FINAL)
