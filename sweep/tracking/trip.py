"""A request under way: how long it may go on, how much may come back, and its answer taken within both."""

import io
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress

import requests
from urllib3.response import BaseHTTPResponse

MIB = 1024**2

ANSWER = 32 * MIB
"""Bytes that an answer may have, unpacked: a page of a thousand runs has some four."""

SLOWEST = MIB // 8
"""Bytes a second that must move for a request to go on beyond its time-out."""

LENGTHS = 10
"""Time-outs that a request may take at most, however quick all moves."""

MEMBER = 64
"""Bytes that an answer has for each object and list in it; a page of runs has a hundred. Small ones take the time."""

PIECE = 65_536
"""Bytes that are read at once; an answer that is no longer may begin as it likes."""


class TooLarge(requests.ConnectionError):
    """An answer that goes on beyond what it may have, or that is long and not what was asked for."""


class Trip:
    """A request under way: how long it may go on, how much may come back, and how to end it."""

    def __init__(self, seconds: float, most: int, *, start: bytes = b"", file: bool) -> None:
        began = time.monotonic()
        self.most, self.start, self.file = most, start, file
        self._end, self._last = began + seconds, began + LENGTHS * seconds
        self._line: socket.socket | None = None
        self._over = False

    def left(self) -> float:
        """Seconds."""
        return self._end - time.monotonic()

    def moved(self, size: int) -> None:
        """``size`` bytes have come, or are to be sent: they may take their time."""
        self._end = min(self._end + size / SLOWEST, self._last)

    def use(self, line: socket.socket | None) -> None:
        """The request goes by this ``line``."""
        self._line = line
        if self._over:
            self.end()

    def end(self) -> None:
        """Whoever reads from the line, or writes to it, does so no longer."""
        self._over = True
        if self._line is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)  # One that encrypts has more to say first.


def content(raw: BaseHTTPResponse, trip: Trip) -> bytes:
    """All of an answer, unpacked."""
    packing = raw.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise requests.ConnectionError(f"the server's answer is packed by {packing[:40]}, which nobody asked for")
    pieces = _pieces(raw, trip)
    with io.BytesIO() as taken:  # Closed: what is raised is kept for a while, and would keep all that came.
        for piece in _unpacked(pieces) if packing.endswith("gzip") else pieces:
            if taken.write(piece) and taken.tell() > trip.most:
                raise _too_large(trip)
            if trip.file and taken.tell() > PIECE and taken.getbuffer()[: len(trip.start)] != trip.start:
                raise TooLarge("the server's answer goes on, and does not begin as what was asked for")
        whole = taken.getvalue()
    if not trip.file and whole.count(b"{") + whole.count(b"[") > trip.most // MEMBER:
        raise TooLarge(f"the server's answer holds more than {trip.most // MEMBER:,} things")
    return whole


def _pieces(raw: BaseHTTPResponse, trip: Trip) -> Iterator[bytes]:
    taken = 0
    while piece := raw.read(PIECE, decode_content=False):
        yield piece
        taken += len(piece)
        trip.moved(len(piece))
        if taken > trip.most:  # Nothing may be packed into any number of bytes.
            raise _too_large(trip)
    if raw.length_remaining:  # As releases of urllib3 before 2 have it.
        raise requests.ConnectionError(f"the server's answer was cut: {raw.length_remaining} bytes are missing")


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpack, taken, given = None, 0, 0
    for piece in pieces:
        rest = piece
        while rest:
            if unpack is None or unpack.eof:
                unpack = zlib.decompressobj(zlib.MAX_WBITS + 16)
            unpacked = unpack.decompress(rest, PIECE)
            yield unpacked
            given += len(unpacked)
            rest = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
        taken += len(piece)
        if taken > given + 4 * MIB:
            raise requests.ConnectionError("the server's answer is packed into far more than it is")
    if unpack is not None:
        yield unpack.flush()
        if not unpack.eof:
            raise requests.ConnectionError("the server's answer was cut: what is packed in it does not end")


def _too_large(trip: Trip) -> TooLarge:
    return TooLarge(f"the server's answer goes on beyond {trip.most:,} bytes")
