"""Formulas and equations of chemistry: the same, balanced, with their marks."""

from __future__ import annotations

import pytest

from core.answer_keys import Check, ReactionCheck, SubstanceCheck
from marking.science.chemistry.equations import parse_equations
from marking.science.chemistry.formulas import parse_formulas
from marking.science.judging import judge
from tests.marking.science.cases import FULL, rows

WATER = SubstanceCheck(value="H2O")
VITRIOL = SubstanceCheck(value="CuSO4·5H2O")
LIME = SubstanceCheck(value="Ca(OH)2")
SULPHATE = SubstanceCheck(value="SO4^2-")
IRON = SubstanceCheck(value="Fe^3+")
MONOXIDE = SubstanceCheck(value="CO")
SODA = SubstanceCheck(value="NaOH")
ETHANOL = SubstanceCheck(value="C2H5OH")
BURNING = ReactionCheck(value="2H2+O2=点燃=2H2O", unbalanced_steps=1, condition_steps=1)
SILVER = ReactionCheck(value="Ag^+ + Cl^- = AgCl↓", mark_steps=1)
ACID = ReactionCheck(value="CO3^2- + 2H^+ = CO2↑ + H2O", unbalanced_steps=2)
AMMONIA = ReactionCheck(value="N2+3H2⇌2NH3（高温、高压、催化剂）", condition_steps=1, mark_steps=1)
ETHENE = ReactionCheck(value="CH2=CH2 + Br2 → CH2BrCH2Br")
CHLORATE = ReactionCheck(value="2KClO3=MnO2,△=2KCl+3O2↑")
REDUCTION = ReactionCheck(value="2Fe^3+ + Fe = 3Fe^2+")
CARBON = ReactionCheck(value="2CO+O2=点燃=2CO2")

CASES = [
    *rows(
        WATER,
        [
            ("H2O", 3, "是 H2O"),
            ("H₂O", 3, "是"),
            ("H_2O", 3, "是"),
            ("HO2", 0, "原子个数错"),
            ("h2o", 0, "大小写错"),
        ],
    ),
    *rows(WATER, [("水", 0, "看不懂"), ("CO2", 0, "不是 H2O"), ("化学式是H2O", 3, "是")]),
    *rows(VITRIOL, [("CuSO4·5H2O", 3, "是"), ("CuSO₄.5H₂O", 3, "是"), ("CuSO4", 0, "不是")]),
    *rows(LIME, [("Ca(OH)2", 3, "是"), ("Ca（OH）₂", 3, "是"), ("CaOH2", 0, "原子个数错")]),
    *rows(
        SULPHATE,
        [
            ("SO42-", 3, "是"),
            ("SO₄²⁻", 3, "是"),
            ("$\\mathrm{SO_4^{2-}}$", 3, "是"),
            ("SO4^-", 0, "电荷错"),
            ("SO4", 0, "电荷错"),
        ],
    ),
    *rows(IRON, [("Fe3+", 3, "是"), ("Fe³⁺", 3, "是"), ("Fe2+", 0, "")]),
    *rows(MONOXIDE, [("CO", 3, "是"), ("Co", 0, "大小写错：应写 CO，写成 Co")]),
    *rows(SODA, [("NaOH", 3, "是"), ("naoh", 0, "大小写错"), ("NAOH", 0, "大小写错")]),
    *rows(ETHANOL, [("C₂H₅OH", 3, "是"), ("CH3CH2OH", 3, "写法不同"), ("CH3OH", 0, "原子个数错")]),
    *rows(
        BURNING,
        [
            ("2H2+O2=点燃=2H2O", 3, "已配平"),
            ("O2+2H2 =(点燃) 2H2O", 3, "已配平"),
            ("2H2+O2点燃=2H2O", 3, "已配平"),
            ("2H_2+O_2\\xrightarrow{点燃}2H_2O", 3, "已配平"),
            ("2H₂ + O₂ --点燃--> 2H₂O", 3, "已配平"),
            ("2H₂+O₂ → 2H₂O", 2, "缺反应条件“点燃”"),
            ("H2+O2=点燃=H2O", 2, "未配平（O 原子左边 2，右边 1）"),
            ("4H2+2O2=4H2O(点燃)", 3, "系数是答案的 2 倍"),
            ("H2+1/2O2=点燃=H2O", 3, "系数是答案的 1/2 倍"),
            ("H2+Cl2=2HCl", 0, "反应物错：写了 Cl2，应为 O2"),
            ("2h2+o2=2h2o", 0, "大小写错"),
            ("2H2O=2H2+O2", 0, "写反了"),
            ("2H2+O2", 0, "看不懂"),
            ("氢气燃烧", 0, "看不懂"),
        ],
    ),
    *rows(
        SILVER,
        [
            ("Ag++Cl-=AgCl↓", 3, "已配平"),
            ("Ag⁺+Cl⁻=AgCl↓", 3, "已配平"),
            ("Cl^-+Ag^+==AgCl↓", 3, "已配平"),
            ("Ag++Cl-=AgCl", 2, "AgCl 缺“↓”"),
            ("Ag+Cl=AgCl↓", 0, "反应物错"),
        ],
    ),
    *rows(
        ACID,
        [
            ("2H++CO32-=H2O+CO2↑", 3, "已配平"),
            ("CO₃²⁻+2H⁺=H₂O+CO₂↑", 3, "已配平"),
            ("CO3^2-+H^+=CO2↑+H2O", 1, "未配平"),
            ("CO3^2-+2H^+=H2CO3", 0, "生成物错"),
            ("CO3^2-+2H^+=CO2↑", 0, "生成物缺少 H2O"),
        ],
    ),
    *rows(
        AMMONIA,
        [
            ("N2+3H2⇌2NH3 高温高压催化剂", 3, "已配平"),
            ("N2 + 3H2 <=> 2NH3 (高温、高压、催化剂)", 3, "已配平"),
            ("N2+3H2=催化剂 高温高压=2NH3", 2, "应写可逆号"),
            ("N2+3H2=2NH3", 1, "缺反应条件"),
        ],
    ),
    *rows(ETHENE, [("CH2=CH2+Br2=CH2BrCH2Br", 3, "已配平"), ("C2H4+Br2→C2H4Br2", 3, "已配平")]),
    *rows(
        CHLORATE, [("2KClO3=(MnO2,加热)=2KCl+3O2↑", 3, "已配平"), ("2KClO3=催化剂△=2KCl+3O2↑", 3, "已配平")]
    ),
    *rows(
        REDUCTION,
        [
            ("2Fe3++Fe=3Fe2+", 3, "已配平"),
            ("Fe+2Fe³⁺=3Fe²⁺", 3, "已配平"),
            ("Fe3++Fe=2Fe2+", 0, "电荷不守恒"),
        ],
    ),
    *rows(CARBON, [("2Co+O2=点燃=2Co2", 0, "大小写错"), ("2CO+O2=点燃=2CO2", 3, "已配平")]),
]


@pytest.mark.parametrize(("check", "text", "steps", "words"), CASES)
def test_chemistry_earns_what_a_teacher_gives(check: Check, text: str, steps: int, words: str) -> None:
    judged = judge(check, FULL, text)
    assert (judged.steps, words in judged.reason) == (steps, True), judged


@pytest.mark.parametrize(
    ("text", "atoms", "charge"),
    [
        ("K4[Fe(CN)6]", {"K": 4, "Fe": 1, "C": 6, "N": 6}, 0),
        ("(NH4)2SO4", {"N": 2, "H": 8, "S": 1, "O": 4}, 0),
        ("Al2(SO4)3·18H2O", {"Al": 2, "S": 3, "O": 30, "H": 36}, 0),
        ("HCO3-", {"H": 1, "C": 1, "O": 3}, -1),
        ("NH4+", {"N": 1, "H": 4}, 1),
        ("PO43-", {"P": 1, "O": 4}, -3),
        ("e-", {}, -1),
    ],
)
def test_a_formula_is_counted_out(text: str, atoms: dict[str, int], charge: int) -> None:
    first = parse_formulas(text)[0]
    assert (dict(first.atoms), first.charge) == (atoms, charge)


@pytest.mark.parametrize("text", ["", "Xy2", "H02", "(((((H)))))", "Ca(OH2", "水", "100", "H" * 100])
def test_what_is_no_formula_is_none(text: str) -> None:
    assert parse_formulas(text) == ()


def test_a_side_that_lost_all_its_heights_has_few_readings() -> None:
    assert len(parse_equations("A" * 10 + "=B")) == 0
    assert len(parse_equations("+".join(["Fe3+"] * 8) + "=" + "+".join(["Fe2+"] * 8))) <= 32
