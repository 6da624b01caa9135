"""Essays are read for their facts, long answers compared: no mark follows from any of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.blobs import BlobStore
from core.cards import BLANK_PX_PER_MM, Card, WritingKind, WritingRegion
from core.essays import EssayLine, EssayReport, EssayText, PaperText, TraitSuggestion
from core.exam_files.one_item import item_of
from core.exams import Essay, Exam, Item, MultipleChoice, ShortAnswer, SingleChoice
from core.pages import PageReading, TextLine, TextReading
from core.store.base import utc_now
from marking.essays import Silent, alike_pairs, facts_of_all, suggest_traits
from marking.scoring.protocol import Scorer
from ocr.cards import grid_cells
from ocr.handwriting import read_regions
from ocr.intake import decode_grey
from ocr.rasters import PageRaster
from pipeline.analyses import Progress
from pipeline.engines import licence_of, text_engine
from pipeline.essays import KIND
from pipeline.ink import CELL_MM
from pipeline.judging import judge_usage, keep_usage, scorer_of, usage_of
from pipeline.marking_again import COUNTING, continuations
from pipeline.pictures import page_ink
from pipeline.proposals import items_beginning_on, keep_proposal, proposed_marks, question_of
from pipeline.toolbox import Toolbox

#: Short answers with fewer signs are alike because they are right.
LEAST_SIGNS = 60
_ESSAY_KINDS = (WritingKind.GRID, WritingKind.RULED)
#: Of a cell of the 作文格 this much along each edge is left out: the printed line, and what leans in.
_EDGE_MM = 0.9
#: Half millimetres of ink that make a cell written; a comma has a few.
_FEWEST_SPOTS = 2


@dataclass(frozen=True)
class Answers:
    """An item's answers: the pages on which they begin, each with those on which they go on."""

    exam: Exam
    item: Item
    cards: Mapping[str, Card]
    pages: tuple[tuple[PageReading, ...], ...]


def essay_analysis(tb: Toolbox, exam_id: str, args: Mapping[str, Any], progress: Progress) -> None:
    """The job "essays": read what was not read yet, gather facts and pairs of one item, keep the document.

    Args:
        tb: where everything is kept.
        exam_id: which exam.
        args: ``item``.
        progress: of pages.
    """
    answers = _answers(tb, exam_id, args["item"])
    if isinstance(answers.item, Essay):
        _read_essays(tb, answers, progress)
        answers = _answers(tb, exam_id, args["item"])
    texts = tuple(_text(tb.blobs, answers, several) for several in answers.pages)
    report = _report(tb, answers, texts)
    with tb.store.write() as uow:
        uow.analyses.add(exam_id, KIND, args["item"], report.model_dump_json())


def _answers(tb: Toolbox, exam_id: str, number: str) -> Answers:
    with tb.store.read() as uow:
        exam = uow.exams.get(exam_id)
        cards = {card.id: card for card in uow.cards.of_exam(exam_id)}
        counting = {entry.page.id for entry in uow.pages.entries(exam_id, COUNTING)}
        readings = {p: r for p, r in uow.pages.readings(exam_id).items() if p in counting}
        later = continuations(uow, exam_id, readings)
    item = item_of(exam, number)
    pages = tuple(
        (reading, *(each for each in later.get(page, ()) if each.texts_of(number)))
        for page, reading in sorted(readings.items())
        if reading.card_id in cards
        and item in items_beginning_on(exam, cards[reading.card_id], reading.card_page)
    )
    return Answers(exam, item, cards, pages)


def _read_essays(tb: Toolbox, answers: Answers, progress: Progress) -> None:
    """Read every essay page that holds writing and was not read yet; each is kept as soon as it is read."""
    wanted = [reading for several in answers.pages for reading in several]
    for done, reading in enumerate(wanted, start=1):
        if _unread(reading, answers.item.number):
            _read_page(tb, answers, reading)
        progress(done, len(wanted))


def _unread(reading: PageReading, number: str) -> bool:
    return bool(reading.raster_blob) and any(
        not text.blank and not text.engine for text in reading.texts_of(number)
    )


def _read_page(tb: Toolbox, answers: Answers, reading: PageReading) -> None:
    """Read the essay's regions of a page and keep them as the page's next reading, if it is still the same."""
    card, number = answers.cards[reading.card_id], answers.item.number
    regions = [region for region in card.page(reading.card_page).writing if region.item == number]
    raster = PageRaster(decode_grey(tb.blobs.get(reading.raster_blob)))
    read = read_regions(
        raster, _blank(tb.blobs, card, reading.card_page), regions, text_engine(tb.settings), read_essays=True
    )
    fresh = {text.part: _slim(text) for text in read if text.engine}
    texts = tuple(fresh.get(text.part, text) if text.item == number else text for text in reading.texts)
    new = reading.model_copy(update={"texts": texts})
    marks = proposed_marks(answers.exam, card, new, licence_of(tb.settings), (number,))
    with tb.store.write() as uow:
        if fresh and uow.pages.reading(reading.page_id) == reading:
            uow.pages.add_reading(answers.exam.id, new)
            for mark in marks:  # no score; but writing that speaks to the machine is the office's business
                if mark.flag:
                    keep_proposal(uow, mark)


def _slim(text: TextReading) -> TextReading:
    """Without what only the key of a fill would be asked of: an essay's looks are a hundred times its text."""
    lines = tuple(
        line.model_copy(update={"looks": (), "alternatives": (), "chars": ()}) for line in text.lines
    )
    return text.model_copy(update={"lines": lines})


def _blank(blobs: BlobStore, card: Card, page: int) -> PageRaster | None:
    if len(card.blank_blobs) < page:
        return None
    return PageRaster(pixels=decode_grey(blobs.get(card.blank_blobs[page - 1])), px_per_mm=BLANK_PX_PER_MM)


def _text(blobs: BlobStore, answers: Answers, several: Sequence[PageReading]) -> EssayText:
    """The answer as one text, lines where they stand, cells counted on the picture."""
    number = answers.item.number
    lines: list[EssayLine] = []
    cells: int | None = None
    width = 0.0
    for reading in several:
        card = answers.cards[reading.card_id]
        regions = {r.part: r for r in card.page(reading.card_page).writing if r.item == number}
        for text in sorted(reading.texts_of(number), key=lambda each: each.part):
            region = regions.get(text.part)
            lines += [_line(line, region) for line in text.kept_lines]
            counted = None if region is None else _written_cells(blobs, reading, region)
            if counted is not None and region is not None:
                cells = (cells or 0) + counted
                width = grid_cells(region)[0].width_mm
    return EssayText(id=several[0].page_id, lines=tuple(lines), cell_mm=width, cells=cells)


def _line(line: TextLine, region: WritingRegion | None) -> EssayLine:
    left = region.box.x_mm if region is not None and region.kind in _ESSAY_KINDS else line.box.x_mm
    return EssayLine(text=line.text, indent_mm=max(0.0, line.box.x_mm - left))


def _written_cells(blobs: BlobStore, reading: PageReading, region: WritingRegion) -> int | None:
    """How many cells of the region's 作文格 have ink in them; ``None`` where there is no grid of ours."""
    if region.kind is not WritingKind.GRID or not region.line_pitch_mm or not reading.raster_blob:
        return None
    ink = page_ink(blobs, reading.raster_blob)
    written = 0
    for cell in grid_cells(region):
        inner = cell.grown(-_EDGE_MM)
        top, bottom, left, right = (
            round(edge / CELL_MM) for edge in (inner.y_mm, inner.bottom_mm, inner.x_mm, inner.right_mm)
        )
        written += int(ink[top:bottom, left:right].sum()) >= _FEWEST_SPOTS
    return written


def _report(tb: Toolbox, answers: Answers, texts: Sequence[EssayText]) -> EssayReport:
    item = answers.item
    essays = isinstance(item, Essay)
    compared = [text for text in texts if essays or _signs(text) >= LEAST_SIGNS]
    paper = paper_texts(answers.exam, item)
    pairs = alike_pairs(compared, paper)
    facts = facts_of_all(item, compared, paper, pairs)
    traits, model = _traits(tb, answers, compared)
    return EssayReport(
        item=item.number,
        answers=len(compared),
        unread=tuple(
            text.id
            for text, several in zip(texts, answers.pages, strict=True)
            if not text.text.strip() and _has_ink(several, item.number)
        ),
        facts={id_: each.model_copy(update={"traits": traits.get(id_, ())}) for id_, each in facts.items()},
        pairs=pairs,
        model=model,
        at=utc_now(),
    )


def _signs(text: EssayText) -> int:
    return sum(not sign.isspace() for sign in text.text)


def _has_ink(several: Iterable[PageReading], number: str) -> bool:
    return any(not text.blank for reading in several for text in reading.texts_of(number))


def paper_texts(exam: Exam, own: Item) -> tuple[PaperText, ...]:
    """What stands on the paper, by where; the item's own stem has the name "" and says what was asked."""
    found = [PaperText(name="", text=own.stem)] if own.stem else []
    for item in exam.items:
        if item.number != own.number and item.stem:
            found.append(PaperText(name=f"第 {item.number} 题题干", text=item.stem))
        if isinstance(item, SingleChoice | MultipleChoice) and any(o.text for o in item.options):
            options = "\n".join(option.text for option in item.options)
            found.append(PaperText(name=f"第 {item.number} 题选项", text=options))
        if isinstance(item, ShortAnswer) and item.number == own.number:
            # what the standard asks for is what right answers say: alike in that is not copied
            wordings = (w for c in item.criteria for w in (c.statement, *c.accepted))
            found.append(PaperText(name="参考答案", text="\n".join((item.reference_answer, *wordings))))
    return tuple(found)


def _traits(
    tb: Toolbox, answers: Answers, texts: Sequence[EssayText]
) -> tuple[Mapping[str, tuple[TraitSuggestion, ...]], str]:
    """By answer what a judge says of the traits, and which judge; nothing where none is set."""
    judge = _judge(tb, answers)
    if judge is None or not isinstance(answers.item, Essay):
        return {}, ""
    question = question_of(answers.exam, answers.item.number)
    given = suggest_traits(answers.item, judge, question, texts, answers.exam.step)
    with tb.store.write() as uow:
        keep_usage(uow, answers.exam.id, usage_of(judge))
    only = {id_: tuple(t for t in several if t.model.startswith("judge")) for id_, several in given.items()}
    return only, judge.name


def _judge(tb: Toolbox, answers: Answers) -> Scorer | None:
    if tb.settings.judge_kind == "none" or not getattr(answers.item, "traits", ()):
        return None
    with tb.store.read() as uow:
        spent = judge_usage(uow, answers.exam.id)
        names = [
            w for c in uow.candidates.roster(answers.exam.id).candidates for w in (c.name, c.number) if w
        ]
    return scorer_of(tb.settings, spent, names, fallback=Silent())
