"""The ledger adds up, whatever came out of the scanner."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger import Ledger, PageEntry, Stack, balance
from core.pages import PageState
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from tests.core.store_examples import a_page, a_stack

_PAGES_PER_CARD = 2
_ROSTER = Roster(
    candidates=tuple(
        Candidate(id=f"c{n}", number=str(n), class_name=f"{n % 2 + 1}班", room=f"考场{n % 3}")
        for n in range(5)
    )
)
_IDS = [candidate.id for candidate in _ROSTER.candidates]


def _entry(index: int, state: PageState, **values: object) -> PageEntry:
    return PageEntry.model_validate({"page": a_page(f"p{index}", index), "state": state, **values})


def _placed(*where: tuple[str, int]) -> list[PageEntry]:
    return [
        _entry(n, PageState.PLACED, candidate_id=candidate, card_page=page)
        for n, (candidate, page) in enumerate(where)
    ]


def _account(
    entries: list[PageEntry],
    absent: tuple[str, ...] = (),
    accepted: tuple[str, ...] = (),
    stacks: tuple[Stack, ...] | None = None,
) -> Ledger:
    if stacks is None:
        stacks = (a_stack().model_copy(update={"pages": len(entries), "complete": True}),)
    statuses = dict.fromkeys(absent, CandidateStatus.ABSENT)
    return balance(stacks, entries, _ROSTER, statuses, _PAGES_PER_CARD, frozenset(accepted))


_everywhere = st.builds(
    lambda state, candidate, page: (state, candidate, page),
    st.sampled_from(list(PageState)),
    st.sampled_from([*_IDS, "not-on-the-roster"]),
    st.integers(1, _PAGES_PER_CARD),
)


@given(pages=st.lists(_everywhere, max_size=30), absent=st.sets(st.sampled_from(_IDS)))
def test_every_page_and_every_candidate_is_accounted_for(
    pages: list[tuple[PageState, str, int]], absent: set[str]
) -> None:
    entries = [
        _entry(n, state, candidate_id=candidate if state is PageState.PLACED else "", card_page=page)
        for n, (state, candidate, page) in enumerate(pages)
    ]
    account = _account(entries, tuple(absent))
    assert account.pages_in == len(entries) == sum(account.by_state.values())
    assert account.by_state == Counter(entry.state for entry in entries)
    assert all(group.balanced for group in account.groups)
    assert sum(group.candidates for group in account.groups) == len(_IDS)
    assert sum(group.expected for group in account.groups) == len(_IDS) * _PAGES_PER_CARD
    seen = {(e.candidate_id, e.card_page) for e in entries if e.state is PageState.PLACED}
    assert sum(group.received for group in account.groups) == len({c for c in seen if c[0] in _IDS})
    waiting = sum(e.state in (PageState.RECEIVED, PageState.HELD) for e in entries)
    assert account.open_pages == waiting
    once = len([e for e in entries if e.state is PageState.PLACED]) == len({c for c in seen if c[0] in _IDS})
    assert account.balanced == (waiting == 0 and once)


@given(pages=st.lists(st.tuples(st.sampled_from(_IDS), st.integers(1, _PAGES_PER_CARD)), max_size=20))
def test_each_candidate_is_complete_incomplete_unseen_or_absent(pages: list[tuple[str, int]]) -> None:
    account = _account(_placed(*pages), absent=("c0",))
    unseen_or_seen = [*account.complete, *account.incomplete, *account.unseen]
    assert len(unseen_or_seen) == len(set(unseen_or_seen))
    assert set(unseen_or_seen) | set(account.absent) == set(_IDS)


def _all_pages(*candidates: str) -> list[tuple[str, int]]:
    return [(c, page) for c in candidates for page in range(1, _PAGES_PER_CARD + 1)]


def test_a_full_class_can_be_released() -> None:
    account = _account(_placed(*_all_pages(*_IDS)))
    assert (account.balanced, account.releasable) == (True, True)
    assert account.complete == tuple(_IDS)


def test_absent_candidates_are_outside_the_missing_pages() -> None:
    account = _account(_placed(*_all_pages(*_IDS[1:])), absent=("c0",))
    assert account.releasable
    group = next(g for g in account.groups if (g.class_name, g.room) == ("1班", "考场0"))
    assert (group.expected, group.received, group.missing, group.absent) == (2, 0, 0, 2)


def test_what_stands_in_the_way_of_a_release_is_named() -> None:
    entries = _placed(*_all_pages("c0", "c1", "c2"), ("c3", 1))
    account = _account(entries)
    assert (account.incomplete, account.unseen, account.releasable) == (("c3",), ("c4",), False)
    assert _account(entries, absent=("c4",), accepted=("c3",)).releasable


def test_pages_that_wait_are_counted_by_sheet_and_keep_the_ledger_open() -> None:
    entries = [
        _entry(0, PageState.HELD, held_for="identity", sheet="s1"),
        _entry(1, PageState.HELD, held_for="identity", sheet="s1"),
        _entry(2, PageState.HELD, held_for="identity"),
        _entry(3, PageState.HELD, held_for="registration"),
        _entry(4, PageState.STRAY),
    ]
    account = _account(entries)
    assert (account.waiting_identity, account.waiting_identity_pages, account.open_pages) == (2, 3, 4)
    assert not account.balanced


def test_a_page_placed_twice_is_received_once() -> None:
    account = _account(_placed(("c0", 1), ("c0", 1)))
    assert sum(group.received for group in account.groups) == 1
    assert account.incomplete == ("c0",)
    assert not account.balanced


@pytest.mark.parametrize("counted", [9, 11])
def test_pages_that_the_reader_counted_and_that_have_no_line_leave_it_open(counted: int) -> None:
    stack = a_stack().model_copy(update={"pages": counted, "complete": True})
    account = _account(_placed(*_all_pages(*_IDS)), stacks=(stack,))
    assert account.pages_in == counted
    assert not account.balanced


def test_each_stack_is_accounted_for_by_itself() -> None:
    one = a_stack().model_copy(update={"pages": 9, "complete": True})
    other = one.model_copy(update={"id": "s2", "pages": 1})
    account = _account(_placed(*_all_pages(*_IDS)), stacks=(one, other))
    assert account.pages_in == sum(account.by_state.values())
    assert [each.balanced for each in account.stacks] == [False, False]
    assert not account.balanced


@pytest.mark.parametrize("error", ["", "第 11 页损坏"])
def test_a_file_not_read_to_its_end_stands_in_the_way_until_somebody_dismisses_it(error: str) -> None:
    stack = a_stack().model_copy(update={"pages": 10, "complete": False, "error": error})
    account = _account(_placed(*_all_pages(*_IDS)), stacks=(stack,))
    assert (account.unfinished, account.releasable) == ((stack,), False)
    done_with = stack.model_copy(update={"dismissed_by": "kaowu"})
    account = _account(_placed(*_all_pages(*_IDS)), stacks=(done_with,))
    assert (account.unfinished, account.releasable) == ((), True)
