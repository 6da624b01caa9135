"""What the benchmarks of marked short answers share: rows, questions in groups, awards of the shipped scorer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.marks import Award
from core.scoring import Question, Response, Rubric
from marking.scoring.protocol import Scorer


@dataclass(frozen=True)
class Marked:
    """One answer of a set. ``group`` is its question's key; ``label`` and ``share`` are what people gave."""

    group: str
    question: str
    reference: str
    answer: str
    label: str = ""
    share: float = 0.0


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def awarded(scorer: Scorer, answers: Sequence[Marked], full_steps: int) -> list[Award]:
    """The award of each answer as a whole, question by question, in the answers' order."""
    found: dict[int, Award] = {}
    for places in _by_group(answers):
        first = answers[places[0]]
        rubric = Rubric(full_steps=full_steps, references=(first.reference,))
        question = Question(stem=first.question, language="en")
        responses = [Response(text=answers[at].answer) for at in places]
        scored = scorer.score_all(question, rubric, responses)
        found.update({at: awards[0] for at, awards in zip(places, scored, strict=True)})
    return [found[at] for at in range(len(answers))]


def _by_group(answers: Sequence[Marked]) -> Iterable[list[int]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(answers):
        groups.setdefault((one.group, one.reference), []).append(at)
    return groups.values()
