"""Expressions, equations and formulas against a key."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from core.answer_keys import ExpressionCheck, ExpressionForm, FormulaCheck
from marking.equivalence import (
    SHIFTS,
    Equivalence,
    agree_for_all_signs,
    compare_expressions,
    implied_positive,
    real_value,
    samples_of,
    symbolic,
    under_deadline,
)
from marking.expressions import Node, NotAlgebra, Statement, letters, parse_statement, tidied
from marking.science.forms import form_fault
from marking.science.judged import Judged, partly, right, unreadable, wrong
from marking.science.values import CLOSE, FOR_POSITIVE, FOR_POSITIVE_ALONE
from marking.signs import real_at

#: A decimal so near to an exact key is an approximation of it.
_NEAR = 0.01
_GUESSED = 0.7
_UNPROVED = 0.6
_OTHER_LETTERS = 0.8
MAX_SIDES = 8
#: Words around a statement; a Chinese character behind a letter is its subscript.
_WORDS_BEFORE = re.compile(r"^(?:[\u4e00-\u9fff,，:：、∴∵⇒\s]|\(\d\)|[①-⑨])+(?![²³])")
_WORDS_BEHIND = re.compile(r"(?:可?得到?|可?知|因此|所以|即)[，,:：\s]*$")


def judge_expression(check: ExpressionCheck, steps: int, text: str) -> Judged:
    """An expression, equation or inequality against the key, and its form."""
    answers = _candidates(check.value, text)
    judged = [_expression(check, steps, answer) for answer in answers]
    readable = [one for one in judged if not one.is_unreadable]
    if not readable:
        return unreadable(f"不是算式，答案是 {check.value}")
    return max(readable, key=lambda one: (one.steps, one.clearness))


def _candidates(key: str, text: str) -> list[str]:
    """The answer whole, without words before it, and the last side of its chain."""
    forms = [text.strip(), _without_words(text)]
    sides = [side for side in tidied(forms[1]).split("=") if side]
    if 2 <= len(sides) <= MAX_SIDES and not re.search("[=<>≤≥≠]", tidied(key)):
        forms.append(sides[-1])
    elif len(sides) > 2:
        forms.append(f"{sides[0]}={sides[-1]}")
    return list(dict.fromkeys(form for form in forms if form))


def _without_words(text: str) -> str:
    return _WORDS_BEHIND.sub("", _WORDS_BEFORE.sub("", text.strip())).lstrip("= ")


def _expression(check: ExpressionCheck, steps: int, text: str) -> Judged:
    verdict, clear = compare_expressions(check.value, text, positive=letter_names(check.positive))
    if verdict is Equivalence.UNREADABLE:
        return unreadable(f"不是算式，答案是 {check.value}")
    if verdict is Equivalence.DIFFERENT:
        return _different(check.value, text, clear)
    fault = _fault(check.form, text)
    if fault:
        return partly(
            steps, check.form_steps, f"与 {check.value} 等价，但{fault}", 0.9 if clear else _GUESSED
        )
    if verdict is Equivalence.POSITIVE:
        return right(steps, f"与 {check.value} 等价{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
    if verdict is Equivalence.UNDECIDED:
        return right(steps, f"看来与 {check.value} 等价，未能证明", _UNPROVED)
    return right(steps, f"与 {check.value} 等价", 1.0 if clear else _GUESSED)


def letter_names(written: tuple[str, ...]) -> frozenset[str]:
    """The letters as the grammar names them: x_1 for x₁, F浮 for F_浮; what is none is passed over."""
    names: frozenset[str] = frozenset()
    for text in written:
        try:
            names |= letters(parse_statement(text).left)
        except (NotAlgebra, RecursionError):
            continue
    return names


def _fault(form: ExpressionForm, text: str) -> str:
    if form is ExpressionForm.ANY:
        return ""
    statement = parse_statement(text)
    sides = [statement.left, *([statement.right] if statement.right else [])]
    faults = [form_fault(form, side, tidied(text)) for side in sides]
    return next((fault for fault in faults if fault), "")


def _different(key: str, text: str, clear: bool) -> Judged:
    wanted, written = (
        real_value(key.rsplit("=", maxsplit=1)[-1]),
        real_value(text.rsplit("=", maxsplit=1)[-1]),
    )
    if wanted and written and "." in text and abs(wanted - written) <= _NEAR * abs(wanted):
        return wrong(f"只是近似值，应为 {key}", 0.9)
    return wrong(f"与 {key} 不等价", 0.95 if clear else 0.6)


def judge_formula(check: FormulaCheck, steps: int, text: str) -> Judged:
    """The relation anywhere in the answer's chains of equal signs, solved for any letter."""
    try:
        key = parse_statement(check.value)
    except (NotAlgebra, RecursionError):
        return unreadable(f"公式 {check.value} 不在能读的范围内")
    names = _Names(check, key)
    tried = [names.renamed(relation) for relation in relations_in(text)]
    if not any(names.shared(renamed) > 1 for renamed, _ in tried):
        return unreadable(f"没有写出公式，应为 {check.value}")
    for renamed, is_guess in tried:
        if _same_relation(key, renamed) and not _other_solution(key, renamed):
            if _signs_matter(key, renamed):
                return right(steps, f"写出公式 {check.value}{FOR_POSITIVE_ALONE}", FOR_POSITIVE)
            said = "（字母写法不同）" if is_guess else ""
            return right(steps, f"写出公式 {check.value}{said}", _OTHER_LETTERS if is_guess else 1.0)
    return wrong(f"公式与 {check.value} 不符", 0.8)


def writes_other_formula(check: FormulaCheck, text: str) -> bool:
    """Whether the text puts the key's letters, all of them, into another relation."""
    try:
        key = parse_statement(check.value)
    except (NotAlgebra, RecursionError):
        return False
    names = _Names(check, key)
    relations = [names.renamed(relation)[0] for relation in relations_in(text)]
    own = [relation for relation in relations if _letters(relation) == _letters(key)]
    return bool(own) and not any(_same_relation(key, relation) for relation in own)


def relations_in(text: str) -> list[Statement]:
    """Every pair of sides that a chain of equal signs puts equal: first with each, neighbours."""
    sides = [side for side in tidied(_without_words(text)).split("=") if side][:MAX_SIDES]
    pairs = [(sides[0], side) for side in sides[1:]] + list(pairwise(sides[1:])) if sides else []
    found = []
    for left, right_side in pairs:
        try:
            found.append(parse_statement(f"{left}={right_side}"))
        except (NotAlgebra, RecursionError):
            continue
    return found


class _Names:
    """Which of the key's letters a pupil's letter stands for."""

    def __init__(self, check: FormulaCheck, key: Statement) -> None:
        self._own = _letters(key)
        self._groups = [set(group.split()) for group in check.letters]

    def renamed(self, statement: Statement) -> tuple[Statement, bool]:
        """The statement in the key's letters, and whether a subscript had to be passed over."""
        used = _letters(statement)
        names, is_guess = {}, False
        for name in used - self._own:
            listed = next((own for group in self._groups if name in group for own in group & self._own), None)
            bare = [own for own in self._own if own[0] == name[0]]
            bare = bare or [own for own in self._own if own.lower() == name.lower()]
            if listed is not None:
                names[name] = listed
            elif len(bare) == 1 and bare[0] not in used:
                names[name], is_guess = bare[0], True
        right_side = _renamed(statement.right, names) if statement.right else None
        return Statement(_renamed(statement.left, names), statement.relation, right_side), is_guess

    def shared(self, statement: Statement) -> int:
        """How many of the key's letters the statement has."""
        return len(self._own & _letters(statement))


def _letters(statement: Statement) -> frozenset[str]:
    return letters(statement.left) | (letters(statement.right) if statement.right else frozenset())


def _renamed(node: Node, names: dict[str, str]) -> Node:
    children = tuple(_renamed(child, names) for child in node.children)
    return Node(node.kind, children, node.value, names.get(node.name, node.name))


def _same_relation(key: Statement, written: Statement) -> bool:
    """Whether the two are the same once denominators and common letters are cleared."""
    if key.right is None or written.right is None or key.relation != "=":
        return False
    own = letters(key.left) | letters(key.right)
    if letters(written.left) | letters(written.right) != own or written.left == written.right:
        return False

    def question() -> bool:
        import sympy  # noqa: PLC0415 -- loaded where an expression is marked

        first, second = _cleared(key), _cleared(written)
        ratio = sympy.cancel(first / second) if second != 0 else sympy.nan
        return bool(first != 0 and ratio.is_number and ratio.is_finite)

    return under_deadline(question) is Equivalence.SAME


def _sides_of_one_letter(key: Statement, written: Statement) -> tuple[Node, Node] | None:
    """What both are solved to, where both are solved for the same letter: v = …"""
    both = key.left.kind == "letter" and key.left == written.left and key.right and written.right
    return (key.right, written.right) if both and key.right and written.right else None


def _other_solution(key: Statement, written: Statement) -> bool:
    """v = -√(2gh) is not v = √(2gh), although their squares are one."""
    sides = _sides_of_one_letter(key, written)
    if sides is None:
        return False
    names = letters(sides[0]) | letters(sides[1])
    values = [[real_at(side, samples_of(names, shift)) for side in sides] for shift in range(SHIFTS)]
    return any(a is not None and b is not None and abs(a - b) > CLOSE * max(1.0, abs(a)) for a, b in values)


def _signs_matter(key: Statement, written: Statement) -> bool:
    """Whether the two are one relation for positive letters alone: |a| in place of a."""
    sides = _sides_of_one_letter(key, written)
    if sides is not None:
        return not agree_for_all_signs(*sides, implied_positive(sides[0]))
    return key != written and any(_has_bars(side) for one in (key, written) for side in (one.left, one.right))


def _has_bars(node: Node | None) -> bool:
    return node is not None and (node.kind == "abs" or any(_has_bars(child) for child in node.children))


def _cleared(statement: Statement) -> Any:
    """left − right without denominators, roots squared away, and without factors of single letters."""
    import sympy  # noqa: PLC0415

    sides = [symbolic(side) for side in (statement.left, statement.right) if side is not None]
    if any(_has_root(side) for side in sides):
        sides = [side**2 for side in sides]
    numerator = sympy.numer(sympy.together(sympy.expand(sides[0] - sides[1])))
    _, factors = sympy.factor_list(numerator)
    kept = [factor**power for factor, power in factors if not factor.is_Symbol]
    return sympy.Mul(*kept)


def _has_root(side: Any) -> bool:
    import sympy  # noqa: PLC0415

    return any(power.exp.is_Rational and not power.exp.is_Integer for power in side.atoms(sympy.Pow))
