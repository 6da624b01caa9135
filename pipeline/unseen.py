"""Responses that a person is to mark without having seen the machine's mark (seeds, and those measured)."""

from __future__ import annotations

from collections.abc import Iterable

from core.marks import Mark, MarkState
from core.store import UnitOfWork


def is_unseen(mark: Mark | None) -> bool:
    """Whether nobody who may mark it is to be shown what the machine said: as long as it waits."""
    return mark is not None and mark.seed and mark.state is MarkState.PROPOSED


def unseen_among(uow: UnitOfWork, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the responses (page id, item) that are to be marked unseen."""
    return {key for key in dict.fromkeys(keys) if is_unseen(uow.marks.current(*key))}
