"""A question with its rubric, a scorer to fall back on, and a judge before a stub server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.exams import Criterion
from core.marks import Award, Verdict
from core.scoring import Question, Response, Rubric
from marking.judge.breaker import Breaker
from marking.judge.judge import LanguageModelJudge
from models.chat import ChatServer
from tests.marking.judge.stub_server import Stub

QUESTION = Question(stem="为什么书包带要做得宽？", subject="物理", language="zh")
RUBRIC = Rubric(
    full_steps=3,
    criteria=(
        Criterion(id="c1", steps=1, statement="增大受力面积", accepted=("受力面积变大",)),
        Criterion(id="c2", steps=2, statement="减小压强"),
    ),
)
ENGLISH = Question(stem="How was the salt separated from the water?", language="en")
WHOLE = Rubric(full_steps=2, references=("The water was evaporated, leaving the salt.",))
ANSWER = Response(text="书包带宽，受力面积变大，\n所以压强减小了")
WRONG = Response(text="因为这样比较好看")


class Plain:
    """Counts characters of the rubric: a fallback whose awards can be told apart."""

    name = "plain-1"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        self.seen.extend(response.text for response in responses)
        return tuple(self._awards(rubric, response) for response in responses)

    def _awards(self, rubric: Rubric, response: Response) -> tuple[Award, ...]:
        asked = [(c.id, c.steps) for c in rubric.criteria] or [("", rubric.full_steps)]
        length = 1 + sum(response.text.count(c) for c in "受力面积压强")
        return tuple(
            Award(
                criterion=name,
                steps=length % (full + 1),
                full_steps=full,
                reason=f"{length} 字",
                confidence=0.5,
                distribution=((length % (full + 1), 1.0),),
                verdicts=((Verdict.PARTLY, 1.0),),
            )
            for name, full in asked
        )


def server_at(stub: Stub, **options: Any) -> ChatServer:
    return ChatServer(stub.url, "stub", **{"timeout_s": 5.0, "pause_s": 0.0, "attempts": 2, **options})


def judge_at(stub: Stub, fallback: Plain | None = None, **options: Any) -> LanguageModelJudge:
    server = options.pop("server", None) or server_at(stub)
    options = {"breaker": Breaker(1000), **options}
    return LanguageModelJudge(server, fallback or Plain(), **options)


def given(awards: tuple[Award, ...]) -> list[tuple[str, int]]:
    return [(award.criterion, award.steps) for award in awards]
