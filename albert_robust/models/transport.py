"""Requests over HTTP, within bounds whatever the server does: of bytes, of seconds, of places to go.

It is Python's own client: there is nothing to install, proxies of the environment are used, and certificates are verified. No
redirect is followed, so a key goes where the suite says or nowhere.
"""

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from typing import Any
from urllib.error import URLError
from urllib.request import (
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from albert_robust.errors import UsageError
from albert_robust.models.prompt import is_local
from albert_robust.shown import on_one_line

LARGEST, SHOWN = 4 * 2**20, 2000  # bytes of a reply that are read; of one that refuses
EXCERPT = 200  # characters in a message of what went wrong


@dataclass(frozen=True, slots=True)
class Response:
    """What a server says, of a refusal the beginning."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def fine(self) -> bool:
        """Whether it is an answer."""
        return self.status // 100 == 2


def opener_for(url: str) -> OpenerDirector:
    """Return what makes requests to a URL, from any thread."""
    proxies = ProxyHandler({} if is_local(url) else None)
    return build_opener(_AsItIs, proxies, _Http, _Https(context=ssl.create_default_context()))


def post(opener: OpenerDirector, url: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Response:
    """Return what a server says to a request.

    Args:
        opener: From `opener_for`.
        url: Where it goes.
        body: What is sent.
        headers: What stands above it.
        seconds: In which all of the reply must be there.

    Raises:
        TimeoutError: It is not.
        ConnectionError: There is no server, or what it says breaks off or is no HTTP.
        UsageError: Its certificate is not valid.
        ValueError: An answer is larger than `LARGEST`.
    """
    deadline = _Deadline(seconds)
    request = _Request(url, body, dict(headers), deadline)
    try:
        with deadline, opener.open(request, timeout=seconds) as reply:
            most = LARGEST if reply.status // 100 == 2 else SHOWN
            body = _body(reply, most)
            if deadline.over:  # where a connection is cut a body may end
                raise TimeoutError
            return Response(reply.status, reply.headers, body.decode("utf-8", "replace"))
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, URLError) else error
        if deadline.over or isinstance(reason, TimeoutError):
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        if isinstance(error, TooLargeError):
            raise
        what = f"{url}: {on_one_line(str(reason), EXCERPT)}"
        unsafe = isinstance(reason, ssl.SSLCertVerificationError)
        raise (UsageError if unsafe else ConnectionError)(what) from None


class TooLargeError(ValueError):
    """A reply has more bytes than are read."""


class _AsItIs(HTTPErrorProcessor):
    """Hands over a reply whatever its status: nothing is raised, and no redirect followed."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


@dataclass
class _Deadline:
    """Cuts the connection of a request when its time is over: a server that sends a byte now and then buys no more."""

    seconds: float
    over: bool = field(default=False, init=False)
    connection: socket.socket | None = field(default=None, init=False)

    def __enter__(self) -> None:
        self.timer = Timer(self.seconds, self._cut)
        self.timer.daemon = True
        self.timer.start()

    def __exit__(self, *raised: object) -> None:
        self.timer.cancel()

    def _cut(self) -> None:
        self.over = True
        if self.connection is not None:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)


class _Request(Request):
    """A request with its deadline."""

    def __init__(self, url: str, body: bytes, headers: dict[str, str], deadline: _Deadline) -> None:
        super().__init__(url, body, headers)
        self.deadline = deadline


class _Cut(HTTPConnection):
    """A connection that its deadline can cut."""

    def __init__(self, *given: Any, deadline: _Deadline, **more: Any) -> None:
        super().__init__(*given, **more)
        self.deadline = deadline

    def connect(self) -> None:
        super().connect()
        self.deadline.connection = self.sock
        if self.deadline.over:  # before there was anything to cut
            raise TimeoutError


class _CutSafely(_Cut, HTTPSConnection):
    """The same, with TLS."""


class _Http(HTTPHandler):
    def http_open(self, request: Any) -> HTTPResponse:
        return self.do_open(partial(_Cut, deadline=request.deadline), request)


class _Https(HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self.context = context

    def https_open(self, request: Any) -> HTTPResponse:
        made = partial(_CutSafely, deadline=request.deadline)
        return self.do_open(made, request, context=self.context)


def _body(reply: HTTPResponse, most: int) -> bytes:
    """Return what a server sends; of a reply that refuses only the beginning.

    Raises:
        ConnectionError: It broke off.
        TooLargeError: An answer is larger than `LARGEST`.
    """
    body = b""
    while len(body) <= most and (part := reply.read1(2**16)):
        body += part
    if len(body) > most == LARGEST:
        raise TooLargeError(f"the reply has more than {LARGEST:,} bytes")
    if reply.length and len(body) <= most:
        raise ConnectionError("the reply broke off")
    return body
