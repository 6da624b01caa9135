"""Criteria decided by their wordings where the answer says them outright; the rest is another scorer's.

A wording that stands there exactly (in what was read, or in what the reader was torn between), that is
denied, or that forfeits, needs no model. Where no wording is found the base scorer is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.exams import Criterion
from core.geometry import BoxMm
from core.marks import Award, Evidence, Verdict
from core.pages import TextLine, TextReading
from core.scoring import Question, Response, Rubric
from marking.evidence import evidence_of, line_number
from marking.scoring.protocol import Scorer
from marking.spotted import respelt
from marking.wordings import (
    Finding,
    changed_offsets,
    find_statement,
    find_wording,
    forbidden,
    parts_of,
)

MODEL = "criteria-spotted-3"

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


#: The engine of text that nobody wrote by hand.
_TYPED = "typed"
_NOWHERE = BoxMm(x_mm=0, y_mm=0, width_mm=1, height_mm=1)


class WordedScorer:
    """Looks for the criteria's wordings; asks ``base`` about criteria that none of them decides.

    Args:
        base: scores what the wordings leave open; ``None``: what is not found earns nothing.
    """

    def __init__(self, base: Scorer | None = None) -> None:
        self._base = base
        self.name = MODEL if base is None else f"{MODEL}+{base.name}"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``. A rubric without criteria is wholly the base's.

        Raises:
            ValueError: neither criteria nor a base.
        """
        if not rubric.criteria:
            if self._base is None:
                raise ValueError("a rubric without criteria needs a base scorer")
            return self._base.score_all(question, rubric, responses)
        worded = [_by_wordings(rubric, response) for response in responses]
        asked = [at for at, awards in enumerate(worded) if any(is_open for _, is_open in awards)]
        others: dict[int, tuple[Award, ...]] = {}
        if self._base is not None and asked:
            scored = self._base.score_all(question, rubric, [responses[at] for at in asked])
            others = {
                at: tuple(_signed(award, self._base.name) for award in awards)
                for at, awards in zip(asked, scored, strict=True)
            }
        return tuple(
            tuple(
                others[at][n] if is_open and at in others else award
                for n, (award, is_open) in enumerate(awards)
            )
            for at, awards in enumerate(worded)
        )


def _signed(award: Award, name: str) -> Award:
    return award if award.model else award.model_copy(update={"model": name})


def _by_wordings(rubric: Rubric, response: Response) -> list[tuple[Award, bool]]:
    """For each criterion the award by its wordings, and whether they leave it open."""
    readings = response.readings or (_typed(response.text),)
    decided = []
    for index, criterion in enumerate(rubric.criteria, start=1):
        award, is_open = _award(index, criterion, readings)
        decided.append((award.model_copy(update={"model": MODEL}), is_open))
    return decided


def _typed(text: str) -> TextReading:
    """Text that was typed, as a reading without places."""
    lines = tuple(TextLine(text=line, box=_NOWHERE, probability=1.0) for line in text.split("\n"))
    return TextReading(item="", part=0, blank=not text.strip(), lines=lines, engine=_TYPED)


def _award(index: int, criterion: Criterion, readings: tuple[TextReading, ...]) -> tuple[Award, bool]:
    """The award, and whether no wording decides it."""
    label = _circled(index)
    for reading in readings:
        stop = forbidden(criterion, reading.text)
        if stop is not None:
            where = _quoted(reading, stop)
            reason = f"{where}，属于给分点{label}不能出现的说法“{stop.wording}”"
            return _given(criterion, 0, reason, _FORFEITED, _evidence(reading, stop)), False
    best = _best(criterion, readings)
    if best is None or best[1].edits or best[1].by_statement:
        spotted = _spotted(label, criterion, readings)
        if spotted is not None:
            return spotted, False
    if best is None:
        return _given(criterion, 0, f"没有找到给分点{label}“{criterion.statement}”", _NOT_FOUND, ()), True
    reading, finding = best
    quoted = _quoted(reading, finding)
    if finding.negated:
        reason = f"{quoted}，前后有否定，不算给分点{label}"
        return _given(criterion, 0, reason, _NEGATED, _evidence(reading, finding)), False
    if finding.edits and _reads_otherwise(reading, finding):
        how = "有字不同" if reading.engine == _TYPED else "字迹清楚地不同"
        reason = f"{quoted}，与给分点{label}相近，但{how}"
        return _given(criterion, 0, reason, _OTHER_WORD, _evidence(reading, finding)), False
    confidence = _EXACT if finding.edits == 0 else _NEAR
    if finding.by_statement:
        confidence = _BY_STATEMENT
    alike = "符合" if finding.edits == 0 else "接近"
    reason = f"{quoted}，{alike}给分点{label}"
    surety = confidence * _read_well(reading, finding)
    award = _given(criterion, criterion.steps, reason, surety, _evidence(reading, finding))
    return award, finding.by_statement


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
    other = criterion.steps if steps == 0 else 0
    opposite = Verdict.NOT_ADDRESSED if steps else Verdict.CREDITED
    verdict = Verdict.CREDITED if steps else _no_credit(evidence)
    return Award(
        criterion=criterion.id,
        steps=steps,
        full_steps=criterion.steps,
        reason=reason,
        confidence=confidence,
        evidence=evidence,
        distribution=((steps, confidence), (other, 1 - confidence)),
        verdicts=((verdict, confidence), (opposite, 1 - confidence)),
    )


def _no_credit(evidence: tuple[Evidence, ...]) -> Verdict:
    """Words that earn nothing although they were found say the opposite."""
    return Verdict.CONTRADICTED if evidence else Verdict.NOT_ADDRESSED


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
