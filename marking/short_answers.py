"""Short answers, 给分点 by 给分点: the wordings found, where they stand, and how sure that is."""

from __future__ import annotations

from functools import reduce

from core.exams import Criterion, ShortAnswer
from core.marks import Award, Evidence, Proposal
from core.pages import TextLine, TextReading
from marking.evidence import evidence_of, line_number
from marking.reading_odds import BLANK_CONFIDENCE, NOTED_CONFIDENCE, is_unread
from marking.spotted import respelt
from marking.wordings import (
    Finding,
    changed_offsets,
    find_statement,
    find_wording,
    forbidden,
    parts_of,
)

MODEL = "criteria-spotted-2"

#: A machine that compares words is never surer than this that a teacher agrees.
_EXACT = 0.9
_NEAR = 0.7
_BY_STATEMENT = 0.5
_NOT_FOUND = 0.6
_NEGATED = 0.4
_FORFEITED = 0.7
_OTHER_WORD = 0.5

#: In a wording shorter than this one character can be the whole point (压强, 压力) …
_SHORT_WORDING = 8
#: … so a changed character is forgiven only where the reader itself was unsure of it.
_CLEAR_CHARACTER = 0.9


def propose_short_answer(item: ShortAnswer, texts: tuple[TextReading, ...]) -> Proposal:
    """The proposal for all criteria; no steps are offered when nothing could be read."""
    readings = tuple(sorted(texts, key=lambda text: text.part))
    if not readings:
        return Proposal(item=item.number, steps=None, reason="没有这道题的图像", model=MODEL)
    if all(reading.blank for reading in readings):
        return _blank(item)
    if all(is_unread(reading) or reading.blank for reading in readings):
        return Proposal(item=item.number, steps=None, reason="有笔迹，未能识别", model=MODEL)
    awards = tuple(_award(index, c, readings) for index, c in enumerate(item.criteria, start=1))
    confidence = reduce(lambda so_far, award: so_far * award.confidence, awards, 1.0)
    if any(reading.note or is_unread(reading) for reading in readings):
        confidence = min(confidence, NOTED_CONFIDENCE)
    return Proposal(
        item=item.number,
        steps=sum(award.steps for award in awards),
        awards=awards,
        confidence=confidence,
        reason="；".join(award.reason for award in awards),
        model=MODEL,
    )


def _blank(item: ShortAnswer) -> Proposal:
    awards = tuple(
        Award(criterion=c.id, steps=0, full_steps=c.steps, reason="未作答", confidence=BLANK_CONFIDENCE)
        for c in item.criteria
    )
    return Proposal(
        item=item.number, steps=0, awards=awards, confidence=BLANK_CONFIDENCE, reason="未作答", model=MODEL
    )


def _award(index: int, criterion: Criterion, readings: tuple[TextReading, ...]) -> Award:
    label = _circled(index)
    for reading in readings:
        stop = forbidden(criterion, reading.text)
        if stop is not None:
            where = _quoted(reading, stop)
            reason = f"{where}，属于给分点{label}不能出现的说法“{stop.wording}”"
            return _given(criterion, 0, reason, _FORFEITED, _evidence(reading, stop))
    best = _best(criterion, readings)
    if best is None or best[1].edits or best[1].by_statement:
        spotted = _spotted(label, criterion, readings)
        if spotted is not None:
            return spotted
    if best is None:
        return _given(criterion, 0, f"没有找到给分点{label}“{criterion.statement}”", _NOT_FOUND, ())
    reading, finding = best
    quoted = _quoted(reading, finding)
    if finding.negated:
        reason = f"{quoted}，前后有否定，不算给分点{label}"
        return _given(criterion, 0, reason, _NEGATED, _evidence(reading, finding))
    if finding.edits and _reads_otherwise(reading, finding):
        reason = f"{quoted}，与给分点{label}相近，但字迹清楚地不同"
        return _given(criterion, 0, reason, _OTHER_WORD, _evidence(reading, finding))
    confidence = _EXACT if finding.edits == 0 else _NEAR
    if finding.by_statement:
        confidence = _BY_STATEMENT
    alike = "符合" if finding.edits == 0 else "接近"
    reason = f"{quoted}，{alike}给分点{label}"
    return _given(
        criterion,
        criterion.steps,
        reason,
        confidence * _read_well(reading, finding),
        _evidence(reading, finding),
    )


def _spotted(label: str, criterion: Criterion, readings: tuple[TextReading, ...]) -> Award | None:
    """The criterion's own words, exactly, in what the reader was torn between."""
    for reading in readings:
        other = respelt(criterion, reading)
        found = None if other is None else _best(criterion, (other.reading,))
        if other is None or found is None or found[1].edits or found[1].negated or found[1].by_statement:
            continue
        finding = found[1]
        words = "".join(other.reading.text[start:end] for start, end in finding.spans)
        read = reading.kept_lines[line_number(other.reading, finding.spans[0][0]) - 1].text
        reason = (
            f"第{line_number(other.reading, finding.spans[0][0])}行的字迹可能是“{words}”"
            f"（{other.probability:.0%}，自由读作“{read}”），符合给分点{label}"
        )
        confidence = _EXACT * other.probability
        return _given(criterion, criterion.steps, reason, confidence, _evidence(other.reading, finding))
    return None


def _best(criterion: Criterion, readings: tuple[TextReading, ...]) -> tuple[TextReading, Finding] | None:
    """The clearest finding: affirmed before negated, exact before near."""
    found: list[tuple[TextReading, Finding]] = []
    for reading in readings:
        wordings = [find_wording(wording, reading.text) for wording in criterion.accepted]
        if not criterion.accepted:
            wordings = [find_statement(criterion.statement, reading.text)]
        found.extend((reading, finding) for finding in wordings if finding is not None)
    if not found:
        return None
    return min(found, key=lambda entry: (entry[1].negated, entry[1].by_statement, entry[1].edits))


def _given(
    criterion: Criterion, steps: int, reason: str, confidence: float, evidence: tuple[Evidence, ...]
) -> Award:
    return Award(
        criterion=criterion.id,
        steps=steps,
        full_steps=criterion.steps,
        reason=reason,
        confidence=confidence,
        evidence=evidence,
    )


def _evidence(reading: TextReading, finding: Finding) -> tuple[Evidence, ...]:
    return tuple(e for start, end in finding.spans for e in evidence_of(reading, start, end))


def _quoted(reading: TextReading, finding: Finding) -> str:
    words = [reading.text[start:end].replace("\n", "") for start, end in finding.spans]
    line = line_number(reading, finding.spans[0][0])
    return f"第{line}行写到{'和'.join(f'“{word}”' for word in words)}"


def _read_well(reading: TextReading, finding: Finding) -> float:
    """The geometric mean probability of the lines that the finding touches."""
    touched = {line_number(reading, position) - 1 for span in finding.spans for position in span}
    lines = reading.kept_lines
    odds = [lines[index].probability for index in touched if index < len(lines)]
    return min(odds, default=1.0)


def _reads_otherwise(reading: TextReading, finding: Finding) -> bool:
    """Whether a short wording differs in characters that were read clearly."""
    odds = [p for line in reading.kept_lines for p in [*_odds_of(line), 1.0]]
    for part, (start, end) in zip(parts_of(finding.wording), finding.spans, strict=False):
        if len(part) >= _SHORT_WORDING:
            continue
        changed = changed_offsets(part, reading.text[start:end])
        if changed and all(odds[start + offset] >= _CLEAR_CHARACTER for offset in changed):
            return True
    return False


def _odds_of(line: TextLine) -> list[float]:
    """The probability of each character of the line's text."""
    if "".join(character.text for character in line.chars) == line.text:
        return [character.probability for character in line.chars for _ in character.text]
    return [line.probability] * len(line.text)


def _circled(index: int) -> str:
    return chr(ord("①") + index - 1) if index <= 20 else f"({index})"
