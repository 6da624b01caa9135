"""What each source on each side of a sheet plainly says, one by one: the evidence for exchanges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.rosters import Roster
from ocr.identity.evidence import PageTrace, SheetEvidence, SheetIdentity
from ocr.identity.numbers import number_text

#: A source and the side of the card on which it stands.
Voice = tuple[str, int]
#: Whom to believe where two voices differ: what the pupil wrote goes before what was stuck or printed on
#: the paper, handwriting before bubbles, the front before the back.
TRUST = ("digits", "bubbles", "sticker", "code")


@dataclass(frozen=True)
class Heard:
    """One sheet as heard.

    ``shown`` names for each voice the candidate (by place on the roster) whose number it plainly shows;
    ``texts`` has its digits, "?" where doubtful or empty. ``now`` is the candidate who has the sheet or
    whom it claims, ``None`` while nobody knows; ``place`` counts within the stack.
    """

    page_ids: tuple[str, ...]
    stack_id: str
    place: int
    shown: Mapping[Voice, int]
    texts: Mapping[Voice, str]
    now: int | None


def heard(
    sheets: Sequence[SheetEvidence],
    identities: Sequence[SheetIdentity],
    traces: Sequence[PageTrace],
    roster: Roster,
) -> tuple[Heard, ...]:
    """All sheets that no person has settled, in the order of feeding."""
    by_page = {trace.page_id: trace for trace in traces}
    places = {c.id: at for at, c in enumerate(roster.candidates)}
    numbers = {c.number: at for at, c in enumerate(roster.candidates) if c.number}
    found = []
    for sheet, identity in zip(sheets, identities, strict=True):
        if sheet.known_id:
            continue
        texts = _texts([by_page[page] for page in sheet.page_ids])
        shown = {voice: at for voice, text in texts.items() if (at := _listed(text, numbers)) is not None}
        first = by_page[sheet.page_ids[0]]
        now = places.get(identity.candidate_id or identity.claimed_id)
        found.append(Heard(sheet.page_ids, first.stack_id, first.source_index, shown, texts, now))
    return tuple(sorted(found, key=lambda each: (each.stack_id, each.place)))


def _texts(pages: Sequence[PageTrace]) -> dict[Voice, str]:
    return {
        (reading.source, page.card_page): number_text(reading)
        for page in pages
        for reading in page.numbers
        if reading.source in TRUST
    }


def _listed(text: str, numbers: Mapping[str, int]) -> int | None:
    """Whose number it is; one doubtful digit may stand for any, if only one candidate fits."""
    if "?" not in text:
        return numbers.get(text)
    if text.count("?") > 1:
        return None
    at = text.index("?")
    fitting = [
        numbers[each] for digit in "0123456789" if (each := text[:at] + digit + text[at + 1 :]) in numbers
    ]
    return fitting[0] if len(fitting) == 1 else None


def trusted(voices: Mapping[Voice, int]) -> list[Voice]:
    """The voices, the most trusted first."""
    return sorted(voices, key=lambda voice: (voice[1], TRUST.index(voice[0])))
