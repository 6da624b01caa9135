"""The scorers of short answers that this installation has, made once per process. Called by workers only."""

from __future__ import annotations

from core.exams import Exam, ShortAnswer
from core.rosters import Roster
from core.scoring import Question, Response, Rubric
from core.settings import Settings
from core.store import UnitOfWork
from marking.judge.quiet import QuietScorer
from marking.scoring.guards import GuardedScorer
from marking.scoring.protocol import Scorer
from marking.scoring.shipped import shipped_scorer
from marking.scoring.statistical import StatisticalScorer
from marking.scoring.worded import WordedScorer
from pipeline.judging import book_usage, is_answered, judge_usage, scorer_of


def scorer_named(name: str, settings: Settings) -> Scorer:
    """The scorer called ``auto``, ``shipped`` or ``statistical``; auto asks the judge where one is set."""
    match name:
        case "statistical":
            return QuietScorer(GuardedScorer(WordedScorer(StatisticalScorer())))
        case "auto" if settings.judge_kind != "none":
            return QuietScorer(WordedScorer(scorer_of(settings, fallback=guarded_scorer())))
        case _:
            return QuietScorer(guarded_scorer())


def guarded_scorer() -> Scorer:
    """Wordings, then the shipped scorer; both held against numbers, denials and directions."""
    return GuardedScorer(WordedScorer(shipped_scorer()))


def has_short_answers(exam: Exam) -> bool:
    """Whether any scorer is needed at all; models are loaded for it."""
    return any(isinstance(item, ShortAnswer) for item in exam.items)


def quick_scorer(exam: Exam) -> Scorer | None:
    """What scores while pages are read: wordings, then the shipped scorer. No server is waited for."""
    return QuietScorer(guarded_scorer()) if has_short_answers(exam) else None


class ExamScorer:
    """The scorer that the settings name, for one job of one exam: a judge where one is set.

    The judge's opinions are kept, so asking again about the same answer costs nothing.

    Args:
        uow: to read what the exam's judge has used, and the names that are covered in what is sent.
    """

    def __init__(self, settings: Settings, uow: UnitOfWork, exam: Exam) -> None:
        self._exam = exam
        self._inner: Scorer | None = None
        self._asks = settings.judge_kind != "none"
        if has_short_answers(exam):
            names = _names(uow.candidates.roster(exam.id))
            self._inner = scorer_of(settings, judge_usage(uow, exam.id), names, guarded_scorer())

    @property
    def scorer(self) -> Scorer | None:
        """Wordings before a judge; ``None`` for an exam without short answers."""
        if self._inner is None:
            return None
        return QuietScorer(WordedScorer(self._inner) if self._asks else self._inner)

    def is_answered(self, question: Question, rubric: Rubric, response: Response) -> bool:
        """Whether asking again about the response would change nothing."""
        return self._inner is None or is_answered(self._inner, question, rubric, response)

    def keep(self, uow: UnitOfWork) -> None:
        """Add what was used since the last time to the exam's account."""
        if self._inner is not None:
            book_usage(uow, self._exam.id, self._inner)


def _names(roster: Roster) -> tuple[str, ...]:
    return tuple(word for c in roster.candidates for word in (c.name, c.number) if word)
