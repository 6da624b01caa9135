"""The demo exam end to end: pace, memory, what the machine settled and whether it was right.

``python -m benchmarks.demo [--data ../shared/data]`` plays the story of ``demo.play`` with a real
worker (one process a core) and compares, before any hand touches it, what the machine settled with
what the made-up pupils meant. Pages a minute count from the upload to the last file that goes back;
the teacher's time in between is left out.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._common import parse, save
from core.exams import ItemKind
from core.ledger import PageEntry
from core.marks import Mark, MarkSource, MarkState
from core.pages import PageState
from core.settings import read_settings
from demo.play import found_data, play
from demo.stack import FED_TWICE, MISSING, NO_NUMBER, STRAY
from pipeline.ledgers import exam_ledger
from pipeline.results import OBJECTIVE
from pipeline.toolbox import Toolbox, open_toolbox
from workers.broker import open_queue, waker
from workers.serving import WorkerKeeper


@dataclass
class Seen:
    """The exam as the machine left it."""

    entries: tuple[PageEntry, ...] = ()
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)
    kinds: dict[str, ItemKind] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)  #: candidate id → 考号
    incomplete: tuple[str, ...] = ()


def look(tb: Toolbox) -> Seen:
    """Read everything in one transaction."""
    with tb.store.read() as uow:
        exam = uow.exams.all()[0]
        roster = uow.candidates.roster(exam.id)
        seen = Seen(
            entries=uow.pages.entries(exam.id),
            marks=uow.marks.of_exam(exam.id),
            kinds={item.number: item.kind for item in exam.items},
            numbers={c.id: c.number for c in roster.candidates},
        )
    seen.incomplete = exam_ledger(tb, exam.id).incomplete
    return seen


def judge(seen: Seen, truth: Mapping[str, Any]) -> dict[str, float]:
    """The machine's decisions against the truth."""
    scans = {scan["index"]: scan for scan in truth["scans"]}
    scan_of = {e.page.id: scans[e.page.source_index] for e in seen.entries}
    settled = {
        key: mark
        for key, mark in seen.marks.items()
        if mark.state is MarkState.FINAL and mark.source is MarkSource.MACHINE
    }
    wrong = [
        key for key, mark in settled.items() if mark.steps != _true_steps(truth, scan_of[key[0]], key[1])
    ]
    for page, item in wrong:
        print("settled wrong:", scan_of[page]["number"], "item", item, settled[page, item].steps)
    placed = [e for e in seen.entries if e.state is PageState.PLACED]
    return {
        "settled_share": len(settled) / max(1, len(seen.marks)),
        "choices_settled_share": _share(seen, settled),
        "choices_settled_wrong": sum(seen.kinds[item] in OBJECTIVE for _, item in wrong),
        "others_settled_wrong": sum(seen.kinds[item] not in OBJECTIVE for _, item in wrong),
        "identities_settled": len(placed),
        "identities_wrong": sum(seen.numbers[e.candidate_id] != scan_of[e.page.id]["number"] for e in placed),
        "planted_faults_missed": len(missed_faults(seen, truth)),
    }


def _share(seen: Seen, settled: Mapping[tuple[str, str], Mark]) -> float:
    choices = [key for key in seen.marks if seen.kinds[key[1]] in OBJECTIVE]
    return sum(key in settled for key in choices) / max(1, len(choices))


def _true_steps(truth: Mapping[str, Any], scan: Mapping[str, Any], item: str) -> int | None:
    person = truth["candidates"].get(scan["number"])
    return None if person is None else person["steps"].get(item)


def missed_faults(seen: Seen, truth: Mapping[str, Any]) -> list[str]:
    """The planted faults that the ledger does not show."""
    states = {e.page.source_index: e for e in seen.entries}
    missed = []
    for scan in truth["scans"]:
        entry = states[scan["index"]]
        faults = scan["faults"]
        if STRAY in faults and entry.state is not PageState.STRAY:
            missed.append(f"{STRAY} at {scan['index']}")
        if NO_NUMBER in faults and (entry.state, entry.held_for) != (PageState.HELD, "identity"):
            missed.append(f"{NO_NUMBER} at {scan['index']}")
        if FED_TWICE in faults and not _one_is_duplicate(states, scan):
            missed.append(f"{FED_TWICE} at {scan['index']}")
        if scan["upside_down"] and not faults and entry.state is not PageState.PLACED:
            missed.append(f"upside down at {scan['index']}")
    numbers = {number: c for c, number in seen.numbers.items()}
    for number, person in truth["candidates"].items():
        if MISSING in person["faults"] and numbers[number] not in seen.incomplete:
            missed.append(f"{MISSING} of {number}")
    for words in missed:
        print("fault missed:", words)
    return missed


def _one_is_duplicate(states: Mapping[int, PageEntry], scan: Mapping[str, Any]) -> bool:
    pair = [states[scan["index"]], states[scan["same_as"]]]
    return sorted(e.state for e in pair) == sorted([PageState.DUPLICATE, PageState.PLACED])


def main() -> None:
    """Play, judge, print and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=None)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parse(parser)
    data = found_data(str(chosen.data))
    with tempfile.TemporaryDirectory(prefix="zhupi-benchmark-") as folder:
        os.environ["ZHUPI_HOME"] = str(Path(folder) / "home")
        settings = read_settings()
        tb = open_toolbox(settings, waker(open_queue(settings)))
        keeper = WorkerKeeper(settings)
        keeper.start()
        seen: list[Seen] = []
        try:
            out = Path(folder) / "out"
            out.mkdir()
            played = play(tb, out, data, print, chosen.candidates, chosen.seed, lambda: seen.append(look(tb)))
        finally:
            keeper.stop()
    figures = judge(seen[0], played.truth)
    seconds = played.reading_s + played.release_s
    figures |= {
        "pages": played.pages,
        "pages_per_minute": 60 * played.pages / seconds,
        "reading_pages_per_minute": 60 * played.pages / played.reading_s,
        "reading_s": played.reading_s,
        "release_s": played.release_s,
        "peak_worker_mib": played.peak_worker_mib,
    }
    for name, value in figures.items():
        print(f"{name:28} {value:10.3f}")
    print(played.first_look.sentence)
    save("demo", figures)


if __name__ == "__main__":
    main()
