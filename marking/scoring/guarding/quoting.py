"""Why a rule moved an award, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence

from core.marks import Evidence
from core.scoring import Question
from marking.scoring.guarding.objections import Kind, Objection

_CHINESE = {
    Kind.NUMBER: "数值不同：写的是 {found}，应为 {wanted}",
    Kind.UNIT: "单位不同：写的是 {found}，应为 {wanted}",
    Kind.OPPOSITE: "说反了：写的是“{found}”，应为“{wanted}”",
    Kind.DENIED: "肯定与否定相反：写的是“{found}”，应为“{wanted}”",
    Kind.SWAPPED: "两者说反了：写的是“{found}”，应为“{wanted}”",
    Kind.ELSEWHERE: "“{found}”说的是别的量，要说的是“{wanted}”",
    Kind.SCRAP: "“{found}”不是完整的词，不能算“{wanted}”",
}
_ENGLISH = {
    Kind.NUMBER: "The value differs: {found} instead of {wanted}.",
    Kind.UNIT: "The unit differs: {found} instead of {wanted}.",
    Kind.OPPOSITE: "Says the opposite: “{found}” instead of “{wanted}”.",
    Kind.DENIED: "One denies what the other says: “{found}” instead of “{wanted}”.",
    Kind.SWAPPED: "The roles are exchanged: “{found}” instead of “{wanted}”.",
    Kind.ELSEWHERE: "“{found}” is about another quantity than “{wanted}”.",
    Kind.SCRAP: "“{found}” is only part of a word and does not say “{wanted}”.",
}


def objection_reason(question: Question, objection: Objection) -> str:
    """One sentence with the answer's words and the statement's."""
    form = (_CHINESE if question.language == "zh" else _ENGLISH)[objection.kind]
    return form.format(found=objection.found, wanted=objection.wanted)


def missing_reason(question: Question, wanted: str) -> str:
    """That a number is not there."""
    return f"没有写出 {wanted}" if question.language == "zh" else f"Does not state {wanted}."


def credit_reason(question: Question, written: Sequence[str]) -> str:
    """That the results are there."""
    if question.language == "zh":
        return f"写到 {'、'.join(written)}"
    return f"States {', '.join(written)}."


def shared_reason(question: Question, evidence: Sequence[Evidence]) -> str:
    """That the same words were taken for two opposite criteria."""
    words = "、".join(f"“{one.text}”" for one in evidence)
    if question.language == "zh":
        return f"{words}不能同时算两个相反的给分点"
    return f"{words} cannot meet two opposite criteria."
