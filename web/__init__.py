"""The review UI."""
