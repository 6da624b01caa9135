"""The exam: sections of items, each with its key or its criteria. Points are whole steps."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from core.answer_keys import Check, FollowThrough, Steps
from core.answer_keys import NumericKey as NumericKey  # noqa: PLC0414 -- known by this name, too
from core.base import Record
from core.scores import ScoreStep


class ItemKind(StrEnum):
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    TRUE_FALSE = "true_false"
    FILL = "fill"
    SHORT_ANSWER = "short_answer"
    ESSAY = "essay"


class PartialRule(StrEnum):
    """What a multiple choice gives when options are missing and none is wrong."""

    NONE = "none"  #: all or nothing
    HALF = "half"  #: 漏选给一半, rounded down to the step
    PER_OPTION = "per_option"  #: full ÷ key size for each right option, rounded down to the step
    GAOKAO = "gaokao"  #: 新高考: key of 2 gives half for 1; key of 3 gives a third each (6 → 2, 4)


class Picture(Record):
    """A picture of an item, named in its Markdown as ``![](name)``; bytes in the blob store."""

    name: str
    blob: str = ""  #: SHA-256 of its bytes, empty while it has not been uploaded
    media_type: Literal["image/png", "image/jpeg"] = "image/png"


class ItemBase(Record):
    """What all items share. Markdown fields may hold LaTeX maths between ``$``."""

    number: str = Field(min_length=1, max_length=16)  #: as printed: "7", "17(1)"; unique in the exam
    full_steps: Annotated[int, Field(gt=0)]
    stem: str = ""
    reference_answer: str = ""
    explanation: str = ""
    pictures: tuple[Picture, ...] = ()
    knowledge_points: tuple[str, ...] = ()
    ability: str = ""  #: 识记, 理解, 应用, 分析, 综合 or the school's own word


class ChoiceOption(Record):
    label: str = Field(pattern=r"^[A-H]$")
    text: str = ""


def _default_options() -> tuple[ChoiceOption, ...]:
    return tuple(ChoiceOption(label=label) for label in "ABCD")


class SingleChoice(ItemBase):
    kind: Literal[ItemKind.SINGLE_CHOICE] = ItemKind.SINGLE_CHOICE
    options: tuple[ChoiceOption, ...] = Field(default_factory=_default_options, min_length=2)
    key: tuple[str, ...] = Field(min_length=1)  #: each of these alone is right (mostly one)


class MultipleChoice(ItemBase):
    kind: Literal[ItemKind.MULTIPLE_CHOICE] = ItemKind.MULTIPLE_CHOICE
    options: tuple[ChoiceOption, ...] = Field(default_factory=_default_options, min_length=2)
    key: tuple[str, ...] = Field(min_length=1)  #: all of these together are right
    partial: PartialRule = PartialRule.NONE


class TrueFalse(ItemBase):
    kind: Literal[ItemKind.TRUE_FALSE] = ItemKind.TRUE_FALSE
    key: bool


class Blank(Record):
    """One blank of a fill: right by one of ``accepted``, the number, the expression or the check."""

    steps: Annotated[int, Field(gt=0)]
    accepted: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()  #: known wrong answers, which reading holds against the key
    numeric: NumericKey | None = None
    expression: str = ""  #: algebra, compared up to equivalence, e.g. "2*x+1"
    check: Check | None = None  #: chemistry, sets, points, solutions, ratios, forms of expressions
    case_sensitive: bool = False
    width_mm: float = Field(default=45.0, gt=8, le=170)

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not (self.accepted or self.numeric or self.expression or self.check):
            raise ValueError("a blank needs `accepted`, `numeric`, `expression` or `check`")
        return self


class Fill(ItemBase):
    kind: Literal[ItemKind.FILL] = ItemKind.FILL
    blanks: tuple[Blank, ...] = Field(min_length=1)
    any_order: bool = False  #: the blanks' answers may be exchanged


class Criterion(Record):
    """One 给分点: ``steps`` are earned when the answer says ``statement`` in any accepted wording.

    With ``check`` the step is looked for in the lines of the answer: a result, an equation, a formula.
    """

    id: str = Field(min_length=1, max_length=16)
    steps: Annotated[int, Field(gt=0)]
    statement: str = Field(min_length=1)
    accepted: tuple[str, ...] = ()  #: wordings that earn the points; "a+b" means both must occur
    must_not: tuple[str, ...] = ()  #: wordings that forfeit the points
    check: Check | None = None
    follows: FollowThrough | None = None  #: judged by the pupil's own earlier results, too


class ShortAnswer(ItemBase):
    kind: Literal[ItemKind.SHORT_ANSWER] = ItemKind.SHORT_ANSWER
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    height_mm: float = Field(default=40.0, ge=12, le=500)  #: room for the answer on the card


class EssayLevel(Record):
    """一类文 … : a band of scores and what an essay in it is like."""

    name: str
    low_steps: Steps
    high_steps: Steps
    description: str = ""


class EssayTrait(Record):
    """A trait scored on its own (内容, 表达, 发展等级); the traits add up to the item's points."""

    id: str = Field(min_length=1, max_length=16)
    name: str
    full_steps: Annotated[int, Field(gt=0)]
    description: str = ""


class Essay(ItemBase):
    kind: Literal[ItemKind.ESSAY] = ItemKind.ESSAY
    levels: tuple[EssayLevel, ...] = ()
    traits: tuple[EssayTrait, ...] = ()
    characters: int = Field(default=600, ge=60, le=2000)  #: cells of the 作文格
    ruled: bool = False  #: lines (foreign languages) in place of cells


Item = Annotated[
    SingleChoice | MultipleChoice | TrueFalse | Fill | ShortAnswer | Essay,
    Field(discriminator="kind"),
]


class OptionalGroup(Record):
    """选做题: the candidate answers one of ``items`` and fills the box of the one chosen."""

    id: str = Field(pattern=r"^[A-Za-z0-9]{1,8}$")
    title: str = "选做题"
    items: tuple[str, ...] = Field(min_length=2)


class Section(Record):
    """大题, e.g. 一、单项选择题."""

    title: str
    items: tuple[Item, ...] = Field(min_length=1)


class NumberLayout(StrEnum):
    """How the card takes the 考号."""

    BUBBLES = "bubbles"
    BOXES = "boxes"
    STICKER = "sticker"
    PRENAMED = "prenamed"


class CardOptions(Record):
    """What the teacher chooses about the card."""

    paper: Literal["A4", "A3"] = "A4"
    columns: Literal[1, 2, 3] = 1
    number_layout: NumberLayout = NumberLayout.BUBBLES
    number_digits: int = Field(default=8, ge=4, le=14)
    absent_box: bool = True

    @model_validator(mode="after")
    def _columns_fit(self) -> Self:
        if (self.paper == "A4") != (self.columns == 1):
            raise ValueError(f"A4 has one column and A3 two or three, got {self.paper} with {self.columns}")
        return self


class Exam(Record):
    """An exam as it stands in one revision. Item numbers are unique; points add up to the total."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    title: str = Field(min_length=1)
    subject: str
    grade: str = ""
    date: str = ""
    language: Literal["zh", "en"] = "zh"
    step: ScoreStep = ScoreStep.ONE
    sections: tuple[Section, ...] = Field(min_length=1)
    optional_groups: tuple[OptionalGroup, ...] = ()
    card: CardOptions = CardOptions()
    revision: int = 1

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for section in self.sections for item in section.items)

    def item(self, number: str) -> Item:
        """The item with this number.

        Raises:
            KeyError: there is none.
        """
        for item in self.items:
            if item.number == number:
                return item
        raise KeyError(number)

    def optional_group_of(self, number: str) -> OptionalGroup | None:
        return next((group for group in self.optional_groups if number in group.items), None)

    @property
    def full_steps(self) -> int:
        """The total; of an optional group only one item counts (its items have equal points)."""
        seen: set[str] = set()
        total = 0
        for item in self.items:
            group = self.optional_group_of(item.number)
            if group is not None and group.id in seen:
                continue
            if group is not None:
                seen.add(group.id)
            total += item.full_steps
        return total
