"""Rubric-aware scoring of free answers: one interface, from counting words to a language model."""
