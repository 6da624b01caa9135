"""Where an exam stands in the story of an evening: what is done, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import url_for
from flask_babel import gettext as _

from core.exams import Exam
from core.store import Release
from pipeline.progress import Progress, exam_progress
from pipeline.toolbox import Toolbox
from web.filters import points

State = Literal["done", "now", "later"]


@dataclass(frozen=True)
class Step:
    """One step of the story: what it says, where it is done."""

    title: str
    text: str
    url: str
    done: bool
    state: State = "later"


@dataclass(frozen=True)
class Today:
    """The steps in order; exactly the first that is not done is "now"."""

    steps: tuple[Step, ...]
    progress: Progress
    release: Release | None

    @property
    def next_step(self) -> Step | None:
        return next((step for step in self.steps if step.state == "now"), None)


def today_of(tb: Toolbox, exam: Exam) -> Today:
    """The exam's story as it stands now."""
    progress = exam_progress(tb, exam.id)
    with tb.store.read() as uow:
        candidates = len(uow.candidates.roster(exam.id).candidates)
        cards = uow.cards.of_exam(exam.id)
        releases = uow.outputs.releases(exam.id)
    release = releases[0] if releases else None
    steps = (
        _roster(exam, candidates),
        _definition(exam),
        _card(exam, cards[0].revision if cards else 0),
        _scans(exam, progress),
        _ledger(exam, progress),
        _marking(exam, progress),
        _release(exam, release),
    )
    return Today(_stated(steps), progress, release)


def _stated(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    first = next((n for n, step in enumerate(steps) if not step.done), len(steps))

    def state(n: int, step: Step) -> State:
        return "done" if step.done else "now" if n == first else "later"

    return tuple(Step(s.title, s.text, s.url, s.done, state(n, s)) for n, s in enumerate(steps))


def _roster(exam: Exam, candidates: int) -> Step:
    text = _("%(count)s 名考生", count=candidates) if candidates else _("粘贴或上传名单")
    return Step(_("名单"), text, url_for("roster.show", exam_id=exam.id), candidates > 0)


def _definition(exam: Exam) -> Step:
    text = _("%(count)s 题，满分 %(full)s", count=len(exam.items), full=points(exam.full_steps, exam))
    return Step(_("试卷"), text, url_for("editor.form", exam_id=exam.id), True)


def _card(exam: Exam, revision: int) -> Step:
    text = _("第 %(n)s 版，可打印", n=revision) if revision else _("生成并打印答题卡")
    return Step(_("答题卡"), text, url_for("cards.show", exam_id=exam.id), revision > 0)


def _scans(exam: Exam, progress: Progress) -> Step:
    text = _("%(count)s 页已收到", count=progress.pages_in) if progress.pages_in else _("上传扫描件")
    done = progress.pages_in > 0 and progress.read == progress.pages_in
    return Step(_("扫描"), text, url_for("scans.show", exam_id=exam.id), done)


def _ledger(exam: Exam, progress: Progress) -> Step:
    left = progress.held + progress.incomplete + progress.unseen
    if not progress.pages_in:
        return Step(_("核对"), _("缺页、重复、考号"), url_for("ledger.show", exam_id=exam.id), False)
    text = _("还有 %(count)s 处待处理", count=left) if left else _("账已核平")
    return Step(_("核对"), text, url_for("ledger.show", exam_id=exam.id), left == 0)


def _marking(exam: Exam, progress: Progress) -> Step:
    total = progress.settled_marks + progress.proposed_marks
    url = url_for("marking.choose", exam_id=exam.id)
    if not total:
        return Step(_("阅卷"), _("识别后开始"), url, False)
    left = progress.proposed_marks - progress.flagged_marks
    parts = [_("还有 %(count)s 份待评", count=left)] if left else []
    if progress.flagged_marks:
        parts.append(_("%(n)s 份异常卷待处理", n=progress.flagged_marks))
        url = url if left else url_for("marking.desk", exam_id=exam.id, queue="flagged")
    text = "，".join(parts) or _("全部评完")
    return Step(_("阅卷"), text, url, progress.proposed_marks == 0)


def _release(exam: Exam, release: Release | None) -> Step:
    text = _("第 %(n)s 次发布", n=release.revision) if release else _("成绩、红笔卷、错题本、讲评")
    return Step(_("发布"), text, url_for("release.show", exam_id=exam.id), release is not None)
