"""A local server that speaks as much of the chat completions interface as the engine uses."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What the server answers to one request."""

    status: int = 200
    body: bytes = b""
    wait_s: float = 0.0


def completion(content: object, **message: Any) -> Reply:
    """A well-formed completion whose message has this content (an object is sent as JSON text)."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": text, **message},
    }
    return Reply(body=json.dumps({"object": "chat.completion", "choices": [choice]}).encode())


@dataclass
class StubServer:
    """Answers with the replies in turn, the last one again and again; keeps what it was asked."""

    replies: list[Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    def next_reply(self) -> Reply:
        return self.replies[min(len(self.requests) - 1, len(self.replies) - 1)]


@contextmanager
def running(*replies: Reply) -> Iterator[StubServer]:
    """The server on a free port of this machine for the time of the block."""
    stub = StubServer(list(replies))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            stub.paths.append(self.path)
            stub.headers.append(dict(self.headers))
            stub.requests.append(json.loads(self.rfile.read(length)))
            reply = stub.next_reply()
            time.sleep(reply.wait_s)
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except ConnectionError:  # the engine did not wait
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
