"""What an answer does with the statement's points: coverage of parts, denial, opposites, order."""

from __future__ import annotations

from marking.scoring.features.alignment import Alignment, aligned
from marking.scoring.features.lexicon import COMPARISON, STANCES
from marking.scoring.features.overlap import rare, shared, weight
from marking.scoring.features.texts import Prepared

NAMES = (
    "covered",
    "covered_exactly",
    "covered_new",
    "rarest_missing",
    "missing_count",
    "parts",
    "part_least",
    "part_mean",
    "part_most",
    "parts_covered",
    "clause_best",
    "clause_best_new",
    "denied_share",
    "denial_difference",
    "denials_answer",
    "clashes",
    "clashes_close",
    "clash_share",
    "stance",
    "stance_wanted",
    "swapped",
    "span_share",
    "synonym_groups",
)
#: A part is covered when so much of its weight is found.
COVERED = 0.5


def point_features(question: Prepared, statement: Prepared, answer: Prepared) -> tuple[float, ...]:
    """In the order of ``NAMES``; shares in [0, 1], counts capped."""
    alignment = aligned(statement, answer)
    weights = {i: weight(t) for i, t in enumerate(statement.tokens) if t.content}
    strength = alignment.strength()
    missing = [w for i, w in weights.items() if strength.get(i, 0.0) < COVERED]
    return (
        *_coverage(question, statement, weights, strength),
        max(missing, default=0.0),
        float(min(20, len(missing))),
        *_parts(statement, weights, strength),
        *_best_clause(question, statement, answer),
        *_denials(alignment, weights),
        *_opposites(alignment, weights),
        *_stances(statement, answer),
        _swapped(alignment),
        _spread(alignment),
        len(statement.groups & answer.groups) / len(statement.groups) if statement.groups else 0.5,
    )


def _coverage(
    question: Prepared, statement: Prepared, weights: dict[int, float], strength: dict[int, float]
) -> tuple[float, float, float]:
    total = sum(weights.values()) or 1.0
    new = {i: w for i, w in weights.items() if statement.tokens[i].text not in question.words}
    return (
        sum(w * strength.get(i, 0.0) for i, w in weights.items()) / total,
        sum(w for i, w in weights.items() if strength.get(i, 0.0) >= 1.0) / total,
        sum(w * strength.get(i, 0.0) for i, w in new.items()) / sum(new.values()) if new else 1.0,
    )


def part_coverage(statement: Prepared, weights: dict[int, float], strength: dict[int, float]) -> list[float]:
    """For each part of the statement the share of its weight that is found."""
    found = []
    for start, end in statement.parts:
        inside = [i for i in range(start, end) if i in weights]
        total = sum(weights[i] for i in inside)
        if total > 0:
            found.append(sum(weights[i] * strength.get(i, 0.0) for i in inside) / total)
    return found


def _parts(
    statement: Prepared, weights: dict[int, float], strength: dict[int, float]
) -> tuple[float, float, float, float, float]:
    shares = part_coverage(statement, weights, strength) or [0.0]
    covered = sum(share >= COVERED for share in shares) / len(shares)
    return float(min(12, len(shares))), min(shares), sum(shares) / len(shares), max(shares), covered


def _best_clause(question: Prepared, statement: Prepared, answer: Prepared) -> tuple[float, float]:
    """The clause of the answer that says most of the statement (F1 of rare words), all and new ones."""
    wanted = rare(statement)
    new = {word: value for word, value in wanted.items() if word not in question.words} or wanted
    best = best_new = 0.0
    for start, end in answer.clauses[:40]:
        given = {t.text: weight(t) for t in answer.tokens[start:end] if t.content}
        best = max(best, _f1(wanted, given))
        fresh = {word: value for word, value in given.items() if word not in question.words}
        best_new = max(best_new, _f1(new, fresh))
    return best, best_new


def _f1(wanted: dict[str, float], given: dict[str, float]) -> float:
    total = sum(wanted.values()) + sum(given.values())
    return 2 * shared(wanted, given) / total if total else 0.0


def _denials(alignment: Alignment, weights: dict[int, float]) -> tuple[float, float, float]:
    linked = sum(weights[link.wanted] for link in alignment.links) or 1.0
    denied = sum(weights[link.wanted] for link in alignment.links if link.denied)
    wanted, given = alignment.statement.denials, alignment.answer.denials
    return denied / linked, float(max(-3, min(3, given - wanted))), float(min(4, given))


def _opposites(alignment: Alignment, weights: dict[int, float]) -> tuple[float, float, float]:
    close = sum(clash.close for clash in alignment.clashes)
    opposed = sum(weights[link.wanted] for link in alignment.links if link.opposite)
    return (
        float(min(3, len(alignment.clashes))),
        float(min(3, close)),
        opposed / (sum(weights.values()) or 1.0),
    )


def stance(text: Prepared) -> int:
    """+1 where the text begins by agreeing, -1 by disagreeing, else 0."""
    start = text.folded[:30].strip()
    return next((side for pattern, side in STANCES if pattern.match(start)), 0)


def _stances(statement: Prepared, answer: Prepared) -> tuple[float, float]:
    wanted, given = stance(statement), stance(answer)
    return float(wanted * given), float(wanted)


def _swapped(alignment: Alignment) -> float:
    """1 where both texts compare and the tokens on either side of the comparison change places."""
    wanted = COMPARISON.search(alignment.statement.folded)
    given = COMPARISON.search(alignment.answer.folded)
    if wanted is None or given is None:
        return 0.0
    same = swapped = 0
    for link in alignment.links:
        if link.strength < 1.0:
            continue
        before = alignment.statement.tokens[link.wanted].at < wanted.start()
        found_before = alignment.answer.tokens[link.found].at < given.start()
        same, swapped = same + (before == found_before), swapped + (before != found_before)
    return swapped / (same + swapped) if same + swapped else 0.0


def _spread(alignment: Alignment) -> float:
    """How tightly the linked tokens stand in the answer: their number ÷ the length that they span."""
    found = sorted({link.found for link in alignment.links if link.strength >= COVERED})
    return len(found) / (found[-1] - found[0] + 1) if found else 0.0
