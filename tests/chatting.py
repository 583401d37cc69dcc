"""A chat endpoint on this machine, for tests: it answers as a function says, and notes what it was sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY = "sk-very-secret-0123456789"


@dataclass(frozen=True)
class Reply:
    """What a server says."""

    body: bytes | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[str], str | Reply]


@dataclass
class Chat:
    """A running endpoint.

    Attributes:
        url: Where it is.
        asked: The last message of each request, in the order in which they came.
        bodies: The requests.
        headers: What stood above them.
    """

    url: str = ""
    asked: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Message] = field(default_factory=list)

    @property
    def keys(self) -> list[str | None]:
        """What the requests had for authorization."""
        return [one["Authorization"] for one in self.headers]


class Server(ThreadingHTTPServer):
    """Takes many requests at once; a client that has gone is no fault."""

    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class Time:
    """A clock that nothing but waiting moves."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


def saying(content: Any, usage: dict[str, int] | None = None, **more: Any) -> Reply:
    """Return the reply of a model that says something, and how many tokens that took."""
    choices = [{"message": {"role": "assistant", "content": content}, **more}]
    return Reply(json.dumps({"choices": choices, "usage": usage}))


@contextmanager
def chat(answer: Answer) -> Iterator[Chat]:
    """Serve an endpoint that makes a reply of the last message."""
    running = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            running.bodies.append(body)
            running.headers.append(self.headers)
            running.asked.append(body["messages"][-1]["content"])
            made = answer(running.asked[-1])
            reply = saying(made) if isinstance(made, str) else made
            data = reply.body.encode() if isinstance(reply.body, str) else reply.body
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *given: Any) -> None:
            """Keep quiet."""

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        running.url = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
        yield running
        server.shutdown()
