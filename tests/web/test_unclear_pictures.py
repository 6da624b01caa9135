"""Pages that were read although their picture leaves doubts, and pages to be taken again."""

from __future__ import annotations

from core.pages import PageState
from ocr.photos.doubts import UNCLEAR as AS_READ
from pipeline.results import BY_HAND
from tests.web.conftest import Person, Site
from tests.web.school import EXAM_ID
from web.tasks import UNCLEAR

BASE = f"/exams/{EXAM_ID}"
ADVICE = "请重拍: 右上角反光"


def glaring(site: Site, page_id: str, item: str) -> None:
    """Read the page anew with a reflection over one written answer."""
    with site.tb.store.write() as uow:
        reading = uow.pages.reading(page_id)
        assert reading is not None
        texts = tuple(
            text.model_copy(update={"note": AS_READ}) if text.item == item else text for text in reading.texts
        )
        uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"texts": texts, "notes": (ADVICE,)}))


def test_the_web_knows_an_unclear_place_by_the_words_of_the_engine() -> None:
    assert UNCLEAR == AS_READ


def test_advice_on_a_page_that_was_read_stands_in_the_ledger(site: Site, office: Person) -> None:
    assert "图像有疑问的页" not in office.get(f"{BASE}/ledger").text
    glaring(site, "c1p1", "6")
    page = office.get(f"{BASE}/ledger").text
    section = page.partition("图像有疑问的页")[2].partition("</table>")[0]
    assert ADVICE in section
    assert "c1p1" in section  # the link to the picture
    assert section.count("<tr>") == 2  # the heading, and this page alone


def test_a_page_placed_by_hand_is_not_called_unclear(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        reading = uow.pages.reading("c1p1")
        assert reading is not None
        uow.pages.add_reading(EXAM_ID, reading.model_copy(update={"notes": (BY_HAND,)}))
    assert "图像有疑问的页" not in office.get(f"{BASE}/ledger").text


def test_advice_stands_beside_the_page_of_a_candidate(site: Site, office: Person) -> None:
    with site.tb.store.read() as uow:
        candidate = uow.pages.entry("c1p1").candidate_id
    assert ADVICE not in office.get(f"{BASE}/results/{candidate}").text
    glaring(site, "c1p1", "6")
    assert office.get(f"{BASE}/results/{candidate}").text.count(ADVICE) == 1


def test_the_desk_says_what_is_wrong_where_the_answer_is_hard_to_see(site: Site, marker: Person) -> None:
    glaring(site, "c1p1", "6")
    assert marker.fetch(f"{BASE}/marking/c1p1/6.json").get_json()["picture"] == ADVICE
    assert marker.fetch(f"{BASE}/marking/c1p1/5.json").get_json()["picture"] == ""


def test_a_page_to_be_taken_again_says_what_to_do(site: Site, office: Person) -> None:
    with site.tb.store.write() as uow:
        stray = uow.pages.entry("stray").page
        again = stray.model_copy(update={"id": "again", "source_index": 78, "source_name": "IMG_1.jpg"})
        uow.pages.add(again, PageState.RECEIVED)
        uow.pages.update("again", state=PageState.HELD, reason="请重拍: 左侧模糊", held_for="retake")
    card = office.get(f"{BASE}/ledger").text.partition('id="page-again"')[2].partition("</article>")[0]
    assert '<span class="tag warn">请重拍</span>' in card
    assert "重拍后在“扫描”里直接上传；旧的这张在“其他处理”里点“作废”。" in card
    assert "作废（拍坏、空白、破损）</button>" in card
    assert "IMG_1.jpg" in card
