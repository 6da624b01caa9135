"""What a teacher reads of a judged award, and why the judge did not decide."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from core.marks import Award, Verdict
from core.scoring import Question, Response
from marking.judge.agreement import Agreement
from marking.judge.targets import Target
from marking.scoring.spans import Span, evidence_in

_LONGEST = 24


class Why(StrEnum):
    """Why another scorer decided. The first four depend on the moment and are asked again another time."""

    BUDGET = "budget"
    PAUSED = "paused"
    FAULT = "fault"
    UNREADABLE = "unreadable"
    FLAGGED = "flagged"
    BLANK = "blank"
    LENGTH = "length"
    EVIDENCE = "evidence"
    STEPS = "steps"


PASSING = frozenset({Why.BUDGET, Why.PAUSED, Why.FAULT, Why.UNREADABLE})

_CHINESE = {
    Why.BUDGET: "本场考试的评分模型额度已用完",
    Why.PAUSED: "评分模型暂停使用",
    Why.FAULT: "评分模型没有应答",
    Why.UNREADABLE: "评分模型的回答读不懂",
    Why.FLAGGED: "作答里有对阅卷说的话，没有送评分模型",
    Why.BLANK: "没有文字，没有送评分模型",
    Why.LENGTH: "作答太长，没有送评分模型",
    Why.EVIDENCE: "评分模型引用的话在作答里找不到",
    Why.STEPS: "评分模型给的分不合评分标准",
}
_ENGLISH = {
    Why.BUDGET: "the exam's budget for the judge is used up",
    Why.PAUSED: "the judge is paused",
    Why.FAULT: "the judge did not answer",
    Why.UNREADABLE: "the judge's reply could not be read",
    Why.FLAGGED: "the answer speaks to its marker and was not sent to the judge",
    Why.BLANK: "there is no text to send to the judge",
    Why.LENGTH: "the answer is too long for the judge",
    Why.EVIDENCE: "the judge quoted words that the answer does not support",
    Why.STEPS: "the judge gave steps that the rubric does not allow",
}


def judged(name: str, question: Question, target: Target, response: Response, opinion: Agreement) -> Award:
    """The judge's own award."""
    spans = tuple(Span(start, end) for start, end in opinion.spans)
    return Award(
        criterion=target.criterion,
        steps=opinion.steps,
        full_steps=target.full_steps,
        reason=_reason(question, target, response, spans, opinion),
        evidence=evidence_in(response, spans),
        confidence=min(1.0, opinion.confidence),
        distribution=tuple(enumerate(opinion.odds)),
        verdicts=tuple(zip(Verdict, opinion.verdicts, strict=True)),
        model=name,
    )


def instead(award: Award, name: str, question: Question, why: Why) -> Award:
    """Another scorer's award, saying why the judge did not decide."""
    zh = question.language == "zh"
    note = f"（{_CHINESE[why]}）" if zh else f" ({_ENGLISH[why]})"
    return award.model_copy(update={"model": award.model or name, "reason": award.reason + note})


def _reason(
    question: Question, target: Target, response: Response, spans: Sequence[Span], opinion: Agreement
) -> str:
    quoted = [_short(response.text[span.start : span.end]) for span in spans]
    say = _in_chinese if question.language == "zh" else _in_english
    return say(bool(target.criterion), quoted, opinion)


def _in_chinese(by_criterion: bool, quoted: Sequence[str], opinion: Agreement) -> str:
    wanted = "给分点" if by_criterion else "参考答案"
    verb = {
        Verdict.CREDITED: f"符合{wanted}",
        Verdict.PARTLY: f"部分符合{wanted}" if opinion.steps else "还不够得分",
        Verdict.CONTRADICTED: f"与{wanted}相反",
        Verdict.NOT_ADDRESSED: f"没有提到{wanted}的内容",
    }[opinion.verdict]
    said = f"写到{'、'.join(f'“{words}”' for words in quoted)}，" if quoted else ""
    why = f"；评分模型的理由：{opinion.why.rstrip('。')}" if opinion.why else ""
    votes = f"（{opinion.samples} 次判断 {opinion.agreeing} 次一致）" if opinion.samples > 1 else ""
    return f"{said}{verb}{votes}{why}"


def _in_english(by_criterion: bool, quoted: Sequence[str], opinion: Agreement) -> str:
    wanted = "the criterion" if by_criterion else "the reference answer"
    verb = {
        Verdict.CREDITED: f"meets {wanted}",
        Verdict.PARTLY: f"meets {wanted} in part" if opinion.steps else "is not enough for a mark",
        Verdict.CONTRADICTED: f"contradicts {wanted}",
        Verdict.NOT_ADDRESSED: f"does not address {wanted}",
    }[opinion.verdict]
    said = f"Says {', '.join(f'“{words}”' for words in quoted)}; " if quoted else ""
    why = f" The judge's reason: {opinion.why}" if opinion.why else ""
    votes = f" ({opinion.agreeing} of {opinion.samples} judgements agree)" if opinion.samples > 1 else ""
    return f"{said}{verb}{votes}.{why}"


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST // 2]}…{flat[-_LONGEST // 2 :]}"
