"""What a model would say of an essay's traits: beside the crop, as a suggestion, and no part of any mark."""

from __future__ import annotations

from collections.abc import Sequence

from core.essays import EssayText, TraitSuggestion
from core.exams import Criterion, Essay
from core.marks import Award
from core.scores import ScoreStep
from core.scoring import Question, Response, Rubric
from marking.scoring.protocol import Scorer


def trait_rubric(item: Essay, step: ScoreStep = ScoreStep.ONE) -> Rubric | None:
    """The essay's traits as criteria for a scorer; ``None`` when it has none."""
    if not item.traits:
        return None
    criteria = tuple(
        Criterion(
            id=trait.id,
            steps=trait.full_steps,
            statement=f"{trait.name}：{trait.description}" if trait.description else trait.name,
        )
        for trait in item.traits
    )
    references = (item.reference_answer,) if item.reference_answer else ()
    return Rubric(full_steps=item.full_steps, step=step, criteria=criteria, references=references)


def suggest_traits(
    item: Essay,
    scorer: Scorer,
    question: Question,
    essays: Sequence[EssayText],
    step: ScoreStep = ScoreStep.ONE,
) -> dict[str, tuple[TraitSuggestion, ...]]:
    """By essay id what the scorer says of each trait; nothing for essays without text or traits.

    Args:
        item: with its traits.
        scorer: a language model's; the rules of short answers know nothing of essays.
        question: what was asked.
        essays: as read.
        step: of the exam.
    """
    rubric = trait_rubric(item, step)
    written = [essay for essay in essays if essay.text.strip()]
    if rubric is None or not written:
        return {}
    several = scorer.score_all(question, rubric, tuple(Response(text=essay.text) for essay in written))
    names = {trait.id: trait.name for trait in item.traits}
    return {
        essay.id: tuple(
            TraitSuggestion(
                trait=names.get(award.criterion, award.criterion),
                steps=award.steps,
                full_steps=award.full_steps,
                reason=award.reason,
                model=award.model or scorer.name,
            )
            for award in awards
        )
        for essay, awards in zip(written, several, strict=True)
    }


class Silent:
    """Behind a judge that cannot be reached: says nothing of essays. What it gives is never shown."""

    name = "silent"

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """No steps for any criterion, marked as this scorer's."""
        nothing = tuple(
            Award(criterion=c.id, steps=0, full_steps=c.steps, confidence=0.0, model=self.name)
            for c in rubric.criteria
        )
        return (nothing,) * len(responses)
