"""One check of every kind."""

from __future__ import annotations

from core.answer_keys import (
    Check,
    ExpressionCheck,
    ExpressionForm,
    FormulaCheck,
    NumberCheck,
    PointCheck,
    RatioCheck,
    ReactionCheck,
    SetCheck,
    SolutionsCheck,
    SubstanceCheck,
)

EVERY: tuple[Check, ...] = (
    NumberCheck(value="3.14", unit="m", significant_figures=3, figures_steps=1),
    ExpressionCheck(value="(x+1)^2", form=ExpressionForm.FACTORED, form_steps=1),
    ExpressionCheck(value="2√2", form=ExpressionForm.SIMPLIFIED),
    FormulaCheck(value="W=Fs", letters=("s l",)),
    SubstanceCheck(value="SO4^2-"),
    ReactionCheck(value="2H2+O2=点燃=2H2O", unbalanced_steps=1),
    SetCheck(value="(-∞,1)∪(3,+∞)"),
    PointCheck(value="A(1,-2)"),
    SolutionsCheck(value="x1=1, x2=3"),
    RatioCheck(value="3:2", lowest=True),
)
