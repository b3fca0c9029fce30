"""One request and its answer over one connection, within a deadline.

Python's own http.client takes an answer that was cut off for a whole one, and knows no deadline but for each single step.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import time
from typing import Callable, Dict, Iterator, Optional, TypeVar

from .address import Address
from .errors import TimedOutError, UnreachableError, UnreadableError

#: Seconds for the handshake; a machine that is switched off answers nothing at all.
CONNECT_TIMEOUT = 10.0
#: Bytes of a status line and the headers together, and of the line before a chunk.
HEAD_LIMIT = 64 << 10
LOST = "xend closed the connection before it had answered; what was asked may have been done"

Result = TypeVar("Result")


class Connection:
    """A connection to a daemon. Everything that goes wrong with it is an :class:`UnreachableError`."""

    def __init__(self, address: Address, limit: Optional[float], security: Optional[ssl.SSLContext] = None) -> None:
        """``security`` is TLS as the client wants it, for an address that has it."""
        self._address = address
        self._security = security
        self._limit = limit
        self.deadline = None if limit is None else time.monotonic() + limit
        self._received = bytearray()
        self._socket = self._guarded(self._connect)

    def close(self) -> None:
        """Ends it, also under another thread that waits for an answer."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The other side was faster.
            pass
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Sends a request. Where the daemon reads no further its answer has come all the same: that is no error."""
        view = memoryview(data)
        while view:
            try:
                view = view[self._guarded(lambda: self._timed().send(view)) :]
            except UnreachableError as error:
                if error.code in (errno.EPIPE, errno.ECONNRESET):
                    return
                raise

    def some(self, count: int = 1 << 16) -> bytes:
        """What has come, at least one byte and at most `count`; nothing at the end."""
        if self._received:
            found = bytes(self._received[:count])
            del self._received[:count]
            return found
        return self._guarded(lambda: self._timed().recv(count))

    def line(self, limit: int = HEAD_LIMIT) -> bytes:
        """The next line without its end."""
        end = self._received.find(b"\n")
        while end < 0 and len(self._received) <= limit:
            part = self._guarded(lambda: self._timed().recv(1 << 16))
            if not part:
                raise UnreachableError(LOST)
            searched = len(self._received)
            self._received += part
            end = self._received.find(b"\n", searched)
        if not 0 <= end <= limit:
            raise UnreadableError(f"the answer is not HTTP: a line is longer than {limit} bytes")
        found = bytes(self._received[:end])
        del self._received[: end + 1]
        return found[:-1] if found.endswith(b"\r") else found

    def _connect(self) -> socket.socket:
        left = self._left()
        patience = CONNECT_TIMEOUT if left is None else min(left, CONNECT_TIMEOUT)
        try:
            if self._address.socket is None:
                made = socket.create_connection((self._address.host, self._address.port), patience)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return self._secured(made)
            return self._connect_to_path(self._address.socket, patience)
        except socket.timeout:
            self._left()
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None

    def _secured(self, made: socket.socket) -> socket.socket:
        """The connection itself, or TLS on it; the handshake has the patience of connecting."""
        if self._security is None:
            return made
        try:
            return self._security.wrap_socket(made, server_hostname=self._address.host)
        except BaseException:
            made.close()
            raise

    def _connect_to_path(self, path: str, patience: float) -> socket.socket:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.settimeout(patience)
            made.connect(path)
        except BaseException:
            made.close()
            raise
        return made

    def _timed(self) -> socket.socket:
        """The socket, for one step within what is left of the time."""
        self._socket.settimeout(self._left())
        return self._socket

    def _left(self) -> Optional[float]:
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left

    def _guarded(self, action: Callable[[], Result]) -> Result:
        try:
            return action()
        except socket.gaierror as error:
            text = f"[Errno {error.errno}] {error.strerror}: {self._address.host}"
            raise UnreachableError(text, error.errno) from None
        except ssl.SSLError as error:
            text = f"TLS with {self._address.authority} failed: {getattr(error, 'verify_message', '') or error.reason or error}"
            raise UnreachableError(text) from None
        except OSError as error:
            if error.errno is None:
                raise TimedOutError(f"xend has not answered within {self._limit} seconds") from None
            # The words of the system with its number, as clients of 2004 showed them.
            raise UnreachableError(f"[Errno {error.errno}] {os.strerror(error.errno)}", error.errno) from None


class Response:
    """An answer whose head has arrived. Its body is read once, whole or in pieces."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.status, self.reason, self.headers = _head(connection)
        # What comes before the answer, such as 100 Continue.
        while self.status < 200:
            self.status, self.reason, self.headers = _head(connection)

    @property
    def content_type(self) -> str:
        """Without its parameters."""
        return self.headers.get("content-type", "").split(";")[0].strip()

    def body(self, limit: int) -> bytes:
        """All of it.

        :raises UnreadableError: it has more than `limit` bytes.
        """
        found = bytearray()
        for piece in self.pieces():
            found += piece
            if len(found) > limit:
                raise UnreadableError(f"the answer of xend is longer than {limit} bytes")
        return bytes(found)

    def pieces(self) -> Iterator[bytes]:
        """As they come; an answer that is cut off raises an :class:`UnreachableError`."""
        if self.status in (204, 304):
            return iter(())
        if self.headers.get("transfer-encoding", "").lower().endswith("chunked"):
            return self._chunks()
        length = self.headers.get("content-length")
        return self._rest() if length is None else self._counted(_length(length, 10, "its Content-Length"))

    def _rest(self) -> Iterator[bytes]:
        while True:
            piece = self._connection.some()
            if not piece:
                return
            yield piece

    def _counted(self, count: int) -> Iterator[bytes]:
        while count:
            piece = self._connection.some(min(count, 1 << 16))
            if not piece:
                raise UnreachableError(LOST)
            count -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = self._connection.line().split(b";")[0].strip().decode("latin-1")
            count = _length(size, 16, "the size of a chunk")
            if not count:
                break
            yield from self._counted(count)
            self._connection.line()
        while self._connection.line():
            pass


def _head(connection: Connection) -> "tuple[int, str, Dict[str, str]]":
    """Status, reason and headers, whose names are in small letters."""
    line = connection.line()
    version, _, rest = line.partition(b" ")
    digits, _, reason = rest.partition(b" ")
    if not version.startswith(b"HTTP/") or len(digits) != 3 or not digits.isdigit() or digits < b"100":
        raise UnreadableError(f'the answer is not HTTP: it begins with "{_text(line[:40])}"')
    headers: Dict[str, str] = {}
    left = HEAD_LIMIT - len(line)
    while True:
        line = connection.line()
        if not line:
            return int(digits), _text(reason), headers
        left -= len(line)
        name, colon, value = line.partition(b":")
        if not colon or not name or left < 0:
            raise UnreadableError(f'the answer is not HTTP: it has the header "{_text(line[:40])}"')
        headers.setdefault(_text(name).lower(), _text(value.strip()))


def _length(digits: str, base: int, what: str) -> int:
    allowed = "0123456789abcdef"[:base]
    if not digits or len(digits) > 18 or not all(digit in allowed for digit in digits.lower()):
        raise UnreadableError(f'the answer is not HTTP: {what} is "{digits[:40]}"')
    return int(digits, base)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
