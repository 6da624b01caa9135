"""The guide: everybody on the staff may read what the machine may decide."""

from __future__ import annotations

from tests.web.conftest import Person, Site


def test_markers_read_what_the_machine_may_decide(site: Site, marker: Person) -> None:
    page = marker.get("/guide/machine").text
    assert "永远由老师评分" in page and "98%" in page and "不由机器定分" in page
    assert "本校没有启用语言模型" in page


def test_the_list_of_items_leads_to_the_guide_and_to_what_is_known_of_an_item(
    site: Site, office: Person
) -> None:
    page = office.get(_choose(site)).text
    for words in ("/guide/machine", "/licence", "/agreement", "/standard", "/groups"):
        assert words in page


def _choose(site: Site) -> str:
    with site.tb.store.read() as uow:
        return f"/exams/{uow.exams.all()[0].id}/marking"
