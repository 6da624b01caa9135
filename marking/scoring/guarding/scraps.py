"""Evidence as it stands in its text: half words, and the clause that evidence belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.marks import Evidence
from core.scoring import Response
from marking.scoring.guarding.claims import claims_of
from marking.scoring.guarding.objections import Kind, Objection
from marking.scoring.spans import Span

#: Words whose first half says something else than the whole.
_WHOLE = re.compile("大小|高低|多少|快慢|长短|强弱|轻重|不变|不同|不等|不一")
_BREAKS = "，。；！？,;!?\n"
_CONTINUES = re.compile(r"^\s*(?:是|为|等于|即|大小|=|都是|也是)")


def placed(response: Response, evidence: Evidence) -> Span:
    """Where a piece of evidence stands in ``response.text``."""
    offset = 0
    for reading in response.readings:
        if reading.part == evidence.part:
            break
        offset += len(reading.text) + 1
    else:
        offset = 0
    return Span(evidence.start + offset, evidence.end + offset)


def scrap_objection(statement: str, response: Response, evidence: Sequence[Evidence]) -> Objection | None:
    """All the evidence ends, or begins, inside a word, and no claim of the answer is the statement's."""
    text = response.text
    spans = [placed(response, one) for one in evidence]
    cut = [span for span in spans if _is_cut(text, span)]
    if not cut or len(cut) < len(spans):
        return None
    if any(one.agrees(claim) for one in claims_of(text) for claim in claims_of(statement)):
        return None
    return Objection(Kind.SCRAP, tuple(cut), text[cut[0].start : cut[0].end], statement)


def _is_cut(text: str, span: Span) -> bool:
    return any(m.start() < edge < m.end() for m in _WHOLE.finditer(text) for edge in (span.start, span.end))


def own_clause(response: Response, evidence: Sequence[Evidence]) -> tuple[int, str] | None:
    """The clause (with a following one that goes on: 浮力等于重力，为 5 N) around evidence; its offset first."""
    if not evidence:
        return None
    text = response.text
    spans = [placed(response, one) for one in evidence]
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    while start > 0 and text[start - 1] not in _BREAKS:
        start -= 1
    end = _clause_end(text, end)
    if end < len(text) and _CONTINUES.match(text[end + 1 :]):
        end = _clause_end(text, end + 1)
    return start, text[start:end]


def _clause_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in _BREAKS:
        at += 1
    return at
