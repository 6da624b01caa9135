r"""``\ce{…}`` of mhchem as far as school chemistry needs it, rewritten as plain LaTeX maths."""

from __future__ import annotations

import re

_ARROWS = {
    "<=>": r"\rightleftharpoons ",
    "<->": r"\leftrightarrow ",
    "->": r"\rightarrow ",
    "<-": r"\leftarrow ",
}
_TOKEN = re.compile(
    r"(?P<arrow><=>|<->|->|<-|==|=)(?:\[(?P<above>[^\]]*)\])?(?:\[(?P<below>[^\]]*)\])?"
    r"|\^\{(?P<braced>[^{}]*)\}|\^(?P<charge>\d*[+-])|_\{?(?P<sub>\d+)\}?"
    r"|(?P<element>[A-Z][a-z]?|[()\[\]])(?P<count>\d*)(?P<ion>[+-](?=\s|$|[)\]]))?"
    r"|(?P<fall>(?<=\s)v(?=\s|$))|(?P<rise>(?<=\s)\^(?=\s|$))|(?P<coefficient>\d+(?:/\d+)?)"
    r"|(?P<maths>\$[^$]*\$)|(?P<space>\s+)|(?P<other>.)"
)


def chemistry_to_latex(text: str) -> str:
    r"""Every ``\ce{…}`` in a formula rewritten; other text is left alone."""
    out, at = [], 0
    while (start := text.find(r"\ce{", at)) >= 0:
        end = _closing_brace(text, start + 3)
        if end < 0:
            break
        out += [text[at:start], r"{" + _reaction(text[start + 4 : end]) + "}"]
        at = end + 1
    return "".join(out) + text[at:]


def _closing_brace(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place
    return -1


def _reaction(source: str) -> str:
    return "".join(_latex_of(match) for match in _TOKEN.finditer(source.strip()))


def _latex_of(match: re.Match[str]) -> str:
    part = match.groupdict()
    if part["arrow"]:
        return _arrow(part["arrow"], part["above"] or "", part["below"] or "")
    if part["element"]:
        count = f"_{{{part['count']}}}" if part["count"] else ""
        ion = f"^{{{part['ion']}}}" if part["ion"] else ""
        return rf"\mathrm{{{part['element']}}}{count}{ion}"
    if part["braced"] or part["charge"]:
        return f"^{{{part['braced'] or part['charge']}}}"
    plain = {"fall": r"\downarrow ", "rise": r"\uparrow ", "space": r"\,"}
    name = match.lastgroup or "other"
    if name == "sub":
        return f"_{{{part['sub']}}}"
    if name == "maths":
        return match.group().strip("$")
    return plain.get(name, match.group())


def _arrow(arrow: str, above: str, below: str) -> str:
    """An arrow or long equals sign with its conditions (点燃, 高温, Δ)."""
    if arrow in ("=", "=="):
        bare = r"\overset{" + rf"\text{{ {above} }}" + "}{=}" if above else "="
        return rf"\underset{{\text{{ {below} }}}}{{{bare}}}" if below else bare
    if not (above or below):
        return _ARROWS[arrow]
    under = rf"[\text{{{below}}}]" if below else ""
    return rf"\xrightarrow{under}{{\text{{{above}}}}}" if arrow == "->" else _ARROWS[arrow]
