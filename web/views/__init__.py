"""Blueprints: parse, call one use case, show."""

from __future__ import annotations

from web.views import (
    audit,
    blank_card,
    cards,
    editor,
    exams,
    identity,
    ledger,
    lesson,
    marking,
    mine,
    optional,
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
        roster,
        cards,
        blank_card,
        scans,
        ledger,
        identity,
        optional,
        marking,
        pictures,
        results,
        lesson,
        release,
        mine,
        audit,
        people,
    )
)
