"""Formulas and Markdown, on paper and on pages."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET

import pytest
from pypdf import PdfReader

from core.typesetting import compile_pdf
from feedback._chemistry import chemistry_to_latex
from feedback._sheets import typst_source
from feedback.markdown import markdown_to_html, markdown_to_tree, picture_names
from feedback.maths import latex_to_mathml, latex_to_tree
from tests.feedback.formulas import FORMULAS

_SHEET = """
#import "content.typ": formula, blocks
#let d = json(bytes(sys.inputs.data))
#set text(font: ("Libertinus Serif", sys.inputs.font))
#for t in d.at("formulas", default: ()) [#formula(t)#linebreak()]
#blocks(d.at("blocks", default: ()))
"""


def set_text(**content: object) -> str:
    files = {"content.typ": typst_source("content.typ").encode()}
    reader = PdfReader(io.BytesIO(compile_pdf(_SHEET, content, files)))
    return "".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("source", FORMULAS)
def test_a_school_formula_is_typeset_and_not_shown_as_source(source: str) -> None:
    assert latex_to_tree(source)["k"] == "formula"
    element = ET.fromstring(latex_to_mathml(source))
    assert element.tag.endswith("math")


def test_all_formulas_compile_together_and_show_their_chinese() -> None:
    text = set_text(formulas=[latex_to_tree(f, display=n % 2 == 0) for n, f in enumerate(FORMULAS)])
    for word in ("速度", "路程", "点燃", "高温", "总"):
        assert word in text


@pytest.mark.parametrize("source", [r"\frac{", r"\foo x", r"\unknown{a}", "", "x" * 5000, r"a & b"])
def test_a_formula_that_cannot_be_read_is_shown_as_its_source(source: str) -> None:
    assert latex_to_tree(source) == {"k": "source", "s": source}
    assert latex_to_mathml(source).startswith('<code class="latex">')


def test_the_source_of_a_broken_formula_stays_literal_on_paper() -> None:
    assert r"\frac{#import" in set_text(formulas=[latex_to_tree(r"\frac{#import")])


@pytest.mark.parametrize(
    "source",
    [r"\text{<script>alert(1)</script>}", r"\href{javascript:alert(1)}{x}", r"<img src=x onerror=a>"],
)
def test_no_markup_and_no_address_passes_through_a_formula(source: str) -> None:
    out = latex_to_mathml(source)
    assert "<script" not in out
    assert "<img" not in out
    assert "javascript" not in out or out.startswith("<code")
    assert "href" not in out


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (r"\ce{H2O}", r"\mathrm{H}_{2}\mathrm{O}"),
        (r"\ce{SO4^2-}", r"\mathrm{O}_{4}^{2-}"),
        (r"\ce{Na+}", r"\mathrm{Na}^{+}"),
        (r"\ce{A ->[点燃] B}", r"\xrightarrow{\text{点燃}}"),
        (r"\ce{CO2 ^}", r"\uparrow"),
        (r"x+\ce{2H2}-y", "x+{2"),
    ],
)
def test_chemical_formulas_become_plain_latex(source: str, part: str) -> None:
    assert part in chemistry_to_latex(source)


def test_an_open_brace_in_a_chemical_formula_changes_nothing() -> None:
    assert chemistry_to_latex(r"\ce{H2O") == r"\ce{H2O"


def test_raw_html_links_and_scripts_are_shown_literally() -> None:
    out = markdown_to_html("<script>x</script> [a](javascript:alert(1)) **b** <b onclick=x>")
    assert "<script" not in out
    assert "<a" not in out
    assert "&lt;script&gt;" in out
    assert "<strong>b</strong>" in out


def test_pictures_get_the_address_that_we_make_from_their_name() -> None:
    text = '![图"1](javascript:x) ![](b.png)'
    out = markdown_to_html(text, lambda name: f"/p/{len(name)}" if name != "b.png" else "")
    assert 'src="/p/12"' in out
    assert "javascript" not in out
    assert 'class="missing-picture"' in out
    assert picture_names(text) == ("javascript:x", "b.png")


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("$x$ 与 $y$", 2),
        ("价格 $5 和 $6", 0),
        ("$$x$$", 1),
        (r"\$x\$", 0),
        ("$ x $", 0),
        ("$a_1$*b*$c_2$", 2),
    ],
)
def test_dollars_are_maths_only_where_they_embrace_something(source: str, formulas: int) -> None:
    assert markdown_to_html(source).count("<math") == formulas


def test_markdown_on_paper_keeps_typst_signs_literal_and_draws_all_blocks() -> None:
    source = "#import $5 *a* `#let`\n\n| a | b |\n|---|---|\n| 1 | $x$ |\n\n3. 三\n4. 四\n\n> 引\n\n$$\\frac{甲}{乙}$$"
    text = set_text(blocks=markdown_to_tree(source))
    for part in ("#import", "$5", "#let", "三", "四", "引", "甲", "乙", "3."):
        assert part in text


def test_a_line_break_in_the_source_is_one_on_paper() -> None:
    tree = markdown_to_tree("一\n二")
    assert [span["k"] for span in tree[0]["c"]] == ["s", "br", "s"]
