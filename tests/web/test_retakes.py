"""Two pictures of one page at the office: both are shown, and one button each says which is used."""

from __future__ import annotations

from core.identities import Guess, Identity
from core.pages import PageState
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from tests.web.test_exchanges import propose_swap

BASE = f"/exams/{EXAM_ID}/identity"
CLAIM = (Guess(candidate_id="c1", probability=1.0),)


def take_again(site: Site) -> None:
    """The front of c1 and another picture wait for each other."""
    with site.tb.store.write() as uow:
        for page in ("c1p1", "held1"):
            uow.pages.update(
                page, state=PageState.HELD, held_for="collision", candidate_id="", settled_by="", sheet=page
            )
            uow.pages.add_identity(EXAM_ID, Identity(page_id=page, guesses=CLAIM))


def states(site: Site) -> list[str]:
    with site.tb.store.read() as uow:
        return [uow.pages.entry(page).state.value for page in ("c1p1", "held1")]


def test_the_queue_shows_both_pictures_and_one_post_settles_them(site: Site, office: Person) -> None:
    take_again(site)
    first, second = office.fetch(f"{BASE}/queue.json").get_json()
    assert [twin["here"] for twin in first["twins"]] == [True, False]
    assert [twin["here"] for twin in second["twins"]] == [False, True]
    assert first["twins"][0]["marked"] > 0
    assert office.get(first["twins"][1]["small"]).content_type.startswith("image/")
    assert office.fetch(second["twins"][1]["choose"], data={"why": "更清楚"}).get_json() == {"done": True}
    assert states(site) == ["duplicate", "placed"]
    assert office.fetch(f"{BASE}/queue.json").get_json() == []
    assert office.fetch(second["twins"][0]["choose"], data={}).status_code == 409


def test_a_lone_sheet_has_no_second_picture(office: Person) -> None:
    (task,) = office.fetch(f"{BASE}/queue.json").get_json()
    assert task["twins"] == []
    assert task["proposed"] is False
    assert office.fetch(f"{BASE}/pictures/held1", data={}).status_code == 409


def test_a_page_already_there_is_spoken_of_with_the_button_that_there_is(site: Site, office: Person) -> None:
    refused = office.fetch(f"/exams/{EXAM_ID}/pages/held1/assign", data={"candidate": "c1"})
    assert refused.status_code == 409
    assert "“核对”里选“是这页的重复”" in refused.get_json()["remedy"]
    assert "是这页的重复" in office.get(f"/exams/{EXAM_ID}/ledger").text
    assert states(site) == ["placed", "held"]


def test_sheets_of_a_proposal_come_last_and_are_marked(site: Site, office: Person) -> None:
    propose_swap(site)
    with site.tb.store.write() as uow:
        for page in ("c1p1", "c1p2"):
            uow.pages.update(page, state=PageState.HELD, held_for="identity", candidate_id="", settled_by="")
    tasks = office.fetch(f"{BASE}/queue.json").get_json()
    assert [(task["page"], task["proposed"]) for task in tasks] == [("held1", False), ("c1p1", True)]


def test_long_odds_are_said_as_a_bound(site: Site, office: Person) -> None:
    propose_swap(site)
    with site.tb.store.write() as uow:
        kept = uow.pages.identities(EXAM_ID)["c1p1"]
        assert kept.proposal is not None
        surer = kept.proposal.model_copy(update={"odds": 4000.0})
        uow.pages.add_identity(EXAM_ID, kept.model_copy(update={"proposal": surer}))
    assert "把握：1000 比 1 以上" in office.get(BASE).text
