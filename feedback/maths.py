r"""LaTeX maths as school papers use it, through MathML: for web pages as it is, for PDFs as a tree.

The tree is plain data (lists and dicts); ``content.typ`` draws each node by one typst function, so
no formula is ever pasted into typst source. A formula that cannot be read is shown as its source in
a box: :func:`latex_to_tree` then gives ``{"k": "source", …}``.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from typing import Any

from latex2mathml.converter import convert_to_element

from feedback._chemistry import chemistry_to_latex

Tree = dict[str, Any]

#: Longest formula that is looked at, in characters: a bound on time.
LONGEST = 4000
_ELEMENTS = frozenset(
    (
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom", "menclose"),
        *("msup", "msub", "msubsup", "mover", "munder", "munderover", "mfrac", "msqrt", "mroot"),
        *("mtable", "mtr", "mtd"),
    )
)
_LEAST_PARTS = {"mfrac": 2, "mroot": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2, "msubsup": 3,
                "munderover": 3}  # fmt: skip
_DEEPEST = 30
_ATTRIBUTES = frozenset(
    (
        *("accent", "columnalign", "columnlines", "display", "displaystyle", "fence", "form"),
        *("linethickness", "linebreak", "mathvariant", "maxsize", "minsize", "notation"),
        *("scriptlevel", "stretchy", "width", "xmlns"),
    )
)
_ALIGNED = re.compile(r"\\begin\{(aligned|align\*?|split|gathered|eqnarray\*?)\}(.*?)\\end\{\1\}", re.S)
#: Spellings that latex2mathml does not know, and what it does know.
_REWRITES = (
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\not\s*\\(in|subset|parallel)\b"), r"\\n\1 "),
    (re.compile(r"\\mathop\{\\?lim\}(\\limits)?"), r"\\lim "),
    (re.compile(r"\\limits\b"), " "),
    (re.compile(r"\\Rt\b"), r"\\mathrm{Rt}"),
    (re.compile(r"\\(wideparen|overarc|arc)\s*\{([^{}]*)\}"), r"\\overset{\\frown}{\2}"),
    (re.compile(r"\\celsius\b"), r"{}^{\\circ}\\mathrm{C}"),
    (re.compile(r"\\degree\b"), r"^{\\circ}"),
    (re.compile(r"℃"), r"{}^{\\circ}\\mathrm{C}"),
    (re.compile(r"\\pu\s*\{([^{}]*)\}"), r"\\mathrm{\1}"),
    (re.compile(r"\\(tfrac|cfrac)\b"), r"\\frac"),
    # latex2mathml forgets that a single upright letter is upright.
    (re.compile(r"\\mathrm\s*(?:\{([A-Za-z])\}|([A-Za-z])\b)"), r"\\text{\1\2}"),
)


def latex_to_mathml(text: str, *, display: bool = False) -> str:
    """One formula as MathML for a web page; its source in ``<code>`` when it cannot be read.

    Safe to put into a page: only known elements and attributes pass, all text is escaped.
    """
    element = _mathml(text)
    if element is None:
        return f'<code class="latex">{html.escape(text)}</code>'
    element.set("display", "block" if display else "inline")
    return ET.tostring(element, encoding="unicode")


def latex_to_tree(text: str, *, display: bool = False) -> Tree:
    """One formula as a tree for ``content.typ``."""
    element = _mathml(text)
    if element is None:
        return {"k": "source", "s": text}
    return {"k": "formula", "c": _row(list(element)), "block": display}


def _mathml(text: str) -> ET.Element | None:
    """The formula as a clean ``math`` element; ``None`` when it is no LaTeX that we know."""
    if not text.strip() or len(text) > LONGEST:
        return None
    try:
        element = convert_to_element(_prepared(text))
        return _cleaned(element)
    except Exception:
        return None  # latex2mathml raises a dozen classes, IndexError and RecursionError among them


def _prepared(text: str) -> str:
    text = chemistry_to_latex(text)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return _ALIGNED.sub(_as_array, text)


def _as_array(match: re.Match[str]) -> str:
    """An aligned block as an array of right- and left-aligned columns."""
    name, body = match.group(1), match.group(2)
    columns = max((row.count("&") for row in re.split(r"\\\\", body)), default=0) + 1
    alignment = "c" if name == "gathered" else ("rl" * columns)[:columns] if columns > 1 else "l"
    return rf"\begin{{array}}{{{alignment}}}{body}\end{{array}}"


def _cleaned(element: ET.Element, depth: int = 0) -> ET.Element:
    """A copy with known elements and attributes only.

    Raises:
        ValueError: an unknown element, one that lacks a part (``\\frac{a}``), a command that
            latex2mathml passed through, or nesting too deep to be a formula.
    """
    tag = element.tag.rsplit("}", 1)[-1]
    if tag not in _ELEMENTS or depth > _DEEPEST or len(element) < _LEAST_PARTS.get(tag, 0):
        raise ValueError(tag)
    text = html.unescape(element.text or "")
    if tag != "mtext" and (text.startswith("\\") or text == "&"):
        raise ValueError(text)
    copy = ET.Element(tag, {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES})
    copy.text = text.replace("\u2015", "\u00af") if tag == "mo" else text
    copy.extend(_cleaned(child, depth + 1) for child in element)
    return copy


# --- MathML to tree -----------------------------------------------------------------------------

_OVER = {"→": "arrow", "←": "arrow.l", "↔": "arrow.l.r", "^": "hat", "˜": "tilde", "~": "tilde", "˙": "dot",
         "¨": "dot.double", "ˇ": "caron", "`": "grave", "´": "acute", "˘": "breve"}  # fmt: skip
_LINES = {"¯": "overline", "‾": "overline", "_": "underline", "\u0332": "underline", "⌢": "overparen",
          "⏞": "overbrace", "⏟": "underbrace", "⎴": "overbracket", "⎵": "underbracket"}  # fmt: skip
_LIMITS = frozenset({"lim", "max", "min", "sup", "inf", "limsup", "liminf", "det", "gcd", "Pr"})
#: Characters that mean another one in maths.
_SYMBOLS = {"~": "∼", "*": "∗", "-": "−"}
_SPACE = re.compile(r"^\s*(-?[\d.]+)em\s*$")


def _row(elements: list[ET.Element]) -> Tree:
    """Children one after the other; a fenced row (``\\left … \\right``) grows its fences."""
    nodes = [_node(e) for e in elements]
    nodes = [n for n in nodes if n]
    if len(nodes) == 1:
        return nodes[0]
    fenced = bool(elements) and elements[0].get("fence") == "true" and elements[0].get("form") == "prefix"
    return {"k": "lr" if fenced else "row", "c": _with_grown_matrices(nodes)}


def _with_grown_matrices(nodes: list[Tree]) -> list[Tree]:
    """Brackets that stand directly around a table grow with it (``pmatrix`` and kin)."""
    out: list[Tree] = []
    for node in nodes:
        closes = node.get("k") == "sym" and len(out) >= 2 and out[-1].get("k") == "table"
        if closes and out[-2].get("k") == "sym" and out[-2]["s"] in "([{|‖":
            table, opening = out.pop(), out.pop()
            out.append({"k": "lr", "c": [opening, table, node]})
        else:
            out.append(node)
    return out


def _node(element: ET.Element) -> Tree:
    """The tree of one element; {} for what has no ink."""
    tag, children, text = element.tag, list(element), element.text or ""
    if tag in ("mi", "mo", "mn", "mtext"):
        return _token(tag, text, element)
    if tag in ("msup", "msub", "msubsup", "mover", "munder", "munderover"):
        return _scripted(tag, children)
    if tag == "mfrac":
        kind = "stack" if element.get("linethickness") in ("0", "0px") else "frac"
        return {"k": kind, "a": _node(children[0]), "b": _node(children[1])}
    if tag in ("msqrt", "mroot"):
        index = _node(children[1]) if tag == "mroot" else None
        radicand = _node(children[0]) if tag == "mroot" else _row(children)
        return {"k": "root", "a": radicand, "i": index}
    if tag == "mtable":
        return _table(element)
    return _wrapped(tag, children, element)


def _wrapped(tag: str, children: list[ET.Element], element: ET.Element) -> Tree:
    if tag == "mspace":
        match = _SPACE.match(element.get("width", ""))
        return {"k": "space", "em": float(match.group(1))} if match else {}
    if tag == "menclose":
        kind = "box" if "box" in element.get("notation", "") else "cancel"
        return {"k": kind, "a": _row(children)}
    if tag == "mphantom":
        return {"k": "hide", "a": _row(children)}
    if tag == "mstyle" and element.get("displaystyle") == "true":
        return {"k": "display", "a": _row(children)}
    return _row(children)


def _token(tag: str, text: str, element: ET.Element) -> Tree:
    if not text:
        return {}
    if tag == "mtext" or (len(text) == 1 and ord(text) > 0x2E80):
        return {"k": "space", "em": 0.25 * len(text)} if not text.strip() else {"k": "text", "s": text}
    if tag == "mn":
        return {"k": "num", "s": text}
    if len(text) > 1 and text.isascii() and text.isalpha():
        return {"k": "op", "s": text, "limits": text in _LIMITS}
    variant = element.get("mathvariant", "")
    upright = variant in ("normal", "bold") or not text.isalpha() or "Α" <= text <= "Ω"
    return {"k": "sym", "s": _SYMBOLS.get(text, text), "u": upright, "b": "bold" in variant, "v": variant}


def _scripted(tag: str, children: list[ET.Element]) -> Tree:
    """Superscripts, limits, accents, lines and braces over a base."""
    base, mark = _node(children[0]), _mark(children[1])
    if tag in ("mover", "munder") and mark in _LINES:
        return {"k": "line", "f": _LINES[mark], "a": base}
    if tag == "mover" and mark in _OVER:
        return {"k": "accent", "f": _OVER[mark], "a": base}
    scripts = [_node(child) for child in children[1:]]
    below = tag in ("msub", "munder", "msubsup", "munderover")
    bottom = scripts[0] if below else None
    top = scripts[-1] if tag not in ("msub", "munder") else None
    return {"k": "attach", "a": base or {"k": "row", "c": []}, "t": top, "b": bottom, "over": tag[1] in "ou"}


def _mark(element: ET.Element) -> str:
    """The single character that an accent consists of, "" when it is something longer."""
    text = "".join(element.itertext()).strip()
    return text if len(text) == 1 else ""


def _table(element: ET.Element) -> Tree:
    rows = [[_row(list(cell)) for cell in row] for row in element]
    aligns = [cell.get("columnalign", "center") for cell in element[0]] if len(element) else []
    lines = element.get("columnlines", "").split()
    kind = "left" if aligns[:1] == ["left"] else "center"
    if aligns[:2] == ["right", "left"]:
        kind = "points"
    return {"k": "table", "rows": rows, "align": kind, "rule": "solid" in lines}
