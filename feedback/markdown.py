"""Markdown of stems and explanations: as a tree for PDFs, and as safe HTML with MathML for pages.

CommonMark with tables and ``$…$`` / ``$$…$$`` maths. Raw HTML and links are shown literally; one
line break in the source is one on paper, as teachers write stems.
"""

from __future__ import annotations

import functools
import html
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from feedback.maths import latex_to_mathml, latex_to_tree

Tree = dict[str, Any]
#: Gives the file name (PDF) or address (web) of a picture by its name; "" when there is none.
PictureName = Callable[[str], str]


def markdown_to_tree(text: str, picture_file: PictureName = lambda name: "") -> list[Tree]:
    """Blocks for ``content.typ``: plain data in which every text is a value, never markup."""
    return _blocks(iter(_parser().parse(text)), picture_file, "")


def markdown_to_html(text: str, picture_url: PictureName = lambda name: "") -> str:
    """HTML for a web page; formulas as MathML. Nothing of ``text`` passes unescaped.

    Args:
        text: Markdown with maths between ``$``.
        picture_url: address of a picture by its name; a picture without one shows its name.
    """
    return str(_parser().render(text, {"picture_url": picture_url}))


def picture_names(text: str) -> tuple[str, ...]:
    """Names of the pictures in a text, in order, each once."""
    inline = (child for token in _parser().parse(text) for child in token.children or ())
    return tuple(dict.fromkeys(str(t.attrs.get("src", "")) for t in inline if t.type == "image"))


@functools.cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "link", "autolink", "reference", "code", "lheading", "hr"])
    parser.inline.ruler.before("escape", "maths", _maths_rule)
    parser.add_render_rule("maths", _render_maths)
    parser.add_render_rule("image", _render_picture)
    # Addresses are made by us from the picture's name, so any name may stand in the source.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


def _maths_rule(state: StateInline, silent: bool) -> bool:
    """``$…$`` and ``$$…$$``; a dollar before a space, or without a partner, is a dollar."""
    source, start = state.src, state.pos
    if source[start] != "$":
        return False
    fence = "$$" if source.startswith("$$", start) else "$"
    begin = start + len(fence)
    end = _closing(source, begin, fence)
    formula = source[begin:end] if end > 0 else ""
    if not formula.strip() or (fence == "$" and (formula[0].isspace() or formula[-1].isspace())):
        return False
    if not silent:
        token = state.push("maths", "", 0)
        token.content, token.markup = formula.strip(), fence
    state.pos = end + len(fence)
    return True


def _closing(source: str, begin: int, fence: str) -> int:
    at = source.find(fence, begin)
    while at > 0 and source[at - 1] == "\\":
        at = source.find(fence, at + 1)
    return at


def _render_maths(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    return latex_to_mathml(token.content, display=token.markup == "$$")


def _render_picture(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    name = str(tokens[index].attrs.get("src", ""))
    url = env["picture_url"](name)
    if not url:
        return f'<span class="missing-picture">{html.escape(name)}</span>'
    return f'<img src="{html.escape(url)}" alt="{html.escape(tokens[index].content or name)}">'


# --- tokens to tree ------------------------------------------------------------------------------

_SIMPLE = {"heading": "heading", "paragraph": "p"}


def _blocks(tokens: Iterator[Token], picture_file: PictureName, until: str) -> list[Tree]:
    """Blocks up to the closing token ``until`` ("" for the end of the text)."""
    out: list[Tree] = []
    for token in tokens:
        if token.type == until:
            break
        block = _block(token, tokens, picture_file)
        if block:
            out.append(block)
    return out


def _block(token: Token, tokens: Iterator[Token], picture_file: PictureName) -> Tree:
    kind = token.type.removesuffix("_open")
    if kind in _SIMPLE:
        inline = next(tokens)
        next(tokens)
        return {"k": _SIMPLE[kind], "c": _spans(inline, picture_file)}
    if kind in ("bullet_list", "ordered_list"):
        items = _items(tokens, picture_file, f"{kind}_close")
        start = int(token.attrs.get("start", 1))
        return {"k": "list", "ordered": kind == "ordered_list", "start": start, "items": items}
    if kind == "blockquote":
        return {"k": "quote", "c": _blocks(tokens, picture_file, "blockquote_close")}
    if kind == "table":
        return _table(tokens, picture_file)
    return {"k": "fence", "s": token.content} if kind == "fence" else {}


def _items(tokens: Iterator[Token], picture_file: PictureName, until: str) -> list[list[Tree]]:
    items: list[list[Tree]] = []
    for token in tokens:
        if token.type == until:
            break
        if token.type == "list_item_open":
            items.append(_blocks(tokens, picture_file, "list_item_close"))
    return items


def _table(tokens: Iterator[Token], picture_file: PictureName) -> Tree:
    rows: list[list[Tree]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append({"c": _spans(token, picture_file)})
    return {"k": "table", "columns": max(map(len, rows), default=1), "rows": rows}


def _spans(inline: Token, picture_file: PictureName) -> list[Tree]:
    return _nested(iter(inline.children or ()), picture_file, "")


_PAIRS = {"strong_open": "strong", "em_open": "emph", "s_open": "strike"}


def _nested(tokens: Iterator[Token], picture_file: PictureName, until: str) -> list[Tree]:
    out: list[Tree] = []
    for token in tokens:
        if token.type == until:
            break
        if token.type in _PAIRS:
            inner = _nested(tokens, picture_file, token.type.replace("_open", "_close"))
            out.append({"k": _PAIRS[token.type], "c": inner})
        else:
            out.append(_span(token, picture_file))
    return out


def _span(token: Token, picture_file: PictureName) -> Tree:
    if token.type == "maths":
        return {"k": "maths", "tree": latex_to_tree(token.content, display=token.markup == "$$")}
    if token.type == "image":
        name = str(token.attrs.get("src", ""))
        return {"k": "picture", "name": name, "file": picture_file(name)}
    if token.type in ("softbreak", "hardbreak"):
        return {"k": "br"}
    return {"k": "code" if token.type == "code_inline" else "s", "s": token.content}
