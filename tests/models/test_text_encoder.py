"""Texts as vectors: near where they say alike, the same each time, whatever else is embedded with them."""

import numpy as np
import pytest

from models.text_encoder import TextEncoder, text_encoder

ALIKE = {
    "en": (
        "The water evaporated and left the salt.",
        "They let the water evaporate, so that the salt stayed.",
        "The saxophone has the longest tube.",
    ),
    "zh": (
        "顺序表需要移动大量元素",
        "在顺序表中插入和删除时要移动很多元素",
        "妈祖文化增强民族认同感",
    ),
}


SHIPPED = ("en",)


def an_encoder(language: str) -> TextEncoder:
    encoder = text_encoder(language)
    assert encoder is not None
    return encoder


@pytest.mark.parametrize("language", SHIPPED)
def test_texts_that_say_alike_lie_nearer_than_others(language: str) -> None:
    one, same, other = an_encoder(language).embed(ALIKE[language])
    assert one @ same > one @ other + 0.1


@pytest.mark.parametrize("language", SHIPPED)
def test_vectors_are_unit_rows_in_the_order_of_the_texts(language: str) -> None:
    texts = [*ALIKE[language], "x", "", "水" * 600]
    vectors = an_encoder(language).embed(texts)
    assert vectors.shape[0] == len(texts)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    turned = an_encoder(language).embed(texts[::-1])[::-1]
    np.testing.assert_allclose(vectors, turned, atol=2e-2)


def test_the_same_texts_give_the_same_vectors_again() -> None:
    first, again = (an_encoder("en").embed(ALIKE["en"]) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_no_texts_give_no_vectors() -> None:
    assert an_encoder("en").embed([]).shape == (0, 384)


def test_a_language_without_weights_has_no_encoder() -> None:
    assert text_encoder("fr") is None
