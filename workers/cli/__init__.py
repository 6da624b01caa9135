"""The command ``zhupi``: each command parses, calls a use case, and says what came of it."""

from workers.cli.entry import main, zhupi

__all__ = ["main", "zhupi"]
