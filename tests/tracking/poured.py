"""Answers that no server should give: bytes poured out as they come, slowly, without end, packed or lied about."""

import gzip
import itertools
import json
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import NamedTuple


class Poured(NamedTuple):
    """An answer: its pieces, made anew for each who asks, and seconds between two of them."""

    pieces: Callable[[], Iterator[bytes]]
    pause: float = 0.0


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = 10**9
"""Bytes, as good as no end."""


def whole(content: bytes, headers: bytes = OK) -> bytes:
    """An answer as it should be."""
    return headers + f"Connection: close\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


@cache
def bomb(size: int = LONG) -> bytes:
    """A small answer that is ``size`` blanks once it is unpacked: many times a million, each packed by itself."""
    return whole(gzip.compress(b" " * 10**6) * (size // 10**6), OK + b"Content-Encoding: gzip\r\n")


@cache
def _bomb_of(pack: Callable[[bytes], bytes], name: bytes) -> bytes:
    """A bomb packed by other means, once more or otherwise."""
    content = bomb().partition(b"\r\n\r\n")[2] if name == b"gzip, gzip" else b" " * 10**8
    return whole(pack(content), OK + b"Content-Encoding: " + name + b"\r\n")


def _endless(start: bytes, piece: bytes) -> Poured:
    return Poured(lambda: itertools.chain([start], itertools.repeat(piece)))


def _once(content: bytes) -> Poured:
    return Poured(lambda: iter([content]))


def _bytewise(start: bytes, rest: bytes, pause: float = 0.2) -> Poured:
    """``start`` at once, and ``rest`` a byte at a time."""
    return Poured(lambda: itertools.chain([start], (bytes([byte]) for byte in rest)), pause)


def _silent(seconds: float) -> Iterator[bytes]:
    time.sleep(seconds)
    yield b""


def moved(place: bytes, status: bytes = b"302 Found") -> bytes:
    """An answer that sends on."""
    return whole(b"{}", b"HTTP/1.1 " + status + b"\r\nLocation: " + place + b"\r\n")


SLOW = {
    "a header, a byte at a time": _bytewise(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 600),
    "a body, a byte at a time": _bytewise(OK + b"Content-Length: 600\r\n\r\n", b" " * 600),
    "a status, a byte at a time": _bytewise(b"", b"HTTP/1.1 200 " + b"O" * 600),
    "chunks of a byte": Poured(lambda: iter([CHUNKED, *[b"1\r\n \r\n"] * 600]), 0.2),
    "silence": Poured(partial(_silent, 60.0)),
    "continue, for ever": _endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a trailer without end": _endless(CHUNKED + b"0\r\n", b"X: y\r\n"),
}
"""What no read takes long of, and the whole has no end."""

LARGE = {
    "a body without end": _endless(OK + b"\r\n", b" " * 65536),
    "a length without end": _endless(OK + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536),
    "chunks without end": _endless(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "nothing, packed without end": _endless(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 1000),
    "a bomb": Poured(lambda: iter([bomb()])),
    "a bomb, sent on": Poured(lambda: iter([bomb().replace(b"200 OK", b"302 Found\r\nLocation: /", 1)])),
}
"""What would fill the memory."""

BROKEN = {
    "a bomb in a bomb": Poured(lambda: iter([_bomb_of(gzip.compress, b"gzip, gzip")])),
    "a bomb, deflated": Poured(lambda: iter([_bomb_of(zlib.compress, b"deflate")])),
    "packed by br": _once(whole(b"\x0b\x02\x80{}\x03", OK + b"Content-Encoding: br\r\n")),
    "packed by zstd": _once(whole(b"{}", OK + b"Content-Encoding: zstd\r\n")),
    "packed by none": _once(whole(b"{}", OK + b"Content-Encoding: gzip\r\n")),
    "packed and cut": _once(whole(gzip.compress(b"{}" * 99)[:-9], OK + b"Content-Encoding: gzip\r\n")),
    "a length too long": _once(OK + b"Content-Length: 99\r\n\r\n{}"),
    "two lengths": _once(OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}"),
    "a chunk of no size": _once(CHUNKED + b"zz\r\n{}\r\n"),
    "a chunk's size without end": _endless(CHUNKED, b"1" * 65536),
    "a long header": _once(whole(b"{}", OK + b"X: " + b"x" * 70_000 + b"\r\n")),
    "headers without end": _endless(OK, b"X: y\r\n" * 1000),
    "a loop": _once(moved(b"?")),
    "another host": _once(moved(b"http://localhost:9/x")),
    "another host, with what was said": _once(moved(b"//127.0.0.2:9/x", b"308 Permanent Redirect")),
    "a file": _once(moved(b"file:///etc/passwd")),
    "another protocol": _once(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "nothing at all": _once(b""),
}
"""What is no answer of HTTP, leads away, or lies about itself."""

NONSENSE = {
    "a crowd": Poured(lambda: iter([whole(b'{"runs": [' + b"{}," * 4_000_000 + b"{}]}")])),
    "a header in half": _once(b"HTTP/1.1 200 OK\r\nConte"),
    "a length below 0": _once(OK + b"Content-Length: -5\r\n\r\n{}"),
    "empty": _once(whole(b"")),
    "nothing, as said": _once(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "nothing new": _once(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "a status of none": _once(whole(b"{}", b"HTTP/1.1 999 Odd\r\n")),
    "a page": _once(whole(b"<html>please log in</html>", OK.replace(b"application/json", b"text/html"))),
    "an error": _once(whole(b'{"detail": "oops"}', b"HTTP/1.1 500 Oops\r\n")),
    "a busy server": _once(whole(b"later", b"HTTP/1.1 503 Busy\r\nRetry-After: 9999\r\n")),
    "a gateway": _once(whole(b"<html>bad gateway</html>", b"HTTP/1.1 502 Bad Gateway\r\n")),
    "a list": _once(whole(b"[]")),
    "null": _once(whole(b"null")),
    "nothing in it": _once(whole(b"{}")),
    "other types": _once(whole(b'{"runs": {"a": 1}, "run": [], "experiment": 3, "files": "x"}')),
    "other types, deeper": _once(whole(b'{"runs": [{"info": {"run_id": 3}}], "run": {"info": []}, "files": [{}]}')),
    "a depth": _once(whole(b"[" * 9999)),
    "a number": _once(whole(b'{"run": ' + b"9" * 9999 + b"}")),
    "UTF-16": _once(whole(json.dumps({"run": {"info": {"run_id": "x"}}}).encode("utf-16"))),
    "no text": _once(whole(bytes(range(256)) * 40, OK.replace(b"json", b"octet-stream"))),
    "an odd charset": _once(whole(b"\xff\xfe{}", OK.replace(b"json", b"json; charset=nonsense"))),
}
"""What is well said and means nothing; empty lists among it, which MLflow believes."""
