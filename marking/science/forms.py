"""The form of an expression: expanded, factored, simplified, exact. Equality is not its business.

The tree of ``marking.expressions`` is looked at as it was written, since algebra would put it in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import gcd, isqrt

from core.answer_keys import ExpressionForm
from marking.equivalence import Equivalence, symbolic, under_deadline
from marking.expressions import Node, letters

_DECIMAL = re.compile(r"\d\.\d|(?<!\d)\.\d")
_LARGEST_ROOT = 10**6


def form_fault(form: ExpressionForm, node: Node, text: str) -> str:
    """What the form is short of, in words; empty when it is as asked for."""
    match form:
        case ExpressionForm.ANY:
            return ""
        case ExpressionForm.EXACT:
            return "应写精确值，不能写小数" if _DECIMAL.search(text) else ""
        case ExpressionForm.EXPANDED:
            return "括号没有展开" if _has_brackets(node) else _uncollected(node)
        case ExpressionForm.FACTORED:
            return _unfactored(node)
        case ExpressionForm.SIMPLIFIED:
            return _uncollected(node) or _unreduced(node)


def _bare(node: Node) -> Node:
    while node.kind == "-":
        node = node.children[0]
    return node


def _every(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _every(child)


def _factors(node: Node) -> list[Node]:
    """The factors of a product as written; a quotient's numerator counts, a number's sign does not."""
    node = _bare(node)
    if node.kind == "*":
        return [factor for child in node.children for factor in _factors(child)]
    return [node]


def _has_brackets(node: Node) -> bool:
    """A product with a sum among its factors, or a power of a sum."""
    for part in _every(node):
        if part.kind == "*" and any(factor.kind == "+" for factor in _factors(part)):
            return True
        if part.kind == "^" and _bare(part.children[0]).kind in ("+", "*"):
            return True
        if part.kind == "-" and _bare(part).kind == "+":
            return True
    return False


def _uncollected(node: Node) -> str:
    """Terms of a sum that differ by a number only."""
    for part in _every(node):
        if part.kind != "+":
            continue
        signatures = [_signature(term) for term in part.children]
        if len(set(signatures)) < len(signatures):
            return "同类项没有合并"
    return ""


def _signature(term: Node) -> tuple[str, ...]:
    """The term without its rational coefficient; equal for like terms."""
    parts: list[str] = []
    for factor in _factors(term):
        if factor.kind == "/":
            above, below = factor.children
            parts += [*_signature(above), *(f"/{one}" for one in _signature(below))]
        elif factor.kind != "number":
            parts.append(_written(factor))
    return tuple(sorted(parts))


def _written(node: Node) -> str:
    inner = ",".join(map(_written, node.children))
    return f"{node.kind}{node.name}{node.value if node.kind == 'number' else ''}({inner})"


def _unreduced(node: Node) -> str:
    for part in _every(node):
        if part.kind == "*" and sum(factor.kind == "number" for factor in _factors(part)) > 1:
            return "数没有算完"
        if part.kind == "*" and _repeats(part):
            return "相同的因式没有合并成幂"
        if part.kind == "sqrt" and _root_can_be_taken(part.children[0]):
            return "根式没有化成最简"
        if part.kind == "/" and (fault := _fraction_fault(*part.children)):
            return fault
        if part.kind in ("+", "^") and not letters(part) and all(c.kind == "number" for c in part.children):
            return "数没有算完"
    return ""


def _repeats(node: Node) -> bool:
    written = [_written(factor) for factor in _factors(node) if factor.kind in ("letter", "sqrt", "+")]
    return len(set(written)) < len(written)


def _root_can_be_taken(inner: Node) -> bool:
    """√8, √(1/2): a square can be taken out, or a fraction stands in the root."""
    if inner.kind == "/":
        return True
    if inner.kind != "number":
        return False
    if inner.value.denominator > 1 or not 1 < inner.value <= _LARGEST_ROOT:
        return inner.value.denominator > 1 or inner.value in (0, 1)
    whole = int(inner.value)
    return any(whole % (root * root) == 0 for root in range(2, isqrt(whole) + 1))


def _fraction_fault(above: Node, below: Node) -> str:
    if any(part.kind == "sqrt" for part in _every(below)):
        return "分母没有有理化"
    numbers = [
        factor.value for side in (above, below) for factor in _factors(side) if factor.kind == "number"
    ]
    both = [[f.value for f in _factors(side) if f.kind == "number"] for side in (above, below)]
    if len(numbers) >= 2 and all(both) and _common(*both[0], *both[1]) > 1:
        return "分数没有约分"
    if letters(above) & letters(below) and _has_common_factor(above, below):
        return "分式没有约分"
    return ""


def _common(*numbers: Fraction) -> int:
    return gcd(*(number.numerator for number in numbers)) if all(n.denominator == 1 for n in numbers) else 1


def _has_common_factor(above: Node, below: Node) -> bool:
    def question() -> bool:
        import sympy  # noqa: PLC0415 -- loaded where an expression is marked

        return bool(sympy.gcd(symbolic(above), symbolic(below)).free_symbols)

    return under_deadline(question) is Equivalence.SAME


def _unfactored(node: Node) -> str:
    """Sums among the factors that can still be taken apart, or that are not factored at all."""
    sums = [base for factor in _factors(_above(node)) if (base := _base(factor)).kind == "+"]
    if any(_can_be_factored(one) for one in sums):
        return "没有分解因式" if len(sums) == 1 and sums[0] is _bare(node) else "还能继续分解"
    return ""


def _above(node: Node) -> Node:
    bare = _bare(node)
    return bare.children[0] if bare.kind == "/" else bare


def _base(factor: Node) -> Node:
    return _bare(factor.children[0]) if factor.kind == "^" else factor


def _can_be_factored(node: Node) -> bool:
    def question() -> bool:
        import sympy  # noqa: PLC0415

        content, factors = sympy.factor_list(sympy.together(symbolic(node)))
        powers = sum(power for _, power in factors)
        return bool(powers > 1 or (content.is_Integer and abs(content) > 1))

    return under_deadline(question) is Equivalence.SAME
