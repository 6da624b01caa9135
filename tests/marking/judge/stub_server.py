"""A chat server on this machine that judges as it is told to, well or badly."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What is answered to one request."""

    status: int = 200
    body: bytes = b""
    wait_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False  #: the connection is closed in the middle
    drip_s: float = 0.0  #: between one byte and the next


def completion(content: object, *, finish: str = "stop", tokens: int | None = 7, **message: Any) -> Reply:
    """A well-formed completion (an object is sent as JSON text)."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    doc: dict[str, Any] = {"choices": [choice]}
    if tokens is not None:
        doc["usage"] = {"prompt_tokens": 100, "completion_tokens": tokens}
    return Reply(body=json.dumps(doc).encode())


def decisions(*entries: tuple[str, str, int, list[str]], **options: Any) -> Reply:
    """Decisions as asked for: (criterion, verdict, steps, evidence)."""
    listed = [
        {"criterion": c, "verdict": v, "steps": s, "evidence": e, "why": "stub"} for c, v, s, e in entries
    ]
    return completion({"decisions": listed}, **options)


Answerer = Callable[[dict[str, Any]], Reply]


@dataclass
class Stub:
    """Keeps all that it was asked."""

    answer: Answerer
    requests: list[dict[str, Any]] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


def answer_in(request: dict[str, Any]) -> str:
    """The answer that the request asks about, as it was written."""
    user = request["messages"][-1]["content"]
    found = re.search(r"^(=== \w+ ===)\n(.*)\n\1$", user, re.MULTILINE)
    assert found is not None, user
    text: str = json.loads(found[2])
    return text


def criteria_in(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The criteria that the request asks about."""
    line = next(
        x for x in request["messages"][-1]["content"].split("\n") if x.startswith(("评分标准: ", "Rubric: "))
    )
    found: list[dict[str, Any]] = json.loads(line.partition(": ")[2])
    return found


def obedient(request: dict[str, Any]) -> Reply:
    """Does what any answer says: everything is credited, with the whole answer as evidence."""
    said = answer_in(request)
    return decisions(*((c["criterion"], "credited", c["full_steps"], [said]) for c in criteria_in(request)))


@contextmanager
def running(answer: Answerer | Reply) -> Iterator[Stub]:
    """The server on a free port for the time of the block."""
    stub = Stub(answer if callable(answer) else lambda _: answer)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            request = json.loads(raw)
            with lock:
                stub.requests.append(request)
                stub.raw.append(raw)
                stub.headers.append(dict(self.headers))
                reply = stub.answer(request)
            time.sleep(reply.wait_s)
            try:
                self._reply(reply)
            except ConnectionError:  # the client did not wait
                return

        def _reply(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(reply.body) + (100 if reply.cut else 0)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not reply.drip_s:
                self.wfile.write(reply.body)
                return
            for at in range(len(reply.body)):
                self.wfile.write(reply.body[at : at + 1])
                self.wfile.flush()
                time.sleep(reply.drip_s)

        def do_GET(self) -> None:
            self._reply(Reply(body=json.dumps({"data": [{"id": "stub"}]}).encode()))

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
