"""Words of scorers and verdicts as teachers read them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from core.marks import Award, Verdict
from web.labels import model_name, verdict_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "–"),
        ("shipped-1 a1b2c3", "自带评分"),
        ("criteria-spotted-3+shipped-1", "自带评分"),
        ("fill-verified-3", "按答案核对"),
        ("criteria-spotted-3+judge:qwen(server,p2)", "语言模型"),
        ("item-head-1 k=13 ab12 on criteria-spotted-3+judge:qwen(server,p2)", "跟老师学的（13 份）"),
        ("item-head-1", "跟老师学的"),
    ],
)
def test_a_scorer_has_a_plain_name(name: str, words: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="zh")
    with app.test_request_context():
        assert model_name(name) == words


@pytest.mark.parametrize(
    ("steps", "verdict", "words"),
    [
        (2, Verdict.CONTRADICTED, "写到了"),
        (1, Verdict.CONTRADICTED, "写到一部分"),
        (1, Verdict.NOT_ADDRESSED, "写到一部分"),
        (0, Verdict.CONTRADICTED, "不符"),
        (0, Verdict.PARTLY, "没有写到"),
        (0, Verdict.NOT_ADDRESSED, "没有写到"),
    ],
)
def test_the_words_of_a_verdict_fit_the_points(steps: int, verdict: Verdict, words: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="zh")
    award = Award(
        criterion="1", steps=steps, full_steps=2, reason="", confidence=0.6, verdicts=((verdict, 1.0),)
    )
    with app.test_request_context():
        assert verdict_words(award) == words
