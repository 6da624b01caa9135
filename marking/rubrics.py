"""What in an item can change a mark, as a digest; and which items of an edited exam it touches."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from core.exams import Exam, Item

#: Words, pictures and room on the card: no mark depends on them.
_WITHOUT_EFFECT: dict[str, bool | dict[str, dict[str, bool]]] = {
    "number": True,
    "stem": True,
    "reference_answer": True,
    "explanation": True,
    "pictures": True,
    "knowledge_points": True,
    "ability": True,
    "options": True,
    "height_mm": True,
    "characters": True,
    "ruled": True,
    "blanks": {"__all__": {"width_mm": True}},
}


def rubric_digest(item: Item) -> str:
    """SHA-256 (hex) of the item's kind, points, key and criteria."""
    fields = type(item).model_fields
    exclude = {name: what for name, what in _WITHOUT_EFFECT.items() if name in fields}
    kept = item.model_dump(mode="json", exclude=exclude)
    for part in (*kept.get("blanks", ()), *kept.get("criteria", ())):
        _drop_unused(part)
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _drop_unused(part: dict[str, Any]) -> None:
    """Takes out what older keys could not say, where it is not said: old marks keep their digest."""
    for name in ("wrong", "check", "follows"):
        if not part.get(name, True):
            del part[name]
    numeric = part.get("numeric") or {}
    for name in ("wrong_unit_steps", "significant_figures", "figures_steps"):
        if numeric.get(name, 0) is None:
            del numeric[name]


def changed_items(old: Exam, new: Exam) -> tuple[str, ...]:
    """Numbers of the new exam's items whose marks have to be made again, in order.

    A change of the exam's step touches every item, since marks are kept in steps.
    """
    before = {item.number: rubric_digest(item) for item in old.items}
    same_step = old.step is new.step
    return tuple(
        item.number for item in new.items if not same_step or before.get(item.number) != rubric_digest(item)
    )
