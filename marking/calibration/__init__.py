"""How far the machine's confidence can be trusted, measured on marks that people gave.

Plain Python throughout: the web process may call all of it.
"""

from __future__ import annotations

from marking.calibration.agreement import agreement_of
from marking.calibration.binomial import lower_bound, marks_needed, upper_bound
from marking.calibration.curve import CERTAINTY, LEVELS, chosen_rank, conformal_rank, risk_curve
from marking.calibration.looks import certainty_of, look, next_look
from marking.calibration.pace import ASSUMED_S, seconds_per_mark
from marking.calibration.pairs import pair_of
from marking.calibration.reliability import Calibration, calibration_error, fit_calibration, reliability_bins
from marking.calibration.watch import WATCH_ERROR, evidence_against

__all__ = [
    "ASSUMED_S",
    "CERTAINTY",
    "LEVELS",
    "WATCH_ERROR",
    "Calibration",
    "agreement_of",
    "calibration_error",
    "certainty_of",
    "chosen_rank",
    "conformal_rank",
    "evidence_against",
    "fit_calibration",
    "look",
    "lower_bound",
    "marks_needed",
    "next_look",
    "pair_of",
    "reliability_bins",
    "risk_curve",
    "seconds_per_mark",
    "upper_bound",
]
