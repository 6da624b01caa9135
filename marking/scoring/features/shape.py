"""What an answer looks like by itself: length, emptiness, "I do not know", the question copied."""

from __future__ import annotations

import math

from marking.scoring.features.lexicon import NO_IDEA
from marking.scoring.features.overlap import cosine
from marking.scoring.features.texts import Prepared

NAMES = (
    "answer_length",
    "statement_length",
    "question_length",
    "length_ratio",
    "answer_words",
    "no_idea",
    "question_copied",
    "answer_variety",
    "answer_clauses",
    "chinese",
)


def says_nothing(answer: Prepared) -> bool:
    """Blank, or "I do not know" with nothing besides."""
    return not answer.tokens or NO_IDEA.match(answer.folded.strip()) is not None


def shape_features(
    question: Prepared, statement: Prepared, answer: Prepared, language: str
) -> tuple[float, ...]:
    """In the order of ``NAMES``; lengths are natural logarithms of 1 + tokens."""
    tokens, wanted, asked = len(answer.tokens), len(statement.tokens), len(question.tokens)
    return (
        math.log1p(tokens),
        math.log1p(wanted),
        math.log1p(asked),
        math.log1p(tokens) - math.log1p(wanted),
        float(min(60, len(answer.words))),
        float(says_nothing(answer)),
        cosine(question.grams[2], answer.grams[2]),
        len(answer.words) / max(1, answer.words.total()),
        float(min(20, len(answer.clauses))),
        float(language == "zh"),
    )
