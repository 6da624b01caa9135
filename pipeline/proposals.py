"""Marks proposed by the machine: made of readings, kept as revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.cards import Card
from core.errors import BadInput
from core.exams import Exam, Item, MultipleChoice, SingleChoice, TrueFalse
from core.marks import Award, Mark, MarkSource, MarkState, Proposal
from core.pages import BubbleFill, BubbleReading, BubbleVerdict, PageReading
from core.scoring import Question
from core.store import UnitOfWork
from core.store.base import utc_now
from marking import Licence, propose, rubric_digest
from marking.scoring.protocol import Scorer


def items_beginning_on(exam: Exam, card: Card, page: int) -> tuple[Item, ...]:
    """The items whose first region is on this page of the card."""
    return tuple(item for item in exam.items if card.pages_of(item.number)[:1] == (page,))


def proposed_marks(
    exam: Exam,
    card: Card,
    readings: PageReading | tuple[PageReading, ...],
    licence: Licence,
    items: Iterable[str] = (),
    scorer: Scorer | None = None,
) -> tuple[Mark, ...]:
    """The machine's marks for the items that begin on the (first) page read.

    Args:
        readings: of the page, followed by those of the pages on which its items continue.
        items: only these item numbers; all when empty.
        scorer: of short answers; their wordings alone when ``None``.
    """
    several = readings if isinstance(readings, tuple) else (readings,)
    page = several[0]
    wanted = set(items)
    texts = tuple(text for reading in several for text in reading.texts)
    marks = []
    for item in items_beginning_on(exam, card, page.card_page):
        if wanted and item.number not in wanted:
            continue
        proposal = propose(
            item, page.bubble(item.number), texts, licence, scorer, question_of(exam, item.number)
        )
        marks.append(machine_mark(exam, page, item, proposal, pages_of_parts(several, item.number)))
    return tuple(marks)


def question_of(exam: Exam, number: str) -> Question:
    """What the item asks, for a scorer; nothing in it says who answers."""
    item = exam.item(number)
    return Question(stem=item.stem, subject=exam.subject, language=exam.language)


def pages_of_parts(readings: Iterable[PageReading], number: str) -> dict[int, int]:
    """Part of the item → the card page on which it was read."""
    return {text.part: reading.card_page for reading in readings for text in reading.texts_of(number)}


def machine_mark(
    exam: Exam, page: PageReading, item: Item, proposal: Proposal, parts: Mapping[int, int] | None = None
) -> Mark:
    """The proposal as a mark: final where it settles, else waiting for a person.

    Args:
        exam: whose step and key count.
        page: on which the item begins.
        item: which.
        proposal: what an engine says of the answer.
        parts: on which card page each part was read, where the answer goes on over several.
    """
    return Mark(
        exam_id=exam.id,
        page_id=page.page_id,
        item=item.number,
        revision=1,
        steps=proposal.steps,
        awards=placed_awards(proposal.awards, parts or {}, page.card_page),
        source=MarkSource.MACHINE,
        state=MarkState.FINAL if proposal.settles else MarkState.PROPOSED,
        by="machine",
        model=proposal.model,
        engine="+".join(sorted({text.engine for text in page.texts_of(item.number) if text.engine})),
        rubric=rubric_digest(item),
        confidence=proposal.confidence,
        reason=proposal.reason,
        flag=proposal.flag,
        at=utc_now(),
    )


def placed_awards(awards: Iterable[Award], parts: Mapping[int, int], card_page: int) -> tuple[Award, ...]:
    """Awards whose evidence says on which card page it stands.

    Evidence that does not say so stands on the page of its part; of unknown parts on ``card_page``.
    """
    return tuple(
        award.model_copy(
            update={
                "evidence": tuple(
                    e if e.card_page else e.model_copy(update={"card_page": parts.get(e.part, card_page)})
                    for e in award.evidence
                )
            }
        )
        for award in awards
    )


def propose_choice(item: Item, labels: str) -> Proposal:
    """What the key gives for these labels, taken as certain (a person has looked).

    Raises:
        BadInput: a label is not among the options.
    """
    known = option_labels(item)
    unknown = sorted(set(labels) - set(known))
    if unknown:
        raise BadInput(f"第 {item.number} 题没有选项 {'、'.join(unknown)}。", f"可选: {'、'.join(known)}。")
    fills = tuple(
        BubbleFill(label=label, fill=float(label in labels), probability=float(label in labels))
        for label in known
    )
    reading = BubbleReading(
        purpose="answer",
        key=item.number,
        fills=fills,
        marked=tuple(label for label in known if label in labels),
        verdict=BubbleVerdict.MARKED if labels else BubbleVerdict.BLANK,
        confidence=1.0,
    )
    return propose(item, reading, (), Licence())


def option_labels(item: Item) -> tuple[str, ...]:
    """The labels of the item's bubbles; () for items without."""
    match item:
        case SingleChoice() | MultipleChoice():
            return tuple(option.label for option in item.options)
        case TrueFalse():
            return ("T", "F")
        case _:
            return ()


def keep_proposal(uow: UnitOfWork, mark: Mark, rubric_changed_note: str = "", why: str = "") -> Mark | None:
    """Keep a machine mark unless it says nothing new or a person has marked the response.

    A person's mark is never replaced: when the rubric under it has changed it goes back into the
    queue with its score, for that person or another to look again, and the audit log says so.

    Args:
        mark: as proposed.
        rubric_changed_note: the reason that a person's mark then waits with.
        why: for the audit log, what made this marking necessary.

    Returns:
        The mark as kept; ``None`` when nothing was.
    """
    before = uow.marks.current(mark.page_id, mark.item)
    if before is None:
        return uow.marks.add(mark)
    if before.source is MarkSource.PERSON:
        if before.rubric == mark.rubric or before.flag or before.state is MarkState.PROPOSED:
            return None
        return _sent_back(uow, before, mark.rubric, rubric_changed_note, why)
    same = ("steps", "awards", "state", "model", "rubric", "confidence", "reason", "flag")
    if all(getattr(before, name) == getattr(mark, name) for name in same):
        return None
    return uow.marks.add(mark)


def _sent_back(uow: UnitOfWork, before: Mark, rubric: str, note: str, why: str) -> Mark:
    again = {"state": MarkState.PROPOSED, "reason": note, "rubric": rubric, "undoes": 0}
    kept = uow.marks.add(before.model_copy(update=again))
    uow.audit.write(
        "machine",
        "mark.recheck",
        kept.exam_id,
        f"{kept.page_id}:{kept.item}",
        before=f"{before.steps} {before.state.value} {before.by}",
        after=f"{kept.steps} {kept.state.value} {kept.by}",
        why=why or note,
    )
    return kept
