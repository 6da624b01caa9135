"""What a language-model judge was asked for an exam, what it cost, and what came of it."""

from __future__ import annotations

from pydantic import Field

from core.base import Record


class JudgeUsage(Record):
    """Sums over requests. A document of ``uow.analyses`` of the kind "judge"; items are ""."""

    model: str = ""
    requests: int = Field(default=0, ge=0)  #: every try, retries included
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    estimated: int = Field(default=0, ge=0)  #: requests whose tokens the server did not count
    cost: float = Field(default=0.0, ge=0)  #: in the currency of the prices in the settings
    latency_s: float = Field(default=0.0, ge=0)  #: summed over requests
    longest_s: float = Field(default=0.0, ge=0)
    failures: tuple[tuple[str, int], ...] = ()  #: kind of failure and how often, by kind
    decided: int = Field(default=0, ge=0)  #: awards that the judge gave
    fell_back: tuple[tuple[str, int], ...] = ()  #: why the judge did not, and how many awards

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def __add__(self, other: JudgeUsage) -> JudgeUsage:
        return JudgeUsage(
            model=other.model or self.model,
            requests=self.requests + other.requests,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            estimated=self.estimated + other.estimated,
            cost=self.cost + other.cost,
            latency_s=self.latency_s + other.latency_s,
            longest_s=max(self.longest_s, other.longest_s),
            failures=_added(self.failures, other.failures),
            decided=self.decided + other.decided,
            fell_back=_added(self.fell_back, other.fell_back),
        )


def _added(
    first: tuple[tuple[str, int], ...], second: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, int], ...]:
    sums = dict(first)
    for kind, count in second:
        sums[kind] = sums.get(kind, 0) + count
    return tuple(sorted(sums.items()))
