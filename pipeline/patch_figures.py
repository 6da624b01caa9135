"""Figures of a previewed change: flows of marks, a sample to look at, the means of classes."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from core.marks import Mark
from core.patches import ClassShift, Flow, SeenAward, TouchedResponse
from core.results import CandidateResult
from pipeline.results import ExamState, results_of

SAMPLE = 10
_LONGEST = 400  #: characters of an answer shown in the sample


def seen_awards(mark: Mark) -> tuple[SeenAward, ...]:
    """The mark's awards without what the preview does not show."""
    return tuple(
        SeenAward(criterion=a.criterion, steps=a.steps, full_steps=a.full_steps, reason=a.reason)
        for a in mark.awards
    )


def flows_of(touched: Sequence[TouchedResponse]) -> tuple[Flow, ...]:
    """How many go from what to what, the largest first."""
    counts = Counter((t.fate, *_ends(t)) for t in touched)
    flows = (Flow(fate=f, before=b, after=a, count=n) for (f, b, a), n in counts.items())
    return tuple(sorted(flows, key=lambda flow: (-flow.count, flow.fate, _order(flow))))


def _ends(touched: TouchedResponse) -> tuple[int | None, int | None]:
    """Of a person's mark what the machine says, since that is why it goes back."""
    if touched.before == touched.after:
        return touched.old, touched.new
    return touched.before, touched.after


def _order(flow: Flow) -> tuple[int, int]:
    before, after = (-1 if steps is None else steps for steps in (flow.before, flow.after))
    return before, after


def sample_of(touched: Sequence[TouchedResponse], most: int = SAMPLE) -> tuple[TouchedResponse, ...]:
    """Some of each kind of change in turn, the commonest kind first; the same ones every time.

    Within a kind they are taken in the order of a digest of their page, so that neither the first stack
    nor the first class is preferred.
    """
    kinds: dict[tuple[object, ...], list[TouchedResponse]] = defaultdict(list)
    for response in sorted(touched, key=_lot):
        kinds[_kind(response)].append(response)
    queues = [kinds[kind] for kind in sorted(kinds, key=lambda kind: (-len(kinds[kind]), str(kind)))]
    longest = max(map(len, queues), default=0)
    turns = (queue[turn] for turn in range(longest) for queue in queues if turn < len(queue))
    return tuple(
        response.model_copy(update={"text": response.text[:_LONGEST]})
        for response, _ in zip(turns, range(most), strict=False)
    )


def _lot(response: TouchedResponse) -> str:
    return hashlib.sha256(response.page_id.encode()).hexdigest()


def _kind(response: TouchedResponse) -> tuple[object, ...]:
    """What becomes of it, from what to what, and in which criteria."""
    old = {award.criterion: award.steps for award in response.old_awards}
    new = {award.criterion: award.steps for award in response.new_awards}
    moved = tuple(sorted(c for c in old | new if old.get(c) != new.get(c)))
    return (response.fate.value, *_ends(response), moved)


def class_shifts(before: ExamState, after: ExamState, item: str) -> tuple[ClassShift, ...]:
    """Everybody first, then each class in roster order: means of totals and the item's 得分率."""
    old, new = results_of(before).present, results_of(after).present
    names = dict.fromkeys(result.candidate.class_name for result in old)
    shifts = [_shift("", old, new, item)]
    for name in names if len(names) > 1 else ():
        own = [[r for r in several if r.candidate.class_name == name] for several in (old, new)]
        shifts.append(_shift(name, own[0], own[1], item))
    return tuple(shifts)


def _shift(
    name: str, old: Sequence[CandidateResult], new: Sequence[CandidateResult], item: str
) -> ClassShift:
    return ClassShift(
        name=name,
        present=len(old),
        mean_before=_mean_total(old),
        mean_after=_mean_total(new),
        rate_before=_rate(old, item),
        rate_after=_rate(new, item),
    )


def _mean_total(results: Sequence[CandidateResult]) -> float | None:
    return sum(result.total_steps for result in results) / len(results) if results else None


def _rate(results: Sequence[CandidateResult], item: str) -> float | None:
    """Steps given out of all that could be given, over those to whom the item counts; unmarked give 0."""
    counted = [found for r in results if (found := r.item(item)) is not None and found.counted]
    full = sum(found.full_steps for found in counted)
    return sum(found.steps or 0 for found in counted) / full if full else None
