"""Finding the card page that an image shows, and where it lies in it."""

from ocr.registration.locating import Located, NotLocated, NotLocatedKind, locate_page
from ocr.registration.similarity import SAME_PAGE_SIMILARITY, page_similarity

__all__ = [
    "SAME_PAGE_SIMILARITY",
    "Located",
    "NotLocated",
    "NotLocatedKind",
    "locate_page",
    "page_similarity",
]
