"""Responses to proposed marks. Opens no image, no file, no database."""
