"""The ledger: every page that came in is somewhere, every page expected is accounted for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.base import Record
from core.pages import PageState, ScanPage
from core.results import CandidateStatus
from core.rosters import Candidate, Roster


class Stack(Record):
    """One uploaded file.

    ``pages`` are those that were taken out of it: all of them once it is ``complete``, those so far while
    it is being read or when reading broke off with an ``error``. ``dismissed_by`` is who decided that a
    file which could not be read to its end is done with; what was taken out of it stays.
    """

    id: str
    exam_id: str
    name: str
    blob: str
    by: str
    at: datetime
    pages: int = 0
    complete: bool = False
    error: str = ""
    dismissed_by: str = ""

    @property
    def settled(self) -> bool:
        """Read to its end, or done with by a person's word."""
        return self.complete or bool(self.dismissed_by)


class PageEntry(Record):
    """A page's line in the ledger.

    ``held_for`` says what a held page waits for: "identity", "registration", "retake" (``reason`` is the
    advice to whoever takes the picture again), "collision", "absent", "optional". ``sheet`` is shared by
    pages that were fed as one sheet. ``settled_by`` is "machine" or a login once the candidate is settled.
    """

    page: ScanPage
    state: PageState
    reason: str = ""
    held_for: str = ""
    duplicate_of: str = ""
    sheet: str = ""
    card_id: str = ""
    card_page: int = 0
    candidate_id: str = ""
    settled_by: str = ""


class GroupBalance(Record):
    """Expected and received pages of one class and room."""

    class_name: str
    room: str
    candidates: int
    expected: int  #: pages
    received: int
    missing: int
    absent: int  #: pages of absent candidates

    @property
    def balanced(self) -> bool:
        return self.expected == self.received + self.missing + self.absent


class StackBalance(Record):
    """Pages that the reader of one file counted, and the ledger lines that they have."""

    stack: Stack
    lines: int

    @property
    def balanced(self) -> bool:
        """Read to its end (or done with by a person's word), and each page counted has its line."""
        return self.stack.settled and self.stack.pages == self.lines


class Ledger(Record):
    """The whole account of an exam.

    ``pages_in`` is what the readers of the files counted, not the number of ledger lines.
    ``complete``: candidates with all pages placed. ``incomplete``: those with some pages missing.
    ``unseen``: no page at all and not declared absent. ``absent``: declared so.
    """

    pages_in: int
    by_state: dict[PageState, int]
    stacks: tuple[StackBalance, ...]
    groups: tuple[GroupBalance, ...]
    complete: tuple[str, ...]
    incomplete: tuple[str, ...]
    unseen: tuple[str, ...]
    absent: tuple[str, ...]
    waiting_identity: int  #: sheets (not pages) that wait for a person to say whose they are
    waiting_identity_pages: int  #: the pages of those sheets
    open_pages: int  #: received or held

    @property
    def balanced(self) -> bool:
        """Nothing on its way or held, every file and its pages accounted for, every group adds up.

        What the groups received are the pages placed: each once, and none of a person who is unknown.
        """
        return (
            self.pages_in == sum(self.by_state.values())
            and all(stack.balanced for stack in self.stacks)
            and self.open_pages == 0
            and sum(group.received for group in self.groups) == self.by_state.get(PageState.PLACED, 0)
            and all(group.balanced for group in self.groups)
        )

    @property
    def unfinished(self) -> tuple[Stack, ...]:
        """Files that were not read to their end and that nobody has dismissed."""
        return tuple(each.stack for each in self.stacks if not each.stack.settled)

    @property
    def releasable(self) -> bool:
        """Balanced, and every candidate is complete, absent, or declared with pages missing."""
        return self.balanced and not self.unseen and not self.incomplete


def balance(
    stacks: Sequence[Stack],
    entries: Sequence[PageEntry],
    roster: Roster,
    statuses: Mapping[str, CandidateStatus],
    pages_per_card: int,
    accepted_missing: frozenset[str] = frozenset(),
    pages_of: Mapping[str, int] | None = None,
) -> Ledger:
    """Add everything up.

    Args:
        stacks: all files of the exam, with what their readers counted.
        entries: all pages of the exam.
        roster: whom to expect; empty means that nobody is expected.
        statuses: candidates declared absent or void.
        pages_per_card: pages a complete candidate has.
        accepted_missing: candidates whose missing pages a person has accepted as missing.
        pages_of: by candidate, where it differs from ``pages_per_card`` (another revision of the card).
    """
    own = pages_of or {}
    full = {c.id: own.get(c.id, pages_per_card) for c in roster.candidates}
    placed: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.state is PageState.PLACED:
            placed[entry.candidate_id].add(entry.card_page)
    by_state = Counter(entry.state for entry in entries)
    lines = Counter(entry.page.stack_id for entry in entries)
    absent = {c for c, s in statuses.items() if s is CandidateStatus.ABSENT}
    seen = {c.id: len(placed.get(c.id, ())) for c in roster.candidates}
    waiting = [e for e in entries if e.state is PageState.HELD and e.held_for == "identity"]
    return Ledger(
        pages_in=sum(stack.pages for stack in stacks),
        by_state=dict(by_state),
        stacks=tuple(StackBalance(stack=stack, lines=lines[stack.id]) for stack in stacks),
        groups=_groups(roster.candidates, seen, absent, full),
        complete=tuple(c for c, n in seen.items() if n >= full[c]),
        incomplete=tuple(c for c, n in seen.items() if 0 < n < full[c] and c not in accepted_missing),
        unseen=tuple(c for c, n in seen.items() if n == 0 and c not in absent and c not in accepted_missing),
        absent=tuple(c.id for c in roster.candidates if c.id in absent),
        waiting_identity=len({e.sheet or e.page.id for e in waiting}),
        waiting_identity_pages=len(waiting),
        open_pages=by_state[PageState.RECEIVED] + by_state[PageState.HELD],
    )


def _groups(
    candidates: Sequence[Candidate], seen: Mapping[str, int], absent: set[str], full: Mapping[str, int]
) -> tuple[GroupBalance, ...]:
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for candidate in candidates:
        members[candidate.class_name, candidate.room].append(candidate.id)
    groups = []
    for (class_name, room), ids in members.items():
        away = [c for c in ids if c in absent and seen[c] == 0]
        received = sum(seen[c] for c in ids)
        groups.append(
            GroupBalance(
                class_name=class_name,
                room=room,
                candidates=len(ids),
                expected=sum(full[c] for c in ids),
                received=received,
                missing=sum(max(0, full[c] - seen[c]) for c in ids if c not in away),
                absent=sum(full[c] for c in away),
            )
        )
    return tuple(groups)
