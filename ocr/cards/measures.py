"""Lengths of the designed card, in millimetres. A change here changes every card printed afterwards."""

from __future__ import annotations

from typing import Final

PAPER_MM: Final = {"A4": (210.0, 297.0), "A3": (420.0, 297.0)}

#: Corner markers: 9 mm (1.5 mm cells), far enough from the edge for a printer's margin.
FIDUCIAL_MM: Final = 9.0
FIDUCIAL_INSET_MM: Final = 12.0  #: from the edges to a marker's centre
#: Marker ids clockwise from the top left: all different, so that any two say how the page is turned.
FIDUCIAL_IDS: Final = (0, 1, 2, 3)

SIDE_MM: Final = 12.0  #: left and right margin
TOP_MM: Final = 19.0  #: content starts here: a marker cell and more below the top markers
BOTTOM_MM: Final = 19.0
GUTTER_MM: Final = 8.0  #: between columns of A3

CODE_MM: Final = 22.0  #: the page code with its quiet zone
CODE_TOP_MM: Final = 7.0
HEADER_MM: Final = 31.0  #: content of a page's first column starts here

BUBBLE_MM: Final = (5.5, 3.0)
BUBBLE_PITCH_MM: Final = 7.2
CHOICE_ROW_MM: Final = 5.6
CHOICE_GROUP: Final = 5  #: items in one column of a choice block

FILL_ROW_MM: Final = 11.0
FILL_LINE_MM: Final = 9.5  #: height of a fill line's region
FILL_RULE_MM: Final = 8.6  #: from the region's top to the printed line

SECTION_MM: Final = 7.5
BLOCK_GAP_MM: Final = 2.0
BOX_INSET_MM: Final = 0.8  #: from an answer box's printed frame to its region
BOX_LABEL_MM: Final = 6.0
SMALLEST_PART_MM: Final = 30.0  #: a long item's first part is at least this high
LARGEST_STRETCH: Final = 0.8  #: answer boxes grow by at most this share to fill a page

CELL_MM: Final = 8.0
CELL_GAP_MM: Final = 2.0  #: between rows of 作文格
COUNT_EVERY: Final = 100
RULED_PITCH_MM: Final = 9.0
#: Width of one letter written on a ruled line, with room for crossing out.
RULED_LETTER_MM: Final = 3.2

LARGEST_PAGE_COUNT: Final = 16
