"""What is usually written: a small character n-gram model of Chinese and English, and what it may add."""

from models.language.ngram import CharacterModel, default_language
from models.language.prior import ContextPrior, prior_for

__all__ = ["CharacterModel", "ContextPrior", "default_language", "prior_for"]
