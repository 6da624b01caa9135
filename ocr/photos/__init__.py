"""Photos and scans judged before they are read: is every part of the page to be seen well enough?

``judge_page`` looks at a page that was placed on its card, and knows what should be printed where;
``judge_picture`` looks at a picture that could not be placed. Both say in a teacher's words what to do.
``evened`` takes shadows away.
"""

from ocr.photos.doubts import with_doubts
from ocr.photos.judging import judge_page
from ocr.photos.light import evened
from ocr.photos.pictures import judge_picture
from ocr.photos.records import READABLE, Quality, Severity

__all__ = ["READABLE", "Quality", "Severity", "evened", "judge_page", "judge_picture", "with_doubts"]
