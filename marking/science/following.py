"""连带错误: what this step's result would be with the pupil's own earlier results."""

from __future__ import annotations

from core.answer_keys import (
    MAX_KEY_CHARACTERS,
    Check,
    ExpressionCheck,
    FollowThrough,
    NumberCheck,
    NumericKey,
)
from marking.expressions import Node, NotAlgebra, parse_statement
from marking.quantities import Quantity, parse_quantity
from marking.science.amounts import Amount, NoAmount, evaluate, in_base_units
from marking.units import Unit, parse_unit

#: Where the key has no tolerance, rounding on the way may move a result by this share.
ROUNDING = "0.01"


def followed(check: Check, follows: FollowThrough, own: dict[str, tuple[Check, str]]) -> Check | None:
    """The check with the result that follows from the pupil's own earlier ones; ``None`` where none does.

    Args:
        check: this step's.
        follows: how the result is reached.
        own: for criteria above, their check and the value that the pupil wrote.
    """
    used = {letter: own[id_] for letter, id_ in follows.uses if id_ in own}
    if len(used) < len(follows.uses):
        return None
    try:
        node = parse_statement(follows.expression).left
        if isinstance(check, NumberCheck):
            return _number(check, follows, node, used)
        return _expression(check, node, used) if isinstance(check, ExpressionCheck) else None
    except (NotAlgebra, NoAmount, RecursionError):
        return None


def _number(
    check: NumberCheck, follows: FollowThrough, node: Node, used: dict[str, tuple[Check, str]]
) -> Check | None:
    quantities = {letter: _with_unit(source, text) for letter, (source, text) in used.items()}
    quantities |= {letter: parse_quantity(text) for letter, text in follows.given}
    known = {letter: quantity for letter, quantity in quantities.items() if quantity is not None}
    if len(known) < len(quantities):
        return None
    value = _result(check, node, known)
    tolerance = {"tolerance": ROUNDING, "relative": True} if check.tolerance == "0" else {}
    return check.model_copy(update={"value": format(value, ".12g"), **tolerance})


def _with_unit(source: Check, text: str) -> Quantity | None:
    """The pupil's result; without a unit it is taken to be in the key's."""
    quantity = parse_quantity(text)
    if quantity is None or quantity.unit_text or not isinstance(source, NumericKey):
        return quantity
    return Quantity(quantity.value, source.unit, quantity.guessed, quantity.digits)


def _result(check: NumberCheck, node: Node, known: dict[str, Quantity]) -> float:
    """With units where they add up to the key's, else with the numbers alone.

    Raises:
        NoAmount: neither has a value.
    """
    units = {letter: parse_unit(quantity.unit_text) for letter, quantity in known.items()}
    wanted = parse_unit(check.unit) if check.unit else None
    if wanted is not None and all(
        units[letter] is not None or not known[letter].unit_text for letter in known
    ):
        try:
            amount = evaluate(node, {a: in_base_units(known[a].value, units[a]) for a in known})
            if amount.unit.dimension == wanted.dimension:
                return amount.value / float(wanted.factor)
        except NoAmount:
            pass  # temperatures and counts: the numbers alone may still do
    return evaluate(node, {a: _plain(known[a], units[a]) for a in known}).value


def _plain(quantity: Quantity, _unit: Unit | None) -> Amount:
    return Amount(float(quantity.value))


def _expression(check: ExpressionCheck, node: Node, used: dict[str, tuple[Check, str]]) -> Check | None:
    trees = {letter: parse_statement(text.split("=")[-1]).left for letter, (_, text) in used.items()}
    text = written(_put_in(node, trees))
    return check.model_copy(update={"value": text}) if len(text) <= MAX_KEY_CHARACTERS else None


def _put_in(node: Node, trees: dict[str, Node]) -> Node:
    if node.kind == "letter" and node.name in trees:
        return trees[node.name]
    return Node(node.kind, tuple(_put_in(child, trees) for child in node.children), node.value, node.name)


def written(node: Node) -> str:  # noqa: PLR0911 -- one line a kind
    """The expression as text that the grammar reads back; every inner expression in brackets."""
    inner = [written(child) for child in node.children]
    match node.kind:
        case "number":
            return str(node.value) if node.value.denominator == 1 else f"({node.value})"
        case "letter":
            return node.name
        case "pi":
            return "π"
        case "+":
            return f"({'+'.join(inner)})"
        case "-":
            return f"(-{inner[0]})"
        case "*" | "/" | "^":
            return f"({inner[0]}{node.kind}{inner[1]})"
        case "abs":
            return f"|{inner[0]}|"
        case _:
            return f"{node.kind}({inner[0]})"
