"""The language-model judge: what it is asked, what of its answer counts, and what guards it."""
