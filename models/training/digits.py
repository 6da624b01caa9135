"""Train the digit reader, fit its powers, export it: ``python -m models.training.digits --data FOLDER``.

``FOLDER`` holds ``digits-nsysu-exam``. Two thirds of the pictures train (the list is written beside this
file); the others are only measured. The powers with which the network and the line recogniser are
multiplied are fitted on folds of the training pictures that were left out in turn, so that neither they
nor the network have seen what the card's figures are measured on. Twenty minutes on one core.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.digits import DIGITS, STATES, DigitReader, Fit, Shares, combined, line_shares
from models.recogniser import default_recogniser
from models.sessions import open_session
from models.training.digit_net import Recipe, Several, train
from models.training.digit_pictures import (
    LIST,
    SET,
    Picture,
    fold_of,
    is_kept_back,
    pictures,
    tiles,
    write_list,
)
from models.training.digit_warps import crossed, overwritten

FOLDS = 3
SEED = 20261122
A_NUMBER = 8
HERE = Path(__file__).parent
WEIGHTS = HERE.parent / "weights" / "digits.onnx"


def main() -> None:
    """Read the set, train on folds, fit, train on all training pictures, export, measure."""
    options = _options()
    torch.set_num_threads(options.threads)
    recipe = Recipe(options.steps, options.nets)
    every = pictures(options.data / SET)
    chosen = [p for at, p in enumerate(every) if not is_kept_back(at)]
    kept = [p for at, p in enumerate(every) if is_kept_back(at)]
    fit, figures = _fitted(chosen, recipe)
    net = train(*tiles(chosen), recipe, SEED, print)
    export(net, fit, options.out)
    write_list(chosen, HERE / LIST)
    figures |= _measured(net, fit, kept)
    sizes = {"training": len(chosen), "kept_back": len(kept)}
    print(json.dumps({**figures, **sizes, "powers": vars(fit)}, indent=1))
    print(options.out, options.out.stat().st_size, hashlib.sha256(options.out.read_bytes()).hexdigest())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the sample sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=Recipe().steps)
    parser.add_argument("--nets", type=int, default=Recipe().nets)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def _fitted(chosen: list[Picture], recipe: Recipe) -> tuple[Fit, dict[str, float]]:
    """The powers from digits left out in turn, and the accuracy there."""
    planes, truth = tiles(chosen)
    folds = fold_of(len(chosen), FOLDS)
    digits = np.zeros((len(chosen), len(DIGITS)))
    states: list[tuple[Shares, NDArray[np.int64]]] = []
    for fold in range(FOLDS):
        out = folds == fold
        net = train(planes[~out], truth[~out], recipe, SEED + 100 * (fold + 1), print)
        digits[out], _ = logits(net, planes[out])
        states.append(spoilt_logits(net, [p for p, o in zip(chosen, out, strict=True) if o]))
    line = by_numbers(chosen)
    fit = fitted_powers(digits, line, truth)
    power = fitted_state_power(np.concatenate([s for s, _ in states]), np.concatenate([t for _, t in states]))
    fit = Fit(fit.own, fit.line, power)
    figures = {
        "folds": FOLDS,
        "folds_own": accuracy(digits, truth),
        "folds_line": accuracy(line, truth),
        "folds_together": accuracy(combined(digits, line, fit), truth),
    }
    return fit, figures


def _measured(net: Several, fit: Fit, kept: list[Picture]) -> dict[str, float]:
    """Figures on the pictures that were kept back."""
    planes, truth = tiles(kept)
    digits, _ = logits(net, planes)
    line = by_numbers(kept)
    spoilt, states = spoilt_logits(net, kept)
    return {
        "own": accuracy(digits, truth),
        "line": accuracy(line, truth),
        "together": accuracy(combined(digits, line, fit), truth),
        "states": accuracy(spoilt, states),
    }


def logits(net: Several, planes: NDArray[np.float32]) -> tuple[Shares, Shares]:
    """What the networks say of tiles: ``(N, 10)`` and ``(N, 3)``."""
    with torch.no_grad():
        digits, states = net(torch.from_numpy(planes))
    return digits.numpy().astype(np.float64), states.numpy().astype(np.float64)


def spoilt_logits(net: Several, chosen: list[Picture]) -> tuple[Shares, NDArray[np.int64]]:
    """Logits of the states for the digits as they are, struck through, and written over, and the states."""
    planes, truth = tiles(chosen)
    rng = torch.Generator().manual_seed(SEED)
    clean = torch.from_numpy(planes)
    other = torch.roll(clean, 1, 0)
    differ = torch.from_numpy(truth != np.roll(truth, 1))
    twice = overwritten(clean, other, rng)[differ]
    made = torch.cat([clean, crossed(clean, rng), twice])
    states = np.repeat(np.arange(len(STATES)), [len(clean), len(clean), len(twice)])
    return logits(net, made.numpy())[1], states


def by_numbers(chosen: list[Picture]) -> Shares:
    """What the line recogniser says, eight digits side by side as in a number."""
    crops, recogniser = [p.crop for p in chosen], default_recogniser()
    groups = [crops[at : at + A_NUMBER] for at in range(0, len(crops), A_NUMBER)]
    return np.concatenate([line_shares(group, recogniser) for group in groups])


def fitted_powers(digits: Shares, line: Shares, truth: NDArray[np.int64]) -> Fit:
    """The powers under which the right digits are likeliest."""

    def loss(powers: NDArray[np.float64]) -> float:
        shares = combined(digits, line, Fit(float(powers[0]), float(powers[1])))
        return float(-np.log(shares[np.arange(len(truth)), truth]).mean())

    found = minimize(loss, np.array([0.5, 0.5]), bounds=[(0.05, 2.0), (0.05, 2.0)], method="L-BFGS-B")
    return Fit(round(float(found.x[0]), 3), round(float(found.x[1]), 3))


def fitted_state_power(states: Shares, truth: NDArray[np.int64]) -> float:
    """The power under which the right states are likeliest."""

    def loss(power: float) -> float:
        logs = power * states
        logs = logs - np.logaddexp.reduce(logs, axis=1, keepdims=True)
        return float(-logs[np.arange(len(truth)), truth].mean())

    powers = np.linspace(0.3, 2.0, 35)
    return round(float(powers[np.argmin([loss(float(power)) for power in powers])]), 3)


def accuracy(table: Shares, truth: NDArray[np.int64]) -> float:
    """Share of rows whose largest column is the truth."""
    return float(np.mean(table.argmax(axis=1) == truth))


def export(net: Several, fit: Fit, path: Path) -> None:
    """Write the networks as one ONNX file with the powers in its metadata."""
    path.parent.mkdir(exist_ok=True)
    torch.onnx.export(
        net,
        (torch.zeros(1, 1, 32, 32),),
        str(path),
        input_names=["tiles"],
        output_names=["digits", "states"],
        dynamic_axes={"tiles": {0: "N"}, "digits": {0: "N"}, "states": {0: "N"}},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, {name: str(value) for name, value in vars(fit).items()})
    onnx.save(model, str(path))
    DigitReader(open_session(path), fit).logits([np.full((30, 20), 128, dtype=np.uint8)])  # it runs


if __name__ == "__main__":
    main()
