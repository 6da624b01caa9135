"""Handwriting: ink apart from print, lines found in known places, digits in known boxes."""

from ocr.handwriting.numbers import read_number_boxes
from ocr.handwriting.reading import Expected, read_regions

__all__ = ["Expected", "read_number_boxes", "read_regions"]
