r"""LaTeX as it turns up in transcripts, as plain signs: ``\frac{1}{2}`` is (1)/(2), ``\cup`` is ∪."""

from __future__ import annotations

import re

_SIGNS = {
    "times": "×", "cdot": "·", "div": "÷", "pm": "±", "pi": "π", "infty": "∞", "cup": "∪", "cap": "∩",
    "in": "∈", "emptyset": "∅", "varnothing": "∅", "leq": "≤", "le": "≤", "leqslant": "≤", "geq": "≥",
    "ge": "≥", "geqslant": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "degree": "°", "circ": "°",
    "Omega": "Ω", "mu": "μ", "rho": "ρ", "eta": "η", "alpha": "α", "beta": "β", "theta": "θ",
    "lambda": "λ", "Delta": "Δ", "triangle": "△", "uparrow": "↑", "downarrow": "↓", "to": "→",
    "rightarrow": "→", "longrightarrow": "→", "rightleftharpoons": "⇌", "mid": "|", "lbrace": "{",
    "rbrace": "}", "mathbb{R}": "R", "sin": "sin", "cos": "cos", "tan": "tan", "ln": "ln", "lg": "lg",
    "%": "%", "{": "{", "}": "}", "vert": "|", "sqrt": "√",
}  # fmt: skip
#: Brackets of our own around a subscript of several letters, which no bracket of algebra is.
LONG_SUBSCRIPT = ("⟦", "⟧")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_CONDITION = re.compile(r"\\xrightarrow\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}|\\xlongequal\s*\{([^{}]*)\}")
_WORDS = re.compile(r"\\(?:text|mathrm|mathbf|ce|operatorname|mathit|textbf)\s*\{([^{}]*)\}")
_SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
_LAYOUT = re.compile(r"\\(?:left|right|displaystyle|,|;|!|quad|qquad|limits)(?![A-Za-z])|\$")
_COMMAND = re.compile(r"\\(mathbb\{R\}|[A-Za-z]+|[%{}])")
#: A text with more LaTeX than this is not written by a pupil.
_MOST_ROUNDS = 12


def plain(text: str) -> str:
    """The text without LaTeX; texts without a backslash or dollar come back as they are."""
    if "\\" not in text and "$" not in text:
        return text
    form = _LAYOUT.sub("", text)
    for _ in range(_MOST_ROUNDS):
        following = _CONDITION.sub(lambda m: f"={m[1] or m[2]}=", form)
        following = _WORDS.sub(r"\1", _ROOT.sub(r"√(\1)", _FRACTION.sub(r"((\1)/(\2))", following)))
        following = _SCRIPT.sub(_script, following) if following == form else following
        if following == form:
            break
        form = following
    return _COMMAND.sub(lambda command: _SIGNS.get(command[1], command[0]), form)


def _script(script: re.Match[str]) -> str:
    inner = script[2]
    if script[1] == "_":
        return (
            f"_{inner}"
            if len(inner) == 1 or inner.isdigit()
            else f"_{LONG_SUBSCRIPT[0]}{inner}{LONG_SUBSCRIPT[1]}"
        )
    return script[1] + (inner if len(inner) == 1 or re.fullmatch(r"\d*[+-]", inner) else f"({inner})")
