"""Answers of a judge, kept: the same answer to the same question is judged once."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import Protocol

from core.base import Record
from core.scoring import Question, Rubric
from marking.judge import prompts
from marking.judge.agreement import Agreement
from marking.judge.reasons import Why


class Opinion(Record):
    """What a judge made of one answer: by criterion an agreement, or why there is none."""

    agreements: tuple[tuple[str, Agreement], ...] = ()
    undecided: tuple[tuple[str, Why], ...] = ()

    @classmethod
    def none(cls, targets: tuple[str, ...], why: Why) -> Opinion:
        return cls(undecided=tuple((target, why) for target in targets))


class Kept(Protocol):
    """Where opinions are kept between jobs, as JSON by key. Safe to use from several threads."""

    def get(self, key: str) -> str | None: ...

    def put(self, key: str, doc: str) -> None: ...


class InMemory:
    """For the time of one process."""

    def __init__(self) -> None:
        self._docs: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> str | None:
        with self._lock:
            return self._docs.get(key)

    def put(self, key: str, doc: str) -> None:
        with self._lock:
            self._docs[key] = doc


def key_of(model: str, samples: int, question: Question, rubric: Rubric, answer: str) -> str:
    """SHA-256 over everything that the opinion depends on; says nothing of who answered."""
    parts = [prompts.VERSION, model, samples, question.model_dump_json(), rubric.model_dump_json(), answer]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
