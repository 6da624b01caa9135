"""Words of answers that people credited though the machine had not found the criterion.

Each clause of such an answer may hold the wording. Of all pieces of clauses those are kept that stand in
several credited answers and (almost) none that was refused; of pieces that stand in the same answers, the
longest. They are offered to the head as synonyms; nobody's mark follows from them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from marking.normalise import traced

_CLAUSE = re.compile(r"[^，。；：！？、,;:!?\n]+")
_WORD = re.compile(r"[a-z0-9][a-z0-9'’-]*", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z]")
#: Lengths of pieces: characters of Chinese, words of English.
_CHARACTERS = (2, 10)
_WORDS = (1, 5)
_LONGEST_ANSWER = 400
_FEWEST = 2  #: credited answers that a piece must stand in
_REFUSED_SHARE = 0.2  #: of the answers with a piece so many may have been refused
_MOST = 5


def missed_wordings(
    credited: Sequence[str], refused: Sequence[str], known: Iterable[str]
) -> tuple[tuple[str, int, int], ...]:
    """(words, credited answers with them, refused answers with them), most credited first; at most five.

    Args:
        credited: answers that got the points from a person, and in which the machine had not found them.
        refused: answers to which a person gave none.
        known: wordings that are accepted already, and the stem: pieces of these are not offered.
    """
    ours = [_pieces(text) for text in credited]
    counts = Counter(piece for pieces in ours for piece in pieces)
    against = Counter(piece for text in refused for piece in _pieces(text) & counts.keys())
    mill = [traced(word)[0] for word in known]
    good = [
        piece
        for piece, count in counts.items()
        if count >= _FEWEST
        and against[piece] <= _REFUSED_SHARE * (count + against[piece])
        and not any(traced(piece)[0] in word for word in mill)
    ]
    return tuple((p, counts[p], against[p]) for p in _distinct(good, counts, ours))


def _distinct(good: list[str], counts: Counter[str], ours: Sequence[set[str]]) -> list[str]:
    """The best pieces, each for answers that those before it do not already speak for."""
    chosen: list[str] = []
    spoken: set[int] = set()
    for piece in sorted(good, key=lambda p: (-counts[p], -len(p), p)):
        answers = {n for n, pieces in enumerate(ours) if piece in pieces}
        if len(answers - spoken) >= _FEWEST and len(chosen) < _MOST:
            chosen.append(piece)
            spoken |= answers
    return chosen


def _pieces(text: str) -> set[str]:
    """All pieces of the text's clauses that might be a wording."""
    found: set[str] = set()
    for clause in _CLAUSE.findall(text[:_LONGEST_ANSWER]):
        if _LATIN.search(clause):
            words = _WORD.findall(clause.lower())
            found |= {" ".join(piece) for piece in _runs(words, *_WORDS)}
        else:
            found |= {"".join(piece) for piece in _runs("".join(clause.split()), *_CHARACTERS)}
    return found


def _runs(units: Sequence[str], least: int, most: int) -> Iterable[Sequence[str]]:
    return (
        units[start : start + length]
        for length in range(least, most + 1)
        for start in range(len(units) - length + 1)
    )
