"""From a model's words to decisions: JSON as asked for, or the first JSON found in prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError

from core.marks import Verdict

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
#: Openings of JSON that are tried in prose.
_MOST_TRIES = 50
_LONGEST_WHY = 60


class Decision(BaseModel):
    """What a model says of one criterion; not yet checked against the answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    criterion: str
    verdict: Verdict
    steps: StrictInt
    evidence: tuple[str, ...] = Field(default=(), max_length=20)
    why: str = ""


def decisions_in(text: str) -> dict[str, Decision] | None:
    """By criterion; ``None`` when there is no list of decisions. What two entries dispute is left out."""
    for value in _values(_THOUGHT.sub("", text)):
        entries = value.get("decisions") if isinstance(value, dict) else value
        if isinstance(entries, list):
            found = [decision for entry in entries if (decision := _decision(entry)) is not None]
            if found or not entries:
                return _undisputed(found)
    return None


def _values(text: str) -> Iterator[Any]:
    try:
        yield json.loads(text)
        return
    except (ValueError, RecursionError):
        pass
    decoder = json.JSONDecoder()
    for match, _ in zip(re.finditer(r"[{\[]", text), range(_MOST_TRIES), strict=False):
        try:
            yield decoder.raw_decode(text, match.start())[0]
        except (ValueError, RecursionError):
            continue


def _decision(entry: object) -> Decision | None:
    try:
        decision = Decision.model_validate(entry)
    except ValidationError:
        return None
    why = " ".join(decision.why.split())
    return decision.model_copy(
        update={"why": why if len(why) <= _LONGEST_WHY else why[: _LONGEST_WHY - 1] + "…"}
    )


def _undisputed(decisions: list[Decision]) -> dict[str, Decision]:
    kept: dict[str, Decision] = {}
    disputed: set[str] = set()
    for decision in decisions:
        other = kept.setdefault(decision.criterion, decision)
        if (other.steps, other.verdict) != (decision.steps, decision.verdict):
            disputed.add(decision.criterion)
    return {name: decision for name, decision in kept.items() if name not in disputed}
