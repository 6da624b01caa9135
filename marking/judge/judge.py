"""The judge: a language model decides criterion by criterion, with words of the answer to show for it.

What it may not see, does not answer, or cannot prove by the answer's own words, another scorer decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any, NamedTuple, Protocol

from core.judging import JudgeUsage
from core.marks import Award
from core.scoring import Question, Response, Rubric
from marking.judge.account import Account
from marking.judge.agreement import Agreement, agreed
from marking.judge.breaker import Breaker
from marking.judge.checking import Accepted, Refused, checked
from marking.judge.injection import suspicious
from marking.judge.kept import InMemory, Kept, Opinion, key_of
from marking.judge.naming import judge_name, way_of
from marking.judge.privacy import scrubbed
from marking.judge.prompts import messages_for, most_tokens, schema_for
from marking.judge.quiet import QuietScorer
from marking.judge.reasons import PASSING, Why, instead, judged
from marking.judge.replies import Decision, decisions_in
from marking.judge.targets import Target, targets_of
from marking.scoring.protocol import Scorer
from models.chat import Message, Reply, estimated_tokens

#: Longer answers are no short answers.
MAX_CHARACTERS = 6000
TEMPERATURE = 0.7


class Chat(Protocol):
    """What is needed of a server (``models.chat.ChatServer``)."""

    model: str

    def ask(
        self,
        messages: Sequence[Message],
        schema: dict[str, Any],
        *,
        seed: int = 0,
        temperature: float = 0.0,
        most_tokens: int = 512,
    ) -> tuple[Reply, ...]: ...


class Sample(NamedTuple):
    """One judgement of one answer: by criterion what counts or why not; or why there is none at all."""

    decisions: dict[str, Accepted | Refused]
    why: Why | None = None


class LanguageModelJudge:
    """A ``Scorer`` whose awards come from a language model where that can show for them.

    Args:
        chat: the server.
        fallback: decides what the judge does not; sees answers without what they say to the marker.
        samples: judgements of each answer; more than half must count for a decision.
        at_once: requests under way together.
        account: what may be used; shared by all judges of one exam in a process.
        breaker: shared by all judges of one server in a process.
        names: names and numbers of people, covered wherever an answer holds them.
        kept: where opinions are kept.
    """

    def __init__(
        self,
        chat: Chat,
        fallback: Scorer,
        *,
        samples: int = 3,
        at_once: int = 4,
        account: Account | None = None,
        breaker: Breaker | None = None,
        names: Iterable[str] = (),
        kept: Kept | None = None,
    ) -> None:
        self._chat = chat
        self._fallback = QuietScorer(fallback)
        self._samples = max(1, samples)
        self._at_once = max(1, at_once)
        self._account = account or Account(chat.model)
        self._breaker = breaker or Breaker()
        self._names = frozenset(names)
        self._kept = kept if kept is not None else InMemory()

    @property
    def name(self) -> str:
        """``judge:`` with the model's name, the samples and the prompts' version."""
        return judge_name(self._chat.model, way_of(self._samples))

    @property
    def usage(self) -> JudgeUsage:
        """What its account has used."""
        return self._account.usage

    def book(self, spent: JudgeUsage) -> None:
        """Its usage has been added to the exam's, which is now ``spent``. Call it between two scorings."""
        self._account.begin_anew(spent)

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``. ``Award.model`` says who decided each criterion."""
        targets = targets_of(rubric)
        answers = [scrubbed(response.text, self._names) for response in responses]
        flagged = {answer for response, answer in zip(responses, answers, strict=True) if response.quieted}
        opinions = self._opinions(question, rubric, targets, answers, flagged)
        open_ones = [at for at, answer in enumerate(answers) if opinions[answer].undecided]
        others = self._fallback.score_all(question, rubric, [responses[at] for at in open_ones])
        spare = dict(zip(open_ones, others, strict=True))
        return tuple(
            self._awards(question, targets, response, opinions[answer], spare.get(at, ()))
            for at, (response, answer) in enumerate(zip(responses, answers, strict=True))
        )

    def is_answered(self, question: Question, rubric: Rubric, response: Response) -> bool:
        """Whether an opinion of the response is kept, or none will ever be: asking again changes nothing."""
        answer = scrubbed(response.text, self._names)
        if response.quieted or _unsent(answer) is not None:
            return True
        return self._kept.get(key_of(self._chat.model, self._samples, question, rubric, answer)) is not None

    def _awards(
        self,
        question: Question,
        targets: tuple[Target, ...],
        response: Response,
        opinion: Opinion,
        spare: tuple[Award, ...],
    ) -> tuple[Award, ...]:
        agreements, undecided = dict(opinion.agreements), dict(opinion.undecided)
        awards = []
        for at, target in enumerate(targets):
            if target.id in agreements:
                awards.append(judged(self.name, question, target, response, agreements[target.id]))
                self._account.note(decided=1)
            else:
                why = undecided[target.id]
                awards.append(instead(spare[at], self._fallback.name, question, why))
                self._account.note(fell_back=why.value)
        return tuple(awards)

    def _opinions(
        self,
        question: Question,
        rubric: Rubric,
        targets: tuple[Target, ...],
        answers: Sequence[str],
        flagged: set[str],
    ) -> dict[str, Opinion]:
        """By answer; equal answers are judged once, and those of which an opinion is kept not at all."""
        ids = tuple(target.id for target in targets)
        keys = {
            answer: key_of(self._chat.model, self._samples, question, rubric, answer) for answer in answers
        }
        found: dict[str, Opinion] = {}
        for answer, key in keys.items():
            kept = self._kept.get(key)
            why = Why.FLAGGED if answer in flagged else _unsent(answer)
            if why is not None:
                found[answer] = Opinion.none(ids, why)
            elif kept is not None:
                found[answer] = Opinion.model_validate_json(kept)
        fresh = [answer for answer in keys if answer not in found]
        for answer, samples in zip(fresh, self._sampled(question, rubric, targets, fresh), strict=True):
            found[answer] = opinion_of(targets, samples, self._samples)
            if not PASSING & {why for _, why in found[answer].undecided}:
                self._kept.put(keys[answer], found[answer].model_dump_json())
        return found

    def _sampled(
        self, question: Question, rubric: Rubric, targets: tuple[Target, ...], answers: Sequence[str]
    ) -> list[list[Sample]]:
        """``samples`` judgements of each answer, several requests at a time."""
        wanted = [(answer, seed) for answer in answers for seed in range(self._samples)]
        if not wanted:
            return []
        with ThreadPoolExecutor(min(self._at_once, len(wanted))) as pool:
            taken = list(pool.map(self._sample, repeat(question), repeat(rubric), repeat(targets), wanted))
        return [taken[at : at + self._samples] for at in range(0, len(taken), self._samples)]

    def _sample(
        self, question: Question, rubric: Rubric, targets: tuple[Target, ...], wanted: tuple[str, int]
    ) -> Sample:
        answer, seed = wanted
        messages = messages_for(question, rubric, answer)
        room = most_tokens(targets)
        asked = sum(estimated_tokens(message["content"]) for message in messages)
        if not self._account.reserve(asked, room):
            return Sample({}, Why.BUDGET)
        if not self._breaker.admits():
            self._account.charge((), asked, room)
            return Sample({}, Why.PAUSED)
        replies: tuple[Reply, ...] = ()
        sample = Sample({}, Why.FAULT)
        try:
            replies = self._chat.ask(
                messages,
                schema_for(targets),
                seed=seed,
                temperature=TEMPERATURE if self._samples > 1 else 0.0,
                most_tokens=room,
            )
            sample = sample_from(replies[-1], targets, answer)
        finally:
            self._account.charge(replies, asked, room)
            self._breaker.note(useful=any(isinstance(one, Accepted) for one in sample.decisions.values()))
        return sample


def _unsent(answer: str) -> Why | None:
    """Why an answer is not sent to any model."""
    if not answer.strip():
        return Why.BLANK
    if suspicious(answer) is not None:
        return Why.FLAGGED
    return Why.LENGTH if len(answer) > MAX_CHARACTERS else None


def sample_from(reply: Reply, targets: tuple[Target, ...], answer: str) -> Sample:
    """What one reply says, held against the answer."""
    if reply.fault is not None:
        return Sample({}, Why.FAULT)
    decisions: dict[str, Decision] | None = decisions_in(reply.text)
    if decisions is None:
        return Sample({}, Why.UNREADABLE)
    return Sample({target.id: checked(decisions.get(target.id), target, answer) for target in targets})


def opinion_of(targets: tuple[Target, ...], samples: Sequence[Sample], asked: int) -> Opinion:
    """What the samples come to. A criterion is decided when more than half of those asked for count."""
    agreements: list[tuple[str, Agreement]] = []
    undecided: list[tuple[str, Why]] = []
    for target in targets:
        said = [sample.decisions[target.id] for sample in samples if target.id in sample.decisions]
        accepted = [one for one in said if isinstance(one, Accepted)]
        if 2 * len(accepted) > asked:
            agreements.append((target.id, agreed(accepted, target.full_steps)))
        else:
            undecided.append((target.id, _why_undecided(target, samples)))
    return Opinion(agreements=tuple(agreements), undecided=tuple(undecided))


def _why_undecided(target: Target, samples: Sequence[Sample]) -> Why:
    """The most frequent cause among the samples that do not count."""
    causes: Counter[Why] = Counter()
    for sample in samples:
        said = sample.decisions.get(target.id)
        if sample.why is not None:
            causes[sample.why] += 1
        elif said is Refused.MISSING:
            causes[Why.UNREADABLE] += 1
        elif isinstance(said, Refused):
            causes[Why.STEPS if said is Refused.STEPS else Why.EVIDENCE] += 1
    return causes.most_common(1)[0][0]
