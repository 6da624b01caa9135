"""Figures, each by one command."""
