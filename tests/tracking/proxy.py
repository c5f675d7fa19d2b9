"""A proxy on loopback that spoils some of the requests on their way to a server, as networks do."""

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.tracking.poured import Poured

Change = Callable[[bytes], bytes]
Answer = bytes | Change | Poured

FAULTS = ("refuse", "delay", "500", "cut answer", "cut after commit")


class Handler(BaseHTTPRequestHandler):
    """Passes a request on, or does to it what the server's dice say."""

    protocol_version = "HTTP/1.1"
    server: "Proxy"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        """Every method."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bad = self.server.bad_answer(f"{self.command} {self.path}")
        if isinstance(bad, bytes):
            self._answer_badly(bad)
            return
        if isinstance(bad, Poured):
            self._pour(bad)
            return
        if bad is not None:
            self._pass_on(body, "", bad)
            return
        fault = self.server.draw()
        if fault == "refuse":
            self._cut()
        elif fault == "500":
            self._answer(500, [("Content-Type", "text/plain")], b"made to fail")
        else:
            self._pass_on(body, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def _pass_on(self, body: bytes, fault: str, change: Change = bytes) -> None:
        if fault == "delay":
            time.sleep(0.3)
        upstream = http.client.HTTPConnection(self.server.host, self.server.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        self.server.sent += len(content)
        kept = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() not in ("connection", "transfer-encoding", "content-length", "date", "server")
        ]
        upstream.close()
        if fault == "cut after commit":
            self._cut()
        else:
            self._answer(answer.status, kept, change(content), half=fault == "cut answer")

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, half: bool = False) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self._cut()

    def _answer_badly(self, bad: bytes) -> None:
        if bad.startswith(b"HTTP/"):
            self.wfile.write(bad)
            self._cut()
        else:
            self._answer(200, [("Content-Type", "application/json")], bad)

    def _pour(self, bad: Poured) -> None:
        self.close_connection = True
        with suppress(OSError):  # Whoever asked went away.
            for piece in bad.pieces():
                self.wfile.write(piece)
                self.server.poured += len(piece)
                time.sleep(bad.pause)
            self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)


class Proxy(ThreadingHTTPServer):
    """Spoils a part of the requests; ``hits`` counts what was done, ``sent`` the bytes of the server's answers.

    ``instead`` holds patterns of requests (``POST .*/runs/search``), each with what is answered to the next one that
    fits, as by something on the way: a body, or all that is sent where it begins with ``HTTP/``, of which the server
    never hears; or what is made of the server's own answer.
    """

    daemon_threads = True

    def __init__(self, target: str, part: float, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        place = urlsplit(target)
        self.host, self.port = place.hostname or "", place.port or 0
        self.part, self.hits, self.sent = part, Counter[str](), 0
        self.instead: list[tuple[str, Answer]] = []
        self.poured = 0
        self._dice, self._lock = random.Random(seed), threading.Lock()

    def draw(self) -> str:
        """A fault, or nothing."""
        with self._lock:
            fault = self._dice.choice(FAULTS) if self._dice.random() < self.part else ""
            self.hits[fault] += 1
        return fault

    def bad_answer(self, request: str) -> Answer | None:
        """What is answered in place of the server, if anything is."""
        with self._lock:
            for place, (pattern, bad) in enumerate(self.instead):
                if re.match(pattern, request):
                    del self.instead[place]
                    return bad
        return None

    def handle_error(self, *_: object) -> None:
        """A client that went away is what proxies live with."""


@contextmanager
def faulty(target: str, part: float, seed: int) -> Iterator[Proxy]:
    """A proxy before ``target``; its address is ``server_address``."""
    with Proxy(target, part, seed) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
