"""What every database must do the same: each flow takes an empty store and asserts on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from core.jobs import MAX_ATTEMPTS, JobKind, JobState
from core.marks import MarkState
from core.pages import PageState
from core.people import Role, User
from core.results import CandidateStatus
from core.store import Output, Store
from tests.core.store_examples import (
    a_card,
    a_mark,
    a_page,
    a_reading,
    a_roster,
    a_stack,
    an_exam,
    an_identity,
)

Flow = Callable[[Store], None]


def exams_are_kept_in_revisions(store: Store) -> None:
    with store.write() as uow:
        assert uow.exams.add(an_exam(key="A"), "office").revision == 1
        assert uow.exams.add(an_exam(key="B"), "office").revision == 2
        uow.exams.add(an_exam("chem"), "office")
    with store.read() as uow:
        assert uow.exams.get("phys") == an_exam(key="B").model_copy(update={"revision": 2})
        assert uow.exams.get("phys", revision=1) == an_exam(key="A")
        assert [exam.id for exam in uow.exams.all()] == ["chem", "phys"]
        assert not uow.exams.has("maths")


def cards_are_kept_newest_first(store: Store) -> None:
    with store.write() as uow:
        assert uow.cards.next_revision("phys") == 1
        uow.cards.add(a_card(revision=1))
        uow.cards.add(a_card(revision=2))
        assert uow.cards.next_revision("phys") == 3
    with store.read() as uow:
        assert uow.cards.get("phys-2") == a_card(revision=2)
        assert [card.revision for card in uow.cards.of_exam("phys")] == [2, 1]


def rosters_keep_their_order_and_names(store: Store) -> None:
    roster = a_roster("王玥", "李喆", "𠮷田")
    with store.write() as uow:
        uow.candidates.replace("phys", a_roster("旧"))
        uow.candidates.replace("phys", roster)
        uow.candidates.replace("chem", a_roster("王玥"))
    with store.read() as uow:
        assert uow.candidates.roster("phys") == roster
        assert [exam for exam, _ in uow.candidates.exams_of_number("00")] in (
            ["phys", "chem"],
            ["chem", "phys"],
        )
        assert uow.candidates.roster("maths").candidates == ()


def the_last_word_on_a_candidate_holds(store: Store) -> None:
    with store.write() as uow:
        uow.candidates.set_status("phys", "c0", CandidateStatus.ABSENT, "office", "监考记录")
        uow.candidates.set_status("phys", "c0", CandidateStatus.PRESENT, "office", "迟到")
        uow.candidates.set_status("phys", "c1", CandidateStatus.VOID, "office", "")
    with store.read() as uow:
        expected = {"c0": CandidateStatus.PRESENT, "c1": CandidateStatus.VOID}
        assert uow.candidates.statuses("phys") == expected


def pages_are_found_by_stack_state_candidate_and_bytes(store: Store) -> None:
    with store.write() as uow:
        uow.pages.add_stack(a_stack())
        for index in (2, 0, 1):
            uow.pages.add(a_page(f"p{index}", index), PageState.RECEIVED)
        uow.pages.update("p1", state=PageState.PLACED, candidate_id="c0", card_page=1, settled_by="li")
        uow.pages.update("p2", state=PageState.DUPLICATE, duplicate_of="p1", reason="同一张")
        uow.pages.update_stack("s1", pages=3, complete=True)
    with store.read() as uow:
        assert [e.page.id for e in uow.pages.entries("phys")] == ["p0", "p1", "p2"]
        assert [e.page.id for e in uow.pages.entries("phys", [PageState.RECEIVED])] == ["p0"]
        assert [e.page.id for e in uow.pages.entries("phys", candidate_id="c0")] == ["p1"]
        assert uow.pages.entry("p1").settled_by == "li"
        assert uow.pages.entry("p0").page == a_page("p0", 0)
        assert uow.pages.with_blob("phys", a_page("p1", 1).blob) == "p1"
        assert uow.pages.with_blob("chem", a_page("p1", 1).blob) == ""
        assert uow.pages.indexes_of_stack("s1") == {0, 1, 2}
        assert uow.pages.counts("phys") == dict.fromkeys(
            [PageState.RECEIVED, PageState.PLACED, PageState.DUPLICATE], 1
        )
        stack = uow.pages.stack("s1")
        assert (stack.pages, stack.complete, stack.at.tzinfo) == (3, True, UTC)
        assert uow.pages.stack_with_blob("phys", "b" * 64) == stack
        assert uow.pages.stack_with_blob("chem", "b" * 64) is None


def readings_identities_and_corrections_are_appended(store: Store) -> None:
    with store.write() as uow:
        assert uow.pages.add_reading("phys", a_reading(note="first")) == 1
        assert uow.pages.add_reading("phys", a_reading(note="second")) == 2
        uow.pages.add_reading("phys", a_reading("p2"))
        uow.pages.add_identity("phys", an_identity(candidate=""))
        uow.pages.add_identity("phys", an_identity(by="office"))
        uow.pages.correct("phys", "p1", "1", "B", "li")
        uow.pages.correct("phys", "p1", "1", "C", "wang")
    with store.read() as uow:
        assert uow.pages.reading("p1") == a_reading(note="second")
        assert uow.pages.reading("p9") is None
        assert set(uow.pages.readings("phys")) == {"p1", "p2"}
        assert set(uow.pages.readings("phys", ["p2"])) == {"p2"}
        assert uow.pages.noted("phys") == {"p1": a_reading(note="second")}
        assert uow.pages.identities("phys") == {"p1": an_identity(by="office")}
        assert uow.pages.corrections("phys") == {("p1", "1"): ("C", "wang")}


def marks_are_revised_never_overwritten(store: Store) -> None:
    with store.write() as uow:
        assert uow.marks.add(a_mark(None)).revision == 1
        assert uow.marks.add(a_mark(2, by="li")).revision == 2
        uow.marks.add(a_mark(3, item="2"))
    with store.read() as uow:
        current = uow.marks.current("p1", "1")
        assert current is not None
        assert (current.steps, current.by, current.revision) == (2, "li", 2)
        assert [mark.steps for mark in uow.marks.history("p1", "1")] == [None, 2]
        assert set(uow.marks.of_exam("phys")) == {("p1", "1"), ("p1", "2")}
        assert set(uow.marks.of_exam("phys", MarkState.PROPOSED)) == {("p1", "2")}
        assert set(uow.marks.of_exam("phys", items=["1"])) == {("p1", "1")}
        assert [mark.item for mark in uow.marks.last_by("phys", "li")] == ["1"]
        assert uow.marks.current("p1", "9") is None


def a_response_on_one_screen_is_kept_from_others(store: Store) -> None:
    with store.write() as uow:
        uow.marks.lock("p1", "1", "li", seconds=60)
        uow.marks.lock("p1", "2", "li", seconds=-1)
    with store.read() as uow:
        assert uow.marks.locked_for_others("wang") == {("p1", "1")}
        assert uow.marks.locked_for_others("li") == set()
    with store.write() as uow:
        uow.marks.unlock("p1", "1")
        assert uow.marks.locked_for_others("wang") == set()


def a_job_waiting_is_asked_for_once(store: Store) -> None:
    with store.write() as uow:
        first = uow.jobs.ask(JobKind.SETTLE, "phys", {})
        assert uow.jobs.ask(JobKind.SETTLE, "phys", {}) == first
        assert uow.jobs.ask(JobKind.SETTLE, "chem", {}) != first
        assert uow.jobs.claim(first, "w", 60) is not None
        again = uow.jobs.ask(JobKind.SETTLE, "phys", {})
        assert again != first
        uow.jobs.finish(first)
        uow.jobs.progress(again, 3, 7)
    with store.read() as uow:
        assert [job.id for job in uow.jobs.open_of_exam("phys", JobKind.SETTLE)] == [again]
        job = uow.jobs.get(again)
        assert job is not None
        assert (job.done, job.total) == (3, 7)
        assert uow.jobs.counts("phys") == {JobState.DONE: 1, JobState.QUEUED: 1}
        assert len(uow.jobs.open()) == 2


def a_stale_lease_makes_a_job_owed_again(store: Store) -> None:
    with store.write() as uow:
        job_id = uow.jobs.ask(JobKind.MARK, "phys", {"items": ["1"]})
        assert uow.jobs.claim(job_id, "first", lease_s=60) is not None
        assert uow.jobs.claim(job_id, "second", lease_s=60) is None
        assert uow.jobs.owed() == ()
        assert uow.jobs.heartbeat(job_id, "first", lease_s=-1)
        assert [job.id for job in uow.jobs.owed()] == [job_id]
        taken = uow.jobs.claim(job_id, "second", lease_s=60)
        assert taken is not None
        assert (taken.attempts, taken.args) == (2, {"items": ["1"]})
        assert not uow.jobs.heartbeat(job_id, "first", lease_s=60)
        assert uow.jobs.holders() == {job_id: "second"}


def a_job_is_tried_only_so_often(store: Store) -> None:
    with store.write() as uow:
        job_id = uow.jobs.ask(JobKind.MARK, "phys", {})
        for attempt in range(1, MAX_ATTEMPTS + 1):
            uow.jobs.claim(job_id, "w", 60)
            assert uow.jobs.retry(job_id, "trouble") == (attempt < MAX_ATTEMPTS)
        job = uow.jobs.get(job_id)
        assert job is not None
        assert (job.state, job.error, job.finished_at is not None) == (JobState.FAILED, "trouble", True)
        assert uow.jobs.owe_failed_again("chem") == 0
        assert uow.jobs.owe_failed_again("phys") == 1
        [owed] = uow.jobs.owed()
        assert (owed.id, owed.attempts) == (job_id, 0)
        uow.jobs.fail(job_id, "trouble")
        assert uow.jobs.ask(JobKind.MARK, "phys", {}) == job_id  # asked for anew, it is made good
        [owed] = uow.jobs.owed()
        assert (owed.attempts, owed.error) == (0, "")


def a_job_that_met_trouble_waits_before_its_next_attempt(store: Store) -> None:
    with store.write() as uow:
        job_id = uow.jobs.ask(JobKind.MARK, "phys", {})
        uow.jobs.claim(job_id, "w", 60)
        assert uow.jobs.retry(job_id, "no disk", wait_s=0.4)
        assert uow.jobs.claim(job_id, "w", 60) is None
        assert uow.jobs.owed() == ()
        assert [job.id for job in uow.jobs.open("phys")] == [job_id]
    time.sleep(0.45)
    with store.write() as uow:
        assert [job.id for job in uow.jobs.owed()] == [job_id]
        assert uow.jobs.claim(job_id, "w", 60) is not None
        uow.jobs.retry(job_id, "no disk", wait_s=600)
        assert uow.jobs.owe_failed_again("phys") == 0  # nothing failed; what waits need not wait longer
        assert [job.id for job in uow.jobs.owed()] == [job_id]


def one_of_many_has_the_job(store: Store) -> None:
    with store.write() as uow:
        ids = [uow.jobs.ask(JobKind.MARK, "phys", {"n": n}) for n in range(10)]
    won: list[str] = []
    gate = threading.Barrier(4)

    def want(worker: str) -> None:
        gate.wait()
        for job_id in ids:
            with store.write() as uow:
                if uow.jobs.claim(job_id, worker, 60) is not None:
                    won.append(job_id)

    _at_once([lambda n=n: want(f"w{n}") for n in range(4)])  # type: ignore[misc]
    assert sorted(won) == sorted(ids)


def writers_at_once_lose_nothing(store: Store) -> None:
    def write(name: str) -> None:
        for n in range(8):
            with store.write() as uow:
                uow.marks.add(a_mark(n % 4, by=name))
                uow.audit.write(name, "mark", "phys", "p1/1", after=str(n))
                uow.jobs.ask(JobKind.SETTLE, "phys", {})

    _at_once([lambda n=n: write(f"w{n}") for n in range(4)])  # type: ignore[misc]
    with store.read() as uow:
        assert [mark.revision for mark in uow.marks.history("p1", "1")] == list(range(1, 33))
        assert len(uow.audit.lines("phys")) == 32
        assert uow.audit.first_broken() is None
        assert len(uow.jobs.open()) == 1


def _at_once(works: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)


def releases_and_their_files_are_kept(store: Store) -> None:
    def script(blob: str) -> Output:
        return Output(exam_id="phys", release=1, kind="script", candidate_id="c0", name="王玥.pdf", blob=blob)

    with store.write() as uow:
        assert uow.outputs.add_release("phys", "office", "e" * 64, "期中") == 1
        assert uow.outputs.add_release("phys", "office", "f" * 64, "更正") == 2
        uow.outputs.finish_release("phys", 1)
        uow.outputs.put(script("a" * 64))
        uow.outputs.put(script("b" * 64))
    with store.read() as uow:
        assert [(r.revision, r.note, r.finished_at is None) for r in uow.outputs.releases("phys")] == [
            (2, "更正", True),
            (1, "期中", False),
        ]
        assert uow.outputs.of_release("phys", 1) == (script("b" * 64),)
        assert uow.outputs.of_release("phys", 1, "workbook") == ()


def the_audit_log_is_a_chain(store: Store) -> None:
    with store.write() as uow:
        uow.audit.write("office", "exam.save", "phys", "revision 1", after="物理")
    time.sleep(0.002)
    with store.write() as uow:
        uow.audit.write("li", "mark", "phys", "p1/1", before="2", after="3", why="看错")
        uow.audit.write("li", "mark", "chem", "p7/1")
    with store.read() as uow:
        assert uow.audit.first_broken() is None
        newest, oldest = uow.audit.lines("phys")
        assert (newest.by, newest.before, newest.after, newest.why) == ("li", "2", "3", "看错")
        assert oldest.at < newest.at <= datetime.now(UTC)
        assert len({line.chain for line in (newest, oldest)}) == 2
        assert [line.subject for line in uow.audit.lines("phys", subject="p1/1")] == ["p1/1"]
        assert len(uow.audit.lines("phys", limit=1)) == 1


def accounts_are_kept_with_their_failures(store: Store) -> None:
    user = User(login="li", name="李老师", role=Role.MARKER)
    with store.write() as uow:
        uow.people.add(user, "hash-1")
        uow.people.update(user.model_copy(update={"name": "李明"}), "hash-2")
        uow.people.update(user.model_copy(update={"active": False}))
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2"):
            uow.people.record_failure("li", address)
    with store.read() as uow:
        kept = uow.people.get("li")
        assert kept is not None
        assert (kept.active, uow.people.password_hash("li"), len(uow.people.all())) == (False, "hash-2", 1)
        assert (uow.people.get("nobody"), uow.people.password_hash("nobody")) == (None, "")
        assert uow.people.failures("li", "10.0.0.1", within_s=60) == (2, 3, 2)
        assert uow.people.failures("li", "10.0.0.1", within_s=-1) == (0, 0, 0)
    with store.write() as uow:
        uow.people.forget_failures("li", older_than_s=3600, address="10.0.0.1")
        assert uow.people.failures("li", "10.0.0.1", within_s=60) == (0, 1, 0)
        uow.people.forget_failures("li", older_than_s=3600)
        assert uow.people.failures("li", "10.0.0.2", within_s=60) == (0, 0, 0)


ALL: tuple[Flow, ...] = (
    exams_are_kept_in_revisions,
    cards_are_kept_newest_first,
    rosters_keep_their_order_and_names,
    the_last_word_on_a_candidate_holds,
    pages_are_found_by_stack_state_candidate_and_bytes,
    readings_identities_and_corrections_are_appended,
    marks_are_revised_never_overwritten,
    a_response_on_one_screen_is_kept_from_others,
    a_job_waiting_is_asked_for_once,
    a_stale_lease_makes_a_job_owed_again,
    a_job_is_tried_only_so_often,
    a_job_that_met_trouble_waits_before_its_next_attempt,
    one_of_many_has_the_job,
    writers_at_once_lose_nothing,
    releases_and_their_files_are_kept,
    the_audit_log_is_a_chain,
    accounts_are_kept_with_their_failures,
)
