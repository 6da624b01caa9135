"""What goes back: workbook, class review, marked scripts and error books of one release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam
from core.jobs import JobKind
from core.ledger import PageEntry
from core.pages import PageReading, PageState
from core.results import CandidateResult, CandidateStatus, ExamResults
from core.store import Output
from feedback.class_review import build_review, review_pdf
from feedback.error_book import error_book
from feedback.marked_scripts import ScriptPage, marked_script, script_file_name
from feedback.statistics import Statistics, statistics_of
from feedback.workbook import write_csv, write_workbook
from pipeline.pictures import SheetPages, blank_item_picture, cut_item, page_ink, sheet_pages
from pipeline.toolbox import Toolbox

#: Candidates whose scripts and books one job makes.
CANDIDATES_PER_JOB = 6


@dataclass(frozen=True)
class ReleasePictures:
    """Pictures for documents, cut from what the reading stage kept."""

    tb: Toolbox
    exam: Exam
    card: Card | None
    sheets: dict[str, SheetPages] = field(default_factory=dict)  #: by their first page, as they are asked for

    def answer(self, page_id: str, item: str) -> bytes | None:
        """The candidate's own writing, without name or number, and without the box's empty part."""
        try:
            if page_id not in self.sheets:
                self.sheets[page_id] = sheet_pages(self.tb, page_id)
            return cut_item(self.tb.blobs, self.sheets[page_id], item, trimmed=True)
        except NotFound:
            return None

    def blank(self, item: str) -> bytes | None:
        """The item as printed on the blank card."""
        return None if self.card is None else blank_item_picture(self.tb, self.card, item)

    def figure(self, name: str) -> bytes | None:
        """A picture that a stem names."""
        for item in self.exam.items:
            for picture in item.pictures:
                if picture.name == name and picture.blob:
                    return self.tb.blobs.get(picture.blob)
        return None


def frozen_results(tb: Toolbox, exam_id: str, release: int) -> ExamResults:
    """The results as the release froze them.

    Raises:
        NotFound: no such release.
    """
    with tb.store.read() as uow:
        found = next((r for r in uow.outputs.releases(exam_id) if r.revision == release), None)
    if found is None:
        raise NotFound(f"没有第 {release} 次发布。")
    return ExamResults.model_validate_json(tb.blobs.get(found.results_blob))


def publish(tb: Toolbox, exam_id: str, release: int) -> None:
    """Make what the class shares, then owe what each candidate gets."""
    results = frozen_results(tb, exam_id, release)
    statistics = statistics_of(results)
    _keep(tb, exam_id, release, _class_outputs(tb, results, statistics))
    present = [c.candidate.id for c in results.present]
    batches = [present[i : i + CANDIDATES_PER_JOB] for i in range(0, len(present), CANDIDATES_PER_JOB)]
    with tb.store.write() as uow:
        jobs = [
            uow.jobs.ask(JobKind.SCRIPTS, exam_id, {"release": release, "candidate_ids": batch})
            for batch in batches
        ]
        if not jobs:
            uow.outputs.finish_release(exam_id, release)
    for job_id in jobs:
        tb.wake(job_id)


@dataclass(frozen=True)
class _File:
    kind: str
    candidate_id: str
    name: str
    content: bytes


def _class_outputs(tb: Toolbox, results: ExamResults, statistics: Statistics) -> list[_File]:
    exam = results.exam
    review = build_review(results, statistics)
    pictures = _pictures(tb, exam)
    return [
        _File("workbook", "", f"{exam.title}_小题分.xlsx", write_workbook(results, statistics)),
        _File("csv_total", "", f"{exam.title}_成绩总表.csv", write_csv(results, "totals", "gb18030")),
        _File("csv_items", "", f"{exam.title}_小题分明细.csv", write_csv(results, "items", "gb18030")),
        _File("review", "", f"{exam.title}_讲评.pdf", review_pdf(review, exam, pictures)),
        _File("review_data", "", "review.json", review.model_dump_json().encode()),
    ]


def _pictures(tb: Toolbox, exam: Exam) -> ReleasePictures:
    with tb.store.read() as uow:
        cards = uow.cards.of_exam(exam.id)
    return ReleasePictures(tb, exam, cards[0] if cards else None)


def _keep(tb: Toolbox, exam_id: str, release: int, files: Sequence[_File]) -> None:
    blobs = [tb.blobs.put(file.content) for file in files]
    with tb.store.write() as uow:
        for file, blob in zip(files, blobs, strict=True):
            uow.outputs.put(
                Output(
                    exam_id=exam_id,
                    release=release,
                    kind=file.kind,
                    candidate_id=file.candidate_id,
                    name=file.name,
                    blob=blob,
                )
            )


def make_books(
    tb: Toolbox,
    exam_id: str,
    release: int,
    candidate_ids: Sequence[str],
    progress: Callable[[int, int], None],
) -> None:
    """Make the marked script and the error book of these candidates; the last batch ends the release."""
    results = frozen_results(tb, exam_id, release)
    statistics = statistics_of(results)
    pictures = _pictures(tb, results.exam)
    wanted = [c for c in results.present if c.candidate.id in set(candidate_ids)]
    for done, result in enumerate(wanted, start=1):
        _keep(tb, exam_id, release, _candidate_outputs(tb, results.exam, result, statistics, pictures))
        progress(done, len(wanted))
    _finish_when_whole(tb, exam_id, release, results)


def _candidate_outputs(
    tb: Toolbox, exam: Exam, result: CandidateResult, statistics: Statistics, pictures: ReleasePictures
) -> list[_File]:
    candidate = result.candidate
    book = error_book(result, exam, statistics, pictures)
    name = script_file_name(candidate)
    files = [_File("error_book", candidate.id, f"错题本_{name}", book)]
    card, pages = _script_pages(tb, exam.id, candidate.id)
    if card is not None and pages:
        files.append(_File("script", candidate.id, name, marked_script(result, exam, card, pages)))
    return files


def _script_pages(tb: Toolbox, exam_id: str, candidate_id: str) -> tuple[Card | None, list[ScriptPage]]:
    with tb.store.read() as uow:
        entries = uow.pages.entries(exam_id, [PageState.PLACED], candidate_id)
        readings = uow.pages.readings(exam_id, [e.page.id for e in entries])
        cards = {c.id: c for c in uow.cards.of_exam(exam_id)}
    pages = [
        _script_page(tb, entry, readings[entry.page.id])
        for entry in sorted(entries, key=lambda e: e.card_page)
        if entry.page.id in readings
    ]
    return (cards[entries[0].card_id] if entries else None), pages


def _script_page(tb: Toolbox, entry: PageEntry, reading: PageReading) -> ScriptPage:
    page = entry.page
    return ScriptPage(
        card_page=entry.card_page,
        image=tb.blobs.get(page.blob),
        media_type="image/png" if page.media_type == "image/png" else "image/jpeg",
        width_px=page.width_px,
        height_px=page.height_px,
        registration=reading.registration,
        ink=page_ink(tb.blobs, reading.raster_blob) if reading.raster_blob else None,
    )


def _finish_when_whole(tb: Toolbox, exam_id: str, release: int, results: ExamResults) -> None:
    with tb.store.write() as uow:
        made = {o.candidate_id for o in uow.outputs.of_release(exam_id, release, "error_book")}
        if made >= {c.candidate.id for c in results.candidates if c.status is CandidateStatus.PRESENT}:
            uow.outputs.finish_release(exam_id, release)
