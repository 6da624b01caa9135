"""Finding the card page that an image shows, and where it lies in it."""

from ocr.registration.locating import Located, NotLocated, NotLocatedKind, locate_page
from ocr.registration.similarity import SAME_PAGE_SIMILARITY, page_similarity
from ocr.registration.warping import Flattened, flattened

__all__ = [
    "SAME_PAGE_SIMILARITY",
    "Flattened",
    "Located",
    "NotLocated",
    "NotLocatedKind",
    "flattened",
    "locate_page",
    "page_similarity",
]
