"""Small installations: made once for real, then copied for every test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.cards import Card
from core.exams import Exam
from core.jobs import Job, JobState
from core.ledger import PageEntry
from core.marks import Mark
from core.pages import PageState
from core.rosters import Roster
from core.settings import Settings
from demo.stack import DemoStack, make_stack
from demo.teacher import Truth
from pipeline.exams import save_exam
from pipeline.requests import ask_card, take_in
from pipeline.rosters import paste_roster
from pipeline.toolbox import Toolbox, open_toolbox
from tests.pipeline.small_exam import ROSTER_TEXT, SMALL_EXAM
from workers.inline import run_owed

OFFICE, MARKER, OTHER = "kaowu", "ping1", "ping2"


@dataclass(frozen=True)
class Home:
    """An open installation with one exam in it. ``facts`` is ``DemoStack.truth``."""

    tb: Toolbox
    exam_id: str
    facts: Mapping[str, Any]

    @property
    def truth(self) -> Truth:
        return Truth.of(self.facts)

    @property
    def exam(self) -> Exam:
        with self.tb.store.read() as uow:
            return uow.exams.get(self.exam_id)

    @property
    def card(self) -> Card:
        """The newest one."""
        with self.tb.store.read() as uow:
            return uow.cards.of_exam(self.exam_id)[0]

    @property
    def entries(self) -> tuple[PageEntry, ...]:
        with self.tb.store.read() as uow:
            return uow.pages.entries(self.exam_id)

    @property
    def marks(self) -> dict[tuple[str, str], Mark]:
        with self.tb.store.read() as uow:
            return uow.marks.of_exam(self.exam_id)

    @property
    def jobs(self) -> tuple[Job, ...]:
        with self.tb.store.read() as uow:
            return uow.jobs.of_exam(self.exam_id)

    def at(self, index: int) -> PageEntry:
        """The page at this place of the first stack."""
        return next(e for e in self.entries if e.page.source_index == index)

    def page_of(self, number: str, side: int = 1) -> str:
        """The id of a placed page by 考号 and side."""
        with self.tb.store.read() as uow:
            candidate = uow.candidates.roster(self.exam_id).by_number()[number].id
            placed = uow.pages.entries(self.exam_id, [PageState.PLACED], candidate)
        return next(e.page.id for e in placed if e.card_page == side)

    def candidate(self, number: str) -> str:
        with self.tb.store.read() as uow:
            return uow.candidates.roster(self.exam_id).by_number()[number].id

    def work(self) -> None:
        """Perform all that is owed; no job may fail."""
        run_owed(self.tb)
        failed = [job.error for job in self.jobs if job.state is JobState.FAILED]
        assert not failed, failed

    def counts(self) -> dict[str, object]:
        """Everything that must not change when a job runs twice."""
        with self.tb.store.read() as uow:
            history = {key: len(uow.marks.history(*key)) for key in self.marks}
            return {
                "pages": [
                    (e.page.id, e.state, e.card_page, e.candidate_id, e.duplicate_of, e.sheet)
                    for e in self.entries
                ],
                "readings": sorted(uow.pages.readings(self.exam_id)),
                "identities": {p: i.candidate_id for p, i in uow.pages.identities(self.exam_id).items()},
                "marks": history,
                "stacks": [(s.pages, s.complete, s.error) for s in uow.pages.stacks(self.exam_id)],
            }


def open_home(folder: Path, **settings: Any) -> Toolbox:
    """A toolbox on the folder's installation."""
    return open_toolbox(Settings.model_validate({"home": folder, "workers": 1, "retry_s": 0, **settings}))


def found_exam(
    folder: Path, text: str = SMALL_EXAM, roster: str = ROSTER_TEXT, *, card: bool = True, **settings: Any
) -> Home:
    """A new installation with the exam, its roster and (when asked) its card."""
    tb = open_home(folder, **settings)
    exam = save_exam(tb, text, "small.yaml", OFFICE).exam
    if roster:
        paste_roster(tb, exam.id, roster, OFFICE)
    home = Home(tb, exam.id, {})
    if card:
        ask_card(tb, exam.id, OFFICE)
        home.work()
    return home


def upload(home: Home, content: bytes, name: str = "stack.pdf") -> str:
    """Take the bytes in as a file; returns the stack's id."""
    path = home.tb.settings.home / "upload.tmp"
    path.write_bytes(content)
    try:
        return take_in(home.tb, home.exam_id, name, path, OFFICE).stack.id
    finally:
        path.unlink()


def scanned(home: Home, roster: Roster, seed: int, card: Card | None = None) -> DemoStack:
    """The stack that these candidates hand in on the card (the newest by default)."""
    chosen = card or home.card
    pdf = home.tb.blobs.get(chosen.pdf_blob)
    return make_stack(home.exam, chosen, pdf, roster, seed=seed)


def copied(source: Path, target: Path) -> Path:
    """A copy of an installation that is closed; blobs are never written to, so links will do."""
    shutil.copytree(source / "blobs", target / "blobs", copy_function=os.link)
    for database in source.glob("zhupi.sqlite3*"):
        shutil.copy2(database, target / database.name)
    return target


def by_state(entries: Iterable[PageEntry]) -> dict[PageState, int]:
    """How many pages are in each state."""
    states = [entry.state for entry in entries]
    return {state: states.count(state) for state in set(states)}
