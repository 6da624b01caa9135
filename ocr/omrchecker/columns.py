"""Bubble readings as the columns that OMRChecker would print."""

from __future__ import annotations

from collections.abc import Sequence

from core.pages import BubbleReading
from ocr.omrchecker.template import ImportedTemplate


def read_fields(readings: Sequence[BubbleReading], imported: ImportedTemplate) -> dict[str, str]:
    """Column name to text: several marks follow one another, nothing marked is the empty value.

    Doubtful readings stand as best guessed; look at their verdicts before you use them.
    """
    texts = {r.key: "".join(r.marked) or imported.empty_values.get(r.key, "") for r in readings}
    return {
        column: "".join(texts.get(part, "") for part in imported.custom_labels.get(column, (column,)))
        for column in imported.columns
    }
