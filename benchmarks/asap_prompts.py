"""ASAP-SAS prompts as questions and rubrics, from the text of their descriptions."""

from __future__ import annotations

import re
from pathlib import Path

from core.scoring import Question, Rubric, ScoreLevel

_LEVEL = re.compile(r"^(?:Score(?: Point)? (\d)|(\d) [Pp]oints?)\s*$")
_RUBRIC = re.compile(r"^(?:Rubric for |Scoring Rubric|Reading for Information Scoring)")
_ELEMENTS = re.compile(
    r"^(?:Key [Ee]lements|Possible Correct Responses|Sample Response|Needed Information|Examples|"
    r"Conclusions|Experimental Design Improvements|Rubric)\s*:?\s*$"
)
_LEFT_OUT = re.compile(
    r"^(?:Other (?:acceptable|reasonable)|\d-Point Rubric|-or-|--(?:OR|AND)--)", re.IGNORECASE
)


def read_prompt(path: Path, full_steps: int) -> tuple[Question, Rubric]:
    """The question and its rubric: levels as described, key elements joined into one reference answer.

    Args:
        path: ``set_NN.txt``.
        full_steps: the highest score given.
    """
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    asked = next(n for n, line in enumerate(lines) if line.startswith("Prompt—"))
    rubric = next(n for n in range(asked, len(lines)) if _RUBRIC.match(lines[n]))
    own = max(n for n in range(rubric, len(lines)) if n == rubric or lines[n].startswith("Rubric for "))
    elements = _elements(lines[own + 1 :])
    levels = tuple(level for level in _levels(lines[own + 1 :]) if level.steps <= full_steps)
    question = Question(stem="\n".join(lines[asked + 1 : rubric])[-1500:], language="en")
    references = (" ".join(elements),) if elements else ()
    return question, Rubric(full_steps=full_steps, references=references, levels=levels)


def _elements(lines: list[str]) -> list[str]:
    """What a full answer may say: the lines under a heading such as "Key Elements"."""
    found: list[str] = []
    inside = False
    for line in lines:
        if _ELEMENTS.match(line):
            inside = True
        elif _LEVEL.match(line) or _LEFT_OUT.match(line):
            inside = False
        elif inside:
            found.append(line)
    return found


def _levels(lines: list[str]) -> list[ScoreLevel]:
    """The descriptions under "Score 2", "2 points" …"""
    found: dict[int, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        match = _LEVEL.match(line)
        if match:
            current = found.setdefault(int(match[1] or match[2]), [])
        elif _ELEMENTS.match(line):
            current = None
        elif current is not None:
            current.append(line)
    return [
        ScoreLevel(steps=steps, description=" ".join(said)[:600])
        for steps, said in sorted(found.items())
        if said
    ]
