"""Bubbles: how dark each is against the page's own empty ones, and what that means.

``read_bubbles`` works on a rectified page: follow curled paper by its print (``registration.bending``),
sample every bubble (``sampling``), move blocks of bubbles that are still displaced (``shifts``), take the
printed letter and outline away and see whether they were where they should be (``ink``), learn from this
page what empty and full are (``page_model``), judge each field (``verdicts``), and say how often such a
judgement is right (``calibration``). What is not clear is DOUBTFUL and belongs to a person.
"""

from ocr.bubbles.numbers import number_from_bubbles
from ocr.bubbles.reading import read_bubbles

__all__ = ["number_from_bubbles", "read_bubbles"]
