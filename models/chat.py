"""A language model behind an OpenAI-compatible server: one question, one answer or one plain failure.

Faults of the server are values, not exceptions: whoever asks goes on without it. Redirects are not
followed and proxies of the environment not used, so nothing goes anywhere but to the configured address.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

import httpx

#: A longer reply is cut off: it is no decision.
MOST_BYTES = 512 * 1024
#: A server may ask for this pause at most.
LONGEST_PAUSE_S = 20.0
WORTH_RETRYING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
#: Answers by which servers refuse a parameter that they do not know.
_NOT_UNDERSTOOD = frozenset({400, 415, 422, 501})
#: Instead of a pause: as soon as may be, and in a laxer form.
_SOON_S, _LAXER = 1e-9, -1.0

Message = dict[str, str]


class Fault(StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    BUSY = "busy"  #: HTTP 429
    SERVER = "server"  #: HTTP 5xx
    REQUEST = "request"  #: the server does not accept the request (key, model, address)
    REFUSED = "refused"  #: content filter, or the model declines
    MALFORMED = "malformed"  #: not a chat completion
    TOO_LONG = "too_long"  #: more than ``MOST_BYTES``, or stopped at the limit of tokens


class Reply(NamedTuple):
    """One request and what came of it. ``fault`` is ``None`` when ``text`` is an answer."""

    fault: Fault | None
    text: str
    tokens_in: int
    tokens_out: int
    counted: bool  #: by the server; else estimated from the lengths
    latency_s: float
    detail: str = ""


class Form(StrEnum):
    """How the server is asked for JSON, strictest first."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PLAIN = "text"


_FORMS = tuple(Form)


class _Sent(NamedTuple):
    status: int
    pause_s: float
    body: bytes


class ChatServer:
    """A model on a server. Safe to use from several threads.

    Args:
        base_url: up to and with ``/v1``.
        model: its name on that server.
        api_key: sent as a bearer token when given; appears in no message.
        timeout_s: for one request, from end to end.
        attempts: how often one question is sent in all.
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
        pause_s: float = 0.5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model = model
        self._base = base_url.rstrip("/")
        self._key = api_key
        self._timeout_s = timeout_s
        self._attempts = max(1, attempts)
        self._pause_s = pause_s
        self._sleep = sleep
        self._form = Form.SCHEMA
        self._lock = threading.Lock()
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=timeout_s,
            transport=transport,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"ChatServer({self._base!r}, {self.model!r})"

    @property
    def form(self) -> Form:
        """The strictest form that this server is known to take."""
        return self._form

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def models(self) -> tuple[str, ...]:
        """The names of the models that the server offers.

        Raises:
            httpx.HTTPError: it does not answer, or answers with an error.
            ValueError: it answers something else.
        """
        reply = self._client.get(f"{self._base}/models")
        reply.raise_for_status()
        return tuple(str(entry["id"]) for entry in reply.json()["data"])

    def ask(
        self,
        messages: Sequence[Message],
        schema: dict[str, Any],
        *,
        seed: int = 0,
        temperature: float = 0.0,
        most_tokens: int = 512,
    ) -> tuple[Reply, ...]:
        """Ask once; every request that it took, the last of them being the outcome."""
        body = {
            "model": self.model,
            "messages": list(messages),
            "temperature": temperature,
            "max_tokens": most_tokens,
        }
        tries: list[Reply] = []
        for attempt in range(1, self._attempts + 1):
            form = self._form
            reply, pause_s = self._once(body, form, schema, seed)
            tries.append(reply)
            while reply.fault is Fault.REQUEST and pause_s == _LAXER and form is not _FORMS[-1]:
                form = _FORMS[_FORMS.index(form) + 1]
                reply, pause_s = self._once(body, form, schema, seed)
                tries.append(reply)
            if reply.fault is None:
                self._remember(form)
            if pause_s <= 0 or attempt == self._attempts:
                break
            self._sleep(min(LONGEST_PAUSE_S, max(pause_s, self._pause_s * 2 ** (attempt - 1))))
        return tuple(tries)

    def _remember(self, form: Form) -> None:
        """A form that was refused where a laxer one was taken is not tried again."""
        with self._lock:
            self._form = max(self._form, form, key=_FORMS.index)

    def _once(
        self, body: dict[str, Any], form: Form, schema: dict[str, Any], seed: int
    ) -> tuple[Reply, float]:
        """The reply, and the pause after which another try is worth it: 0 none, ``_LAXER`` in a laxer form."""
        sent = _in_form(body, form, schema, seed)
        asked = estimated_tokens("".join(m["content"] for m in body["messages"]))
        began = time.monotonic()
        try:
            status, pause_s, content = self._send(sent, began + self._timeout_s)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as problem:
            late = isinstance(problem, (httpx.TimeoutException, TimeoutError))
            fault = Fault.TIMEOUT if late else Fault.CONNECTION
            retry = 0.0 if isinstance(problem, httpx.InvalidURL) else _SOON_S
            return Reply(fault, "", asked, 0, False, _since(began), self._said(problem)), retry
        if len(content) > MOST_BYTES:
            return Reply(Fault.TOO_LONG, "", asked, MOST_BYTES // 4, False, _since(began)), 0.0
        if 200 <= status < 300:
            return _completion(content, asked, _since(began)), 0.0
        detail = f"HTTP {status}: {self._said(content.decode('utf-8', 'replace')[:200])}"
        fault = Fault.BUSY if status == 429 else Fault.SERVER if status >= 500 else Fault.REQUEST
        if status in _NOT_UNDERSTOOD:
            fault, pause_s = Fault.REQUEST, _LAXER
        elif status in WORTH_RETRYING:
            pause_s = max(pause_s, _SOON_S)
        else:
            pause_s = 0.0
        return Reply(fault, "", 0, 0, True, _since(began), detail), pause_s

    def _send(self, body: dict[str, Any], until: float) -> _Sent:
        """Status, asked-for pause and at most ``MOST_BYTES`` + 1 of the body.

        Raises:
            TimeoutError: the reply drips in past its time.
        """
        read = bytearray()
        with self._client.stream("POST", f"{self._base}/chat/completions", json=body) as reply:
            for chunk in reply.iter_bytes():
                read += chunk
                if len(read) > MOST_BYTES:
                    break
                if time.monotonic() > until:
                    raise TimeoutError(f"no whole reply within {self._timeout_s:g} s")
            wait = reply.headers.get("Retry-After", "")
            return _Sent(reply.status_code, float(wait) if wait.isdigit() else 0.0, bytes(read))

    def _said(self, problem: object) -> str:
        """The problem in words, without the key should the server repeat it."""
        words = str(problem) or type(problem).__name__
        return words.replace(self._key, "…") if self._key else words


def _in_form(body: dict[str, Any], form: Form, schema: dict[str, Any], seed: int) -> dict[str, Any]:
    if form is Form.PLAIN:
        return body  # the plainest request there is: without seed, too
    wanted: dict[str, Any] = {"type": form.value}
    if form is Form.SCHEMA:
        wanted["json_schema"] = {"name": "decisions", "strict": True, "schema": schema}
    return {**body, "seed": seed, "response_format": wanted}


def _completion(content: bytes, asked: int, latency_s: float) -> Reply:
    """What a successful reply says."""
    try:
        doc = json.loads(content)
        choice = doc["choices"][0]
        message = choice["message"]
        text = message.get("content") or ""
        finish = choice.get("finish_reason")
        refused = bool(message.get("refusal")) or finish == "content_filter"
        if not isinstance(text, str):
            raise TypeError("the content is no text")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as problem:
        detail = f"{type(problem).__name__}: {problem}"[:200]
        return Reply(
            Fault.MALFORMED, "", asked, estimated_tokens("x" * len(content)), False, latency_s, detail
        )
    tokens_in, tokens_out, counted = _usage(doc, asked, text)
    fault = Fault.REFUSED if refused else Fault.TOO_LONG if finish == "length" else None
    return Reply(fault, text, tokens_in, tokens_out, counted, latency_s)


def _usage(doc: dict[str, Any], asked: int, text: str) -> tuple[int, int, bool]:
    usage = doc.get("usage")
    if isinstance(usage, dict):
        sums = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
        if all(isinstance(n, int) and n >= 0 for n in sums):
            return int(sums[0] or 0), int(sums[1] or 0), True
    return asked, estimated_tokens(text), False


_WIDE = re.compile("[\u2e80-\uffef]")


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has: one for a Chinese character, one for three others."""
    wide = len(_WIDE.findall(text))
    return wide + (len(text) - wide) // 3 + 1


def _since(began: float) -> float:
    return time.monotonic() - began
