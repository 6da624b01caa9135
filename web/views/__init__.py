"""Blueprints: parse, call one use case, show."""

from __future__ import annotations

from web.views import (
    agreement,
    audit,
    blank_card,
    cards,
    editor,
    essays,
    exams,
    groups,
    guide,
    identity,
    learning,
    ledger,
    lesson,
    licence,
    marking,
    mine,
    optional,
    patches,
    people,
    pictures,
    release,
    results,
    roster,
    scans,
    sign_in,
)

BLUEPRINTS = tuple(
    module.bp
    for module in (
        sign_in,
        exams,
        editor,
        patches,
        essays,
        roster,
        cards,
        blank_card,
        scans,
        ledger,
        identity,
        optional,
        marking,
        agreement,
        licence,
        groups,
        learning,
        pictures,
        results,
        lesson,
        release,
        mine,
        audit,
        people,
        guide,
    )
)
