"""The page code: which exam, which revision of its card, which page, and perhaps whose."""

from __future__ import annotations

from core.pages import PageCode

_MARK = "ZP1"
_FIELDS = (4, 5)
_LONGEST_NUMBER = 20


def page_code_text(exam_id: str, card_revision: int, page: int, candidate_number: str = "") -> str:
    """The text of the printed QR: ``ZP1|exam_id|card_revision|page[|candidate_number]``."""
    fields = [_MARK, exam_id, str(card_revision), str(page)]
    if candidate_number:
        fields.append(candidate_number)
    return "|".join(fields)


def parse_page_code(text: str) -> PageCode | None:
    """What a code says, or ``None`` when it is not one of ours (any QR may turn up on a scan)."""
    mark, *fields = text.strip().split("|")
    if mark != _MARK or len(fields) + 1 not in _FIELDS:
        return None
    exam_id, revision, page, *number = fields
    if not (_is_count(revision) and _is_count(page) and exam_id):
        return None
    candidate = number[0] if number else ""
    if candidate and not (candidate.isascii() and candidate.isalnum() and len(candidate) <= _LONGEST_NUMBER):
        return None
    return PageCode(exam_id=exam_id, card_revision=int(revision), page=int(page), candidate_number=candidate)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4 and int(text) >= 1
