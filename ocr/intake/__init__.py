"""Taking scans in: a file of any kind becomes single page images, distrusted until checked.

``open_scan`` yields the pages of one upload one at a time, ``decode_grey`` and ``decode_colour``
turn a page's bytes into pixels.
"""

from ocr.intake.decoding import decode_colour, decode_grey
from ocr.intake.opening import open_scan
from ocr.intake.records import IntakeLimits, ScannedImage

__all__ = ["IntakeLimits", "ScannedImage", "decode_colour", "decode_grey", "open_scan"]
