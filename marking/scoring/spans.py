"""Evidence: the words of an answer that say a statement, or its opposite, and where they stand.

Linked tokens of the answer are joined into runs, small gaps between them closed; the runs with most
weight are kept, at most ``MOST``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.marks import Evidence
from core.scoring import Response
from marking.evidence import evidence_of
from marking.scoring.features.alignment import aligned
from marking.scoring.features.lexicon import CHINESE_OPPOSITES
from marking.scoring.features.overlap import weight
from marking.scoring.features.points import COVERED
from marking.scoring.features.texts import Prepared, Token, prepared

#: At most so many spans support an award.
MOST = 3
#: A gap of so many tokens (Chinese: pairs) inside a run is closed.
_GAP = 3
#: Runs with less than this share of the best run's weight say little.
_LEAST_SHARE = 0.3
#: A missing word shorter than this many characters is not named (Chinese).
_SHORTEST_MISSING = 2
_MOST_MISSING = 4
#: A Chinese phrase of which at least this share is missing is named whole.
_MISSING_SHARE = 0.5
#: A longer phrase is not taken whole as evidence.
_LONGEST_PHRASE = 12
#: Between Chinese phrases: a segmenter would know words, these only stand between most of them.
_BREAK = re.compile(
    r"[^\u3400-\u9fff]|所以|因为|因此|由于|可以|可能|能够|应该|就是|有关|以及|[的了是在和与及或就也都而且但则使让]"
)
#: Between words in a reason.
_LEFT_OUT = frozenset("的了是在和与及或就也都而且但很更最被把将对从到向由为于以之其这那它有")


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of the answer."""

    start: int
    end: int


def said_spans(statement: str, answer: str) -> tuple[Span, ...]:
    """Where the answer says the statement, in the order of the answer."""
    alignment = aligned(prepared(statement), prepared(answer))
    tokens = alignment.statement.tokens
    found = {
        link.found: weight(tokens[link.wanted]) * link.strength
        for link in alignment.links
        if link.strength >= COVERED and not link.opposite
    }
    return _runs(alignment.answer, found)


def contradicting_spans(statement: str, answer: str) -> tuple[Span, ...]:
    """Where the answer says the opposite: opposite words, else what is denied on one side alone."""
    alignment = aligned(prepared(statement), prepared(answer))
    given = alignment.answer
    found = [_span_of(given, clash.found_at, len(clash.found)) for clash in alignment.clashes]
    spans = [_pair_grown(given.text, span) for span in found]
    if spans:
        return tuple(sorted(set(spans), key=lambda span: span.start))[:MOST]
    denied = {link.found: weight(given.tokens[link.found]) for link in alignment.links if link.denied}
    return tuple(_with_denial(given, span) for span in _runs(given, denied)[:1])


def clash_words(statement: str, answer: str) -> tuple[str, str] | None:
    """The first opposites met: the statement's word and the answer's, as they are written."""
    alignment = aligned(prepared(statement), prepared(answer))
    for clash in alignment.clashes:
        wanted = _span_of(alignment.statement, clash.wanted_at, len(clash.wanted))
        found = _span_of(alignment.answer, clash.found_at, len(clash.found))
        wanted, found = _pair_grown(statement, wanted), _pair_grown(answer, found)
        return statement[wanted.start : wanted.end], answer[found.start : found.end]
    return None


def _pair_grown(text: str, span: Span) -> Span:
    """A pair that is no word of the opposites, such as 点低 of 沸点低, as its whole phrase."""
    return span if text[span.start : span.end] in CHINESE_OPPOSITES else whole_phrases(text, span)


def missing_words(question: str, statement: str, answer: str) -> tuple[str, ...]:
    """What the statement says that neither the answer nor the question does, rarest first."""
    alignment = aligned(prepared(statement), prepared(answer))
    asked = prepared(question).words
    tokens = alignment.statement.tokens
    strength = alignment.strength()
    known = [strength.get(at, 0.0) >= COVERED or t.text in asked for at, t in enumerate(tokens)]
    covered = {
        at for t, is_known in zip(tokens, known, strict=True) if is_known for at in range(t.start, t.end)
    }
    gone = [t for t, is_known in zip(tokens, known, strict=True) if t.content and not is_known]
    words = [_tidy(word) for word in _words(alignment.statement.text, gone, covered)]
    kept = [word for word in words if len(word) >= _SHORTEST_MISSING or word.isdigit()]
    return tuple(dict.fromkeys(kept))[:_MOST_MISSING]


def whole_phrases(text: str, span: Span) -> Span:
    """The span grown to the edges of the Chinese phrases that it cuts, without marks at its ends."""
    start, end = span.start, span.end
    while end - start > 1 and not text[start].isalnum():
        start += 1
    while end - start > 1 and text[end - 1] in "，,。；;、：: \n":
        end -= 1
    first, last = _phrase(text, start), _phrase(text, end - 1)
    return Span(first[0] if first else start, last[1] if last else end)


def _phrase(text: str, at: int) -> tuple[int, int] | None:
    """The Chinese phrase over a place; ``None`` where none is or it is too long to be one."""
    return next(((a, b) for a, b in _phrases(text) if a <= at < b and b - a <= _LONGEST_PHRASE), None)


def _phrases(text: str) -> list[tuple[int, int]]:
    """Runs of Chinese characters between marks and function words."""
    found, start = [], 0
    for stop in (*_BREAK.finditer(text), None):
        end = len(text) if stop is None else stop.start()
        if end > start:
            found.append((start, end))
        start = len(text) if stop is None else stop.end()
    return found


def evidence_in(response: Response, spans: Iterable[Span]) -> tuple[Evidence, ...]:
    """The spans of ``response.text`` as evidence: with parts and boxes where the response was read."""
    found: list[Evidence] = []
    for span in spans:
        if not response.readings:
            words = response.text[span.start : span.end]
            found.append(Evidence(text=words, start=span.start, end=span.end))
            continue
        offset = 0
        for reading in response.readings:
            start, end = max(0, span.start - offset), min(len(reading.text), span.end - offset)
            if start < end:
                found.extend(evidence_of(reading, start, end))
            offset += len(reading.text) + 1
    return tuple(found)


def _runs(answer: Prepared, weights: dict[int, float]) -> tuple[Span, ...]:
    """Runs of the tokens with weights, the heaviest ``MOST`` of them, in the order of the answer."""
    runs: list[list[int]] = []
    for position in sorted(weights):
        joins = runs and position - runs[-1][-1] <= _GAP and _same_clause(answer, runs[-1][-1], position)
        if joins:
            runs[-1].append(position)
        else:
            runs.append([position])
    heavy = sorted(runs, key=lambda run: -sum(weights[i] for i in run))[:MOST]
    if not heavy:
        return ()
    best = sum(weights[i] for i in heavy[0])
    kept = [run for run in heavy if sum(weights[i] for i in run) >= _LEAST_SHARE * best]
    tokens = answer.tokens
    spans = [_trimmed(answer, tokens[run[0]].start, max(tokens[i].end for i in run)) for run in kept]
    return _apart(whole_phrases(answer.text, span) for span in spans)


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In the order of the answer; those that overlap become one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def _trimmed(answer: Prepared, start: int, end: int) -> Span:
    """Without Chinese function characters at either end, of which a pair may carry one."""
    while end - start > 1 and answer.text[start] in _LEFT_OUT:
        start += 1
    while end - start > 1 and answer.text[end - 1] in _LEFT_OUT:
        end -= 1
    return Span(start, end)


def _same_clause(answer: Prepared, first: int, second: int) -> bool:
    between = answer.text[answer.tokens[first].end : answer.tokens[second].start]
    return not any(c in "。；！？.;!?\n" for c in between)


def _span_of(text: Prepared, at: int, length: int) -> Span:
    """Folded place to original offsets; an English stem reaches to its word's end."""
    for token in text.tokens:
        if token.at == at and token.kind == "word":
            return Span(token.start, token.end)
    last = min(at + length, len(text.offsets)) - 1
    return Span(text.offsets[at], text.offsets[last] + 1)


def _with_denial(answer: Prepared, span: Span) -> Span:
    """The span begun at the denial that stands a little before it, in the same clause."""
    before = answer.text[max(0, span.start - 12) : span.start]
    for mark in ("不", "没", "无", "未", "非", " not ", "n't ", " no ", "never "):
        place = before.rfind(mark)
        if place >= 0 and not any(c in "，。；,.;\n" for c in before[place:]):
            return Span(span.start - len(before) + place + (mark[0] == " "), span.end)
    return span


def _words(text: str, gone: list[Token], covered: set[int]) -> list[str]:
    """Missing words as they are written, rarest first: Chinese phrases whole, if most of them is missing."""
    places = {at for t in gone if t.kind == "hanzi" for at in range(t.start, t.end)} - covered
    found: list[tuple[float, str]] = [(weight(t), text[t.start : t.end]) for t in gone if t.kind != "hanzi"]
    for start, end in _phrases(text):
        missing = sum(at in places for at in range(start, end))
        if missing >= _MISSING_SHARE * (end - start):
            rarest = max(weight(t) for t in gone if t.start < end and start < t.end)
            found.append((rarest, text[start:end]))
    found.sort(key=lambda entry: -entry[0])
    return [word for _, word in found]


def _tidy(word: str) -> str:
    while word and word[0] in _LEFT_OUT:
        word = word[1:]
    while word and word[-1] in _LEFT_OUT:
        word = word[:-1]
    return word if len(word) <= 12 else word[:12] + "…"
