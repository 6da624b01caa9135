"""Whose sheet it is: settled for the whole exam at once, as one assignment over the roster."""

from ocr.identity.assembling import Assembled, assemble
from ocr.identity.evidence import PageTrace, PossiblePartner, SheetEvidence, SheetIdentity
from ocr.identity.exchanges import propose
from ocr.identity.numbers import number_text
from ocr.identity.settling import SETTLE_THRESHOLD, settle_identities
from ocr.identity.sheets import CERTAIN_PAIR, Division, divide_stacks, group_sheets

__all__ = [
    "CERTAIN_PAIR",
    "SETTLE_THRESHOLD",
    "Assembled",
    "Division",
    "PageTrace",
    "PossiblePartner",
    "SheetEvidence",
    "SheetIdentity",
    "assemble",
    "divide_stacks",
    "group_sheets",
    "number_text",
    "propose",
    "settle_identities",
]
