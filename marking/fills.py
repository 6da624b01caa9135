"""Fills: each blank held against its region, with how sure the reading and the comparison are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce

from core.exams import Blank, Fill
from core.marks import Award, Evidence, Proposal, Verdict
from core.pages import TextReading
from marking.blanks import signs_agree
from marking.evidence import evidence_of
from marking.normalise import comparable
from marking.reading_odds import BLANK_CONFIDENCE, NOTED_CONFIDENCE, is_unread
from marking.weighing import Possible, Weighed, weigh

MODEL = "fill-verified-3"

#: Of the texts that nobody thought of, the share that earns the same steps. To land on the key by
#: misreading takes luck; to miss it by misreading does not.
_UNLISTED_AGREE_RIGHT = 0.75
_UNLISTED_AGREE_FAR = 0.9
_UNLISTED_AGREE_NEAR = 0.2
_FAR = 0.8
#: Where the picture was asked for the key, what it says else is hardly the key.
_VERIFIED_AGREE_RIGHT = 0.0
#: From this probability on a text is named beside the one that the picture shows.
_USUAL = 0.5
#: From this share on the picture alone leaves no doubt.
_SHOWN = 0.9
_VERIFIED_AGREE_WRONG = 0.95

#: Blanks beyond this are compared in printed order even when they may be exchanged.
_MAX_EXCHANGED = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """One reading against one blank; ``steps`` is ``None`` when nothing was read."""

    steps: int | None
    reason: str
    confidence: float
    odds: tuple[tuple[str, float], ...] = ()
    earning: tuple[str, ...] = ()
    distribution: tuple[tuple[int, float], ...] = ()  #: steps and how probable each is


def propose_fill(item: Fill, texts: tuple[TextReading, ...]) -> Proposal:
    """The proposal for all blanks; no steps are offered while one of them is unread."""
    readings = tuple(_of_part(texts, part) for part in range(len(item.blanks)))
    count = len(item.blanks)
    if item.any_order and count <= _MAX_EXCHANGED:
        table = [[score_blank(blank, reading) for blank in item.blanks] for reading in readings]
        order = _exchanged([[score.steps or 0 for score in row] for row in table])
        scored = [table[part][blank] for part, blank in enumerate(order)]
    else:
        order = tuple(range(count))
        scored = [score_blank(blank, reading) for blank, reading in zip(item.blanks, readings, strict=True)]
    awards = tuple(
        _award(part, item.blanks[order[part]], reading, score)
        for part, (reading, score) in enumerate(zip(readings, scored, strict=True))
    )
    unread = [str(part + 1) for part, score in enumerate(scored) if score.steps is None]
    if unread:
        reason = f"第 {'、'.join(unread)} 空没有识别结果"
        return Proposal(item=item.number, steps=None, awards=awards, reason=reason, model=MODEL)
    confidence = reduce(lambda so_far, score: so_far * score.confidence, scored, 1.0)
    return Proposal(
        item=item.number,
        steps=sum(score.steps or 0 for score in scored),
        awards=awards,
        confidence=confidence,
        reason="；".join(award.reason for award in awards),
        model=MODEL,
    )


def score_blank(blank: Blank, reading: TextReading | None) -> Scored:
    """One region against one blank."""
    if reading is None:
        return Scored(None, "没有这个空的图像", 0.0)
    if reading.blank:
        return Scored(0, "未作答", BLANK_CONFIDENCE, distribution=_around(blank, 0, BLANK_CONFIDENCE, {}))
    if is_unread(reading):
        return Scored(None, reading.note or "有笔迹，未能识别", 0.0)
    weighed = weigh(blank, reading)
    best = _likeliest(weighed)
    reason = f"{_read_as(best, reading, weighed)}，{best.outcome.reason}"
    confidence = best.outcome.clearness * _as_shown(weighed, best, _agreeing(weighed, best))
    if best.outcome.steps and not signs_agree(blank, best.text, reading.text):
        confidence = min(confidence, NOTED_CONFIDENCE)
    if reading.note:
        reason, confidence = f"{reason}（{reading.note}）", min(confidence, NOTED_CONFIDENCE)
    spread = _around(blank, best.outcome.steps, confidence, _masses(weighed))
    if not weighed.verified:
        return Scored(best.outcome.steps, reason, confidence, distribution=spread)
    return Scored(best.outcome.steps, reason, confidence, weighed.odds, weighed.earning, spread)


def _masses(weighed: Weighed) -> dict[int, float]:
    """How probable each number of steps is by the texts alone; what nobody thought of earns nothing."""
    masses: defaultdict[int, float] = defaultdict(float)
    masses[0] = weighed.other
    for possible in weighed.texts:
        masses[possible.outcome.steps] += possible.probability
    return masses


def _around(
    blank: Blank, steps: int, confidence: float, masses: dict[int, float]
) -> tuple[tuple[int, float], ...]:
    """``steps`` with the confidence; the doubt goes where the other texts are, or to the other extreme."""
    others = {earned: mass for earned, mass in masses.items() if earned != steps and mass > 0}
    others = others or {0 if steps else blank.steps: 1.0}
    whole = sum(others.values())
    doubts = ((earned, (1.0 - confidence) * mass / whole) for earned, mass in others.items())
    return tuple(sorted([(steps, confidence), *doubts]))


def _likeliest(weighed: Weighed) -> Possible:
    """The likeliest text among those that earn the likeliest number of steps."""
    steps: defaultdict[int, float] = defaultdict(float)
    transcript = weighed.transcript
    if transcript is not None and weighed.shown <= 1.0 - _SHOWN:
        return transcript  # the picture plainly shows something else than the key
    if weighed.verified:
        steps[0] = weighed.other
        for possible in weighed.texts:
            steps[possible.outcome.steps] += possible.probability
    else:  # the transcript leads
        steps[weighed.texts[0].outcome.steps] = 1.0
    wanted = max(steps, key=lambda earned: steps[earned])
    earning = [possible for possible in weighed.texts if possible.outcome.steps == wanted]
    return max(earning or weighed.texts, key=lambda possible: possible.probability)


def _read_as(best: Possible, reading: TextReading, weighed: Weighed) -> str:
    if comparable(best.text) == comparable(reading.text):
        usual = weighed.odds[0] if weighed.odds else ("", 0.0)
        if usual[0] and usual[1] >= _USUAL and comparable(usual[0]) != comparable(reading.text):
            return f"读作“{reading.text}”（按通常的写法也像“{usual[0]}”，请看图）"
        return f"读作“{reading.text}”"
    return f"自由读作“{reading.text}”，对照字迹更可能是“{best.text}”"


def _as_shown(weighed: Weighed, best: Possible, agreeing: float) -> float:
    """No surer than the picture alone, where that leaves a doubt.

    What pupils usually write makes a key likelier than a look-alike nobody writes. That may well decide
    what is proposed, but where the picture is torn, a person looks.
    """
    if not weighed.verified:
        return agreeing
    shown = weighed.shown if best.outcome.steps else 1.0 - weighed.shown
    return agreeing if shown >= _SHOWN else min(agreeing, shown)


def _agreeing(weighed: Weighed, best: Possible) -> float:
    """The probability of the texts that earn what this one earns."""
    steps = best.outcome.steps
    agreeing = sum(p.probability for p in weighed.texts if p.outcome.steps == steps)
    if weighed.verified:
        share = _VERIFIED_AGREE_RIGHT if steps > 0 else _VERIFIED_AGREE_WRONG
    elif steps > 0:
        share = _UNLISTED_AGREE_RIGHT
    else:
        share = _UNLISTED_AGREE_FAR if best.outcome.clearness >= _FAR else _UNLISTED_AGREE_NEAR
    return min(1.0, agreeing + weighed.other * share)


def _of_part(texts: tuple[TextReading, ...], part: int) -> TextReading | None:
    return next((text for text in texts if text.part == part), None)


def _award(part: int, blank: Blank, reading: TextReading | None, score: Scored) -> Award:
    evidence: tuple[Evidence, ...] = ()
    if reading is not None and score.steps:
        evidence = evidence_of(reading, 0, len(reading.text))
    return Award(
        criterion=str(part + 1),
        steps=score.steps or 0,
        full_steps=blank.steps,
        reason=f"第{part + 1}空{score.reason}",
        evidence=evidence,
        confidence=score.confidence,
        odds=score.odds,
        earning=score.earning,
        distribution=score.distribution,
        verdicts=_verdicts(blank, score, is_blank=reading is None or reading.blank),
    )


def _verdicts(blank: Blank, score: Scored, *, is_blank: bool) -> tuple[tuple[Verdict, float], ...]:
    """What the answer does with the blank's key, by what it earns."""
    chances = dict.fromkeys(Verdict, 0.0)
    for steps, probability in score.distribution:
        if steps >= blank.steps:
            chances[Verdict.CREDITED] += probability
        elif steps:
            chances[Verdict.PARTLY] += probability
        else:
            chances[Verdict.NOT_ADDRESSED if is_blank else Verdict.CONTRADICTED] += probability
    return tuple((verdict, chance) for verdict, chance in chances.items() if chance)


def _exchanged(gains: list[list[int]]) -> tuple[int, ...]:
    """For each region the blank that it answers, so that the sum of ``gains[region][blank]`` is greatest.

    A dynamic programme over the sets of blanks already given; among equals the printed order wins.
    """
    count = len(gains)
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for part in range(count):
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for taken, (total, order) in best.items():
            for blank in sorted(range(count), key=lambda b: b != part):
                reached = taken | 1 << blank
                candidate = (total + gains[part][blank], (*order, blank))
                if not taken >> blank & 1 and (
                    reached not in following or candidate[0] > following[reached][0]
                ):
                    following[reached] = candidate
        best = following
    return best[(1 << count) - 1][1]
