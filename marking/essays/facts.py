"""All facts about the essays of an item: counted for each, compared among them, quoted from the paper."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.essays import AlikePair, CopiedPassage, EssayFacts, EssayText, PaperText
from core.exams import Item
from marking.essays.alike import alike_pairs, paper_hashes, sharers
from marking.essays.grain import Ground, Scale, ground, scale_of, shingle_hashes
from marking.essays.layout import characters_of, paragraphs_of, title_of, words_of
from marking.essays.passages import places_of, shared_passages
from marking.essays.topic import closeness

_ANOTHER = "另一份作答"
#: A run in so many answers is learnt by heart or everybody's phrase.
_MANY = 4
#: Runs of a passage that many share may be broken by misread signs; so much of it must be whole.
_WHOLE_SHARE = 0.35
_MOST_QUOTED = 8


@dataclass(frozen=True)
class _Page:
    """A text of the paper, ready to be searched for."""

    name: str
    places: dict[str, list[int]]


def essay_facts(
    item: Item, essay: EssayText, paper: Sequence[PaperText] = (), others: Sequence[EssayText] = ()
) -> EssayFacts:
    """The facts of one essay.

    Args:
        item: the essay's item; of an essay with traits nothing is suggested here.
        essay: as read.
        paper: what everybody had before them, the item's own stem among it.
        others: the other essays of the item.
    """
    return facts_of_all(item, (essay, *others), paper)[essay.id]


def facts_of_all(
    item: Item,
    essays: Sequence[EssayText],
    paper: Sequence[PaperText] = (),
    pairs: Sequence[AlikePair] | None = None,
) -> dict[str, EssayFacts]:
    """The facts of all essays of an item, by id.

    Args:
        item: their item.
        essays: as read, each id once.
        paper: as in ``essay_facts``.
        pairs: ``alike_pairs`` of them; found here when ``None``.
    """
    found = alike_pairs(essays, paper) if pairs is None else pairs
    texts = [ground(essay.text) for essay in essays]
    scale = scale_of("".join(text.text[:200] for text in texts))
    task = "\n".join((item.stem, item.reference_answer, *(p.text for p in paper if p.name == "")))
    near = closeness([essay.text for essay in essays], task, scale)
    ranked = sorted(value for value in near if value is not None)
    pages = [_Page(text.name, places_of(ground(text.text).signs, scale.seed)) for text in paper]
    shared = _from_others(essays, found)
    many = _in_many(texts, paper, scale)
    return {
        essay.id: _counted(essay).model_copy(
            update={
                "closeness": value,
                "closeness_place": 0 if value is None else bisect_left(ranked, value) + 1,
                "compared": len(ranked),
                "from_paper": _from_paper(text, pages, scale),
                "from_another": shared.get(essay.id, ()),
                "in_many": _without(known, shared.get(essay.id, ())),
            }
        )
        for essay, text, value, known in zip(essays, texts, near, many, strict=True)
    }


def _counted(essay: EssayText) -> EssayFacts:
    return EssayFacts(
        read=bool(essay.text.strip()),
        characters=characters_of(essay.text),
        words=words_of(essay.text),
        cells=essay.cells,
        paragraphs=paragraphs_of(essay),
        title=title_of(essay),
    )


def _from_paper(text: Ground, pages: Sequence[_Page], scale: Scale) -> tuple[CopiedPassage, ...]:
    """Passages of the paper in the essay, the longest first where two texts of the paper agree."""
    found: list[CopiedPassage] = []
    for page in pages:
        for passage in shared_passages(text.signs, page.places, scale, scale.quoted):
            found.append(_passage(text, passage.start, passage.end, page.name or "题目", passage.same))
    return _longest_apart(found)


def _from_others(
    essays: Sequence[EssayText], pairs: Sequence[AlikePair]
) -> Mapping[str, tuple[CopiedPassage, ...]]:
    """Passages that another candidate has too; nothing says who."""
    texts = {essay.id: essay.text for essay in essays}
    found: dict[str, list[CopiedPassage]] = {}
    for pair in pairs:
        for passage in pair.passages:
            for id_, words in ((pair.first, passage.first), (pair.second, passage.second)):
                start = texts[id_].find(words)
                copied = CopiedPassage(
                    text=words,
                    start=max(0, start),
                    end=max(0, start) + len(words),
                    source=_ANOTHER,
                    characters=passage.characters,
                )
                found.setdefault(id_, []).append(copied)
    return {id_: _longest_apart(several) for id_, several in found.items()}


def _in_many(
    texts: Sequence[Ground], paper: Sequence[PaperText], scale: Scale
) -> list[tuple[CopiedPassage, ...]]:
    """For each text the passages that stand in many answers and not in the paper."""
    hashes = [shingle_hashes(text.signs, scale.shingle) for text in texts]
    counts = sharers(hashes, paper_hashes(paper, scale))
    return [_stretches(text, own, scale) for text, own in zip(texts, counts, strict=True)]


def _stretches(text: Ground, counts: NDArray[np.int32], scale: Scale) -> tuple[CopiedPassage, ...]:
    at = np.flatnonzero(counts >= _MANY)
    if not len(at):
        return ()
    # a misread sign breaks as many runs as a run has signs
    breaks = np.flatnonzero(np.diff(at) > scale.shingle + scale.gap)
    found = []
    for run in np.split(at, breaks + 1):
        start, end = int(run[0]), int(run[-1]) + scale.shingle
        if end - start >= scale.alike and len(run) >= _WHOLE_SHARE * (end - start - scale.shingle + 1):
            sharing = int(np.median(counts[run]))
            found.append(_passage(text, start, end, f"本题约 {sharing} 份作答里都有", end - start))
    return _longest_apart(found)


def _passage(text: Ground, start: int, end: int, source: str, characters: int) -> CopiedPassage:
    first, last = text.span(start, end)
    return CopiedPassage(
        text=text.text[first:last], start=first, end=last, source=source, characters=characters
    )


def _longest_apart(passages: Sequence[CopiedPassage]) -> tuple[CopiedPassage, ...]:
    """The longest that do not overlap, in the order of the text."""
    kept: list[CopiedPassage] = []
    for passage in sorted(passages, key=lambda p: (-p.characters, p.start, p.source)):
        if len(kept) < _MOST_QUOTED and not _overlaps(passage, kept):
            kept.append(passage)
    return tuple(sorted(kept, key=lambda p: p.start))


def _without(passages: Sequence[CopiedPassage], told: Sequence[CopiedPassage]) -> tuple[CopiedPassage, ...]:
    """Those that are not told of already."""
    return tuple(passage for passage in passages if not _overlaps(passage, told))


def _overlaps(passage: CopiedPassage, others: Sequence[CopiedPassage]) -> bool:
    return any(passage.start < other.end and other.start < passage.end for other in others)
