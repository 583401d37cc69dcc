"""What a limit of requests, and requests that hang, cost a run at an endpoint: JSON on stdout.

    python benchmarks/endpoint_pace.py [--inputs 100] [--limits 2 5 10 20] [--at-once 8] [--check]

An endpoint on this machine answers after 0.4 seconds. `limits`: of its requests a second it takes so many, and refuses the others
with 429 and `Retry-After: 1`. `answered` is how many inputs had an answer, `refused` how many requests were refused, `seconds`
what the run took, `least` what it would take without one refusal: as long as the limit lets it, or as long as the endpoint
itself does. `hanging`: no limit, but one request in fifty has no answer the first time, and the time-out is two seconds; `least`
is what the run takes where none hangs. `--check` exits with 1 where an input had no answer, or a run took more than `MOST` times
the least.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any

from albert_robust.asking.ask import Cost
from albert_robust.asking.cache import Cache
from albert_robust.asking.predict import Predictor
from albert_robust.models import load_model
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS

LATENCY, TIMEOUT, HANGING = 0.4, 2.0, 50
MOST = 3.0
REPLY = {"choices": [{"message": {"role": "assistant", "content": "positive"}}]}


@dataclass
class Endpoint:
    """What a server allows, and what came of it."""

    limit: float | None = None
    hangs: bool = False
    allowed: float = 0.0
    at: float = field(default_factory=time.monotonic)
    lock: Lock = field(default_factory=Lock)
    asked: Counter[str] = field(default_factory=Counter)
    refused: int = 0

    def admits(self) -> bool:
        """Return whether one more request is within the limit: a bucket that holds those of one second."""
        with self.lock:
            if self.limit is None:
                return True
            now = time.monotonic()
            self.allowed, self.at = min(self.limit, self.allowed + (now - self.at) * self.limit), now
            if self.allowed >= 1:
                self.allowed -= 1
                return True
            self.refused += 1
            return False

    def waits(self, text: str) -> float:
        """Return the seconds before a text is answered."""
        with self.lock:
            self.asked[text] += 1
            first = self.asked[text] == 1
        hangs = self.hangs and first and sha256(text.encode()).digest()[0] % HANGING == 0
        return 2 * TIMEOUT if hangs else LATENCY


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[str]:
    """Serve an endpoint; yield its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"][-1]["content"]
            if endpoint.admits():
                time.sleep(endpoint.waits(text))
                self.say(200, REPLY)
            else:
                self.say(429, {"error": {"message": "too many requests"}})

        def say(self, status: int, value: Any) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: Any) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hung up is no fault."""

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
        server.shutdown()


def asked(endpoint: Endpoint, inputs: int, at_once: int) -> dict[str, Any]:
    """Return what asking an endpoint for so many answers comes to."""
    task = TASKS["text-classification"]
    with serving(endpoint) as url, TemporaryDirectory() as folder:
        spec = ModelSpec(
            endpoint=url, model="m", prompt="{text}", labels=["positive", "negative"], timeout=TIMEOUT, at_once=at_once
        )
        cost, cache = Cost(), Cache(Path(folder) / "cache.sqlite")
        model = load_model(spec, Path(folder), task, Path(folder), usage=cost.usage)
        predictor = Predictor(model, task, cache, "s", "run", 64, cost=cost)
        begun = time.monotonic()
        found = predictor.predict([{"text": f"Review {number}."} for number in range(inputs)])
        seconds = time.monotonic() - begun
        cache.close()
    return {
        "answered": len(found.predictions),
        "refused": endpoint.refused,
        "retries": cost.usage.retries,
        "seconds": round(seconds, 1),
    }


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100)
    parser.add_argument("--limits", type=float, nargs="+", default=[2.0, 5.0, 10.0, 20.0])
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    plain = asked(Endpoint(), given.inputs, given.at_once)
    limits = [
        {"limit": limit, **asked(Endpoint(limit), given.inputs, given.at_once)}
        | {"least": round(max(given.inputs / limit, plain["seconds"]), 1)}
        for limit in given.limits
    ]
    hanging = asked(Endpoint(hangs=True), given.inputs, given.at_once) | {"least": plain["seconds"]}
    print(
        json.dumps({"inputs": given.inputs, "at_once": given.at_once, "limits": limits, "hanging": hanging}, indent=2)
    )
    late = any(row["answered"] < given.inputs or row["seconds"] > MOST * row["least"] for row in [*limits, hanging])
    return int(given.check and late)


if __name__ == "__main__":
    sys.exit(main())
