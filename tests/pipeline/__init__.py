"""Use cases on a real small exam."""
