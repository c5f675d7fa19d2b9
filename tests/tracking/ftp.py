"""A server of FTP on loopback that keeps files in a folder, and can fall silent in the midst of a transfer."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_server, socket


class Session(socketserver.StreamRequestHandler):
    """One client: as much of RFC 959 as Python's ``ftplib`` and MLflow ask for."""

    server: "Ftp"

    def handle(self) -> None:
        """Answer a line at a time; a transfer goes by a connection of its own, announced before."""
        self.here, self.waiting = "/", create_server(("127.0.0.1", 0))
        self._say("220 here")
        with suppress(OSError), closing(self):
            while line := self.rfile.readline().decode().strip():
                word, _, rest = line.partition(" ")
                self.server.asked.append(line)
                if word == self.server.silent_at and self.server.passed:
                    self.server.passed -= 1
                elif word == self.server.silent_at:
                    self.server.ended.wait()
                    return
                self._answer(word, rest)

    def close(self) -> None:
        """Wait for no transfer any more."""
        self.waiting.close()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _answer(self, word: str, rest: str) -> None:
        at = self._path(rest)
        if word == "PASV":
            self.waiting.close()
            self.waiting = create_server(("127.0.0.1", 0))
            high, low = divmod(self.waiting.getsockname()[1], 256)
            self._say(f"227 over there (127,0,0,1,{high},{low})")
        elif word == "CWD" and at.is_dir():
            self.here = rest if rest.startswith("/") else f"{self.here}/{rest}"
            self._say("250 there")
        elif word == "MKD" and at.parent.is_dir():
            at.mkdir()
            self._say(f'257 "{rest}"')
        elif word == "SIZE" and at.is_file():
            self._say(f"213 {at.stat().st_size}")
        elif word in ("STOR", "RETR", "NLST") and (word == "STOR" or at.exists()):
            self._say("150 now")
            with self.waiting, self.waiting.accept()[0] as line:
                self._transfer(word, at, line)
            self._say("226 done")
        else:
            self._say(
                {"USER": "331 and the password?", "PASS": "230 hello", "TYPE": "200 so be it"}.get(word, "550 no")
            )

    def _transfer(self, word: str, at: Path, line: socket) -> None:
        if word == "STOR":
            at.write_bytes(b"".join(iter(lambda: line.recv(65536), b"")))
        else:
            line.sendall(
                at.read_bytes() if word == "RETR" else "".join(f"{each.name}\r\n" for each in at.iterdir()).encode()
            )

    def _path(self, rest: str) -> Path:
        return self.server.folder / (rest if rest.startswith("/") else f"{self.here}/{rest}").strip("/")


class Ftp(socketserver.ThreadingTCPServer):
    """The server; ``silent_at`` is the command that it does not answer, but for the first ``passed`` of them."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.folder, self.asked = folder, list[str]()
        self.silent_at, self.passed, self.ended = "", 0, threading.Event()

    @property
    def place(self) -> str:
        """Its URI, as an experiment names it."""
        return f"ftp://somebody:secret@127.0.0.1:{self.server_address[1]}/files"


@contextmanager
def serving(folder: Path) -> Iterator[Ftp]:
    """A server that keeps files in ``folder``."""
    (folder / "files").mkdir(parents=True)
    with Ftp(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
