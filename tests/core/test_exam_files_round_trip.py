"""Any exam that can be built is written and read back equal, and no text at all crashes the reader."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import ExamInvalid
from core.exam_files import read_exam, write_exam
from core.exams import (
    Blank,
    ChoiceOption,
    Criterion,
    Essay,
    EssayTrait,
    Exam,
    Fill,
    Item,
    MultipleChoice,
    NumericKey,
    PartialRule,
    Section,
    ShortAnswer,
    SingleChoice,
    TrueFalse,
)
from core.scores import ScoreStep
from tests.core.exam_sample import EXAM

#: Printable text with the characters that YAML is touchy about.
TEXT = st.text(
    st.one_of(
        st.sampled_from("物理：: #-\n'\"[]{}&*!|>%@`,?~\t\\ \u2028\x85no"),
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")),
    ),
    max_size=25,
)
WORD = TEXT.filter(bool)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
STEPS = st.integers(1, 40)


def shared(number: int, draw: st.DrawFn) -> dict[str, Any]:
    return {
        "number": str(number),
        "stem": draw(TEXT),
        "reference_answer": draw(TEXT),
        "explanation": draw(TEXT),
        "knowledge_points": draw(WORDS),
        "ability": draw(TEXT),
    }


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    kind = draw(st.integers(0, 5))
    values = shared(number, draw)
    if kind in (0, 1):
        options = tuple(
            ChoiceOption(label=label, text=draw(TEXT)) for label in "ABCDEFGH"[: draw(st.integers(2, 8))]
        )
        key = draw(st.lists(st.sampled_from([o.label for o in options]), min_size=1, unique=True).map(tuple))
        if kind == 0:
            return SingleChoice(full_steps=draw(STEPS), options=options, key=key, **values)
        rule = draw(st.sampled_from(PartialRule))
        return MultipleChoice(full_steps=draw(STEPS), options=options, key=key, partial=rule, **values)
    if kind == 2:
        return TrueFalse(full_steps=draw(STEPS), key=draw(st.booleans()), **values)
    if kind == 3:
        blanks = draw(st.lists(_blanks(), min_size=1, max_size=3).map(tuple))
        return Fill(
            full_steps=sum(b.steps for b in blanks), blanks=blanks, any_order=draw(st.booleans()), **values
        )
    if kind == 4:
        criteria = tuple(
            Criterion(
                id=f"c{i}",
                steps=draw(STEPS),
                statement=draw(WORD),
                accepted=draw(WORDS),
                must_not=draw(WORDS),
            )
            for i in range(draw(st.integers(1, 3)))
        )
        return ShortAnswer(full_steps=sum(c.steps for c in criteria), criteria=criteria, **values)
    traits = tuple(EssayTrait(id=str(i + 1), name=draw(WORD), full_steps=draw(STEPS)) for i in range(2))
    return Essay(
        full_steps=sum(t.full_steps for t in traits), traits=traits, ruled=draw(st.booleans()), **values
    )


@st.composite
def _blanks(draw: st.DrawFn) -> Blank:
    numeric = NumericKey(value="0.10", tolerance=draw(st.sampled_from(["0", "0.05"])), unit=draw(TEXT))
    return Blank(
        steps=draw(STEPS),
        accepted=draw(WORDS),
        numeric=numeric if draw(st.booleans()) else None,
        expression=draw(WORD),
        case_sensitive=draw(st.booleans()),
        width_mm=draw(st.floats(8.01, 170)),
    )


@st.composite
def exams(draw: st.DrawFn) -> Exam:
    count = draw(st.integers(1, 4))
    section = Section(title=draw(WORD), items=tuple(draw(items(number)) for number in range(1, count + 1)))
    return Exam(
        id="e-1",
        title=draw(WORD),
        subject=draw(WORD),
        step=draw(st.sampled_from(ScoreStep)),
        sections=(section,),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(exams())
def test_any_exam_is_written_and_read_back_equal(exam: Exam) -> None:
    assert read_exam(write_exam(exam)) == exam


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_as_an_exam(text: str) -> None:
    try:
        read_exam(text)
    except ExamInvalid as error:
        assert error.message


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAM)), st.integers(0, 30), st.text(max_size=5))
def test_a_sample_with_a_piece_cut_out_is_read_or_refused(start: int, length: int, put: str) -> None:
    try:
        read_exam(EXAM[:start] + put + EXAM[start + length :])
    except ExamInvalid as error:
        assert error.message
