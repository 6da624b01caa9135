"""Licences in a teacher's words."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from core.exams import ItemKind
from core.licences import LicenceAction, RiskPoint
from web.filters import KIND_NAMES

_LOGGED = re.compile(
    r"(?P<action>\w+) (?P<level>\d+%) >= (?P<threshold>[\d.]+): (?P<wrong>\d+)/(?P<settled>\d+)"
    r" <= (?P<bound>[\d.]+); (?P<model>.*); \w*"
)


def scope_name(scope: str) -> str:
    """A scope in words (第 3 题, 全部解答题); anything else as it is."""
    what, _colon, name = scope.partition(":")
    if what == "item" and name:
        return str(_("第 %(n)s 题", n=name))
    known = what == "kind" and name in set(ItemKind)
    return str(_("全部%(kind)s", kind=KIND_NAMES[ItemKind(name)])) if known else scope


def action_words(action: str) -> str:
    """What was done."""
    words = {
        LicenceAction.GRANTED: _("授权"),
        LicenceAction.WITHDRAWN: _("撤回"),
        LicenceAction.FALLEN_BACK: _("自动收回"),
        LicenceAction.MEASURING: _("抽取盲评"),
    }
    return str(words[LicenceAction(action)]) if action in set(LicenceAction) else action


def point_words(point: RiskPoint) -> str:
    """What the marks at a threshold show."""
    return str(
        _(
            "在 %(n)s 份老师判过的作答里，机器判的与老师不同的有 %(wrong)s 份；错判率不超过 %(bound)s（可信度 95%%）。",
            n=point.settled,
            wrong=point.wrong,
            bound=f"{point.bound * 100:.1f}%",
        )
    )


def logged_words(words: str) -> str:
    """A choice as the audit log keeps it, in words; anything else as it is."""
    found = _LOGGED.fullmatch(words)
    if found is None:
        return action_words(words)
    shown = _(
        "%(action)s：把握不低于 %(threshold)s，%(settled)s 份里 %(wrong)s 份不同，错判率不超过 %(bound)s（%(model)s）",
        action=action_words(found["action"]),
        threshold=f"{float(found['threshold']) * 100:.1f}%",
        settled=found["settled"],
        wrong=found["wrong"],
        bound=f"{float(found['bound']) * 100:.1f}%",
        model=found["model"],
    )
    return str(shown)
