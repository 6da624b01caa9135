"""What a judge may use for one exam, and what it has used."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from core.judging import JudgeUsage
from models.chat import Reply

_MILLION = 1_000_000


class Budget(NamedTuple):
    """Most tokens and most cost of an exam; prices are for a million tokens."""

    tokens: int = 20_000_000
    cost: float = 100.0
    price_in: float = 0.0
    price_out: float = 0.0

    def cost_of(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / _MILLION


class Account:
    """Reserves before a request what it may take, and charges afterwards what it took. Thread-safe.

    Args:
        spent: what the exam has cost before; counts against the budget but is not part of ``usage``.
    """

    def __init__(self, model: str, budget: Budget | None = None, spent: JudgeUsage | None = None) -> None:
        self._budget = budget or Budget()
        self._spent = spent or JudgeUsage()
        self._usage = JudgeUsage(model=model)
        self._held_tokens = 0
        self._held_cost = 0.0
        self._lock = threading.Lock()

    @property
    def usage(self) -> JudgeUsage:
        """Since this account was opened, or begun anew."""
        with self._lock:
            return self._usage

    def begin_anew(self, spent: JudgeUsage) -> None:
        """What was used is booked elsewhere: count from the sum that stands there now."""
        with self._lock:
            self._spent, self._usage = spent, JudgeUsage(model=self._usage.model)

    def reserve(self, tokens_in: int, tokens_out: int) -> bool:
        """Whether the budget has room for it; then it is held until charged."""
        cost = self._budget.cost_of(tokens_in, tokens_out)
        with self._lock:
            tokens = self._spent.tokens + self._usage.tokens + self._held_tokens + tokens_in + tokens_out
            if tokens > self._budget.tokens:
                return False
            if self._spent.cost + self._usage.cost + self._held_cost + cost > self._budget.cost:
                return False
            self._held_tokens += tokens_in + tokens_out
            self._held_cost += cost
            return True

    def charge(self, replies: Iterable[Reply], tokens_in: int, tokens_out: int) -> None:
        """Book the requests in place of what was held for them."""
        used = JudgeUsage()
        for reply in replies:
            used = used + _booked(reply, self._budget)
        with self._lock:
            self._held_tokens -= tokens_in + tokens_out
            self._held_cost -= self._budget.cost_of(tokens_in, tokens_out)
            self._usage = self._usage + used

    def note(self, decided: int = 0, fell_back: str = "") -> None:
        """An award more that the judge gave, or did not."""
        reasons = ((fell_back, 1),) if fell_back else ()
        with self._lock:
            self._usage = self._usage + JudgeUsage(decided=decided, fell_back=reasons)


def _booked(reply: Reply, budget: Budget) -> JudgeUsage:
    return JudgeUsage(
        requests=1,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        estimated=0 if reply.counted else 1,
        cost=budget.cost_of(reply.tokens_in, reply.tokens_out),
        latency_s=reply.latency_s,
        longest_s=reply.latency_s,
        failures=((reply.fault.value, 1),) if reply.fault is not None else (),
    )
