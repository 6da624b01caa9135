"""Performing a job: its kind chooses the use case. Workers call this and nothing else."""

from __future__ import annotations

from core.jobs import Job, JobKind
from pipeline.analyses import analyse
from pipeline.cards import design_exam_card, import_exam_template
from pipeline.drawn_cards import make_blank_card, read_blank_pages
from pipeline.marking_again import mark_again
from pipeline.publish import make_books, publish
from pipeline.recognise import recognise_pages
from pipeline.settle import settle_exam
from pipeline.split import split_stack
from pipeline.toolbox import Toolbox


def perform(tb: Toolbox, job: Job) -> None:
    """Do the job's work. Safe to run twice.

    Raises:
        ZhupiError: the input was refused; trying again would not help.
    """

    def progress(done: int, total: int) -> None:
        with tb.store.write() as uow:
            uow.jobs.progress(job.id, done, total)

    match job.kind:
        case JobKind.DESIGN_CARD:
            design_exam_card(tb, job.exam_id, job.args["by"])
        case JobKind.IMPORT_TEMPLATE:
            import_exam_template(tb, job.exam_id, tb.blobs.get(job.args["blob"]), job.args["by"])
        case JobKind.READ_BLANK:
            read_blank_pages(tb, job.exam_id, job.args["blob"], job.args["name"], job.args["by"])
        case JobKind.BLANK_CARD:
            regions, pages = job.args["regions"], job.args["pages"]
            make_blank_card(tb, job.exam_id, regions, pages, job.args["dpi"], job.args["by"])
        case JobKind.SPLIT_STACK:
            split_stack(tb, job.args["stack_id"], progress)
        case JobKind.RECOGNISE:
            recognise_pages(tb, job.exam_id, job.args["page_ids"], progress)
        case JobKind.SETTLE:
            settle_exam(tb, job.exam_id)
        case JobKind.MARK:
            why = f"revision {job.args.get('revision', '')}".strip()
            mark_again(tb, job.exam_id, job.args["items"], progress, why)
        case JobKind.ANALYSE:
            analyse(tb, job.exam_id, job.args, progress)
        case JobKind.RELEASE:
            publish(tb, job.exam_id, job.args["release"])
        case JobKind.SCRIPTS:
            make_books(tb, job.exam_id, job.args["release"], job.args["candidate_ids"], progress)
