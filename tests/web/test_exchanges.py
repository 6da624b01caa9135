"""What the office sees of exchanged numbers, and its one button."""

from __future__ import annotations

import pytest

from core.identities import Identity, Move, Proposal, ProposalKind
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID

BASE = f"/exams/{EXAM_ID}/identity"


def propose_swap(site: Site) -> None:
    """The sheets of c1 and c2 may be each other's."""
    moves = (
        Move(page_ids=("c1p1", "c1p2"), now="c1", meant="c2"),
        Move(page_ids=("c2p1", "c2p2"), now="c2", meant="c1"),
    )
    found = Proposal(kind=ProposalKind.SWAP, moves=moves, evidence="两份正好站在对方的位置上。", odds=9.6)
    with site.tb.store.write() as uow:
        uow.pages.add_identity(EXAM_ID, Identity(page_id="c1p1", candidate_id="c1", proposal=found))


def owners(site: Site) -> list[tuple[str, str]]:
    with site.tb.store.read() as uow:
        entries = [uow.pages.entry(page) for page in ("c1p1", "c1p2", "c2p1", "c2p2")]
    return [(entry.candidate_id, entry.settled_by) for entry in entries]


def test_without_a_proposal_the_page_asks_nothing(office: Person) -> None:
    assert "exchange" not in office.get(BASE).text


def test_a_proposal_is_shown_with_its_evidence_and_both_names(site: Site, office: Person) -> None:
    propose_swap(site)
    page = office.get(BASE).text
    assert "两份正好站在对方的位置上" in page
    assert "约 9 比 1" in page
    assert page.count("/pages/c1p1/head") == 1
    assert "20260101" in page
    assert "按建议归位" in page


@pytest.mark.parametrize(
    ("answer", "then"), [("accept", ["c2", "c2", "c1", "c1"]), ("deny", ["c1", "c1", "c2", "c2"])]
)
def test_one_button_settles_both_sheets(site: Site, office: Person, answer: str, then: list[str]) -> None:
    propose_swap(site)
    assert office.post(f"{BASE}/exchanges/c1p1", {"answer": answer}).status_code == 302
    assert [owner for owner, _ in owners(site)] == then
    assert {by for _, by in owners(site)} == {"office"}
    assert "已处理 2 份答题卡" in office.get(BASE).text
    assert office.post(f"{BASE}/exchanges/c1p1", {"answer": answer}).status_code == 409


def test_other_answers_and_other_people_change_nothing(site: Site, office: Person, marker: Person) -> None:
    propose_swap(site)
    before = owners(site)
    assert office.post(f"{BASE}/exchanges/c1p1", {"answer": "perhaps"}).status_code == 400
    assert office.post(f"{BASE}/exchanges/c3p1", {"answer": "accept"}).status_code == 409
    assert office.post(f"{BASE}/exchanges/nobody", {"answer": "accept"}).status_code == 404
    assert marker.post(f"{BASE}/exchanges/c1p1", {"answer": "accept"}).status_code == 403
    assert owners(site) == before
