"""The words that stand out in a transcript are those whose offsets the machine gave."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.test_browser import address, browser

__all__ = ["address", "browser"]
pytestmark = pytest.mark.browser

_MARKED = """async ([text, spans]) => {
  const { marked } = await import("/static/js/desk/transcript.js");
  return marked(text, spans, "a").map((node) => node.nodeType ? [node.textContent] : node);
}"""


@pytest.mark.parametrize("text", ["水变成冰体积膨胀", "𠮷村的水体积膨胀了", "当𝑥=𝑦时，🙂体积膨胀"])
def test_after_rare_characters_the_right_words_stand_out(text: str, browser: Any, address: str) -> None:
    start = text.index("膨胀")
    page = browser.new_page()
    page.goto(f"{address}/login")
    nodes = page.evaluate(_MARKED, [text, [[start, start + 2, "a"]]])
    page.close()
    assert nodes == [part for part in (text[:start], ["膨胀"], text[start + 2 :]) if part]
