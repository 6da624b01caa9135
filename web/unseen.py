"""What the pages leave out of responses that a person is to mark without the machine's word.

Whoever may open these pages may be the one who marks the response, so that nobody is shown it until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.marks import Mark, MarkSource
from core.patches import PatchPreview
from core.results import CandidateResult
from pipeline.moved import MovedScore
from pipeline.unseen import is_unseen, unseen_among
from web.audit_words import LogLine
from web.context import tools


def shown_marks(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """A response's history without the machine's marks, as long as it waits unseen."""
    hidden = bool(marks) and is_unseen(marks[-1])
    return tuple(mark for mark in marks if not (hidden and mark.source is MarkSource.MACHINE))


def shown_lines(lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """Lines of the log; what was given before and after is left out of those about such responses."""
    keys = {line.key: _response(line.key) for line in lines if ":" in line.key}
    hidden = _unseen(keys.values())
    return tuple(
        replace(line, before="", after="") if keys.get(line.key) in hidden else line for line in lines
    )


def _response(key: str) -> tuple[str, str]:
    page, _, item = key.partition(":")
    return page, item


def shown_moves(rows: Sequence[MovedScore]) -> tuple[MovedScore, ...]:
    """Scores that moved, without those responses."""
    hidden = _unseen((row.page_id, row.item) for row in rows)
    return tuple(row for row in rows if (row.page_id, row.item) not in hidden)


def shown_preview(preview: PatchPreview | None) -> PatchPreview | None:
    """A preview whose sample leaves those responses out; its counts stay."""
    if preview is None:
        return None
    hidden = _unseen((one.page_id, one.item) for one in preview.sample)
    kept = tuple(one for one in preview.sample if (one.page_id, one.item) not in hidden)
    return preview.model_copy(update={"sample": kept})


def shown_result(result: CandidateResult) -> CandidateResult:
    """One candidate's items; those responses are shown as not marked yet, and count nothing."""
    hidden = _unseen((one.page_id, one.item) for one in result.items if one.page_id)
    out = [one for one in result.items if (one.page_id, one.item) in hidden]
    if not out:
        return result
    items = tuple(
        one.model_copy(update={"steps": None, "awards": (), "reason": ""}) if one in out else one
        for one in result.items
    )
    less = sum(one.steps or 0 for one in out if one.counted)
    return result.model_copy(
        update={
            "items": items,
            "total_steps": result.total_steps - less,
            "subjective_steps": result.subjective_steps - less,
        }
    )


def _unseen(keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    with tools().store.read() as uow:
        return unseen_among(uow, keys)
