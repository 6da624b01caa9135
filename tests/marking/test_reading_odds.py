"""How far a reading is trusted: what the engine tells of whole lines, and lines that do not count."""

from __future__ import annotations

import pytest

from core.exams import Blank, Fill, NumericKey
from core.pages import TextReading
from marking import Licence, propose
from marking.reading_odds import line_probability, weighted_readings
from tests.marking.readings import crossed_first, line, text

FORCE = Fill(
    number="1", full_steps=3, blanks=(Blank(steps=3, numeric=NumericKey(value="10", unit="N", unit_steps=1)),)
)


def told(reading: TextReading, right: float) -> TextReading:
    """The reading with what its engine says of each whole line."""
    lines = tuple(line.model_copy(update={"right": right}) for line in reading.lines)
    return reading.model_copy(update={"lines": lines})


def test_what_the_engine_says_of_a_whole_line_goes_before_its_characters() -> None:
    assert line_probability(line("ab", 0.9)) == pytest.approx(0.81)
    assert line_probability(line("ab", 0.9).model_copy(update={"right": 0.7})) == 0.7


def test_a_line_that_is_wholly_crossed_out_has_no_share_in_what_a_reading_says() -> None:
    plain = text("一行\n二行", 0.95, alternatives={"三行": -2.0})
    assert weighted_readings(crossed_first(plain)) == weighted_readings(plain)


@pytest.mark.parametrize("right", [0.3, 0.6, 0.8, 0.85])
def test_a_match_of_which_the_engine_is_unsure_does_not_settle(right: float) -> None:
    proposal = propose(FORCE, None, (told(text("10N"), right),), Licence())
    assert proposal.steps == 3 and not proposal.settles


@pytest.mark.parametrize("written", ["12N", "1N", "压强", "IO"])
@pytest.mark.parametrize("right", [0.3, 0.9, 0.99])
def test_a_miss_of_a_number_never_settles_by_what_the_engine_says(written: str, right: float) -> None:
    proposal = propose(FORCE, None, (told(text(written), right),), Licence())
    assert proposal.steps == 0 and not proposal.settles


def test_the_surer_the_engine_is_of_the_line_the_surer_the_match() -> None:
    sure = [
        propose(FORCE, None, (told(text("10N"), right),), Licence()).confidence
        for right in (0.3, 0.6, 0.9, 0.99)
    ]
    assert sure == sorted(sure) and sure[-1] > 0.97


def test_a_fill_below_a_crossed_out_line_is_proposed_but_left_to_a_person() -> None:
    proposal = propose(FORCE, None, (crossed_first(text("10N")),), Licence())
    assert (proposal.steps, proposal.settles) == (3, False)
    assert proposal.awards[0].evidence[0].text == "10N"
    assert proposal.awards[0].evidence[0].box == line("10N").box
