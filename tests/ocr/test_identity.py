"""Identities of a whole exam: right where settled, waiting where a person must look."""

from __future__ import annotations

import numpy as np
import pytest

from core.pages import NumberReading
from core.rosters import Candidate, Roster
from ocr.identity import number_text, settle_identities
from tests.ocr.identity_classes import Slips, certain, distribution, roster, sheet, simulate

CLASS = roster()


def test_two_thousand_simulated_sheets_are_never_given_to_the_wrong_candidate() -> None:
    rng = np.random.default_rng(7)
    slips = Slips(swapped_everywhere=0.0)  # the same slip twice cannot be told from the truth
    sheets = settled = 0
    for _ in range(45):
        sitting = simulate(CLASS, rng, slips, ("bubbles", "digits"))
        for identity in settle_identities(sitting.sheets, CLASS):
            sheets += 1
            settled += bool(identity.candidate_id)
            assert identity.candidate_id in {"", sitting.writers[identity.sheet_id]}
    assert sheets > 2000
    assert settled / sheets > 0.95


def test_the_order_of_the_sheets_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    slips = Slips(wrong_bubble=0.2, empty_column=0.2, no_number=0.1)
    sheets = simulate(CLASS, rng, slips, ("bubbles",)).sheets
    straight = {i.sheet_id: i for i in settle_identities(sheets, CLASS)}
    shuffled = [sheets[at] for at in rng.permutation(len(sheets))]
    for identity in settle_identities(shuffled, CLASS):
        before = straight[identity.sheet_id]
        assert identity.candidate_id == before.candidate_id
        assert identity.collision_with == before.collision_with
        assert [g.candidate_id for g in identity.guesses] == [g.candidate_id for g in before.guesses]
        assert [g.probability for g in identity.guesses] == pytest.approx(
            [g.probability for g in before.guesses], abs=1e-4
        )


def test_a_clear_number_is_settled_with_its_guesses() -> None:
    (identity,) = settle_identities([sheet("a", certain("20260107"))], CLASS)
    assert identity.candidate_id == "c006"
    assert identity.reason == ""
    assert identity.guesses[0].candidate_id == "c006"
    assert identity.guesses[0].probability > 0.98


def test_probabilities_of_the_guesses_are_ranked_and_do_not_exceed_one() -> None:
    (identity,) = settle_identities([sheet("a", certain("202601??"))], CLASS)
    shares = [guess.probability for guess in identity.guesses]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.0 + 1e-9


def test_a_sheet_fed_twice_collides_and_pushes_nobody_aside() -> None:
    sheets = [
        sheet("a", certain("20260107")),
        sheet("b", certain("20260107")),
        sheet("c", certain("20260108")),
    ]
    first, second, third = settle_identities(sheets, CLASS)
    assert (first.candidate_id, second.candidate_id) == ("", "")
    assert (first.claimed_id, second.claimed_id) == ("c006", "c006")
    assert first.collision_with == ("b",)
    assert second.collision_with == ("a",)
    assert first.guesses[0].candidate_id == second.guesses[0].candidate_id == "c006"
    assert third.candidate_id == "c007"


def test_front_and_back_on_two_sheets_belong_to_one_candidate_without_collision() -> None:
    sheets = [
        sheet("a", certain("20260107"), pages=(1,)),
        sheet("b", certain("20260107", "digits", 0.9999), pages=(2,)),
    ]
    assert [i.candidate_id for i in settle_identities(sheets, CLASS)] == ["c006", "c006"]


def test_bubbles_and_handwriting_that_disagree_wait_for_a_person() -> None:
    numbers = (certain("20260107"), certain("20260108", "digits"))
    (identity,) = settle_identities([sheet("a", *numbers)], CLASS)
    assert identity.candidate_id == ""
    assert {guess.candidate_id for guess in identity.guesses[:2]} == {"c006", "c007"}


def test_one_empty_column_is_filled_in_by_the_handwriting() -> None:
    numbers = (certain("2026010_"), certain("20260109", "digits"))
    (identity,) = settle_identities([sheet("a", *numbers)], CLASS)
    assert identity.candidate_id == "c008"


def test_two_marks_in_a_column_are_decided_when_the_other_candidate_has_handed_in() -> None:
    doubtful = NumberReading(
        source="bubbles",
        digits=(*certain("2026010").digits, distribution({1: 0.90, 7: 0.095})),
    )
    alone = settle_identities([sheet("a", doubtful)], CLASS)
    assert alone[0].candidate_id == ""
    both = settle_identities([sheet("a", doubtful), sheet("b", certain("20260107"))], CLASS)
    assert both[0].candidate_id == "c000"


def test_swapped_digits_of_a_number_that_nobody_has_are_guessed_but_not_settled() -> None:
    (identity,) = settle_identities([sheet("a", certain("20261007"))], CLASS)
    assert identity.candidate_id == ""
    assert "c006" in [guess.candidate_id for guess in identity.guesses]
    assert "核对姓名" in identity.reason


def test_a_number_that_nobody_has_is_said_to_be_off_the_roster() -> None:
    (identity,) = settle_identities([sheet("a", certain("99887766"))], CLASS)
    assert identity.candidate_id == ""
    assert identity.guesses[0].candidate_id == ""
    assert "不在名单上" in identity.reason


def test_a_sheet_without_a_number_lists_who_is_left_and_is_never_settled() -> None:
    others = [sheet(f"s{n}", certain(str(20260101 + n))) for n in range(47)]
    empty = sheet("empty", certain("________"))
    identity = settle_identities([*others, empty], CLASS)[-1]
    assert identity.candidate_id == ""
    assert identity.guesses[0].candidate_id == "c047"
    assert "没有读到考号" in identity.reason


def test_a_sheet_without_any_reading_is_not_settled_either() -> None:
    (identity,) = settle_identities([sheet("a")], Roster(candidates=(Candidate(id="x", number="1"),)))
    assert identity.candidate_id == ""


def test_a_printed_code_outweighs_a_wrong_bubble() -> None:
    numbers = (NumberReading(source="code", text="20260107"), certain("20260108"))
    (identity,) = settle_identities([sheet("a", *numbers)], CLASS)
    assert identity.guesses[0].candidate_id == "c006"


def test_a_short_number_is_found_at_either_end_of_the_boxes() -> None:
    few = Roster(candidates=(Candidate(id="x", number="1207"), Candidate(id="y", number="1318")))
    shown = ["1207__", "__1207", "001207"]
    got = [settle_identities([sheet("a", certain(text))], few)[0].guesses[0].candidate_id for text in shown]
    assert got == ["x", "x", "x"]


def test_candidates_without_a_number_are_left_for_elimination() -> None:
    few = Roster(candidates=(Candidate(id="x", number="12"), Candidate(id="y", name="无号")))
    first, second = settle_identities([sheet("a", certain("12")), sheet("b", certain("__"))], few)
    assert first.candidate_id == "x"
    assert (second.candidate_id, second.guesses[0].candidate_id) == ("", "y")


def test_without_a_roster_the_number_is_the_identity() -> None:
    clear, doubtful, again, once_more = settle_identities(
        [
            sheet("a", certain("123456")),
            sheet("b", certain("12345?")),
            sheet("c", certain("777777")),
            sheet("d", certain("777777")),
        ],
        Roster(),
    )
    assert clear.candidate_id == "123456"
    assert (doubtful.candidate_id, doubtful.number) == ("", "12345?")
    assert (again.candidate_id, again.claimed_id, again.collision_with) == ("", "777777", ("d",))
    assert once_more.collision_with == ("c",)


def test_without_a_roster_a_back_follows_the_number_that_its_front_shows_surely() -> None:
    front = sheet("a", certain("123456"), pages=(1,))
    back = sheet("b", certain("123456", "digits", sure=0.996), pages=(2,))
    stranger = sheet("c", certain("654321", "digits", sure=0.996), pages=(2,))
    identities = settle_identities([front, back, stranger], Roster())
    assert [identity.candidate_id for identity in identities] == ["123456", "123456", ""]


def torn(text: str, other: int, share: float) -> NumberReading:
    """A number whose last digit is ``other`` with that share; what is left over lies anywhere."""
    last = distribution({int(text[-1]): 0.996 - share, other: share})
    return NumberReading(source="digits", digits=(*certain(text[:-1]).digits, last))


@pytest.mark.parametrize("share", [0.03, 0.1, 0.25, 0.4, 0.49])
@pytest.mark.parametrize("others", [(), (("c", 0.9),)])
def test_without_a_roster_a_torn_digit_is_not_settled_by_what_other_sheets_show(
    share: float, others: tuple[tuple[str, float], ...]
) -> None:
    """The number that it may be as well is in a later stack, or not plain on its own front."""
    front = sheet("a", certain("20260106"), pages=(1,))
    unsure = [sheet(name, torn("20260108", 5, 1 - sure), pages=(1,)) for name, sure in others]
    back = sheet("b", torn("20260106", 8, share), pages=(2,))
    identity = settle_identities([front, *unsure, back], Roster())[-1]
    assert (identity.candidate_id, identity.claimed_id) == ("", "")
    (alone,) = settle_identities([back], Roster())
    assert identity.guesses == alone.guesses


def test_without_a_roster_a_slight_doubt_between_two_numbers_counts_in_full() -> None:
    front = sheet("a", certain("20260106"), pages=(1,))
    read = {share: sheet("b", torn("20260106", 8, share), pages=(2,)) for share in (0.002, 0.015)}
    found = {share: settle_identities([front, back], Roster())[1] for share, back in read.items()}
    assert found[0.002].candidate_id == "20260106"
    assert found[0.015].candidate_id == ""


def test_without_a_roster_sources_that_disagree_are_not_settled() -> None:
    numbers = (certain("123456"), certain("123457", "digits"))
    (identity,) = settle_identities([sheet("a", *numbers)], Roster())
    assert identity.candidate_id == ""


def test_no_sheets_give_no_identities() -> None:
    assert settle_identities([], CLASS) == ()


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (certain("0123"), "0123"),
        (certain("01_3"), "01?3"),
        (certain("0?23"), "0?23"),
        (NumberReading(source="sticker", text="A0123"), "A0123"),
        (NumberReading(source="bubbles"), ""),
    ],
)
def test_number_text_marks_doubtful_digits(reading: NumberReading, text: str) -> None:
    assert number_text(reading) == text
