"""Who decided: names of judges, and the name of what came of asking one.

Licences and reports compare models whole, so a proposal that a fallback made, wholly or in part, must not
bear the judge's own name.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.marks import Award
from marking.judge import prompts

_PREFIX = "judge:"
#: The way of a judge in this machine: likelihoods of four letters.
LOCAL = "local"


def way_of(samples: int) -> str:
    """The way of a judge that is asked so many times about each answer."""
    return f"{samples}x"


def judge_name(model: str, way: str) -> str:
    """A judge's name: its model, the way it is asked and the version of the prompts, all of which decide."""
    return f"{_PREFIX}{model}({way},p{prompts.VERSION})"


def is_judged(model: str) -> bool:
    """Whether a judge was asked for what bears this name, whoever decided in the end."""
    return _PREFIX in model


def decided_by(chain: str, awards: Sequence[Award]) -> str:
    """The name of who really decided the awards.

    The chain itself where it has no judge, or where nothing that its rules left open fell back; else with
    ``/part`` (the judge decided some criteria) or ``/none`` and the fallback's name, e.g.
    ``criteria-spotted-3+judge:qwen(3x,p1)/part:shipped-1``.

    Args:
        chain: the scorer's name, its judge last.
        awards: whose ``model`` says who gave each.
    """
    rules, found, _ = chain.partition(_PREFIX)
    if not found:
        return chain
    judge = chain[len(rules) :]
    known = {"", judge, *rules.split("+")}
    others = sorted({award.model for award in awards} - known)
    if not others:
        return chain
    how = "part" if any(award.model == judge for award in awards) else "none"
    return f"{chain}/{how}:{'+'.join(others)}"
