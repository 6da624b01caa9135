"""Why, in a teacher's words, in the question's language."""

from __future__ import annotations

from collections.abc import Sequence

from core.marks import Verdict
from core.scoring import Question, Response
from marking.scoring.spans import Span, clash_words, missing_words
from marking.scoring.statements import Target

#: A quotation longer than this is shortened in the middle.
_LONGEST = 24


def reason_for(
    question: Question,
    target: Target,
    statement: str,
    response: Response,
    verdict: Verdict,
    spans: Sequence[Span],
    steps: int,
) -> str:
    """One sentence. ``spans`` are the evidence, in the order of the answer."""
    quoted = [_quoted(response.text[span.start : span.end]) for span in spans]
    missing = missing_words(question.stem, statement, response.text)
    clash = clash_words(statement, response.text)
    if question.language == "zh":
        return _chinese(target, verdict, quoted, missing, clash, steps)
    return _english(target, verdict, quoted, missing, clash, steps)


def _chinese(
    target: Target,
    verdict: Verdict,
    quoted: Sequence[str],
    missing: Sequence[str],
    clash: tuple[str, str] | None,
    steps: int,
) -> str:
    wanted = "给分点" if target.criterion else "参考答案"
    said = "、".join(f"“{words}”" for words in quoted)
    lacking = f"（缺少：{'、'.join(missing)}）" if missing else ""
    if verdict is Verdict.CREDITED:
        return f"写到{said}，符合{wanted}" if said else f"意思符合{wanted}"
    if verdict is Verdict.CONTRADICTED:
        if clash:
            return f"与{wanted}相反：“{clash[1]}”↔“{clash[0]}”"
        return f"写到{said}，与{wanted}不符" if said else f"与{wanted}不符"
    if verdict is Verdict.PARTLY and said:
        amount = "部分符合" if steps else "还不够"
        return f"写到{said}，{amount}{wanted}{lacking}" if steps else f"写到{said}，{amount}得分{lacking}"
    if verdict is Verdict.PARTLY:
        return f"部分符合{wanted}{lacking}" if steps else f"没有说到{wanted}{lacking}"
    return f"没有提到{wanted}的内容{lacking}"


def _english(
    target: Target,
    verdict: Verdict,
    quoted: Sequence[str],
    missing: Sequence[str],
    clash: tuple[str, str] | None,
    steps: int,
) -> str:
    wanted = "the criterion" if target.criterion else "the reference answer"
    said = ", ".join(f"“{words}”" for words in quoted)
    lacking = f" (missing: {', '.join(missing)})" if missing else ""
    if verdict is Verdict.CREDITED:
        return f"Says {said}, which meets {wanted}." if said else f"Means what {wanted} says."
    if verdict is Verdict.CONTRADICTED:
        if clash:
            return f"Contradicts {wanted}: “{clash[1]}” against “{clash[0]}”."
        return f"Says {said}, against {wanted}." if said else f"Contradicts {wanted}."
    if verdict is Verdict.PARTLY and said:
        amount = f"meets {wanted} in part" if steps else "not enough for a mark"
        return f"Says {said}: {amount}{lacking}."
    if verdict is Verdict.PARTLY and steps:
        return f"Meets {wanted} in part{lacking}."
    return f"Does not address {wanted}{lacking}."


def _quoted(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST // 2]}…{flat[-_LONGEST // 2 :]}"
