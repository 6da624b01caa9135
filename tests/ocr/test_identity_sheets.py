"""Front and back of one sheet, found from the stack's order."""

from __future__ import annotations

from core.pages import NumberReading
from core.rosters import Candidate, Roster
from ocr.identity import PageTrace, divide_stacks, group_sheets
from ocr.identity.affinity import NumberAffinity
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
    pages = stack((1, "11"), (2, "11"), (1, "12"), (1, "13"), (2, "13"), (1, "14"), (2, "14"))
    assert group_sheets(pages) == (("k0", "k1"), ("k2",), ("k3", "k4"), ("k5", "k6"))


def test_a_back_without_number_that_may_be_either_neighbours_is_alone_with_both_named() -> None:
    pages = stack((1, "11"), (2, ""), (1, "12"), (1, "13"), (2, "13"))
    division = divide_stacks(pages)
    assert division.sheets[:3] == (("k0",), ("k1",), ("k2",))
    assert {page for page, _ in division.doubtful["k1"]} == {"k0", "k2"}


def test_an_extra_page_shifts_nothing() -> None:
    pages = stack((1, "10"), (1, "11"), (2, ""), (1, "12"), (2, ""), (1, "13"), (2, ""))
    assert group_sheets(pages) == (("k0",), ("k1", "k2"), ("k3", "k4"), ("k5", "k6"))


def test_a_sheet_fed_upside_down_keeps_its_back_from_a_front_whose_own_is_missing() -> None:
    upright = [(1, "11"), (2, "11"), (1, "12"), (2, "12"), (1, "13"), (2, "13")]
    pages = stack(*upright, (1, "14"), (2, ""), (1, ""))
    ways = [0.4, 359.2] * 3 + [0.9, 181.1, 179.5]
    turned = [p.model_copy(update={"rotation_deg": way}) for p, way in zip(pages, ways, strict=True)]
    assert group_sheets(turned)[3:] == (("k6",), ("k7", "k8"))
    assert group_sheets(pages)[3:] == (("k6",), ("k7",), ("k8",))


def test_both_sides_turned_against_each_other_are_one_sheet_where_the_whole_stack_is_so() -> None:
    pages = stack(*[(page, str(20 + sheet) if page == 1 else "") for sheet in range(6) for page in (1, 2)])
    ways = [0.0, 180.0] * 6
    turned = [p.model_copy(update={"rotation_deg": way}) for p, way in zip(pages, ways, strict=True)]
    assert [len(sheet) for sheet in group_sheets(turned)] == [2] * 6


def test_a_page_that_could_not_be_read_makes_its_neighbours_doubtful() -> None:
    pages = stack((1, "11"), (2, "11"), (1, "12"), (2, ""), (1, "13"), (2, "13"), skip=(3,))
    assert group_sheets(pages) == (("k0", "k1"), ("k2",), ("k4",), ("k5", "k6"))


def test_a_stray_page_between_front_and_back_does_not_part_them() -> None:
    pages = stack((1, "11"), (2, "11"), (1, "12"), (0, ""), (2, ""), (1, "13"), (2, "13"))
    pages[3] = pages[3].model_copy(update={"foreign": True})
    assert group_sheets(pages) == (("k0", "k1"), ("k2", "k4"), ("k3",), ("k5", "k6"))


def test_another_page_between_front_and_back_leaves_both_backs_to_a_person() -> None:
    pages = stack((1, "11"), (2, "11"), (1, "12"), (2, ""), (2, ""), (1, "13"), (2, "13"))
    assert group_sheets(pages) == (("k0", "k1"), ("k2",), ("k3",), ("k4",), ("k5", "k6"))


def test_numbers_on_both_sides_decide_where_a_back_belongs() -> None:
    pages = stack((1, "1111"), (2, "2222"), (1, "2222"), (2, "3333"), (1, "3333"))
    others = [Candidate(id=number, number=number) for number in ("1111", "2222", "3333", "4444", "5555")]
    division = group_sheets(pages, Roster(candidates=tuple(others)))
    assert division == (("k0",), ("k1", "k2"), ("k3", "k4"))


def test_the_common_beginning_of_all_numbers_is_no_agreement() -> None:
    shown = [str(20260101 + n) for n in range(12)]
    pages = stack(*[(page, number) for number in shown for page in (1, 2)])
    pages[5] = pages[5].model_copy(update={"numbers": (certain("202601??", "digits"),)})
    affinity = NumberAffinity(pages, Roster())
    assert affinity.log_ratio("k4", "k5") < 0.5
    assert affinity.log_ratio("k2", "k3") > 2


def test_a_front_and_a_back_in_a_second_small_stack_may_be_two_that_were_missing() -> None:
    regular = stack(*[(page, str(20 + n)) for n in range(5) for page in (1, 2)], stack_id="a")
    later = stack((1, "31"), (2, ""), stack_id="b")
    assert group_sheets([*regular, *later])[-2:] == (("b0",), ("b1",))
    assert group_sheets(later) == (("b0", "b1"),)


def test_sheets_scanned_each_into_a_file_of_its_own_are_sheets() -> None:
    pages = [page for n in range(30) for page in stack((1, str(100 + n)), (2, ""), stack_id=f"f{n:02d}")]
    assert {len(sheet) for sheet in group_sheets(pages)} == {2}


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
