"""A roster read again: the same candidates keep their ids, new ones join, none is thrown out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from core.errors import RosterInvalid
from core.roster_files.candidates import RosterReading
from core.rosters import Candidate, Roster

_KEPT = ("number", "name", "class_name", "student_number", "school", "grade", "room", "seat", "subjects")


def merge_roster(old: Roster, read: RosterReading) -> Roster:
    """The old roster with what was read put into it, in the old order, new candidates last.

    The same candidate is the one with the same 考号, else the only one of that class and name on both
    sides. Two different 考号 under one class and name are taken as a correction only when the file read
    holds most of the old roster; in a short list of additions they are two people.
    Empty values never overwrite. Candidates that the file leaves out stay: their pages may be in already.

    Raises:
        RosterInvalid: the result would give one 考号 to two candidates.
    """
    partner = _partners(old, read)
    renewed = [_renewed(candidate, partner.get(candidate.id)) for candidate in old.candidates]
    taken = {candidate.id for candidate in old.candidates}
    matched = {candidate.id for candidate in partner.values()}
    for candidate in read.candidates:
        if candidate.id not in matched:
            renewed.append(candidate.model_copy(update={"id": _free_id(candidate.id, taken)}))
            taken.add(renewed[-1].id)
    _refuse_equal_numbers(renewed)
    return Roster(candidates=tuple(renewed))


def _partners(old: Roster, read: RosterReading) -> dict[str, Candidate]:
    """Old id → the candidate read that is the same person."""
    by_number = {candidate.number: candidate for candidate in read.candidates if candidate.number}
    partner = {c.id: by_number[c.number] for c in old.candidates if c.number in by_number}
    # Without a 考号 the id is made of class, name and the how-manieth: equal ids are the same line again.
    by_id = {candidate.id: candidate for candidate in read.candidates if not candidate.number}
    partner |= {c.id: by_id[c.id] for c in old.candidates if not c.number and c.id in by_id}
    used = {candidate.id for candidate in partner.values()}
    rest_old = _only_of_name(c for c in old.candidates if c.id not in partner)
    rest_new = _only_of_name(c for c in read.candidates if c.id not in used)
    is_whole = len(read.candidates) * 2 >= len(old.candidates)
    for key in rest_old.keys() & rest_new.keys():
        before, after = rest_old[key], rest_new[key]
        if is_whole or not (before.number and after.number):
            partner[before.id] = after
    return partner


def _only_of_name(candidates: Iterable[Candidate]) -> dict[tuple[str, str], Candidate]:
    listed = [candidate for candidate in candidates if candidate.name]
    counts = Counter((candidate.class_name, candidate.name) for candidate in listed)
    return {(c.class_name, c.name): c for c in listed if counts[c.class_name, c.name] == 1}


def _renewed(candidate: Candidate, read: Candidate | None) -> Candidate:
    if read is None:
        return candidate
    update = {name: value for name in _KEPT if (value := getattr(read, name))}
    return candidate.model_copy(update=update)


def _free_id(wanted: str, taken: set[str]) -> str:
    """The id, with a count behind it when another candidate has it for good."""
    if wanted not in taken:
        return wanted
    count = 2
    while f"{wanted}-{count}" in taken:
        count += 1
    return f"{wanted}-{count}"


def _refuse_equal_numbers(candidates: list[Candidate]) -> None:
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        other = first.setdefault(candidate.number, candidate) if candidate.number else candidate
        if other is not candidate:
            raise RosterInvalid(
                f"合并后考号 {candidate.number} 会同时属于 {other.class_name}{other.name} 和 "
                f"{candidate.class_name}{candidate.name}。",
                "请先改正其中一个考号；原有名单没有变动。",
            )
