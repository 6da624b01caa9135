"""The vision-language engine: a model behind an OpenAI-compatible server, for school GPU servers.

One request a line: a fixed prompt and the crop as a PNG data URI, nothing else. No name, number, exam
or item ever leaves through here. The answer is held to a JSON schema.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import EngineUnavailable
from core.expectations import Expectation
from ocr.engines.protocol import NOTHING_READ, LineReading, evenly_spread
from ocr.rasters import Grey

PROMPT = (
    "The picture shows one line of handwriting from an exam answer. Transcribe it exactly as written, "
    "in its own script and language. Keep mistakes; do not correct, translate, complete or solve anything. "
    "Leave out what is crossed out. If nothing can be read, give an empty text. "
    "State your confidence that every character is right as a number from 0 to 1."
)
#: A model's own word for its confidence is not calibrated: it never settles anything alone.
MOST_CONFIDENT = 0.9
#: Larger crops are scaled down before they are sent.
LONGEST_SIDE_PX = 2048
MOST_TOKENS = 512
#: Answers of the server that may be different a moment later.
WORTH_RETRYING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_REMEDY = "请检查大模型服务的地址、模型名称和密钥，或在设置中改用内置识别引擎（onnx）。"


class _Line(BaseModel):
    """What the model must answer."""

    model_config = ConfigDict(extra="forbid")
    text: str
    confidence: float = Field(ge=0, le=1)


RESPONSE_FORMAT: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {"name": "transcribed_line", "strict": True, "schema": _Line.model_json_schema()},
}


class VlmEngine:
    """Reads each line with one chat completion.

    Args:
        base_url: of the server, up to and with ``/v1``.
        model: its name on that server.
        api_key: sent as a bearer token when given.
        timeout_s: for one request; lines are short, a loaded server is slow.
        attempts: how often one line is tried in all.
        at_once: requests under way at the same time.
        pause_s: before the second attempt; doubled before each further one.
        transport: another way to the server, for tests.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        timeout_s: float = 60.0,
        attempts: int = 3,
        at_once: int = 4,
        pause_s: float = 0.5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._model = model
        self._attempts = max(1, attempts)
        self._at_once = max(1, at_once)
        self._pause_s = pause_s
        self._sleep = sleep
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=timeout_s,
            transport=transport,
            trust_env=False,  # a proxy in the environment must not see pupils' writing
        )

    @property
    def name(self) -> str:
        """``vlm:`` and the model's name."""
        return f"vlm:{self._model}"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def read_lines(
        self, crops: Sequence[Grey], expected: Sequence[Expectation] = ()
    ) -> tuple[LineReading, ...]:
        """See :class:`~ocr.engines.protocol.TextEngine`.

        A line that the model refuses, or answers outside the schema every time, reads as nothing and
        so goes to a person.

        Raises:
            EngineUnavailable: the server cannot be reached, is too slow, or refuses the request.
        """
        with ThreadPoolExecutor(self._at_once) as pool:
            return tuple(pool.map(self._read_line, crops))

    def _read_line(self, crop: Grey) -> LineReading:
        if not crop.size:
            return NOTHING_READ
        request = request_for(self._model, crop)
        for attempt in range(1, self._attempts + 1):
            if attempt > 1:
                self._sleep(self._pause_s * 2 ** (attempt - 2))
            reply = self._post(request, last=attempt == self._attempts)
            reading = reading_from(reply) if reply is not None else None
            if reading is not None:
                return reading
        return NOTHING_READ

    def _post(self, request: dict[str, Any], *, last: bool) -> httpx.Response | None:
        """The server's reply, or nothing when it is worth another attempt.

        Raises:
            EngineUnavailable: no other attempt is left, or none would help.
        """
        try:
            reply = self._client.post(self._url, json=request)
        except httpx.TransportError as problem:
            if last:
                raise EngineUnavailable(_unreachable(self._url, problem), _REMEDY) from problem
            return None
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise EngineUnavailable(_unreachable(self._url, problem), _REMEDY) from problem
        if reply.is_success:
            return reply
        if last or reply.status_code not in WORTH_RETRYING:
            raise EngineUnavailable(
                f"大模型服务 {self._url} 返回 HTTP {reply.status_code}：{reply.text[:200]}", _REMEDY
            )
        return None


def request_for(model: str, crop: Grey) -> dict[str, Any]:
    """The body of the request for one crop: prompt, picture, schema."""
    return {
        "model": model,
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "response_format": RESPONSE_FORMAT,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": PROMPT},
                    {"type": "image_url", "image_url": {"url": data_uri(crop)}},
                ],
            }
        ],
    }


def data_uri(crop: Grey) -> str:
    """The crop as a PNG data URI, its longer side at most ``LONGEST_SIDE_PX``."""
    scale = LONGEST_SIDE_PX / max(crop.shape)
    if scale < 1:
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype("uint8")
    picture = cv2.imencode(".png", crop)[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(picture).decode("ascii")


def reading_from(reply: httpx.Response) -> LineReading | None:
    """What the reply says; nothing when it is not what was asked for and may be asked again."""
    try:
        choice = reply.json()["choices"][0]
        message = choice["message"]
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            return NOTHING_READ
        line = _Line.model_validate_json(message["content"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ValidationError):
        return None
    text = " ".join(line.text.split())
    probability = min(MOST_CONFIDENT, line.confidence) if text else 0.0
    return LineReading(text=text, probability=probability, chars=evenly_spread(text, probability))


def _unreachable(url: str, problem: Exception) -> str:
    kind = "没有按时应答" if isinstance(problem, httpx.TimeoutException) else "无法连接"
    return f"大模型服务 {url} {kind}：{problem or type(problem).__name__}。"
