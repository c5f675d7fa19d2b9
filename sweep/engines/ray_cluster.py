"""A Ray cluster for as long as a sweep trains: one that is there already, or one on this machine that ends with it."""

import logging
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sweep import scratch
from sweep.engines import extras
from sweep.engines.cores import cores
from sweep.errors import BadInput

ANSWER = 10.0
"""Seconds for an address to answer."""

GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
"""What a client of HTTP/2 says first: a server, as Ray's are, answers it by a frame of type 4 (RFC 9113, 3.4)."""

STORE = 256 * 2**20
"""Bytes of shared memory of a cluster of this machine. What is in flight is little, and what is more goes to disk."""

LONGEST_FOLDER = 20
"""Characters of the folder for temporary files: Ray's sockets lie deep in it, and Linux has no more than 107."""


def environment() -> dict[str, str]:
    """The environment of a process that starts a cluster of this machine, which is this user's alone."""
    return {
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # It listens on loopback alone; named after where that is usual.
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
        **os.environ,
    }


@contextmanager
def connected(address: str | None, workers: int | None) -> Iterator[Any]:
    """The module ``ray``, connected.

    Parameters
    ----------
    address : ``auto``, ``ray://…`` or ``host:port``; None: a cluster of this machine, which ends with the context.
    workers : for how many of them that is to have cores; None: as many as this process may use.

    Raises
    ------
    BadInput : there is no cluster at ``address``, or it is of another version; or the module cannot be imported.
    """
    with nullcontext() if address else _short_folder() as folder:
        options: dict[str, Any] = {"address": address or "local"}
        if folder:
            options |= {
                "num_cpus": workers or cores(),
                "include_dashboard": False,
                "object_store_memory": STORE,
                "_temp_dir": str(folder / "ray"),  # Which Ray opens to everybody.
            }
        else:
            _reach(str(address))
        ray = extras.imported("ray", "ray", "hydra/launcher=sweep_ray")
        try:
            ray.init(logging_level=logging.CRITICAL, log_to_driver=False, **options)
        except Exception as error:
            raise _refusal(address, error) from error
        try:
            yield ray
        finally:
            ray.shutdown()


def _refusal(address: str | None, error: Exception) -> BadInput:
    """``error`` of Ray in our words, its first line."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    if address is None:
        return BadInput(
            f"hydra/launcher=sweep_ray: Ray does not start here: {said}",
            "a machine on which ray.init() works",
            "use hydra/launcher=processes",
        )
    return BadInput(
        f"hydra.launcher.address={address}: {said}",
        "the address of a cluster with the same versions of Ray, Python, sweep and torch",
        "see whether it is up: ray status; or leave the address out for a cluster on this machine",
    )


def _reach(address: str) -> None:
    """Raise :class:`BadInput` where no Ray is at ``address``: Ray itself would try for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not port.isdigit() or os.environ.get("RAY_USE_TLS", "0") != "0":
        return  # auto, or what Ray itself refuses at once.
    try:
        with socket.create_connection((host.strip("[]"), int(port)), ANSWER) as connection:
            connection.settimeout(ANSWER)
            connection.sendall(GREETING)
            if connection.recv(4)[3:] != b"\4":
                raise ConnectionError("what listens there is not Ray")
    except (OSError, OverflowError) as error:
        raise _refusal(address, error) from None


@contextmanager
def _short_folder() -> Iterator[Path]:
    """A folder for Ray's sockets and logs, deleted afterwards."""
    within = None if len(tempfile.gettempdir()) <= LONGEST_FOLDER else Path("/tmp")
    with scratch.folder(within) as folder:
        yield folder
