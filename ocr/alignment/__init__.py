"""Alignment of cards that carry no fiducials of ours: imported templates and blank scans.

``align`` plays the card's alignment steps (page edges, printed markers, features of a reference
picture) and gives one homography from card millimetres to the scan's pixels, or says why it cannot.
"""

from ocr.alignment.align import AlignmentFailed, align

__all__ = ["AlignmentFailed", "align"]
