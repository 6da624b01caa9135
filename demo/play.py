"""``make demo``: the teacher's evening of the story, from the exam's file to the paper that goes back.

Everything runs through the real parts: the exam's YAML, the roster, the designed card, a worker with
its processes, SQLite and files as queue. Only the pupils, the scanner and the teacher are made up.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from core.cards import Card
from core.errors import Conflict, MachineProblem, ZhupiError
from core.exams import CardOptions, Exam
from core.people import Role, User
from core.settings import Settings, read_settings
from demo.measures import peak_memory_mib
from demo.stack import make_stack
from demo.story import EXAM_FILE, ROSTER_FILE, demo_roster
from demo.teacher import Truth, mark_by_hand, settle_by_hand
from ocr.cards import design_card, draw_card
from pipeline.accounts import create_user, one_time_password
from pipeline.cards import design_exam_card
from pipeline.exams import save_exam
from pipeline.progress import Progress, exam_progress
from pipeline.requests import ask_release, take_in
from pipeline.rosters import import_roster
from pipeline.toolbox import Toolbox, open_toolbox
from workers.broker import open_queue, waker
from workers.serving import WorkerKeeper, serve

TEACHER = "wang"
_TRIAL_CANDIDATES = 6
_STARTED_WITHIN_S = 60.0
_MARKER_FILE = ".zhupi-demo"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Played:
    """What a play took and gave."""

    exam: Exam
    truth: dict[str, Any]
    pages: int
    first_look: Progress  #: as the machine left it, before any hand
    reading_s: float  #: from the upload to the last page read, identities settled, marks proposed
    release_s: float  #: from the release to the last file
    peak_worker_mib: float
    files: int


def play(
    tb: Toolbox,
    out: Path,
    data: Path | None,
    say: Say,
    candidates: int | None = None,
    seed: int = 7,
    look: Callable[[], None] = lambda: None,
) -> Played:
    """Play the story; the worker must be running.

    Args:
        tb: an installation of its own.
        out: where the outputs are put.
        data: folder with real handwriting, when there is one.
        say: told of each step.
        candidates: only the first so many pupils.
        seed: of the pupils and the scanner.
        look: called when the machine has done its part and before any hand touches it.
    """
    say("1. 名单 roster: 48 名考生")
    say("2. 试卷 exam: " + EXAM_FILE.name)
    exam = save_exam(tb, EXAM_FILE.read_text(encoding="utf-8"), EXAM_FILE.name, TEACHER).exam
    import_roster(tb, exam.id, ROSTER_FILE.read_bytes(), ROSTER_FILE.name, TEACHER)
    card = _cards(tb, exam, out, say)
    say("4. 考生作答并扫描 pupils write, the school scans …")
    with tb.store.read() as uow:
        roster = uow.candidates.roster(exam.id)
    stack = make_stack(
        exam, card, tb.blobs.get(card.pdf_blob), roster, seed=seed, data=data, candidates=candidates
    )
    scan = out / "stack.pdf"
    scan.write_bytes(stack.pdf)
    started = time.monotonic()
    take_in(tb, exam.id, scan.name, scan, TEACHER)
    say("5. 识别 reading …")
    first = wait_for(tb, exam.id, "识别 reading")
    reading_s = time.monotonic() - started
    say(f"   {first.sentence}  ({first.pages_in} 页, {reading_s:.1f} s)")
    look()
    _by_hand(tb, exam, Truth.of(stack.truth), say)
    wait_for(
        tb, exam.id, "学习 learning"
    )  # from the marks just given; it would share the machine with the release
    started = time.monotonic()
    release = _released(tb, exam.id)
    say("7. 发布 release …")
    wait_for(tb, exam.id, "发布 release")
    release_s = time.monotonic() - started
    files = export(tb, exam.id, release, out)
    say(f"   {files} 个文件 files → {out}/  ({release_s:.1f} s)")
    peak = peak_memory_mib(tb.settings)
    return Played(exam, stack.truth, first.pages_in, first, reading_s, release_s, peak, files)


def _cards(tb: Toolbox, exam: Exam, out: Path, say: Say) -> Card:
    started = time.monotonic()
    card = design_exam_card(tb, exam.id, TEACHER)
    (out / "cards").mkdir(parents=True, exist_ok=True)
    (out / "cards" / "答题卡_A4.pdf").write_bytes(tb.blobs.get(card.pdf_blob))
    say(f"3. 答题卡 card: A4, {len(card.pages)} 页 pages ({time.monotonic() - started:.1f} s)")
    for columns in (2, 3):
        options = exam.card.model_dump() | {"paper": "A3", "columns": columns}
        other = exam.model_copy(update={"card": CardOptions.model_validate(options)})
        pdf = draw_card(design_card(other, 1), other)
        (out / "cards" / f"答题卡_A3_{columns}栏.pdf").write_bytes(pdf)
    return card


def _by_hand(tb: Toolbox, exam: Exam, truth: Truth, say: Say) -> None:
    decisions = settle_by_hand(tb, exam.id, truth, TEACHER)
    waiting = exam_progress(tb, exam.id).proposed_marks
    say(f"6. 人工 by hand: {decisions} 项台账 ledger decisions, {waiting} 份作答 responses to look at …")
    with tqdm(
        total=waiting, unit="份", desc="   评卷 marking", leave=False, file=sys.stdout, disable=None
    ) as bar:
        mark_by_hand(tb, exam.id, truth, TEACHER, bar.update)


def _released(tb: Toolbox, exam_id: str) -> int:
    ask_release(tb, exam_id, TEACHER, "示例")
    with tb.store.read() as uow:
        return uow.outputs.releases(exam_id)[0].revision


def wait_for(tb: Toolbox, exam_id: str, what: str, limit_s: float = 1800) -> Progress:
    """Wait until no job of the exam is open, with a bar.

    Raises:
        MachineProblem: nothing moved for a minute (is the worker running?), or a job failed.
    """
    ended, moved = -1, time.monotonic()
    with tqdm(unit="项", desc=f"   {what}", leave=False, file=sys.stdout, disable=None) as bar:
        while True:
            with tb.store.read() as uow:
                counts = uow.jobs.counts(exam_id)
                still = uow.jobs.open(exam_id)
            done = sum(counts.values()) - len(still)
            bar.total = sum(counts.values())
            bar.update(done - bar.n)
            if not still:
                break
            if done != ended:
                ended, moved = done, time.monotonic()
            if time.monotonic() - moved > min(limit_s, _STARTED_WITHIN_S * 2):
                raise MachineProblem(
                    f"{what}: 工作进程没有进展。", f"请看 {tb.settings.home / 'logs' / 'worker.log'}。"
                )
            time.sleep(0.1)
    progress = exam_progress(tb, exam_id)
    if progress.failed_jobs:
        raise MachineProblem(f"{what}: {progress.failed_jobs[0]}", "见 worker.log。")
    return progress


_FOLDERS = {"script": "marked-scripts", "error_book": "error-books"}


def export(tb: Toolbox, exam_id: str, release: int, out: Path) -> int:
    """Write a release's files into a folder; returns how many."""
    with tb.store.read() as uow:
        outputs = [o for o in uow.outputs.of_release(exam_id, release) if o.kind != "review_data"]
    for output in outputs:
        folder = out / _FOLDERS.get(output.kind, ".")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tb.blobs.path(output.blob), folder / output.name)
    return len(outputs)


def prepare_trial(tb: Toolbox, data: Path | None, out: Path, say: Say) -> None:
    """A second exam with a few scripts that wait for whoever tries the pages out."""
    text = EXAM_FILE.read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line.startswith("id:"))
    text = text.replace(first, f"{first}-trial", 1).replace("title: ", "title: 【试评】", 1)
    exam = save_exam(tb, text, "trial.yaml", TEACHER).exam
    roster = demo_roster().model_copy(update={"candidates": demo_roster().candidates[:_TRIAL_CANDIDATES]})
    with tb.store.write() as uow:
        uow.candidates.replace(exam.id, roster)
    card = design_exam_card(tb, exam.id, TEACHER)
    stack = make_stack(exam, card, tb.blobs.get(card.pdf_blob), roster, seed=11, data=data)
    scan = out / "trial-stack.pdf"
    scan.write_bytes(stack.pdf)
    take_in(tb, exam.id, scan.name, scan, TEACHER)
    say(f"8. 试评 something to try: {exam.title}, {wait_for(tb, exam.id, '识别 reading').sentence}")


def accounts(tb: Toolbox) -> list[tuple[str, str, str]]:
    """One account a role, with fresh passwords: (role in words, login, password)."""
    pupil = demo_roster().candidates[0]
    people = (
        ("考务 office", User(login="office", name="考务", role=Role.OFFICE)),
        ("评卷员 marker", User(login="marker", name="李老师", role=Role.MARKER)),
        (
            "任课教师 teacher",
            User(login=TEACHER, name="王老师", role=Role.TEACHER, classes=(pupil.class_name,)),
        ),
        (
            "学生 student",
            User(login=pupil.number, name=pupil.name, role=Role.STUDENT, candidate_number=pupil.number),
        ),
    )
    made = []
    for words, user in people:
        password = one_time_password()
        create_user(tb, user, password, "demo")
        made.append((words, user.login, password))
    return made


def fresh_folder(path: Path) -> Path:
    """An empty folder; only one that an earlier demo made is emptied.

    Raises:
        Conflict: the folder holds something else.
    """
    if path.exists() and any(path.iterdir()) and not (path / _MARKER_FILE).exists():
        raise Conflict(f"{path} 里有别的文件。", "请换一个文件夹, 或先移走它们。")
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    (path / _MARKER_FILE).write_text("made by make demo; emptied by the next one\n", encoding="utf-8")
    return path


def found_data(given: str) -> Path | None:
    """The folder with real handwriting, ``None`` where there is none."""
    folder = Path(given)
    return folder if (folder / "digits-nsysu-exam").is_dir() else None


def main(arguments: list[str] | None = None) -> int:
    """Play, then serve."""
    parser = argparse.ArgumentParser(prog="python -m demo.play", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo-output"))
    parser.add_argument("--home", type=Path, default=Path("demo-data"))
    parser.add_argument("--data", default="../shared/data", help="real handwriting, used when present")
    parser.add_argument("--candidates", type=int, default=None)
    parser.add_argument("--serve", action=argparse.BooleanOptionalAction, default=True)
    chosen = parser.parse_args(arguments)
    try:
        _run(chosen)
    except ZhupiError as error:
        print(error.message, error.remedy, sep="\n", file=sys.stderr)
        return error.exit_code
    return 0


def _run(chosen: argparse.Namespace) -> None:
    out, home = fresh_folder(chosen.out), fresh_folder(chosen.home)
    os.environ["ZHUPI_HOME"] = str(home)
    settings = read_settings()
    data = found_data(chosen.data)
    started = time.monotonic()
    logins = _play_with_worker(settings, out, data, chosen)
    print(f"完成 done in {time.monotonic() - started:.0f} s: {out.resolve()}")
    for words, login, password in logins:
        print(f"   登录 log in as {words}: {login} / {password}")
    if chosen.serve:
        serve(settings)
    else:
        print(f"   看网页 to see the pages: ZHUPI_HOME={home} .venv/bin/zhupi serve")


def _play_with_worker(
    settings: Settings, out: Path, data: Path | None, chosen: argparse.Namespace
) -> list[tuple[str, str, str]]:
    tb = open_toolbox(settings, waker(open_queue(settings)))
    logins = accounts(tb)
    keeper = WorkerKeeper(settings)
    keeper.start()
    try:
        play(tb, out, data, print, chosen.candidates)
        prepare_trial(tb, data, out, print)
    finally:
        keeper.stop()
        tb.store.close()
    return logins


if __name__ == "__main__":
    sys.exit(main())
