"""What counts as written, on which page an item stands, and whose card lacks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.cards import Card, WritingRegion
from core.ledger import PageEntry
from core.pages import BubbleVerdict, PageReading, TextReading
from core.results import PAGE_MISSING, ItemResult
from pipeline.results import (
    BY_HAND,
    NOT_ON_CARD,
    UNREAD,
    ExamState,
    optional_choices,
    page_of_item,
    read_state,
    release_blockers_in,
    results_of,
)
from tests.pipeline.homes import Home

WRITER = "270102"


def state_of(home: Home) -> ExamState:
    """As it stands, without the office's words on 选做题."""
    with home.tb.store.read() as uow:
        state = read_state(uow, home.exam_id)
    said = {key: word for key, word in state.corrections.items() if not key[1].startswith("optional:")}
    return replace(state, corrections=said)


def pages_of(home: Home, state: ExamState) -> dict[int, PageEntry]:
    return dict(state.scripts[home.candidate(WRITER)])


def reread(state: ExamState, page_id: str, **changed: Any) -> ExamState:
    reading = state.readings[page_id].model_copy(update=changed)
    return replace(state, readings={**state.readings, page_id: reading})


def written_as(reading: PageReading, ink: dict[str, bool]) -> tuple[TextReading, ...]:
    """The reading's texts with no words in these items, with or without ink."""
    return tuple(
        t.model_copy(update={"lines": (), "blank": not ink[t.item], "engine": ""}) if t.item in ink else t
        for t in reading.texts
    )


def with_ink(home: Home, state: ExamState, ink: dict[str, bool]) -> ExamState:
    """Ink that nobody could read in some items, none in others; no box of the 选做题 filled."""
    for entry in pages_of(home, state).values():
        reading = state.readings[entry.page.id]
        bubbles = tuple(
            b.model_copy(update={"marked": (), "verdict": BubbleVerdict.BLANK, "reason": ""})
            if b.key == "X"
            else b
            for b in reading.bubbles
        )
        state = reread(state, entry.page.id, texts=written_as(reading, ink), bubbles=bubbles)
    return state


def result(home: Home, state: ExamState, item: str) -> ItemResult:
    found = next(c for c in results_of(state).candidates if c.candidate.number == WRITER).item(item)
    assert found is not None
    return found


def test_ink_that_could_not_be_read_is_an_answer(marked: Home) -> None:
    state = with_ink(marked, state_of(marked), {"6": True, "7": True, "10": True})
    for item in ("6", "7", "10"):
        assert not result(marked, state, item).blank, item
    assert result(marked, state, "6").answer_parts == (UNREAD, UNREAD)
    assert result(marked, state, "7").answer == UNREAD
    empty = with_ink(marked, state_of(marked), {"6": False, "7": False, "10": False})
    for item in ("6", "7", "10"):
        assert result(marked, empty, item).blank, item
        assert not result(marked, empty, item).answer.strip()


@pytest.mark.parametrize(
    ("ink", "counted", "doubtful"),
    [
        ({"8": False, "9": True}, "9", True),
        ({"8": True, "9": True}, None, True),
        ({"8": False, "9": False}, "8", False),
    ],
)
def test_unread_ink_says_which_optional_item_was_answered(
    marked: Home, ink: dict[str, bool], counted: str | None, doubtful: bool
) -> None:
    state = with_ink(marked, state_of(marked), ink)
    choice = optional_choices(state, pages_of(marked, state))["X"]
    assert (choice.counted, choice.doubtful) == (counted, doubtful)


def test_a_page_placed_by_hand_is_not_taken_for_an_empty_one(marked: Home) -> None:
    state = state_of(marked)
    for entry in pages_of(marked, state).values():
        state = reread(state, entry.page.id, texts=(), bubbles=(), notes=(BY_HAND,))
    assert optional_choices(state, pages_of(marked, state))["X"].doubtful
    for item in ("1", "6", "7", "10"):
        assert not result(marked, state, item).blank, item
    assert result(marked, state, "6").answer_parts == (UNREAD, UNREAD)


def changed_card(state: ExamState, change: Callable[[Card], Card], card_id: str = "") -> ExamState:
    (old,) = {entry.card_id for pages in state.scripts.values() for entry in pages.values()}
    made = change(state.cards[old]).model_copy(update={"id": card_id or old})
    return replace(state, cards={**state.cards, made.id: made})


def without(card: Card, item: str) -> Card:
    """The card with no room for the item."""
    pages = tuple(
        page.model_copy(
            update={
                "writing": tuple(r for r in page.writing if r.item != item),
                "bubbles": tuple(f for f in page.bubbles if f.key != item),
            }
        )
        for page in card.pages
    )
    return card.model_copy(update={"pages": pages})


def with_region(card: Card, number: int, region: WritingRegion) -> Card:
    pages = tuple(
        page.model_copy(update={"writing": (*page.writing, region)}) if page.number == number else page
        for page in card.pages
    )
    return card.model_copy(update={"pages": pages})


def test_what_is_written_on_the_next_page_belongs_to_the_answer(marked: Home) -> None:
    state = state_of(marked)
    card = marked.card
    region = next(r for r in card.page(1).writing if r.item == "6").model_copy(update={"part": 2})
    state = changed_card(state, lambda card: with_region(card, 2, region))
    state = with_ink(marked, state, {"6": False})
    assert result(marked, state, "6").blank
    second = pages_of(marked, state)[2].page.id
    more = TextReading(item="6", part=2, blank=False, engine="")
    state = reread(state, second, texts=(*state.readings[second].texts, more))
    assert not result(marked, state, "6").blank
    assert result(marked, state, "6").answer_parts[-1] == UNREAD
    assert result(marked, state, "6").card_page == 1


def on_other_card(
    home: Home, state: ExamState, sides: tuple[int, ...], change: Callable[[Card], Card]
) -> ExamState:
    """These sides of the writer's script belong to another revision of the card."""
    state = changed_card(state, change, "other-card")
    pages = pages_of(home, state)
    moved = {n: e.model_copy(update={"card_id": "other-card"}) if n in sides else e for n, e in pages.items()}
    return replace(state, scripts={**state.scripts, home.candidate(WRITER): moved})


def test_an_item_that_came_after_ones_card_is_no_missing_page(marked: Home) -> None:
    state = on_other_card(marked, state_of(marked), (1, 2), lambda card: without(card, "7"))
    assert result(marked, state, "7").reason == NOT_ON_CARD
    with marked.tb.store.read() as uow:
        blockers = release_blockers_in(uow, marked.exam_id, state)
    assert "1 人的答题卡版本上没有第 7 题" in blockers
    side = marked.card.pages_of("10")[0]
    pages = {n: e for n, e in pages_of(marked, state).items() if n != side}
    lost = replace(state, scripts={**state.scripts, marked.candidate(WRITER): pages})
    assert result(marked, lost, "10").reason == PAGE_MISSING


def test_each_page_of_a_mixed_script_is_asked_by_its_own_card(marked: Home) -> None:
    """On one card the item stands on side 1, on the other on side 2."""
    region = next(r for r in marked.card.page(1).writing if r.item == "6")
    moved = on_other_card(
        marked, state_of(marked), (2,), lambda card: with_region(without(card, "6"), 2, region)
    )
    pages = pages_of(marked, moved)
    with marked.tb.store.read() as uow:
        assert "1 人的答卷混有两个版本的答题卡, 同一题出现两次" in release_blockers_in(
            uow, marked.exam_id, moved
        )
    first = page_of_item(moved.cards, pages, "6")
    assert first is not None
    assert first.card_page == 1
    front = on_other_card(
        marked, state_of(marked), (1,), lambda card: with_region(without(card, "6"), 2, region)
    )
    assert page_of_item(front.cards, pages_of(marked, front), "6") is None
    assert result(marked, front, "6").reason == PAGE_MISSING
