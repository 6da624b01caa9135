"""What a changed key leaves of what was measured under the old one."""

from __future__ import annotations

from core.licences import Grant, LicenceChoice, RiskPoint
from core.marks import MarkSource, MarkState
from marking import rubric_digest
from marking.licence import scored_by
from pipeline.agreement import report_of
from pipeline.licensing import apply_licences
from pipeline.review import give_mark
from tests.pipeline.homes import MARKER, OFFICE, Home
from tests.pipeline.test_patches import adopt, answers, criteria, previewed

ITEM, SCOPE = "7", "item:7"


def nobody(_done: int, _total: int) -> None:
    pass


def half_measured(home: Home) -> list[str]:
    """Half of item 7 is marked unseen, the other half settled by a licence; the pages of both, in order."""
    pages = sorted(
        page
        for (page, item), mark in home.marks.items()
        if item == ITEM and mark.source is MarkSource.MACHINE and mark.steps is not None and not mark.flag
    )
    assert len(pages) >= 4
    for page in pages[: len(pages) // 2]:
        with home.tb.store.write() as uow:
            uow.marks.add(home.marks[page, ITEM].model_copy(update={"seed": True}))
        awards = {award.criterion: award.steps for award in home.marks[page, ITEM].awards}
        give_mark(home.tb, page, ITEM, awards, MARKER)
    rubric = rubric_digest(home.exam.item(ITEM))
    given = Grant(
        level=0.05,
        point=RiskPoint(threshold=0, settled=100, wrong=0, share=1, bound=0.05),
        model=scored_by(home.marks[pages[-1], ITEM]),
        items=((ITEM, rubric),),
        digest="",
        seed_share=0,
    )
    with home.tb.store.write() as uow:
        choice = LicenceChoice(scope=SCOPE, action="granted", grant=given)
        uow.licences.add(home.exam_id, SCOPE, choice.model_dump_json(), OFFICE)
    apply_licences(home.tb, home.exam_id, {}, nobody)
    assert blind(home) == len(pages) // 2
    assert settled(home) >= 1
    return pages


def blind(home: Home) -> int:
    with home.tb.store.read() as uow:
        return report_of(uow, uow.exams.get(home.exam_id), SCOPE).blind


def settled(home: Home) -> int:
    return sum(
        bool(mark.licence) and mark.state is MarkState.FINAL
        for (_, item), mark in home.marks.items()
        if item == ITEM
    )


def test_a_synonym_that_nobody_wrote_costs_neither_marks_given_unseen_nor_the_licence(home: Home) -> None:
    half_measured(home)
    counts = blind(home), settled(home)
    before = rubric_digest(home.exam.item(ITEM))
    for words in (["无人写过之词"], ["无人写过之词", "又一个无人写过之词"]):
        preview = previewed(home, ITEM, criteria=criteria(home, b=words))
        assert not [words for words in preview.cautions if "盲评" in words or "授权" in words]
        adopt(home, ITEM, preview)
        assert (blind(home), settled(home)) == counts
    assert rubric_digest(home.exam.item(ITEM)) != before


def test_a_synonym_that_changes_a_mark_costs_all_and_the_preview_says_so(home: Home) -> None:
    half_measured(home)
    word = next(text for text in answers(home, ITEM).values() if "密度" not in text and "深度" in text)[:2]
    counts = blind(home), settled(home)
    preview = previewed(home, ITEM, criteria=criteria(home, b=[word, "深度"]))
    told = "".join(preview.cautions)
    assert f"已有的 {counts[0]} 份盲评不能再用来授权" in told
    assert f"由机器授权定分的 {counts[1]} 份" in told
    adopt(home, ITEM, preview)
    assert (blind(home), settled(home)) == (0, 0)


def test_released_marks_of_a_licence_stay_settled_whatever_key_they_are_put_under(home: Home) -> None:
    half_measured(home)
    counts = settled(home)
    with home.tb.store.write() as uow:
        uow.outputs.add_release(home.exam_id, OFFICE, "0" * 64, "")
        for (_, item), mark in home.marks.items():
            if item == ITEM and mark.licence:
                uow.marks.add(mark.model_copy(update={"rubric": "1" * 64}))
    apply_licences(home.tb, home.exam_id, {}, nobody)
    assert settled(home) == counts


def test_a_key_that_is_put_back_is_what_was_measured(home: Home) -> None:
    half_measured(home)
    counts, old = (blind(home), settled(home)), criteria(home)
    adopt(home, ITEM, previewed(home, ITEM, criteria=criteria(home, b=["无人写过之词"])))
    adopt(home, ITEM, previewed(home, ITEM, criteria=old))
    assert (blind(home), settled(home)) == counts
