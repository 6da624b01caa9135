"""What a group shares, in the words that a teacher reads."""

from __future__ import annotations

from collections.abc import Sequence

from marking.groups.records import GroupKind
from marking.groups.traits import Traits

_MOST_NAMED = 6

_PLAIN = {
    ("zh", GroupKind.BLANK): "没有作答",
    ("zh", GroupKind.UNREAD): "有笔迹，未能识别",
    ("en", GroupKind.BLANK): "Nothing is written",
    ("en", GroupKind.UNREAD): "Writing that could not be read",
}
_LEAD = {
    ("zh", GroupKind.SAME): "写的相同",
    ("zh", GroupKind.ALIKE): "说法相近",
    ("zh", GroupKind.ALONE): "没有相近的作答",
    ("en", GroupKind.SAME): "The same words",
    ("en", GroupKind.ALIKE): "Nearly the same words",
    ("en", GroupKind.ALONE): "No other answer is like it",
}


def why_plain(kind: GroupKind, size: int, language: str) -> str:
    """Of answers without words."""
    return _PLAIN[language, kind] if size else ""


def why_alike(
    kind: GroupKind, words: Sequence[str], traits: Traits, directions: Sequence[str], language: str
) -> str:
    """What all members share: key words, numbers, negations and directions."""
    parts = [_LEAD[language, kind]]
    if kind is GroupKind.ALONE:
        return parts[0]
    chinese = language == "zh"
    parts.append(
        _listed("都有" if chinese else "all with ", words) or ("都没有要点词" if chinese else "no key word")
    )
    parts.append(_listed("数: " if chinese else "numbers ", traits.numbers))
    parts.append(_listed("方向词: " if chinese else "direction ", directions))
    if traits.negations:
        parts.append(f"{traits.negations} 处否定" if chinese else f"negations: {traits.negations}")
    return ("；" if chinese else "; ").join(filter(None, parts))


def why_learnt(evidence: int, bridged: Sequence[str], language: str) -> str:
    """Why answers that differ stand together: so many marked ones like them got the same."""
    if language == "zh":
        return f"已评过 {evidence} 份这样的作答，得分都一样" + (_listed("；不影响得分的差别: ", bridged))
    return f"{evidence} marked answers like these all got the same" + _listed(
        "; what made no difference: ", bridged
    )


def _listed(lead: str, words: Sequence[str]) -> str:
    if not words:
        return ""
    comma = ", " if lead.isascii() else "、"
    return lead + comma.join(words[:_MOST_NAMED]) + (" …" if len(words) > _MOST_NAMED else "")
