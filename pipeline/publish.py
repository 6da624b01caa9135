"""What goes back: workbook, class review, marked scripts and error books of one release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam
from core.jobs import JobKind
from core.results import CandidateResult, CandidateStatus, ExamResults, FrozenPage
from core.store import Output
from feedback.class_review import build_review, review_pdf
from feedback.error_book import error_book
from feedback.marked_scripts import ScriptPage, marked_script, script_file_name
from feedback.statistics import Statistics, class_names, class_statistics, of_class, statistics_of
from feedback.workbook import write_csv, write_workbook
from pipeline.frozen import release_pictures
from pipeline.pictures import page_ink
from pipeline.thresholds import thresholds_of
from pipeline.toolbox import Toolbox

#: Candidates whose scripts and books one job makes.
CANDIDATES_PER_JOB = 6


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
    _keep(tb, exam_id, release, [*_whole_outputs(tb, results), *_class_outputs(tb, results)])
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


def _whole_outputs(tb: Toolbox, results: ExamResults) -> list[_File]:
    exam = results.exam
    statistics = statistics_of(results, thresholds_of(tb.settings))
    review = build_review(results, statistics)
    pictures = release_pictures(tb, results, _cards(tb, exam))
    return [
        *_tables(results, statistics, ""),
        _File("review", "", f"{exam.title}_讲评.pdf", review_pdf(review, exam, pictures)),
        _File("review_data", "", "review.json", review.model_dump_json().encode()),
    ]


def _tables(results: ExamResults, statistics: Statistics, class_name: str) -> list[_File]:
    """The workbook and its CSVs, of one class or ("") of all."""
    kind_end, name_end = ("_class", f"_{_safe(class_name)}") if class_name else ("", "")
    title, figures = results.exam.title, statistics
    content = (
        ("workbook", "小题分", "xlsx", write_workbook(results, figures)),
        ("csv_total", "成绩总表", "csv", write_csv(results, "totals", "gb18030", figures)),
        ("csv_items", "小题分明细", "csv", write_csv(results, "items", "gb18030", figures)),
    )
    return [
        _File(f"{kind}{kind_end}", class_name, f"{title}_{word}{name_end}.{ending}", made)
        for kind, word, ending, made in content
    ]


def _safe(class_name: str) -> str:
    return class_name.replace("/", "_")


def _class_outputs(tb: Toolbox, results: ExamResults) -> Iterator[_File]:
    """Tables and a review for each class alone: its teacher sees nothing of another class."""
    whole = statistics_of(results, thresholds_of(tb.settings))
    pictures = release_pictures(tb, results, _cards(tb, results.exam))
    for name in class_names(results):
        own = of_class(results, name)
        if not name:
            continue
        statistics = class_statistics(own, whole)
        yield from _tables(own, statistics, name)
        if own.present:
            review = build_review(own, statistics)
            file = f"{results.exam.title}_讲评_{_safe(name)}.pdf"
            yield _File("review_class", name, file, review_pdf(review, results.exam, pictures))


def _cards(tb: Toolbox, exam: Exam) -> dict[str, Card]:
    with tb.store.read() as uow:
        return {card.id: card for card in uow.cards.of_exam(exam.id)}


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
    statistics = statistics_of(results, thresholds_of(tb.settings))
    cards = _cards(tb, results.exam)
    wanted = [c for c in results.present if c.candidate.id in set(candidate_ids)]
    for done, result in enumerate(wanted, start=1):
        _keep(tb, exam_id, release, _candidate_outputs(tb, results, result, statistics, cards))
        progress(done, len(wanted))
    _finish_when_whole(tb, exam_id, release, results)


def _candidate_outputs(
    tb: Toolbox,
    results: ExamResults,
    result: CandidateResult,
    statistics: Statistics,
    cards: Mapping[str, Card],
) -> list[_File]:
    candidate, exam = result.candidate, results.exam
    book = error_book(result, exam, statistics, release_pictures(tb, results, cards, candidate.id))
    name = script_file_name(candidate)
    files = [_File("error_book", candidate.id, f"错题本_{name}", book)]
    pages = [page for page in results.scripts.get(candidate.id, ()) if page.card_id in cards]
    if pages:
        script = marked_script(result, exam, cards[pages[0].card_id], [_script_page(tb, p) for p in pages])
        files.append(_File("script", candidate.id, name, script))
    return files


def _script_page(tb: Toolbox, page: FrozenPage) -> ScriptPage:
    return ScriptPage(
        card_page=page.card_page,
        image=tb.blobs.get(page.blob),
        media_type="image/png" if page.media_type == "image/png" else "image/jpeg",
        width_px=page.width_px,
        height_px=page.height_px,
        registration=page.registration,
        ink=page_ink(tb.blobs, page.raster_blob) if page.raster_blob else None,
    )


def _finish_when_whole(tb: Toolbox, exam_id: str, release: int, results: ExamResults) -> None:
    with tb.store.write() as uow:
        made = {o.candidate_id for o in uow.outputs.of_release(exam_id, release, "error_book")}
        if made >= {c.candidate.id for c in results.candidates if c.status is CandidateStatus.PRESENT}:
            uow.outputs.finish_release(exam_id, release)
