"""Which decisions of a model count: those whose words stand in the answer, and whose steps are possible."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple

from core.marks import Verdict
from marking.judge.injection import suspicious
from marking.judge.privacy import COVER
from marking.judge.replies import Decision
from marking.judge.targets import Target
from marking.scoring.spans import MOST, Span

_ELLIPSIS = re.compile(r"…+|\.{3,}")
#: Shorter quotations support nothing, unless they are the whole answer.
_LEAST_HANZI, _LEAST_LETTERS = 2, 3
_SIGNS = str.maketrans("“”‘’—–−。", "\"\"''---.")


class Refused(StrEnum):
    """Why a decision does not count."""

    MISSING = "missing"  #: the reply has no decision of this criterion, or two that differ
    STEPS = "steps"  #: below 0, above the criterion's, or at odds with the verdict
    UNQUOTED = "unquoted"  #: steps are given without a quotation
    ABSENT = "absent"  #: a quotation does not occur in the answer
    SLIGHT = "slight"  #: a quotation is too short to say anything
    SPEECH = "speech"  #: a quotation speaks to the marker


class Accepted(NamedTuple):
    """A decision that counts."""

    steps: int
    verdict: Verdict
    spans: tuple[Span, ...]
    why: str


def checked(decision: Decision | None, target: Target, answer: str) -> Accepted | Refused:
    """The decision held against its criterion and the answer, as it was sent."""
    if decision is None:
        return Refused.MISSING
    verdict = _fitting(decision, target)
    if verdict is None:
        return Refused.STEPS
    quotes = [quote for quote in decision.evidence if quote.strip()]
    if decision.steps > 0 and not quotes:
        return Refused.UNQUOTED
    spans = _spans_of(quotes, answer)
    if isinstance(spans, Refused):
        return spans
    why = "" if suspicious(decision.why) else decision.why
    return Accepted(decision.steps, verdict, spans, why)


def _spans_of(quotes: list[str], answer: str) -> tuple[Span, ...] | Refused:
    """Where all of the quotations stand; each has to."""
    spans: list[Span] = []
    for quote in quotes:
        found = find_quote(quote, answer)
        if found is None:
            return Refused.ABSENT
        if suspicious(quote) is not None:
            return Refused.SPEECH
        if _is_slight(quote, answer):
            return Refused.SLIGHT
        spans.extend(found)
    return tuple(dict.fromkeys(spans))[:MOST]


def _fitting(decision: Decision, target: Target) -> Verdict | None:
    """The verdict that goes with the steps; ``None`` when the two cannot both be meant."""
    steps, verdict = decision.steps, decision.verdict
    if not 0 <= steps <= target.full_steps:
        return None
    if verdict in (Verdict.CONTRADICTED, Verdict.NOT_ADDRESSED):
        return verdict if steps == 0 else None
    if verdict is Verdict.CREDITED:
        return None if steps == 0 else Verdict.CREDITED if steps == target.full_steps else Verdict.PARTLY
    return Verdict.CREDITED if steps == target.full_steps and target.full_steps > 1 else Verdict.PARTLY


def find_quote(quote: str, answer: str) -> tuple[Span, ...] | None:
    """Where the quotation stands, width, case and white space aside; its parts where it leaves some out.

    What was covered for privacy cannot be quoted.
    """
    said, offsets = _folded(answer)
    spans: list[Span] = []
    at = 0
    for part in _ELLIPSIS.split(quote):
        wanted, _ = _folded(part)
        if not wanted:
            continue
        at = said.find(wanted, at)
        if at < 0 or COVER in wanted:
            return None
        spans.append(Span(offsets[at], offsets[at + len(wanted) - 1] + 1))
        at += len(wanted)
    return tuple(spans) or None


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without white space, half-width and in lower case; for each character its offset."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text.translate(_SIGNS)):
        for part in unicodedata.normalize("NFKC", character).lower():
            if not part.isspace() and unicodedata.category(part) != "Cf":
                characters.append(part)
                offsets.append(offset)
    return "".join(characters), offsets


def _is_slight(quote: str, answer: str) -> bool:
    words = "".join(c for c in _folded(quote)[0] if c.isalnum())
    if words and words == "".join(c for c in _folded(answer)[0] if c.isalnum()):
        return False
    wide = any(c >= "\u2e80" or c.isdigit() for c in words)
    return len(words) < (_LEAST_HANZI if wide else _LEAST_LETTERS)
