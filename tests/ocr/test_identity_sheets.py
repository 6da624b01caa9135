"""Front and back of one sheet, found from the stack's order."""

from __future__ import annotations

from core.pages import NumberReading
from ocr.identity import PageTrace, group_sheets
from tests.ocr.identity_classes import certain


def stack(
    *pages: tuple[int, str], stack_id: str = "k", start: int = 0, skip: tuple[int, ...] = ()
) -> list[PageTrace]:
    """Pages as (card page, number shown); ids are p0, p1, …; ``skip`` leaves positions empty."""
    positions = [at for at in range(start, start + len(pages) + len(skip)) if at not in skip]
    return [
        PageTrace(
            page_id=f"{stack_id}{position}",
            stack_id=stack_id,
            source_index=position,
            card_page=card_page,
            card_pages=2,
            numbers=_readings(number),
        )
        for position, (card_page, number) in zip(positions, pages, strict=True)
    ]


def _readings(number: str) -> tuple[NumberReading, ...]:
    return (certain(number),) if number else ()


def test_a_duplex_stack_gives_its_sheets() -> None:
    pages = stack((1, "11"), (2, ""), (1, "12"), (2, ""))
    assert group_sheets(pages) == (("k0", "k1"), ("k2", "k3"))


def test_the_order_in_which_pages_are_given_changes_nothing() -> None:
    pages = stack((1, "11"), (2, ""), (1, "12"), (2, ""))
    assert group_sheets(pages[::-1]) == group_sheets(pages)


def test_a_stack_lying_on_its_face_has_the_back_first() -> None:
    pages = stack((2, ""), (1, "11"), (2, ""), (1, "12"), (2, ""), (1, "13"))
    assert group_sheets(pages) == (("k0", "k1"), ("k2", "k3"), ("k4", "k5"))


def test_some_sheets_turned_over_are_still_pairs() -> None:
    pages = stack((1, "11"), (2, ""), (2, ""), (1, "12"), (1, "13"), (2, ""))
    assert group_sheets(pages) == (("k0", "k1"), ("k2", "k3"), ("k4", "k5"))


def test_a_missing_back_leaves_its_front_alone() -> None:
    pages = stack((1, "11"), (2, ""), (1, "12"), (1, "13"), (2, ""))
    assert group_sheets(pages) == (("k0", "k1"), ("k2",), ("k3", "k4"))


def test_a_page_that_could_not_be_read_is_a_gap() -> None:
    pages = stack((1, "11"), (2, ""), (1, "12"), (2, ""), (1, "13"), (2, ""), skip=(3,))
    assert group_sheets(pages) == (("k0", "k1"), ("k2",), ("k4",), ("k5", "k6"))


def test_an_extra_page_shifts_nothing() -> None:
    pages = stack((1, "10"), (1, "11"), (2, ""), (1, "12"), (2, ""), (1, "13"), (2, ""))
    assert group_sheets(pages) == (("k0",), ("k1", "k2"), ("k3", "k4"), ("k5", "k6"))


def test_numbers_on_both_sides_decide_where_a_back_belongs() -> None:
    pages = stack((1, "1111"), (2, "2222"), (1, "2222"), (2, "3333"), (1, "3333"))
    assert group_sheets(pages) == (("k0",), ("k1", "k2"), ("k3", "k4"))


def test_numbers_that_contradict_are_not_one_sheet() -> None:
    pages = stack((1, "1111"), (2, "2222"))
    assert group_sheets(pages) == (("k0",), ("k1",))


def test_a_stack_scanned_on_one_side_then_the_other_makes_no_pair() -> None:
    pages = stack((1, "11"), (1, "12"), (1, "13"), (2, ""), (2, ""), (2, ""))
    assert all(len(sheet) == 1 for sheet in group_sheets(pages))


def test_pages_of_two_stacks_are_never_one_sheet() -> None:
    pages = [*stack((1, "11"), stack_id="a"), *stack((2, ""), stack_id="b", start=1)]
    assert group_sheets(pages) == (("a0",), ("b1",))


def test_a_card_of_four_pages_gives_two_sheets() -> None:
    pages = stack((1, "11"), (2, ""), (3, "11"), (4, ""))
    assert group_sheets(pages) == (("k0", "k1"), ("k2", "k3"))


def test_second_and_third_page_are_not_two_sides() -> None:
    assert group_sheets(stack((2, ""), (3, ""))) == (("k0",), ("k1",))
