"""Whose sheet it is: settled for the whole exam at once, as one assignment over the roster."""

from ocr.identity.evidence import PageTrace, SheetEvidence, SheetIdentity
from ocr.identity.numbers import number_text
from ocr.identity.settling import SETTLE_THRESHOLD, settle_identities
from ocr.identity.sheets import group_sheets

__all__ = [
    "SETTLE_THRESHOLD",
    "PageTrace",
    "SheetEvidence",
    "SheetIdentity",
    "group_sheets",
    "number_text",
    "settle_identities",
]
