"""The card: its layout from the exam, its PDF, its page code."""

from ocr.cards.answers import grid_cells
from ocr.cards.codes import page_code_text, parse_page_code
from ocr.cards.design import design_card
from ocr.cards.drawing import blank_pages, draw_card

__all__ = ["blank_pages", "design_card", "draw_card", "grid_cells", "page_code_text", "parse_page_code"]
