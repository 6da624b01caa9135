"""The process that runs PaddleOCR, in an environment of its own; imports nothing of Zhupi.

It is started as ``python paddle_worker.py MODEL_DIR MODEL_NAME`` and speaks over its standard streams:
one JSON line in for each request, one JSON line out for each answer. The first line out, before any
request, is ``{"ready": VERSION}``. A request is ``{"id": n, "crops": [BASE64_PNG, ...]}``; the answer
is ``{"id": n, "lines": [[TEXT, SCORE], ...]}`` or ``{"id": n, "error": MESSAGE}``.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import Any, TextIO

ENGINE_CONFIG = {
    "intra_op_num_threads": 1,
    "inter_op_num_threads": 1,
    "enable_cpu_mem_arena": True,
}


def load(model_dir: str, model_name: str) -> tuple[Any, str]:
    """PaddleOCR's text recognition on a local model folder, and its version."""
    os.environ["PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK"] = "True"
    import paddleocr  # noqa: PLC0415  # slow, and only present in the other environment

    recognition = paddleocr.TextRecognition(
        model_name=model_name, model_dir=model_dir, engine="onnxruntime", engine_config=ENGINE_CONFIG
    )
    return recognition, str(paddleocr.__version__)


def read(recognition: Any, crops: list[str]) -> list[list[Any]]:
    """Text and score of each crop (base64 of a PNG), in order."""
    import cv2  # noqa: PLC0415  # the other environment's own OpenCV
    import numpy as np  # noqa: PLC0415

    pictures = [
        cv2.imdecode(np.frombuffer(base64.b64decode(crop), dtype=np.uint8), cv2.IMREAD_COLOR)
        for crop in crops
    ]
    results = recognition.predict(pictures, batch_size=1)
    return [[str(result["rec_text"]), float(result["rec_score"])] for result in results]


def serve(recognition: Any, requests: TextIO, answers: TextIO) -> None:
    """Answer requests until the input ends."""
    for line in requests:
        request = json.loads(line)
        try:
            answer = {"id": request["id"], "lines": read(recognition, request["crops"])}
        except Exception as problem:  # whatever PaddleOCR raises belongs into the answer
            answer = {"id": request["id"], "error": f"{type(problem).__name__}: {problem}"}
        _say(answers, answer)


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=True) + "\n")
    answers.flush()


def main() -> None:
    """Keep the real standard output for answers; whatever libraries print goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    recognition, version = load(sys.argv[1], sys.argv[2])
    _say(answers, {"ready": version})
    serve(recognition, sys.stdin, answers)


if __name__ == "__main__":
    main()
