"""Numbers with units and significant figures, as pupils write them."""

from __future__ import annotations

import pytest

from core.answer_keys import Check, NumberCheck
from marking.quantities import parse_quantity, rounded
from marking.science.judging import judge
from marking.units import parse_unit
from tests.marking.science.cases import FULL, rows

LENGTH = NumberCheck(
    value="3.14", unit="m", significant_figures=3, figures_steps=1, unit_steps=1, wrong_unit_steps=2
)
READING = NumberCheck(value="1.80~1.85", unit="cm")
PLAIN = NumberCheck(value="35000")
HALVES = NumberCheck(value="1.5")
ROOT = NumberCheck(value="3.46", tolerance="0.01", unit="m")
SHARE = NumberCheck(value="60", unit="%")
ENERGY = NumberCheck(value="3", unit="度")
LIGHT = NumberCheck(value="3×10^8", unit="m/s")
DENSITY = NumberCheck(value="2.7", unit="g/cm³")
STRICT = NumberCheck(value="0.050", unit="mol/L", significant_figures=2)
HUNDREDS = NumberCheck(value="500", significant_figures=2)
TEMPERATURE = NumberCheck(value="25", unit="℃")
MOMENT = NumberCheck(value="12", unit="N·m")
HEAT = NumberCheck(value="4.2×10^3", unit="J/(kg·℃)")

CASES = [
    *rows(
        LENGTH,
        [
            ("3.14m", 3, "相符"),
            ("314cm", 3, "相符"),
            ("3.14米", 3, "相符"),
            ("3.14 metres", 3, "相符"),
            ("l = 3.14 m", 3, "相符"),
            ("3.142m", 2, "有效数字应为 3 位，写了 4 位"),
            ("3.140 m", 2, "有效数字应为 3 位，写了 4 位"),
            ("3.1m", 2, "有效数字应为 3 位，写了 2 位"),
            ("3.14", 2, "缺单位 m"),
            ("3.14kg", 1, "数值对，单位错：写了 kg，应为 m"),
            ("3.24m", 0, "不符"),
            ("3m", 0, "不符"),
            ("2.1kg", 0, "数值和单位都不对"),
            ("很长", 0, "看不懂：没有数"),
        ],
    ),
    *rows(
        READING,
        [
            ("1.82cm", 3, "相符"),
            ("1.80cm", 3, "相符"),
            ("18.2mm", 3, "相符"),
            ("0.0185 m", 3, "相符"),
            ("1.9cm", 0, "不符"),
            ("1.80~1.85cm", 0, "不符"),
        ],
    ),
    *rows(
        PLAIN,
        [
            ("3.5万", 3, "相符"),
            ("0.00035亿", 3, "相符"),
            ("3.5×10^4", 3, "相符"),
            ("3.5×10⁴", 3, "相符"),
            ("3.5*10^4", 3, "相符"),
            ("35,000", 3, "相符"),
            ("35 000", 3, "相符"),
            ("3.5×104", 3, "相符"),
            ("3.5亿", 0, "不符"),
        ],
    ),
    *rows(
        HALVES,
        [
            ("1又1/2", 3, "相符"),
            ("1 1/2", 3, "相符"),
            ("3/2", 3, "相符"),
            (r"\frac{3}{2}", 3, "相符"),
            ("150%", 3, "相符"),
            ("1.50", 3, "相符"),
            ("-1.5", 0, "不符"),
            ("1 2/3", 0, "不符"),
        ],
    ),
    *rows(ROOT, [("2√3m", 3, "相符"), ("2√3 米", 3, "相符"), ("√3m", 0, "不符"), ("346cm", 3, "相符")]),
    *rows(SHARE, [("60%", 3, "相符"), ("0.6", 3, "相符"), ("3/5", 3, "相符"), ("6%", 0, "不符")]),
    *rows(
        ENERGY, [("3kW·h", 3, "相符"), ("3度(电)", 3, "相符"), ("1.08×10^7J", 3, "相符"), ("3J", 0, "不符")]
    ),
    *rows(LIGHT, [("3.0×10⁸m/s", 3, "相符"), ("3×10^5千米/秒", 3, "相符"), ("3×10^8km/s", 0, "不符")]),
    *rows(
        DENSITY,
        [
            ("2.7×10^3kg/m³", 3, "相符"),
            ("2.7克每立方厘米", 3, "相符"),
            ("2.7 grams per cubic centimetre", 3, "相符"),
            ("2.7g/cm2", 0, "单位错"),
        ],
    ),
    *rows(
        STRICT,
        [
            ("0.050mol/L", 3, "相符"),
            ("5.0×10^-2mol·L^-1", 3, "相符"),
            ("0.05mol/L", 0, "有效数字应为 2 位，写了 1 位"),
            ("1/20 mol/L", 0, "有效数字应为 2 位"),
        ],
    ),
    *rows(HUNDREDS, [("5.0×10²", 3, "相符"), ("500", 0, "有效数字应为 2 位")]),
    *rows(TEMPERATURE, [("25摄氏度", 3, "相符"), ("25 degrees Celsius", 3, "相符"), ("25K", 0, "单位错")]),
    *rows(MOMENT, [("12牛·米", 3, "相符"), ("12 newton metres", 3, "相符"), ("1200N·cm", 3, "相符")]),
    *rows(HEAT, [("4.2×10³焦/(千克·摄氏度)", 3, "相符"), ("4.2kJ/(kg·K)", 3, "相符"), ("4200", 3, "缺单位")]),
]


@pytest.mark.parametrize(("check", "text", "steps", "words"), CASES)
def test_a_number_earns_what_a_teacher_gives(check: Check, text: str, steps: int, words: str) -> None:
    judged = judge(check, FULL, text)
    assert (judged.steps, words in judged.reason) == (steps, True), judged


@pytest.mark.parametrize(
    ("words", "symbol"),
    [
        ("metres per second", "m/s"),
        ("metres per second squared", "m/s²"),
        ("square metres", "m²"),
        ("kilograms per cubic metre", "kg/m³"),
        ("joules", "J"),
        ("kilojoules", "kJ"),
        ("newton metres", "N·m"),
        ("ohms", "Ω"),
        ("per cent", "%"),
        ("degrees", "°"),
        ("litres", "L"),
    ],
)
def test_english_names_of_units_are_those_of_the_table(words: str, symbol: str) -> None:
    assert parse_unit(words) == parse_unit(symbol) is not None


@pytest.mark.parametrize("words", ["cars", "people", "as", "is", "给满分", "a b c", "fahrenheit", "decibel"])
def test_words_that_only_look_like_units_are_none(words: str) -> None:
    assert parse_unit(words) is None


@pytest.mark.parametrize(
    ("written", "figures"),
    [
        ("0.050", (2, 2)),
        ("5.0×10^-2", (2, 2)),
        ("500", (1, 3)),
        ("3.5万", (2, 2)),
        ("0", (1, 1)),
        ("1/3", None),
    ],
)
def test_significant_figures_are_those_that_were_written(
    written: str, figures: tuple[int, int] | None
) -> None:
    quantity = parse_quantity(written)
    assert quantity is not None
    assert quantity.figures == figures


def test_rounding_takes_a_half_away_from_nought() -> None:
    values = [
        rounded(quantity.value, 2)
        for quantity in map(parse_quantity, ("3.15", "-3.15", "0.0314", "0"))
        if quantity
    ]
    assert values == [q.value for q in map(parse_quantity, ("3.2", "-3.2", "0.031", "0")) if q]
