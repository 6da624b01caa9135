"""Facts about essays: counted, compared, quoted; never a mark. Pure functions of what was read."""

from marking.essays.alike import alike_pairs
from marking.essays.facts import essay_facts, facts_of_all
from marking.essays.traits import Silent, suggest_traits, trait_rubric

__all__ = ["Silent", "alike_pairs", "essay_facts", "facts_of_all", "suggest_traits", "trait_rubric"]
