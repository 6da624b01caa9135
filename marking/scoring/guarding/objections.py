"""What in an answer stands against a statement: each objection with its words, so that a teacher sees why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from marking.scoring.features.stems import stem
from marking.scoring.features.texts import prepared
from marking.scoring.guarding.amounts import Amount, amounts_of
from marking.scoring.guarding.claims import Claim, claims_of
from marking.scoring.guarding.names import all_named, heads_of
from marking.scoring.guarding.wants import wanted_amounts
from marking.scoring.spans import Span


class Kind(StrEnum):
    NUMBER = "number"
    UNIT = "unit"
    MISSING = "missing"
    OPPOSITE = "opposite"
    DENIED = "denied"
    SWAPPED = "swapped"
    ELSEWHERE = "elsewhere"  #: what is said is said of another quantity
    SCRAP = "scrap"  #: half a word


@dataclass(frozen=True, slots=True)
class Objection:
    """``found`` are the answer's words at ``spans``, ``wanted`` what the statement has in their place."""

    kind: Kind
    spans: tuple[Span, ...]
    found: str
    wanted: str

    def moved_by(self, offset: int) -> Objection:
        """The same, found in a part of the answer that begins at ``offset``."""
        spans = tuple(Span(span.start + offset, span.end + offset) for span in self.spans)
        return Objection(self.kind, spans, self.found, self.wanted)


#: How many more common pairs make an opposite claim belong to a statement that is also said rightly.
_CLEARLY_NEARER = 3
#: A statement of more claims than this is a whole solution: one slip does not undo it.
_FEW_CLAIMS = 2


def number_objection(question: str, statement: str, answer: str) -> Objection | None:
    """A wanted amount that the answer states otherwise, or else in another kind of unit."""
    given = amounts_of(answer)
    asked = amounts_of(question)
    wanted = wanted_amounts(question, statement)
    for group in wanted:
        best = group[0]
        about = [a for a in given if not a.guessed and best.name and a.name == best.name]
        pool = [a for a in about if any(a.alike(w) for w in group)] or [
            a
            for a in given
            if any(a.alike(w) for w in group) and not (best.name and a.name and a.name != best.name)
        ]
        right = [a for a in pool if any(a.equals(w) for w in group)]
        denied = [a for a in right if a.denied]
        if denied and len(denied) == len(right):
            return Objection(Kind.DENIED, (denied[-1].span,), denied[-1].written, best.written)
        if right or any(a.equals(w) for a in about for w in group):
            continue
        wrong = [a for a in pool if not a.guessed and not a.denied and not any(a.equals(q) for q in asked)]
        if wrong:
            return Objection(Kind.NUMBER, (wrong[-1].span,), wrong[-1].written, best.written)
        bare = [a for a in about if a.unit is None and _is_result(a) and not any(a.equals(q) for q in asked)]
        if bare and best.unit is not None and bare[-1] is about[-1]:
            return Objection(Kind.NUMBER, (bare[-1].span,), bare[-1].written, best.written)
        other = [
            a
            for a in about
            if a.unit is not None and best.unit is not None and not a.alike(best) and a.value == best.value
        ]
        if other and other[-1] is about[-1]:
            return Objection(Kind.UNIT, (other[-1].span,), other[-1].written, best.written)
    return None


def _is_result(amount: Amount) -> bool:
    return re.search(r"(?:=|≈|是|为|等于|\bis)\s*$", amount.label) is not None


def claim_objection(statement: str, answer: str, others: Sequence[str] = ()) -> Objection | None:
    """A claim of the answer that says the opposite of one of the statement's.

    Args:
        others: statements of the item's other criteria; what they ask for is not held against this one,
            unless the words around it are this one's.
    """
    every = claims_of(statement)
    wanted = [claim for claim in every if not any(claim.opposes(other) for other in every)]
    given = claims_of(answer)
    rivals = [claim for other in others for claim in claims_of(other)]
    against: list[tuple[Claim, Claim]] = []
    for claim in wanted:
        opposed = [one for one in given if one.opposes(claim) and not _belongs_elsewhere(one, claim, rivals)]
        agreed = [one for one in given if one.agrees(claim)]
        if agreed:
            least = max(_common(one.before, claim.before) for one in agreed) + _CLEARLY_NEARER
            opposed = [
                one
                for one in opposed
                if _common(one.before, claim.before) >= least and _ends_alike(one, claim)
            ]
        if opposed:
            best = max(opposed, key=lambda one: (_common(one.before, claim.before), -one.span.start))
            against.append((claim, best))
    if not against or (
        len(wanted) > _FEW_CLAIMS and 2 * len(against) <= len(wanted) and not _short(statement)
    ):
        return None
    claim, best = against[0]
    kind = (
        Kind.DENIED
        if best.denied != claim.denied
        else Kind.SWAPPED
        if len(claim.subject) > 1
        else Kind.OPPOSITE
    )
    return Objection(kind, (best.span,), _words(answer, best.span), _words(statement, claim.span))


def _short(statement: str) -> bool:
    return len(prepared(statement).clauses) <= _FEW_CLAIMS + 1


def _belongs_elsewhere(given: Claim, wanted: Claim, rivals: Sequence[Claim]) -> bool:
    here = _common(given.before, wanted.before)
    return any(given.agrees(rival) and _common(given.before, rival.before) >= here for rival in rivals)


def _ends_alike(one: Claim, other: Claim) -> bool:
    return all(a.endswith(b) or b.endswith(a) for a, b in zip(one.subject, other.subject, strict=True))


def _common(one: str, other: str) -> int:
    return len(_pairs(one) & _pairs(other))


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()}


def elsewhere_objection(statement: str, answer: str) -> Objection | None:
    """The statement is about some quantities; the answer's claims are all about others and these are not named."""
    wanted, given = claims_of(statement), claims_of(answer)
    heads = [heads_of(claim.subject[0]) for claim in wanted]
    if not heads or not all(heads) or not given or any(len(c.subject) > 1 for c in (*wanted, *given)):
        return None
    asked = frozenset().union(*heads)
    said = [heads_of(claim.subject[0]) for claim in given]
    if not all(said) or asked & frozenset().union(*said) or asked & all_named(answer):
        return None
    return Objection(
        Kind.ELSEWHERE, (given[0].span,), _words(answer, given[0].span), _words(statement, wanted[-1].span)
    )


_HYPOTHESIS = re.compile(
    r"如果|假如|若|要是|否则|除非|不仅|不但|不断|不管|不论|\bif\b|\bwould\b|\bunless\b|\buntil\b|\bwithout\b"
)
_CHINESE_NO = re.compile(
    r"(?:并?不会|并?不能|并?没有|并?不是|并未|不再|不|没|未)(?:被|再)?([\u3400-\u9fff]{2})"
)
_ENGLISH_NO = re.compile(
    r"(?:\b(?:do|does|did|is|are|was|were|will|can|could|has|have)\s*(?:not|n't)|\bcannot|\bnever)\s+(?:be\s+|been\s+)?([a-z]+)"
)
_CLAUSE = re.compile(r"[^,;:!?\n()。，；：！？]+")
#: Not verbs, or the matter of claims.
_DIRECTION = re.compile("[大小高低多少快慢强弱变]|相等|等于|同样|一定|必|需要|可以|能够|仅|只|太")
_LEFT_OF_VERB = 3


def denial_objection(statement: str, answer: str) -> Objection | None:
    """What the statement says happens, said not to happen of the same subject (and nowhere affirmed); or the reverse."""
    for denier, other, of_answer in ((answer, statement, True), (statement, answer, False)):
        for at, end, verb, subject in _denied_verbs(denier):
            place = _affirmed(other, verb, subject)
            if place is None or _affirmed(denier, verb, "") is not None:
                continue
            found, wanted = (denier[at:end], other[place.start : place.end])
            if of_answer:
                return Objection(Kind.DENIED, (Span(at, end),), found, wanted)
            return Objection(Kind.DENIED, (place,), wanted, found)
    return None


def _denied_verbs(text: str) -> list[tuple[int, int, str, str]]:
    """Start, end, verb and subject of what is denied, clause by clause; offsets in ``text``."""
    whole = prepared(text)
    pattern = _CHINESE_NO if whole.has_hanzi else _ENGLISH_NO
    found = []
    for clause in re.finditer(r"[^,;:!?\n().]+", whole.folded):
        if _HYPOTHESIS.search(clause[0]):
            continue
        for match in pattern.finditer(clause[0]):
            before = clause[0][: match.start()]
            subject = _subject(before, whole.has_hanzi)
            if not subject or (whole.has_hanzi and _DIRECTION.search(match[1])):
                continue
            verb = match[1] if whole.has_hanzi else stem(match[1])
            start, end = clause.start(), clause.start() + match.end()
            start += len(before) - len(before.lstrip())
            found.append((whole.offsets[start], whole.offsets[end - 1] + 1, verb, subject))
    return found


def _subject(before: str, is_chinese: bool) -> str:
    if is_chinese:
        words = re.findall(r"[\u3400-\u9fff]+", re.sub("[的了也都就则会]|因为|所以|由于", "", before))
        return words[-1][-2:] if words else ""
    words = [t.text for t in prepared(before).tokens if t.content]
    return words[-1] if words else ""


def _affirmed(text: str, verb: str, subject: str) -> Span | None:
    """Where the verb stands undenied, with the subject shortly before it in its clause (any, where it is "")."""
    whole = prepared(text)
    tokens = whole.tokens
    for place in whole.places.get(verb, ()):
        token = tokens[place]
        start = max((m.end() for m in re.finditer(r"[,;:!?\n().]", whole.folded[: token.at])), default=0)
        before = whole.folded[start : token.at]
        if token.denied or _HYPOTHESIS.search(before):
            continue
        if whole.has_hanzi:
            if subject in before or not subject:
                return Span(token.start, token.end)
            continue
        words = [t.text for t in prepared(before).tokens if t.content]
        if not subject or subject in words[-_LEFT_OF_VERB:]:
            return Span(token.start, token.end)
    return None


#: Between equals the order says nothing.
_WORDS_OF_EQUALS = "and or touch mix equal collide combine react differ same similar meet between both with"
_MUTUAL = frozenset(map(stem, _WORDS_OF_EQUALS.split()))


def swapped_objection(statement: str, answer: str) -> Objection | None:
    """English: the same content words with two of them exchanged around a verb."""
    first, second = prepared(statement), prepared(answer)
    if first.has_hanzi or second.has_hanzi:
        return None
    wanted, given = ([t for t in side.tokens if t.content] for side in (first, second))
    words, said = [t.text for t in wanted], [t.text for t in given]
    if not 3 <= len(words) == len(said) == len(set(words)) or set(words) != set(said):
        return None
    moved = [at for at, (a, b) in enumerate(zip(words, said, strict=True)) if a != b]
    plain = {t.text for side in (first, second) for t in side.tokens}
    passive = [" by " in f" {side.folded} " for side in (first, second)]
    if len(moved) != 2 or moved[1] - moved[0] < 2 or plain & _MUTUAL or passive[0] != passive[1]:
        return None
    span = Span(given[moved[0]].start, given[moved[1]].end)
    return Objection(
        Kind.SWAPPED,
        (span,),
        _words(answer, span),
        _words(statement, Span(wanted[moved[0]].start, wanted[moved[1]].end)),
    )


def _words(text: str, span: Span) -> str:
    return text[span.start : span.end].strip(" ,，。.;；\n")
