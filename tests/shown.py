"""``python -m sweep.ui`` as a process of its own, with MLflow's server or with one that is there in no time."""

import os
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

from tests.quick_start import Popen

LIGHT = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

if os.fork():
    os.wait()
else:
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Health).serve_forever()
"""
"""A module ``mlflow`` that is a server of two processes, as MLflow's is, and needs no seconds to start."""


def light_mlflow(folder: Path) -> Path:
    """``folder``, once there is a module ``mlflow`` in it that is :data:`LIGHT`."""
    (folder / "mlflow").mkdir()
    (folder / "mlflow" / "__init__.py").touch()
    (folder / "mlflow" / "__main__.py").write_text(LIGHT)
    return folder


class Shown:
    """``python -m sweep.ui``, at work from the line with its link on; modules in ``path`` are found first."""

    def __init__(self, folder: Path, path: Path | None = None) -> None:
        command, env = [sys.executable, "-m", "sweep.ui"], dict(os.environ)
        if path:
            env["PYTHONPATH"] = os.pathsep.join([str(path), *filter(None, [env.get("PYTHONPATH")])])
        self.process = Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)
        assert self.process.stdout is not None
        self.said: list[str] = []
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Compare: "):
                break
        self.link = self.said[-1].removeprefix("Compare: ").strip()

    @property
    def port(self) -> int:
        match = re.search(r":(\d+)/", self.link)
        assert match, self.said
        return int(match[1])

    def end(self, number: int) -> int:
        with self.process:
            self.process.send_signal(number)
        return self.process.returncode


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
