"""A xend on a simulated machine, a server that answers what it is told, and a transport that takes notes."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable, List, Optional, Set, Tuple

from xend import Address, Call, Timeouts, Transport
from xend.wire import Opened

REPOSITORY = Path(os.environ.get("XEND_REPOSITORY", Path(__file__).resolve().parents[3]))
SIMULATOR = Path(os.environ.get("XEND_SIM", REPOSITORY / ".build/debug/xend-sim"))

CONFIG = "(vm (name {}) (memory 32) (vcpus 2) (image (linux (kernel /boot/vmlinuz-web))) (device (vif)) (device (vbd (uname phy:{}) (dev sda1) (mode w))))"


class Simulator:
    """A xend-sim with a root and ports of its own, ended with the `with`."""

    def __init__(self, configuration: str = "") -> None:
        self._root = tempfile.TemporaryDirectory()
        self.root = Path(self._root.name)
        self.output = self.root / "output"
        self.files = {"etc/xen/xend-config.sxp": configuration.encode()}
        self.address = ""
        self._process: "Optional[subprocess.Popen[bytes]]" = None

    def __enter__(self) -> "Simulator":
        (self.root / "srv").mkdir()
        for name, content in self.files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o600)
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._root.cleanup()

    def start(self, port: int = 0) -> None:
        command = [str(SIMULATOR), "--root", str(self.root), "--port", str(port), "--min-restart-time", "0"]
        with open(self.output, "wb") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        self.address = eventually(self._listening, 20)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def _listening(self) -> str:
        found = re.search(r"^listening on http://.*:(\d+)/xend$", self.output.read_text(), re.MULTILINE)
        assert found, self.output.read_text()
        return f"localhost:{found[1]}"


def eventually(look: "Callable[[], Any]", seconds: float = 20) -> Any:
    """What `look` returns as soon as it fails no more."""
    end = time.monotonic() + seconds
    while True:
        try:
            return look()
        except AssertionError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Noting(Transport):
    """Remembers what was asked of which kind of thing."""

    def __init__(self, address: str, timeouts: Timeouts = Timeouts()) -> None:
        super().__init__(Address.read(address), timeouts)
        self.asked: Set[Tuple[str, str]] = set()

    def open(self, call: Call, limit: Optional[float]) -> Opened:
        kinds = {"domain": ":domain", "console": ":port", "task": ":id", "vnet": ":id", "token": ":id"}
        path = list(call.path)
        if len(path) > 1 and path[0] in kinds:
            path[1] = kinds[path[0]]
        root = [self.address.root.strip("/")] if self.address.root else []
        operation = dict(call.arguments).get("op", "")
        self.asked.add(("/" + "/".join(root + path), str(operation)))
        return super().open(call, limit)


class Canned:
    """A server that gives every connection the same bytes, or does with it what it is told; it keeps what it was sent."""

    def __init__(self, answer: "bytes | Callable[[socket.socket, bytes], None]", path: Optional[str] = None) -> None:
        self._answer = answer
        self._socket = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._socket.bind(path or ("127.0.0.1", 0))
        self._socket.listen()
        self.address = f"unix:{path}" if path else f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.requests: List[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Canned":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would not wake the thread.
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the server does not end"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                try:
                    self._answer_to(connection)
                except OSError:
                    pass

    def _answer_to(self, connection: socket.socket) -> None:
        request = read_request(connection)
        self.requests.append(request)
        if callable(self._answer):
            self._answer(connection, request)
        else:
            connection.sendall(self._answer)


def read_request(connection: socket.socket) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    length = re.search(rb"\r\nContent-Length: (\d+)\r\n", data)
    while length and len(data.split(b"\r\n\r\n", 1)[1]) < int(length[1]):
        part = connection.recv(65536)
        if not part:
            return data
        data += part
    return data


def sxp_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status}", "Content-Type: application/sxp", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body

