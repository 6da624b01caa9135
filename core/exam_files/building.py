"""Builds a record of the file; what the record itself refuses is told with the file's line."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import ValidationError

from core.base import Record
from core.exam_files.fields import Fields

R = TypeVar("R", bound=Record)


def build(fields: Fields, record: type[R], **values: Any) -> R | None:
    """The record, or ``None`` after telling why it cannot be."""
    try:
        return record(**values)
    except ValidationError as error:
        fields.problems.add_invalid(fields.line, fields.path, error)
        return None
