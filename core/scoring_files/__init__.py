"""Single items and tables of answers as files, for scoring without an exam: ``docs/scoring.md``."""

from core.scoring_files.answers import AnswerRow, read_answers
from core.scoring_files.item import ScoringItem
from core.scoring_files.items import read_items

__all__ = ["AnswerRow", "ScoringItem", "read_answers", "read_items"]
