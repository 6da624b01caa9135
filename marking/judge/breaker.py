"""A circuit breaker: after several failures running nobody is asked for a while, then one on trial."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"  #: everything is asked
    OPEN = "open"  #: nothing is
    HALF_OPEN = "half_open"  #: one question is under way, to see


class Breaker:
    """Safe to use from several threads.

    Args:
        failures: running, after which it opens.
        pause_s: after which one question is let through; doubled each time that it fails, to 16 times.
    """

    def __init__(
        self, failures: int = 5, pause_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._pause_s = pause_s
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._opened = 0  #: times running
        self._until = 0.0
        self._trial = False

    @property
    def state(self) -> State:
        """As it stands now."""
        with self._lock:
            if not self._opened:
                return State.CLOSED
            return State.HALF_OPEN if self._trial else State.OPEN

    def admits(self) -> bool:
        """Whether a question may be asked now; who is admitted must ``note`` what came of it."""
        with self._lock:
            if not self._opened:
                return True
            if self._trial or self._clock() < self._until:
                return False
            self._trial = True
            return True

    def note(self, *, useful: bool) -> None:
        """What came of a question that was admitted."""
        with self._lock:
            if useful:
                self._running = self._opened = 0
                self._trial = False
                return
            self._running += 1
            if self._trial or (not self._opened and self._running >= self._most):
                self._opened += 1
                self._trial = False
                self._until = self._clock() + self._pause_s * 2 ** min(4, self._opened - 1)
