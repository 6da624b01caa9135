"""What is usually written: small character n-gram models (Chinese and English, French) and what they may add."""

from models.language.ngram import CharacterModel, default_language
from models.language.prior import ContextPrior, prior_for

__all__ = ["CharacterModel", "ContextPrior", "default_language", "prior_for"]
