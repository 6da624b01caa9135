"""The audit log in words: points for steps, people and items for ids, and no code that only we know."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from core.exams import Exam
from core.ledger import PageEntry
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Candidate
from core.store import AuditLine, UnitOfWork
from pipeline.ledgers import everybody
from web.filters import points, scan_name
from web.labels import PAGE_STATES, STATUSES, reason_words
from web.licence_words import logged_words, scope_name

_MARK = re.compile(r"(?P<steps>None|\d+)(?: (?P<state>proposed|final) (?P<by>\S+))?")
_REVISION = re.compile(r"revision (\d+)")
_RELEASE = re.compile(r"release (\d+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PREVIEWED = re.compile(r"(\d+) responses, (\d+) touched")
_FATE = re.compile(r"(remarked|suggested|recheck|confirmed|same|open) (\d+)")
_COUNTED = re.compile(r"(\d+) (candidates|pages|jobs|accounts|regions)")
_CHOSEN = re.compile(r"\w+=(\w*)")


@dataclass(frozen=True)
class LogLine:
    """A line as it is shown; ``key`` is the subject by which the log is filtered."""

    at: datetime
    by: str
    action: str
    key: str
    subject: str
    before: str
    after: str
    why: str


@dataclass(frozen=True)
class LogWords:
    """What names the things that the log of one exam speaks of. For the office: it names candidates."""

    exam: Exam
    pages: Mapping[str, PageEntry]
    stacks: Mapping[str, str]  #: id → name of the file
    cards: Mapping[str, int]  #: id → revision
    people: Mapping[str, Candidate]

    def line(self, line: AuditLine) -> LogLine:
        """The line in words."""
        return LogLine(
            at=line.at,
            by=_actor(line.by),
            action=line.action,
            key=line.subject,
            subject=self.subject(line.subject),
            before=self._value(line, line.before),
            after=self._value(line, line.after),
            why=self._why(line),
        )

    def subject(self, subject: str) -> str:
        """What a line is about: a response, a page, a candidate, a file, a revision."""
        page, colon, item = subject.partition(":")
        if colon and page in self.pages:
            return f"{self._writer(self.pages[page])} · {_('第 %(n)s 题', n=item)}"
        if subject in self.pages:
            return self._page(self.pages[subject])
        if subject in self.people:
            return self._person(subject)
        if subject in self.stacks:
            return self.stacks[subject]
        if subject in self.cards:
            return str(_("答题卡第 %(n)s 版", n=self.cards[subject]))
        return self._revision(subject) or self._plain(subject)

    def _plain(self, subject: str) -> str:
        words = {
            "roster": _("名单"),
            "jobs": _("失败的工作"),
            "students": _("学生账号"),
            "card": _("空白卡"),
        }
        return str(words.get(subject) or scope_name(subject))

    def _revision(self, words: str) -> str:
        if found := _REVISION.fullmatch(words):
            return str(_("试卷第 %(n)s 版", n=found[1]))
        found = _RELEASE.fullmatch(words)
        return str(_("第 %(n)s 次发布", n=found[1])) if found else ""

    def _writer(self, entry: PageEntry) -> str:
        return self._person(entry.candidate_id) if entry.candidate_id else self._page(entry)

    def _page(self, entry: PageEntry) -> str:
        if not entry.candidate_id:
            return scan_name(entry.page)
        return f"{self._person(entry.candidate_id)} · {_('第 %(n)s 面', n=entry.card_page)}"

    def _person(self, candidate_id: str) -> str:
        candidate = self.people.get(candidate_id)
        shown = (candidate.name, candidate.number) if candidate else (candidate_id,)
        return " ".join(dict.fromkeys(word for word in shown if word))

    def _value(self, line: AuditLine, words: str) -> str:
        """What was, or what is: by the kind of action."""
        if line.action.startswith(("mark.", "choice.")) and (found := _MARK.fullmatch(words)):
            return self._mark(found)
        if line.action == "optional.choose" and (found := _CHOSEN.fullmatch(words)):
            return str(_("第 %(n)s 题", n=found[1]) if found[1] else _("都不计分"))
        if _DIGEST.fullmatch(words):
            return ""
        if line.action.startswith("page."):
            return "" if words == line.why else self._state(words)
        if line.action == "identity.settle":
            return self._person(words)
        return (
            _status(words)
            if line.action == "candidate.declare"
            else _patched(words) or _counted(words) or logged_words(words)
        )

    def _mark(self, found: re.Match[str]) -> str:
        given = None if found["steps"] == "None" else int(found["steps"])
        score = str(_("还没有分") if given is None else _("%(n)s 分", n=points(given, self.exam)))
        if not found["state"]:
            return score
        state = _("待评") if found["state"] == "proposed" else _("已定")
        return f"{score} · {state} · {_actor(found['by'])}"

    def _state(self, words: str) -> str:
        state, _space, candidate = words.partition(" ")
        if state not in set(PageState):
            return words
        name = str(PAGE_STATES[PageState(state)])
        return f"{name} · {self._person(candidate)}" if candidate else name

    def _why(self, line: AuditLine) -> str:
        if line.action == "exam.save" and line.why:
            return str(_("评分标准有变的题：")) + line.why.replace(", ", "、")
        return self._revision(line.why) or reason_words(line.why)


def _actor(login: str) -> str:
    return str(_("机器")) if login == "machine" else login


def _status(words: str) -> str:
    if words == CandidateStatus.PRESENT:
        return str(_("有答卷，缺页照计"))
    return str(STATUSES[CandidateStatus(words)]) if words in set(CandidateStatus) else words


def _patched(words: str) -> str:
    """What a changed standard touched."""
    if found := _PREVIEWED.fullmatch(words):
        return str(_("%(all)s 份作答，%(n)s 份受影响", all=found[1], n=found[2]))
    names = {
        "remarked": _("已定的分改变"),
        "suggested": _("待评的建议分改变"),
        "recheck": _("人工分送回复核"),
        "confirmed": _("人工分不受影响"),
        "same": _("机器评分不变"),
        "open": _("本来就在等人处理"),
    }
    told = [f"{names[fate]} {count}" for fate, count in _FATE.findall(words)]
    return "；".join(told) if told and not _FATE.sub("", words).strip(", ") else ""


def _counted(words: str) -> str:
    found = _COUNTED.fullmatch(words)
    if found is None:
        return ""
    forms = {
        "candidates": _("%(n)s 人", n=found[1]),
        "pages": _("%(n)s 页", n=found[1]),
        "jobs": _("%(n)s 件", n=found[1]),
        "accounts": _("%(n)s 个账号", n=found[1]),
        "regions": _("%(n)s 个区域", n=found[1]),
    }
    return str(forms[found[2]])


def log_words(uow: UnitOfWork, exam: Exam) -> LogWords:
    """What the log of this exam needs to be told in words."""
    pages = {entry.page.id: entry for entry in uow.pages.entries(exam.id)}
    placed = {entry.candidate_id for entry in pages.values() if entry.candidate_id}
    people = everybody(uow.candidates.roster(exam.id).candidates, placed)
    return LogWords(
        exam=exam,
        pages=pages,
        stacks={stack.id: stack.name for stack in uow.pages.stacks(exam.id)},
        cards={card.id: card.revision for card in uow.cards.of_exam(exam.id)},
        people={candidate.id: candidate for candidate in people},
    )


def told(words: LogWords, lines: Sequence[AuditLine]) -> tuple[LogLine, ...]:
    """All lines in words, in the order given."""
    return tuple(words.line(line) for line in lines)
