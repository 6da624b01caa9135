"""Existing cards of OMRChecker: its template folder as a card, and what it would print as columns.

OMRChecker (MIT, github.com/Udayraj123/OMRChecker) describes a sheet by ``template.json`` in pixels of
the page after alignment. Only its documented format is used here, none of its code.
"""

from ocr.omrchecker.columns import read_fields
from ocr.omrchecker.template import ImportedTemplate, import_template

__all__ = ["ImportedTemplate", "import_template", "read_fields"]
