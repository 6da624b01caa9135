"""The one base class of every value that travels between stages."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value: it validates when built, never changes, and round-trips through JSON.

    Sequences in records are tuples. Lengths are millimetres, scores whole steps, times UTC,
    probabilities floats in [0, 1], unless a field's name or docstring says otherwise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")
