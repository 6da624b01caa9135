"""Numbers with units, as pupils write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exams import NumericKey
from marking.quantities import NumericVerdict, compare_quantity, parse_quantity
from marking.units import parse_unit

TEN_N = NumericKey(value="10", unit="N", unit_steps=1)
DENSITY = NumericKey(value="1.0×10^3", unit="kg/m³")
SPEED = NumericKey(value="5", unit="m/s")
PLAIN = NumericKey(value="0.60", tolerance="0.05")
SHARE = NumericKey(value="9.8", tolerance="0.02", relative=True)
RIGHT, WRONG = NumericVerdict.RIGHT, NumericVerdict.WRONG


@pytest.mark.parametrize(
    ("key", "answer", "verdict"),
    [
        *(
            (TEN_N, answer, RIGHT)
            for answer in ("10 N", "10N", "１０Ｎ", "10 牛", "10牛顿", "0.01 kN", "F=10N", "F = 10.0 N")
        ),
        *((TEN_N, answer, RIGHT) for answer in ("约10N", "1.0×10N", "1.0×10^1 N", "20/2 N", "10n", "10N。")),
        (TEN_N, "10", NumericVerdict.WITHOUT_UNIT),
        (TEN_N, "10kg", NumericVerdict.WRONG_UNIT),
        (TEN_N, "10 顿", NumericVerdict.WRONG_UNIT),
        *((TEN_N, answer, WRONG) for answer in ("11N", "-10N", "100N", "10kN", "1.0")),
        (TEN_N, "牛", NumericVerdict.NO_NUMBER),
        (TEN_N, "", NumericVerdict.NO_NUMBER),
        *(
            (DENSITY, answer, RIGHT)
            for answer in ("1.0×10³kg/m3", "1.0x10^3 kg/m^3", "1g/cm3", "1000 kg·m^-3", "10³kg/m³")
        ),
        *(
            (DENSITY, answer, RIGHT)
            for answer in ("1000千克每立方米", "1×10^3千克/立方米", "1E3kg/m3", "1,000kg/m³")
        ),
        (DENSITY, "1.0×10³kg", NumericVerdict.WRONG_UNIT),
        *(
            (SPEED, answer, RIGHT)
            for answer in ("18km/h", "5米/秒", "5米每秒", "18千米/时", "v=18 km/h", "300m/min")
        ),
        (SPEED, "5km/h", WRONG),
        *((PLAIN, answer, RIGHT) for answer in ("0.6", "0.55", "0.65", ".6", "60%", "3/5")),
        *((PLAIN, answer, WRONG) for answer in ("0.54999", "0.6501", "6", "-0.6")),
        *((SHARE, answer, RIGHT) for answer in ("9.8", "9.604", "9.996", "10^1x0.98")[:3]),
        *((SHARE, answer, WRONG) for answer in ("9.6", "10")),
    ],
)
def test_answers_stand_to_the_key_as_a_teacher_would_say(
    key: NumericKey, answer: str, verdict: NumericVerdict
) -> None:
    assert compare_quantity(key, answer)[0] is verdict


def test_other_units_are_wrong_where_the_key_forbids_them() -> None:
    key = NumericKey(value="5", unit="m/s", other_units=False)
    assert compare_quantity(key, "18km/h")[0] is NumericVerdict.WRONG_UNIT
    assert compare_quantity(key, "5米每秒")[0] is RIGHT


@pytest.mark.parametrize("answer", ["1.0×103 kg/m3", "1.0x103kg/m³"])
def test_a_lost_superscript_is_taken_for_one_but_not_clearly(answer: str) -> None:
    assert compare_quantity(DENSITY, answer) == (RIGHT, False)


def test_an_added_unit_is_let_pass_but_not_clearly() -> None:
    assert compare_quantity(PLAIN, "0.6N") == (RIGHT, False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("J/(kg·℃)", "焦/(千克·摄氏度)"),
        ("N/kg", "牛/千克"),
        ("Pa", "N/m²"),
        ("W", "J/s"),
        ("kW·h", "千瓦时"),
        ("Ω", "V/A"),
        ("mL", "cm³"),
        ("℃", "摄氏度"),
        ("m²", "平方米"),
        ("μm", "微米"),
        ("KG", "千克"),
    ],
)
def test_units_are_equal_under_all_their_names(first: str, second: str) -> None:
    assert parse_unit(first) == parse_unit(second) is not None


@pytest.mark.parametrize("word", ["", "给满分", "N" * 50, "m^99", "//", "kg/"[:0], "é"])
def test_words_that_are_no_unit_are_none(word: str) -> None:
    assert parse_unit(word) is None


@settings(deadline=None)  # the first call makes the registry of units
@given(st.text(max_size=70))
def test_any_text_is_a_quantity_or_none(text: str) -> None:
    parse_quantity(text)
    compare_quantity(TEN_N, text)


@settings(deadline=None)  # the first call makes the registry of units
@given(st.text(alphabet="0123456789.+-eE×xX10^/,()% kgmNs米秒", max_size=40))
def test_any_text_that_looks_like_a_number_is_compared(text: str) -> None:
    compare_quantity(DENSITY, text)
