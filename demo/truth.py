"""What is really in a generated stack, as JSON (its shape is told at ``demo.stack.DemoStack``)."""

from __future__ import annotations

from typing import Any

from core.cards import Card
from core.exams import Exam
from demo.desk import Desk
from demo.feeds import Feed, ledger_of, sheet_faults
from demo.pupils import Answers


def truth_of(exam: Exam, card: Card, seed: int, feeds: list[Feed], desk: Desk) -> dict[str, Any]:
    """The truth of a stack after its last page has been scanned."""
    faults = sheet_faults(feeds, len(desk.answers), len(card.pages))
    return {
        "exam": exam.id,
        "card": card.id,
        "seed": seed,
        "ledger": ledger_of(feeds, faults, len(card.pages)),
        "scans": [_scan_truth(index, feed, feeds, desk.answers) for index, feed in enumerate(feeds)],
        "candidates": {
            answers.candidate.number: _candidate_truth(answers, sorted(faults[i]), desk.written[i])
            for i, answers in enumerate(desk.answers)
        },
    }


def _scan_truth(index: int, feed: Feed, feeds: list[Feed], answers: list[Answers]) -> dict[str, Any]:
    first = next(i for i, f in enumerate(feeds) if (f.pupil, f.page) == (feed.pupil, feed.page))
    return {
        "index": index,
        "number": answers[feed.pupil].candidate.number if feed.pupil >= 0 else "",
        "page": feed.page,
        "upside_down": feed.upside_down,
        "faults": list(feed.faults),
        "same_as": first if first != index else None,
    }


def _candidate_truth(
    answers: Answers, faults: list[str], written: dict[str, dict[int, str]]
) -> dict[str, Any]:
    candidate = answers.candidate
    return {
        "id": candidate.id,
        "name": candidate.name,
        "class_name": candidate.class_name,
        "ability": round(answers.ability, 3),
        "faults": faults,
        "choices": {
            item: {
                "marked": sorted(choice.marked),
                "manner": choice.manner,
                "erased": list(choice.erased),
                "doubtful": bool(choice.manner),
            }
            for item, choice in answers.choices.items()
        },
        "optional": answers.optional,
        "texts": {item: {str(part): text for part, text in parts.items()} for item, parts in written.items()},
        "steps": answers.steps,
        "criteria": answers.criteria,
        "total_steps": sum(answers.steps.values()),
    }
