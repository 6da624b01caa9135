"""Answers against a key in chemistry: the same substance; the same reaction, balanced, with its marks."""

from __future__ import annotations

import re
from fractions import Fraction

from core.answer_keys import ReactionCheck, SubstanceCheck
from marking.science.chemistry.equations import Equation, Species, parse_equations
from marking.science.chemistry.formulas import Formula, parse_formulas, tidied
from marking.science.judged import Judged, partly, right, unreadable, wrong

#: Same atoms in another order: another way to write it, or another substance.
_SAME_ATOMS = 0.5
#: A charge that was told from a count by guess.
_GUESSED = 0.85
_MULTIPLE = 0.75
_OTHER_BALANCE = 0.5


def judge_substance(check: SubstanceCheck, steps: int, text: str) -> Judged:
    """One formula against the key."""
    wanted, written = parse_formulas(check.value), parse_formulas(_last_side(text))
    key = check.value
    if not wanted:
        return _as_text(key, steps, text)
    for formula in written:
        if any(formula.skeleton == one.skeleton and formula.charge == one.charge for one in wanted):
            return right(steps, f"是 {key}", _GUESSED if formula.guessed and "^" not in tidied(text) else 1.0)
    for formula in written:
        if any(formula.composition == one.composition for one in wanted):
            return right(steps, f"原子种类和个数与 {key} 相同，写法不同，请看是否同一种物质", _SAME_ATOMS)
    if tidied(text).lower() == tidied(key).lower():
        return wrong(f"大小写错：应写 {key}，写成 {text.strip()}", 0.9)
    if not written:
        return unreadable(f"不是化学式，答案是 {key}")
    return _other_substance(wanted[0], written[0], key)


def _other_substance(wanted: Formula, written: Formula, key: str) -> Judged:
    if written.atoms == wanted.atoms:
        return wrong(f"电荷错，应为 {key}", 0.9)
    if {element for element, _ in written.atoms} == {element for element, _ in wanted.atoms}:
        return wrong(f"原子个数错，应为 {key}", 0.9)
    return wrong(f"不是 {key}", 0.95)


def _last_side(text: str) -> str:
    """The answer without words before it: "化学式是 H2O" is H2O."""
    form = text.strip().strip("。.;；")
    for word in ("化学式", "离子符号", "答", "为", "是", "：", ":"):
        form = form.rsplit(word, 1)[-1]
    return form


def _as_text(key: str, steps: int, text: str) -> Judged:
    """A key that is no formula of the grammar: compared as it is written."""
    if tidied(key) == tidied(text):
        return right(steps, f"与 {key} 相同", 0.9)
    return unreadable(f"与 {key} 写法不同")


def judge_reaction(check: ReactionCheck, steps: int, text: str) -> Judged:
    """One equation against the key: the reading of it that earns most."""
    if not parse_equations(check.value):
        return _as_text(check.value, steps, text)
    best = _best_reading(check, steps, text)
    if best is not None and best.steps:
        return best
    recased = _recased(text, check)
    if recased is not None and tidied(recased) != tidied(text):
        corrected = _best_reading(check, steps, recased)
        if corrected is not None and corrected.steps:
            return wrong(f"化学式大小写错，应为 {check.value}", 0.9)
    return best or unreadable(f"不是化学方程式，答案是 {check.value}")


def _best_reading(check: ReactionCheck, steps: int, text: str) -> Judged | None:
    answers = parse_equations(text)
    judged = [_against(check, steps, key, answer) for key in _readings_of_key(check) for answer in answers]
    ranked = max(judged, key=lambda one: (one[1].steps, one[0], one[1].clearness), default=None)
    return ranked[1] if ranked else None


def _readings_of_key(check: ReactionCheck) -> tuple[Equation, ...]:
    """The key's balanced readings; a key that is not balanced is taken as it is read first."""
    readings = parse_equations(check.value)
    return tuple(equation for equation in readings if not equation.imbalance) or readings[:1]


def _recased(text: str, check: ReactionCheck) -> str | None:
    """The answer with the key's formulas in the key's letters, wherever only their case differs."""
    key = _readings_of_key(check)[0]
    skeletons = {species.formula.skeleton for species in (*key.left, *key.right)}
    pattern = "|".join(re.escape(one) for one in sorted(skeletons, key=len, reverse=True))
    by_letters = {one.lower(): one for one in skeletons}
    return re.sub(pattern, lambda found: by_letters[found[0].lower()], tidied(text), flags=re.IGNORECASE)


def _against(check: ReactionCheck, steps: int, key: Equation, answer: Equation) -> tuple[int, Judged]:
    """How far the answer comes (2: all right, 1: the substances are), and what it earns."""
    fault = _species_fault(key, answer)
    if fault:
        return 0, fault
    ratio = _ratio(key, answer)
    if ratio is None:
        return 1, _other_coefficients(check, steps, answer)
    return 2, _with_marks(check, steps, key, answer, ratio)


def _species_fault(key: Equation, answer: Equation) -> Judged | None:
    """What is wrong with the substances; ``None`` when they are the key's."""
    wanted, written = _names(key), _names(answer)
    if wanted == written:
        return None
    if wanted == written[::-1]:
        return wrong("反应物与生成物写反了")
    for at, side in enumerate(("反应物", "生成物")):
        missing, extra = wanted[at] - written[at], written[at] - wanted[at]
        if not missing and not extra:
            continue
        absent = "、".join(sorted(_shown(key, at, one) for one in missing))
        added = "、".join(sorted(_shown(answer, at, one) for one in extra))
        if missing and extra:
            return wrong(f"{side}错：写了 {added}，应为 {absent}")
        return wrong(f"{side}缺少 {absent}" if missing else f"{side}多了 {added}")
    return None


Composition = tuple[tuple[tuple[str, int], ...], int]


def _names(equation: Equation) -> tuple[frozenset[Composition], frozenset[Composition]]:
    left, right_side = (
        frozenset(species.formula.composition for species in side) for side in (equation.left, equation.right)
    )
    return left, right_side


def _shown(equation: Equation, at: int, composition: Composition) -> str:
    side = (equation.left, equation.right)[at]
    formula = next(species.formula for species in side if species.formula.composition == composition)
    if not formula.charge or formula.skeleton == "e-":
        return formula.skeleton
    size = "" if abs(formula.charge) == 1 else str(abs(formula.charge))
    return f"{formula.skeleton}^{size}{'+' if formula.charge > 0 else '-'}"


def _coefficients(side: tuple[Species, ...]) -> dict[Composition, Fraction]:
    amounts: dict[Composition, Fraction] = {}
    for species in side:
        name = species.formula.composition
        amounts[name] = amounts.get(name, Fraction(0)) + species.coefficient
    return amounts


def _ratio(key: Equation, answer: Equation) -> Fraction | None:
    """By what the answer's coefficients are a multiple of the key's; ``None`` when they are none."""
    ratios = set()
    for wanted, written in ((key.left, answer.left), (key.right, answer.right)):
        amounts = _coefficients(written)
        ratios |= {amounts[name] / count for name, count in _coefficients(wanted).items()}
    return ratios.pop() if len(ratios) == 1 else None


def _other_coefficients(check: ReactionCheck, steps: int, answer: Equation) -> Judged:
    imbalance = answer.imbalance
    if not imbalance:
        return right(steps, f"已配平，但系数与答案 {check.value} 不同，请看反应是否相同", _OTHER_BALANCE)
    what = "电荷不守恒" if imbalance.startswith("电荷") else "方程式未配平"
    return partly(steps, check.unbalanced_steps, f"化学式都对，{what}（{imbalance}）", 0.9)


def _with_marks(check: ReactionCheck, steps: int, key: Equation, answer: Equation, ratio: Fraction) -> Judged:
    """All right so far: what the conditions, arrows and coefficients in multiples cost."""
    lost, faults = 0, []
    absent = [condition for condition in key.conditions if condition not in answer.conditions]
    if absent:
        lost += check.condition_steps
        faults.append(f"缺反应条件“{'、'.join(absent)}”")
    marks = _marks_fault(key, answer)
    if marks:
        lost += check.mark_steps
        faults.append(marks)
    if ratio != 1:
        faults.append(f"系数是答案的 {ratio} 倍，没有化成最简")
    clearness = _clearness(key, answer) * (_MULTIPLE if ratio != 1 else 1.0)
    said = f"，{'，'.join(faults)}" if faults else ""
    if not lost:
        return right(steps, f"与 {check.value} 相同，已配平{said}", clearness)
    return partly(steps, lost, f"方程式正确{said}", min(clearness, 0.9))


def _clearness(key: Equation, answer: Equation) -> float:
    """Formulas whose charges were guessed, or whose atoms stand in another order, are less clear."""
    clearness = 1.0
    for wanted, written in ((key.left, answer.left), (key.right, answer.right)):
        skeletons = {species.formula.skeleton for species in wanted}
        for species in written:
            if species.formula.guessed:
                clearness = min(clearness, _GUESSED)
            if species.formula.skeleton not in skeletons:
                clearness = min(clearness, _SAME_ATOMS)
    return clearness


def _marks_fault(key: Equation, answer: Equation) -> str:
    written = {species.formula.composition: species.mark for species in answer.right}
    absent = [
        species
        for species in key.right
        if species.mark and species.mark != written.get(species.formula.composition)
    ]
    if absent:
        return f"{absent[0].formula.skeleton} 缺“{absent[0].mark}”"
    if key.reversible and not answer.reversible:
        return "应写可逆号“⇌”"
    return ""
