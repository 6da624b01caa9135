"""Exams, cards, candidates and their status."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from core.cards import Card
from core.errors import NotFound
from core.exams import Exam
from core.results import CandidateStatus
from core.rosters import Candidate, Roster
from core.store import tables as t
from core.store.base import Repository


class ExamRepository(Repository):
    """Exams in revisions; the last one holds."""

    def add(self, exam: Exam, by: str) -> Exam:
        """Keep the exam as its next revision and return it with that number."""
        last = self._db.scalar(select(func.max(t.exams.c.revision)).where(t.exams.c.id == exam.id)) or 0
        kept = exam.model_copy(update={"revision": last + 1})
        row = {"id": kept.id, "revision": kept.revision, "doc": kept.model_dump_json(), "by": by}
        self._db.execute(insert(t.exams).values(**row, at=self._now()))
        return kept

    def get(self, exam_id: str, revision: int | None = None) -> Exam:
        """The exam's last revision, or the one asked for.

        Raises:
            NotFound: there is none.
        """
        query = select(t.exams.c.doc).where(t.exams.c.id == exam_id)
        if revision is not None:
            query = query.where(t.exams.c.revision == revision)
        doc = self._db.scalar(query.order_by(t.exams.c.revision.desc()).limit(1))
        if doc is None:
            raise NotFound(f"没有名为 {exam_id} 的考试。", "请从考试列表中打开。")
        return Exam.model_validate_json(doc)

    def has(self, exam_id: str) -> bool:
        return self._db.scalar(select(func.count()).where(t.exams.c.id == exam_id)) != 0

    def all(self) -> tuple[Exam, ...]:
        """The last revision of every exam, newest first."""
        last = select(t.exams.c.id, func.max(t.exams.c.revision).label("revision")).group_by(t.exams.c.id)
        newest = last.subquery()
        query = (
            select(t.exams.c.doc)
            .join(newest, (t.exams.c.id == newest.c.id) & (t.exams.c.revision == newest.c.revision))
            .order_by(t.exams.c.at.desc())
        )
        return tuple(Exam.model_validate_json(doc) for doc in self._db.scalars(query))


class CardRepository(Repository):
    """Cards of exams, one row a revision."""

    def add(self, card: Card) -> None:
        row = {
            "id": card.id,
            "exam_id": card.exam_id,
            "revision": card.revision,
            "doc": card.model_dump_json(),
        }
        self._db.execute(insert(t.cards).values(**row, at=self._now()))

    def next_revision(self, exam_id: str) -> int:
        return (
            self._db.scalar(select(func.max(t.cards.c.revision)).where(t.cards.c.exam_id == exam_id)) or 0
        ) + 1

    def get(self, card_id: str) -> Card:
        """The card.

        Raises:
            NotFound: there is none.
        """
        doc = self._db.scalar(select(t.cards.c.doc).where(t.cards.c.id == card_id))
        if doc is None:
            raise NotFound(f"没有答题卡 {card_id}。")
        return Card.model_validate_json(doc)

    def of_exam(self, exam_id: str) -> tuple[Card, ...]:
        """All revisions, newest first."""
        query = select(t.cards.c.doc).where(t.cards.c.exam_id == exam_id).order_by(t.cards.c.revision.desc())
        return tuple(Card.model_validate_json(doc) for doc in self._db.scalars(query))


class CandidateRepository(Repository):
    """The roster of each exam, and who was absent."""

    def roster(self, exam_id: str) -> Roster:
        query = (
            select(t.candidates.c.doc)
            .where(t.candidates.c.exam_id == exam_id)
            .order_by(t.candidates.c.position)
        )
        return Roster(candidates=tuple(Candidate.model_validate_json(doc) for doc in self._db.scalars(query)))

    def replace(self, exam_id: str, roster: Roster) -> None:
        """Keep this roster as the exam's (the caller has merged the ids)."""
        self._db.execute(delete(t.candidates).where(t.candidates.c.exam_id == exam_id))
        rows = [
            {
                "exam_id": exam_id,
                "id": c.id,
                "position": position,
                "number": c.number,
                "class_name": c.class_name,
                "doc": c.model_dump_json(),
            }
            for position, c in enumerate(roster.candidates)
        ]
        if rows:
            self._db.execute(insert(t.candidates), rows)

    def exams_of_number(self, number: str) -> tuple[tuple[str, Candidate], ...]:
        """Every (exam id, candidate) with this 考号; in another exam it may be another pupil's."""
        query = select(t.candidates.c.exam_id, t.candidates.c.doc).where(t.candidates.c.number == number)
        return tuple((e, Candidate.model_validate_json(doc)) for e, doc in self._db.execute(query))

    def set_status(
        self, exam_id: str, candidate_id: str, status: CandidateStatus | None, by: str, reason: str
    ) -> None:
        """Declare a status; ``None`` takes back what was declared."""
        key = {"exam_id": exam_id, "candidate_id": candidate_id}
        self._append_revision(
            t.statuses, key, {"status": status.value if status else "", "by": by, "reason": reason}
        )

    def statuses(self, exam_id: str) -> dict[str, CandidateStatus]:
        """Status by candidate id; a candidate without an entry has not been declared anything."""
        query = select(t.statuses.c.candidate_id, t.statuses.c.status).where(
            t.statuses.c.exam_id == exam_id, t.statuses.c.current, t.statuses.c.status != ""
        )
        return {candidate: CandidateStatus(status) for candidate, status in self._db.execute(query)}
