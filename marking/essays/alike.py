"""雷同: which answers to an item have long passages in common that are in no text of the paper.

Runs of signs (shingles) of all answers are sorted; a run that stands in a few answers speaks for each pair
of them, the more the rarer it is. Runs of the paper are left out, and runs that stand in many answers speak
for nobody: they are the phrases of the subject. The pairs with the most in common are then laid side by side.
Shingling and resemblance after Broder (1997); a rare run weighs log(answers / answers with it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.essays import AlikePair, EssayText, PaperText, SamePassage
from marking.essays.grain import Ground, Hashes, Scale, ground, joined, scale_of, shingle_hashes
from marking.essays.passages import Passage, places_of, shared_passages

Ints = NDArray[np.int64]

#: A run in more answers than this speaks for no pair.
_MOST_SHARERS = 12
#: Pairs laid side by side, at least and for each answer; a few milliseconds each.
_MOST_PAIRS, _PAIRS_EACH = 400, 0.1
#: Runs in common that a pair needs to be looked at, as a share of the shortest passage that is told of:
#: of ten signs one may be misread in each of the two texts.
_FEWEST_RUNS = 0.2
#: Of the runs of a passage so many must be rare; misread signs break the others.
_RARE_SHARE = 0.12
#: Of the shorter answer so much must be shared.
_LEAST_SHARE = 0.05


def alike_pairs(answers: Sequence[EssayText], paper: Sequence[PaperText] = ()) -> tuple[AlikePair, ...]:
    """Pairs of answers with passages in common, the most alike first.

    Args:
        answers: of one item; those without text are passed over.
        paper: what everybody had before them.
    """
    written = [answer for answer in answers if answer.text.strip()]
    texts = [ground(answer.text) for answer in written]
    scale = scale_of("".join(text.text[:200] for text in texts))
    hashes = [shingle_hashes(text.signs, scale.shingle) for text in texts]
    rare = _rare(hashes, paper_hashes(paper, scale))
    found = []
    for one, other in _candidates(hashes, rare, len(texts), scale):
        pair = _laid_side_by_side(written, texts, rare, one, other, scale)
        if pair is not None:
            found.append(pair)
    return tuple(sorted(found, key=lambda pair: (-pair.characters, pair.first, pair.second)))


def sharers(hashes: Sequence[Hashes], without: Hashes) -> list[NDArray[np.int32]]:
    """For each shingle of each text, in how many texts it stands; 0 for those of ``without``."""
    if not hashes:
        return []
    everything, owners = joined(hashes)
    order = np.lexsort((owners, everything))
    sorted_, whose = everything[order], owners[order]
    if not len(everything):
        return [np.empty(0, dtype=np.int32) for _ in hashes]
    new_run = _changes(sorted_)
    new_owner = new_run | _changes(whose)
    run = np.cumsum(new_run) - 1
    counts = np.bincount(run, weights=new_owner).astype(np.int32)
    result = np.empty(len(everything), dtype=np.int32)
    result[order] = counts[run]
    result[np.isin(everything, without)] = 0
    return np.split(result, np.cumsum([len(each) for each in hashes])[:-1])


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    changes: NDArray[np.bool_] = np.concatenate(([True], values[1:] != values[:-1]))
    return changes


def _rare(hashes: Sequence[Hashes], paper: Hashes) -> list[NDArray[np.bool_]]:
    """Which shingles of each text stand in two answers or a few more, and not in the paper."""
    return [(counts >= 2) & (counts <= _MOST_SHARERS) for counts in sharers(hashes, paper)]


def paper_hashes(paper: Sequence[PaperText], scale: Scale) -> Hashes:
    """The shingles of all texts of the paper, each once."""
    several = [shingle_hashes(ground(text.text).signs, scale.shingle) for text in paper]
    return np.unique(np.concatenate(several)) if several else np.empty(0, dtype=np.uint64)


def _candidates(
    hashes: Sequence[Hashes], rare: Sequence[NDArray[np.bool_]], count: int, scale: Scale
) -> list[tuple[int, int]]:
    """Pairs (index, index) worth laying side by side, those with most weight in common first."""
    everything, owners = joined([h[mask] for h, mask in zip(hashes, rare, strict=True)])
    order = np.lexsort((owners, everything))
    runs, whose = everything[order], owners[order].astype(np.int64)
    if not len(runs):
        return []
    first = _changes(runs)
    once = first | _changes(whose)
    starts, whose = np.flatnonzero(first[once]), whose[once]
    sizes = np.diff(np.concatenate((starts, [len(whose)])))
    keys, weights = _paired(whose, starts, sizes, count)
    if not len(keys):
        return []
    pairs, which, shared = np.unique(keys, return_inverse=True, return_counts=True)
    heavy = np.bincount(which, weights=weights)
    fewest = max(2, round(_FEWEST_RUNS * scale.alike))
    enough = np.flatnonzero(shared >= fewest)
    best = enough[np.lexsort((pairs[enough], -heavy[enough]))][: max(_MOST_PAIRS, int(_PAIRS_EACH * count))]
    return [(int(pair // count), int(pair % count)) for pair in pairs[best]]


def _paired(whose: Ints, starts: Ints, sizes: Ints, count: int) -> tuple[Ints, NDArray[np.float64]]:
    """One entry for each pair of owners of each run: first · count + second, and the run's weight."""
    keys: list[Ints] = []
    weights: list[NDArray[np.float64]] = []
    for size in range(2, _MOST_SHARERS + 1):
        at = starts[sizes == size]
        if not len(at):
            continue
        owners = whose[at[:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        pairs = (owners[:, first] * count + owners[:, second]).ravel()
        keys.append(pairs)
        weights.append(np.full(len(pairs), np.log((count + 1) / size)))
    if not keys:
        return np.empty(0, dtype=np.int64), np.empty(0)
    return np.concatenate(keys), np.concatenate(weights)


def _laid_side_by_side(
    answers: Sequence[EssayText],
    texts: Sequence[Ground],
    rare: Sequence[NDArray[np.bool_]],
    one: int,
    other: int,
    scale: Scale,
) -> AlikePair | None:
    first, second = texts[one], texts[other]
    passages = shared_passages(first.signs, places_of(second.signs, scale.seed), scale, scale.alike // 2)
    own = [p for p in passages if _own(p, rare[one], scale)]
    same = sum(passage.same for passage in own)
    share = min(1.0, same / max(1, min(len(first.signs), len(second.signs))))
    longest = max((passage.same for passage in own), default=0)
    if longest < scale.alike or share < _LEAST_SHARE:  # many short ones are the phrases of a subject
        return None
    return AlikePair(
        first=answers[one].id,
        second=answers[other].id,
        characters=same,
        share=share,
        passages=tuple(_quoted(p, first, second) for p in own),
    )


def _own(passage: Passage, rare: NDArray[np.bool_], scale: Scale) -> bool:
    """Whether the passage is more than a phrase that many have, or that the paper has.

    Of its runs some are broken by misread signs in either text, so that a few rare ones are enough.
    """
    runs = rare[passage.start : max(passage.start + 1, passage.end - scale.shingle + 1)]
    return bool(runs.sum() >= max(2, round(_RARE_SHARE * len(runs))))


def _quoted(passage: Passage, first: Ground, second: Ground) -> SamePassage:
    start, end = first.span(passage.start, passage.end)
    other_start, other_end = second.span(passage.other_start, passage.other_end)
    return SamePassage(
        first=first.text[start:end], second=second.text[other_start:other_end], characters=passage.same
    )
