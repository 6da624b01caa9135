"""A changed key or criterion: previewed without saving, adopted, and only what it touches marked again."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadInput, Conflict, ExamInvalid
from core.exam_files.one_item import item_tree
from core.marks import Award, Mark, MarkSource, MarkState
from core.patches import Fate, PatchPreview
from marking import rubric_digest
from pipeline.exams import save_exam
from pipeline.moved import moved_scores
from pipeline.patches import adopt_patch, ask_preview, ask_wordings, patch_desk
from pipeline.requests import ask_remark
from pipeline.results import gather_results, release_blockers
from pipeline.review import correct_choice, flag, give_mark
from tests.pipeline.homes import MARKER, OFFICE, Home
from tests.pipeline.small_exam import SMALL_EXAM


def previewed(home: Home, number: str, **fields: Any) -> PatchPreview:
    """The preview of the item with these fields of its tree replaced."""
    tree = item_tree(home.exam, number) | fields
    ask_preview(home.tb, home.exam_id, number, tree, OFFICE, home.exam.revision)
    home.work()
    shown = patch_desk(home.tb, home.exam_id, number)
    assert shown.preview is not None
    assert shown.adoptable
    return shown.preview


def adopt(home: Home, number: str, preview: PatchPreview, why: str = "教研组讨论") -> None:
    adopt_patch(home.tb, home.exam_id, number, preview.blob, OFFICE, why)
    home.work()


def answers(home: Home, number: str) -> dict[str, str]:
    """Page → what was read, of placed pages."""
    with home.tb.store.read() as uow:
        readings = uow.pages.readings(home.exam_id)
    return {
        page: "\n".join(t.text for t in readings[page].texts_of(number))
        for page, item in home.marks
        if item == number
    }


def test_a_preview_saves_nothing_but_its_document(marked: Home) -> None:
    before, revision = marked.marks, marked.exam.revision
    preview = previewed(marked, "4", key="A")
    assert marked.marks == before
    assert marked.exam.revision == revision
    assert preview.changes == ("答案：AC → A",)
    assert preview.responses == sum(preview.fates.values())
    assert 0 < preview.touched < preview.responses


def test_what_the_preview_says_is_what_adopting_does(marked: Home) -> None:
    before = marked.marks
    preview = previewed(marked, "4", key="A")
    adopt(marked, "4", preview)
    after = marked.marks
    done = patch_desk(marked.tb, marked.exam_id, "4").done
    assert done is not None
    assert (done.fates, done.earlier, done.why) == (preview.fates, 0, "教研组讨论")
    assert {k for k in after if after[k] != before[k]} == {k for k in after if k[1] == "4"}
    placed = {entry.page.id for entry in marked.entries if entry.candidate_id}  # a page fed twice counts once
    moved = {k for k in after if after[k].steps != before[k].steps and k[0] in placed}
    flows = {(f.before, f.after): f.count for f in preview.flows}
    assert sum(flows.values()) == preview.touched == len(moved)
    for key in moved:
        assert (before[key].steps, after[key].steps) in flows
    assert {k[1] for k in moved} == {"4"}


def test_a_response_that_is_not_touched_keeps_its_mark_under_the_new_standard(marked: Home) -> None:
    before = marked.marks
    adopt(marked, "4", previewed(marked, "4", key="A"))
    now = rubric_digest(marked.exam.item("4"))
    kept = [k for k in before if k[1] == "4" and marked.marks[k].steps == before[k].steps]
    assert kept
    for key in kept:
        new = marked.marks[key]
        assert new.rubric == now
        same = before[key].model_copy(update={"rubric": now, "revision": new.revision, "at": new.at})
        assert new == same
        assert new.revision == before[key].revision + 1
    assert not [words for words in release_blockers(marked.tb, marked.exam_id) if "标准" in words]


def test_means_of_classes_and_the_rate_are_those_that_adopting_gives(marked: Home) -> None:
    preview = previewed(marked, "4", key="A")
    everybody = preview.classes[0]
    old = gather_results(marked.tb, marked.exam_id).present
    assert everybody.mean_before == pytest.approx(sum(r.total_steps for r in old) / len(old))
    assert {shift.name for shift in preview.classes} == {"", "八(1)班", "八(2)班"}
    adopt(marked, "4", preview)
    new = gather_results(marked.tb, marked.exam_id).present
    assert everybody.mean_after == pytest.approx(sum(r.total_steps for r in new) / len(new))
    given = [item for r in new if (item := r.item("4")) is not None]
    rate = sum(item.steps or 0 for item in given) / sum(item.full_steps for item in given)
    assert everybody.rate_after == pytest.approx(rate)
    by_class = [r.total_steps for r in new if r.candidate.class_name == "八(2)班"]
    shift = next(s for s in preview.classes if s.name == "八(2)班")
    assert shift.mean_after == pytest.approx(sum(by_class) / len(by_class))


def criteria(home: Home, **added: list[str]) -> list[dict[str, Any]]:
    """The criteria of item 7 with words accepted in addition, by criterion."""
    several: list[dict[str, Any]] = item_tree(home.exam, "7")["criteria"]
    return [c | {"accepted": [*c["accepted"], *added.get(c["id"], [])]} for c in several]


def test_a_persons_mark_stays_final_where_the_machine_says_the_same_and_goes_back_where_not(
    marked: Home,
) -> None:
    read = answers(marked, "7")
    page, word = next(p for p, text in read.items() if "密度" not in text and "深度" in text), "深度"
    before = marked.marks
    assert all(m.source is MarkSource.PERSON for k, m in before.items() if k[1] == "7" and m.state == "final")
    preview = previewed(marked, "7", criteria=criteria(marked, b=[word]))
    assert preview.fates[Fate.RECHECK] >= 1
    assert preview.fates[Fate.CONFIRMED] >= 1
    sent = {t.page_id: t for t in preview.sample}
    assert (sent[page].fate, sent[page].before, sent[page].after) == (
        Fate.RECHECK,
        before[page, "7"].steps,
        before[page, "7"].steps,
    )
    assert (sent[page].new or 0) - (sent[page].old or 0) == 1
    adopt(marked, "7", preview)
    after = marked.marks
    assert (after[page, "7"].state, after[page, "7"].reason) == (MarkState.PROPOSED, "评分标准已修改, 请复核")
    others = [k for k in before if k[1] == "7" and k[0] not in sent and before[k].source is MarkSource.PERSON]
    assert others
    for key in others:
        assert (after[key].state, after[key].steps, after[key].by) == (
            before[key].state,
            before[key].steps,
            before[key].by,
        )
    assert all(after[k].steps == before[k].steps for k in before)
    waiting = [words for words in release_blockers(marked.tb, marked.exam_id) if "待评" in words]
    assert waiting == [f"{preview.fates[Fate.RECHECK]} 份作答待评"]


def test_where_the_machine_read_nothing_it_confirms_nothing(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("10")[0])
    give_mark(marked.tb, page, "10", {"": 7}, MARKER)
    tree = item_tree(marked.exam, "10") | {"levels": [{"name": "一类", "low": "8", "high": "10"}]}
    ask_preview(marked.tb, marked.exam_id, "10", tree, OFFICE, marked.exam.revision)
    marked.work()
    preview = patch_desk(marked.tb, marked.exam_id, "10").preview
    assert preview is not None
    assert Fate.CONFIRMED not in preview.fates
    assert preview.fates[Fate.RECHECK] >= 1


def test_a_flagged_mark_stays_with_the_office(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    flag(marked.tb, page, "7", "雷同", MARKER)
    preview = previewed(marked, "7", criteria=criteria(marked, b=["种类"]))
    assert preview.fates[Fate.OPEN] == 1
    adopt(marked, "7", preview)
    assert marked.marks[page, "7"].flag == "雷同"


def test_a_persons_word_on_the_bubbles_follows_the_new_key(marked: Home) -> None:
    page = marked.page_of("270102")
    correct_choice(marked.tb, page, "2", "D", MARKER)
    preview = previewed(marked, "2", key="D")
    shown = next(t for t in preview.sample if t.page_id == page)
    assert (shown.fate, shown.before, shown.after, shown.text) == (Fate.REMARKED, 0, 2, "D")
    adopt(marked, "2", preview)
    mark = marked.marks[page, "2"]
    assert (mark.steps, mark.state) == (2, MarkState.FINAL)
    assert "填涂经人工确认" in mark.reason


def test_a_mark_of_an_older_standard_is_not_confirmed(marked: Home) -> None:
    page = marked.page_of("270102", marked.card.pages_of("7")[0])
    with marked.tb.store.write() as uow:
        now = uow.marks.current(page, "7")
        assert now is not None
        uow.marks.add(now.model_copy(update={"rubric": "0" * 64}))
    preview = previewed(marked, "7", criteria=criteria(marked, b=["种类"]))
    assert preview.fates.get(Fate.RECHECK, 0) >= 1
    assert page in {t.page_id for t in preview.sample}


def test_the_audit_log_tells_who_what_why_and_how_many(marked: Home) -> None:
    preview = previewed(marked, "4", key="A")
    adopt(marked, "4", preview, "答案印错")
    with marked.tb.store.read() as uow:
        lines = {line.action: line for line in uow.audit.lines(marked.exam_id, "revision 2")}
    assert lines["exam.save"].why == "4"
    adopted = lines["patch.adopt"]
    assert (adopted.by, adopted.after, adopted.why) == (OFFICE, "答案：AC → A", "答案印错")
    assert adopted.before == f"{preview.responses} responses, {preview.touched} touched"
    told = ", ".join(f"{fate.value} {n}" for fate, n in sorted(preview.fates.items()))
    assert (lines["patch.done"].by, lines["patch.done"].after) == ("machine", told)
    assert moved_scores(marked.tb, marked.exam_id, 2)


def test_carrying_it_out_twice_changes_nothing_more(marked: Home) -> None:
    preview = previewed(marked, "4", key="A")
    adopt(marked, "4", preview)
    before = marked.counts()
    with marked.tb.store.write() as uow:
        job = next(j for j in uow.jobs.of_exam(marked.exam_id) if j.args.get("step") == "adopt")
        uow.jobs.ask(job.kind, marked.exam_id, job.args)
    marked.work()
    assert marked.counts() == before
    done = patch_desk(marked.tb, marked.exam_id, "4").done
    assert done is not None
    assert done.earlier == preview.responses
    ask_remark(marked.tb, marked.exam_id, ("4",))
    marked.work()
    assert marked.counts() == before


def test_a_preview_of_an_exam_that_was_changed_meanwhile_is_refused(marked: Home) -> None:
    preview = previewed(marked, "4", key="A")
    save_exam(marked.tb, SMALL_EXAM.replace("物理小测", "物理测验"), "e.yaml", OFFICE)
    assert not patch_desk(marked.tb, marked.exam_id, "4").adoptable
    with pytest.raises(Conflict, match="第 2 版"):
        adopt_patch(marked.tb, marked.exam_id, "4", preview.blob, OFFICE, "改")
    tree = item_tree(marked.exam, "4") | {"key": "A"}
    with pytest.raises(Conflict, match="您看的是第 1 版"):
        ask_preview(marked.tb, marked.exam_id, "4", tree, OFFICE, 1)
    assert marked.exam.revision == 2


def test_an_exam_changed_while_the_preview_waits_leaves_a_document_that_says_so(marked: Home) -> None:
    tree = item_tree(marked.exam, "4") | {"key": "A"}
    ask_preview(marked.tb, marked.exam_id, "4", tree, OFFICE, 1)
    save_exam(marked.tb, SMALL_EXAM.replace("物理小测", "物理测验"), "e.yaml", OFFICE)
    marked.work()
    shown = patch_desk(marked.tb, marked.exam_id, "4")
    assert shown.preview is not None
    assert shown.preview.refused == "试卷已被改到第 2 版, 请重新预览。"
    assert not shown.adoptable


def test_only_the_preview_that_was_looked_at_can_be_adopted(marked: Home) -> None:
    first = previewed(marked, "4", key="A")
    previewed(marked, "4", key="C")
    with pytest.raises(Conflict, match="已经换成了别的"):
        adopt_patch(marked.tb, marked.exam_id, "4", first.blob, OFFICE, "改")


REFUSED: tuple[tuple[str, dict[str, Any], type[Exception], str], ...] = (
    ("2", {"key": "Z"}, ExamInvalid, "key"),
    ("2", {"key": "A"}, BadInput, "没有改动任何影响评分的内容"),
    ("2", {"number": "99"}, BadInput, "不能改第 2 题的题号和题型"),
    ("2", {"kind": "true_false", "key": "T"}, BadInput, "不能改第 2 题的题号和题型"),
    ("7", {"points": "5"}, ExamInvalid, "points"),
    ("7", {"criteria": []}, ExamInvalid, "criteria"),
)


@pytest.mark.parametrize(("number", "fields", "error", "words"), REFUSED)
def test_what_cannot_be_an_item_is_refused_with_its_reason(
    read_only: Home, number: str, fields: dict[str, Any], error: type[Exception], words: str
) -> None:
    tree = item_tree(read_only.exam, number) | fields
    with pytest.raises(error, match=words):
        ask_preview(read_only.tb, read_only.exam_id, number, tree, OFFICE, read_only.exam.revision)


@pytest.fixture
def read_only(home: Home) -> Home:
    return home


def test_adopting_without_a_reason_is_refused(marked: Home) -> None:
    preview = previewed(marked, "4", key="A")
    with pytest.raises(BadInput, match="写明为什么"):
        adopt_patch(marked.tb, marked.exam_id, "4", preview.blob, OFFICE, "  ")


def test_words_that_people_credited_are_offered(marked: Home) -> None:
    """Two answers with 水的种类, credited; one refused without these words."""
    pages = [p for p, item in marked.marks if item == "7"][:3]
    texts = ("压强还与水的种类有关", "液体压强看水的种类", "压强与形状有关")
    with marked.tb.store.write() as uow:
        for page, text, steps in zip(pages, texts, (1, 1, 0), strict=True):
            reading = uow.pages.reading(page)
            assert reading is not None
            line = reading.texts_of("7")[0].lines[0].model_copy(update={"text": text, "chars": ()})
            only = reading.texts_of("7")[0].model_copy(update={"lines": (line,), "blank": False})
            others = tuple(t for t in reading.texts if t.item != "7")
            uow.pages.add_reading(marked.exam_id, reading.model_copy(update={"texts": (*others, only)}))
            uow.marks.add(_by_a_person(marked, page, steps))
    ask_wordings(marked.tb, marked.exam_id, "7")
    marked.work()
    found = patch_desk(marked.tb, marked.exam_id, "7").wordings
    assert found is not None
    assert ("b", "水的种类", 2, 0) in {(w.part, w.words, w.credited, w.refused) for w in found.wordings}


def _by_a_person(home: Home, page: str, steps: int) -> Mark:
    awards = (
        Award(criterion="a", steps=2, full_steps=2, reason="第1行写到“深度”"),
        Award(criterion="b", steps=steps, full_steps=1),
    )
    now = home.marks[page, "7"]
    given = {"steps": 2 + steps, "awards": awards, "source": MarkSource.PERSON, "by": MARKER, "flag": ""}
    return now.model_copy(update={**given, "state": MarkState.FINAL, "confirmed": False})
