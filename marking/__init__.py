"""Responses to marks: pure rules for each item kind. Opens no image, file or database."""

from marking.licence import Licence
from marking.optional import OptionalChoice, count_optional
from marking.proposing import propose
from marking.rubrics import changed_items, rubric_digest

__all__ = ["Licence", "OptionalChoice", "changed_items", "count_optional", "propose", "rubric_digest"]
