"""Numbers as keys: the value, its tolerance, its unit, its figures."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from core.answer_keys import NumberCheck, NumericKey
from core.exam_files.building import build
from core.exam_files.fields import Fields
from core.exam_files.problems import shortened
from core.exam_files.tree import Mapping, Text
from core.scores import ScoreStep

_NUMBER = r"[-+−]?(?:\d+(?:\.\d*)?|\.\d+)(?:\s*(?:[eE]|[×xX*]\s*10\s*\^?)\s*[-+−]?\d{1,3})?"
_FRACTION = r"[-+−]?\d+/\d+"
_RANGE = rf"{_NUMBER}\s*[~～]\s*{_NUMBER}"
_VALUE = re.compile(rf"^(?:{_RANGE}|{_NUMBER}|{_FRACTION})$")
_WITH_UNIT = re.compile(rf"^(?P<value>{_RANGE}|{_FRACTION}|{_NUMBER})\s*(?P<unit>[^\d\s].*)?$")
_TOLERANCE = re.compile(r"^(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)$")
_MOST_FIGURES = 12


def read_numeric(fields: Fields, step: ScoreStep) -> NumericKey | None:
    """``numeric``: "0.6", "0.6 N", or the fields of a number."""
    node = fields.node("numeric")
    if isinstance(node, Text):
        return _numeric_text(fields, node.text)
    if not isinstance(node, Mapping):
        if node is not None:
            fields.child("numeric")
        return None
    inner = Fields(node, fields.sub("numeric"), fields.problems)
    values = number_fields(inner, step)
    inner.close()
    return build(inner, NumericKey, **values) if values else None


def read_number_check(inner: Fields, step: ScoreStep) -> NumberCheck | None:
    """A check of kind ``number``; a unit may stand with the value ("10 N")."""
    values = number_fields(inner, step)
    return build(inner, NumberCheck, name=inner.text("name"), **values) if values else None


def number_fields(inner: Fields, step: ScoreStep) -> dict[str, Any]:
    """The fields of a numeric key; none after telling what is wrong with its value."""
    written = inner.required("value").strip()
    tolerance, percent = _tolerance(inner)
    figures = inner.whole("significant_figures", 0, 1, _MOST_FIGURES)
    values = {
        "tolerance": tolerance,
        "relative": inner.truth("relative", percent),
        "unit_steps": inner.steps("unit_points", step) or 0,
        "wrong_unit_steps": inner.steps("wrong_unit_points", step),
        "other_units": inner.truth("other_units", True),
        "significant_figures": figures or None,
        "figures_steps": inner.steps("figures_points", step),
    }
    unit = inner.text("unit")
    match = _VALUE.match(written) or (None if unit else _WITH_UNIT.match(written))
    if not written:
        return {}
    if match is None:
        inner.wrong("value", f"“{shortened(written)}”不是数；可写 0.6、-3、1.0×10^3、1/3，或范围 1.80~1.85")
        return {}
    parts = match.groupdict()
    return {
        "value": parts.get("value") or written,
        "unit": unit or (parts.get("unit") or "").strip(),
    } | values


def _numeric_text(fields: Fields, written: str) -> NumericKey | None:
    match = _WITH_UNIT.match(written.strip())
    if match is None:
        fields.wrong("numeric", f"“{shortened(written)}”不是数；可写 0.6、0.6 N，或分开写 value 和 unit")
        return None
    return NumericKey(value=match["value"], unit=(match["unit"] or "").strip())


def _tolerance(inner: Fields) -> tuple[str, bool]:
    """The tolerance as decimal text; "5%" is 0.05 of the value."""
    text = inner.text("tolerance", "0").strip()
    match = _TOLERANCE.match(text)
    if match is None:
        inner.wrong("tolerance", f"“{shortened(text)}”不是误差；可写 0.05 或 5%")
        return "0", False
    if not match["percent"]:
        return match["number"], False
    return format((Decimal(match["number"]) / 100).normalize(), "f"), True
