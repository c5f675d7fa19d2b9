"""Requests to a server: bounded in time and in bytes, whatever comes back, and sent on to no other host.

What MLflow uses waits for each read alone, unpacks whatever comes, and follows wherever an answer leads. Here each
request is made in a thread of its own, so that nothing outlasts its time, not even the look-up of a name.
"""

import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import cache, partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.poolmanager import PoolManager, ProxyManager

from sweep.redaction import masked
from sweep.tracking.trip import ANSWER, TooLarge, Trip, content

LONGEST = 30.0
"""Seconds of a request where MLflow says nothing of that."""

REDIRECTS = 5
"""How often one request is sent on."""


_bounds = ContextVar("_bounds", default=(ANSWER, b""))
_trip: ContextVar[Trip] = ContextVar("_trip")


@contextmanager
def at_most(size: int, start: bytes = b"") -> Iterator[None]:
    """Let an answer have ``size`` bytes; one that is a file, and long, begins with ``start``.

    Raises
    ------
    TooLarge : instead of what MLflow makes of it.
    """
    before = _bounds.set((size, start))
    try:
        yield
    except Exception as error:
        if isinstance(error.__context__, TooLarge):
            raise error.__context__ from None
        raise
    finally:
        _bounds.reset(before)


class _Plain(HTTPConnection):
    """A connection whose request can be ended from another thread."""

    def connect(self) -> None:
        """Open it."""
        super().connect()
        _trip.get().use(self.sock)

    def putrequest(self, *args: Any, **options: Any) -> None:
        """Begin a request, by a line that an earlier one may have left."""
        _trip.get().use(self.sock)
        super().putrequest(*args, **options)


class _Encrypted(_Plain, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class _Adapter(HTTPAdapter):
    """Reads each answer whole, also one that sends on, within its bounds."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """See :class:`HTTPAdapter`."""
        super().init_poolmanager(*args, **options)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:
        """See :class:`HTTPAdapter`."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **options)
        _watch(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """See :class:`HTTPAdapter`."""
        trip = _trip.get()
        trip.moved(int(request.headers.get("Content-Length", 0)))
        response = super().send(request, **{**options, "stream": True})
        try:
            response._content = b"" if request.method == "HEAD" else content(response.raw, trip)
        except (HTTPError, zlib.error, OSError) as error:
            response.close()
            if isinstance(error, requests.RequestException):
                raise
            raise requests.ConnectionError(f"the server's answer was cut: {error}", request=request) from error
        response._content_consumed = True
        response.encoding = "utf-8"  # As JSON is. What is guessed takes minutes of a long one.
        return response


def _watch(manager: PoolManager) -> None:
    if manager.pool_classes_by_scheme is PoolManager().pool_classes_by_scheme:  # Another makes connections of its own.
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}


class Session(requests.Session):
    """Makes requests that end in time, each answer within its bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Accept-Encoding"] = "gzip"
        self.max_redirects = REDIRECTS
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        """See :class:`requests.Session`; ``timeout`` is that of the whole, but for what moves as quick as it should."""
        seconds = float(options.get("timeout") or LONGEST)
        most, start = _bounds.get()
        trip, done = Trip(seconds, most, start=start, file=bool(options.get("stream"))), Future[requests.Response]()
        options["timeout"] = seconds + 1  # That of a read: it is not to come first.
        send, context = partial(super().request, method, url, *args, **options), copy_context()

        def work() -> None:
            _trip.set(trip)
            try:
                done.set_result(send())
            except BaseException as error:
                done.set_exception(error)

        threading.Thread(target=context.run, args=(work,), name="request", daemon=True).start()
        try:
            while not done.done() and trip.left() > 0:
                wait([done], trip.left())
            if done.done():
                return done.result()
            raise requests.Timeout(f"timed out: no whole answer in {seconds:g} s")
        finally:
            if not done.done():
                trip.end()

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """See :class:`requests.Session`; an answer that leads to another host is none."""
        target = super().get_redirect_target(resp)
        place = urljoin(resp.url, target or "")
        if self.should_strip_auth(resp.url, place):
            said = urlsplit(masked(place))
            raise requests.ConnectionError(f"the server sends on to another: {said.scheme}://{said.netloc}")
        return target


@cache
def _session() -> Session:
    return Session()


@cache
def _mlflows() -> Any:
    """What MLflow makes sessions with."""
    from mlflow.utils import request_utils

    return request_utils._get_request_session


def install() -> None:
    """Let MLflow send its requests by :class:`Session`."""
    from mlflow.utils import request_utils

    _mlflows()
    request_utils._get_request_session = lambda *_, **__: _session()


def release() -> None:
    """Leave MLflow as it was."""
    from mlflow.utils import request_utils

    request_utils._get_request_session = _mlflows()
