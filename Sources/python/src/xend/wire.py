"""Calls of a daemon: what is sent of them, and what the answer means."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple, Union
from urllib.parse import quote, quote_plus

from . import sxp
from .address import Address
from .connection import Connection, Response
from .credentials import Credentials
from .errors import ForbiddenError, InvalidError, NotFoundError, RefusedError, UnreadableError

SXP_TYPE = "application/sxp"
#: Bytes of an answer. The log is the longest; a list of thousands of domains has a few.
ANSWER_LIMIT = 64 << 20


@dataclass(frozen=True)
class Timeouts:
    """How long calls may take, in seconds, from connecting to the last byte; None is for ever."""

    #: Questions: xend answers them from what it knows.
    query: Optional[float] = 60
    #: Operations end when their domain and its devices are ready or gone; a guest may be waited for.
    operation: Optional[float] = 15 * 60
    #: Save, restore and migrate: as long as the memory of a domain takes.
    transfer: Optional[float] = 24 * 3600


@dataclass(frozen=True)
class File:
    """An argument that is uploaded as a file, unchanged."""

    name: str
    content: bytes


Argument = Union[str, File]


@dataclass(frozen=True)
class Call:
    """One request, as a value."""

    method: str
    #: Below the root; the parts are not encoded yet.
    path: Tuple[str, ...]
    #: In the order in which they are sent.
    arguments: Tuple[Tuple[str, Argument], ...] = ()
    #: ``query``, ``operation`` or ``transfer``.
    patience: str = "query"
    headers: Tuple[Tuple[str, str], ...] = field(default=())


#: What an answer is: a value of SXP, another text, or None for success without one.
Answer = Union[sxp.Value, None]


class Transport:
    """Makes calls of one daemon. It keeps no connection, and may be used from several threads."""

    def __init__(self, address: Address, timeouts: Timeouts, credentials: Optional[Credentials] = None) -> None:
        """Without ``credentials`` those of the environment count, see :meth:`Credentials.read`.

        :raises InvalidError: they cannot be used, or not at this address.
        """
        self.address = address
        self.timeouts = timeouts
        self.credentials = Credentials.read() if credentials is None else credentials
        self.credentials.check(address)
        self._security = self.credentials.context() if address.is_secured else None

    def perform(self, call: Call) -> Answer:
        """Makes a call and reads the answer as the client of 2004 did.

        :raises XendError: in one of its kinds.
        """
        return answer(*self.exchange(call))

    def exchange(self, call: Call) -> Tuple[Response, bytes]:
        """Makes a call and takes whatever comes, with its body."""
        with self.open(call, _limit(self.timeouts, call.patience)) as opened:
            return opened.response, opened.response.body(ANSWER_LIMIT)

    def open(self, call: Call, limit: Optional[float]) -> "Opened":
        """Sends a call; the answer's body is still to be read. ``limit`` is in seconds."""
        request = _request(self.address, call, self.credentials.token)
        return Opened(Connection(self.address, limit, self._security), request)


class Opened:
    """A request that was sent, and the head of its answer; a context manager that ends the connection."""

    def __init__(self, connection: Connection, request: bytes) -> None:
        self.connection = connection
        try:
            connection.send(request)
            self.response = Response(connection)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


# Requests


def _limit(timeouts: Timeouts, patience: str) -> Optional[float]:
    limits = {"query": timeouts.query, "operation": timeouts.operation, "transfer": timeouts.transfer}
    return limits[patience]


def _request(address: Address, call: Call, token: Optional[str]) -> bytes:
    """Head and body. Collections are asked with a closing slash and posted to without one, as in 2004."""
    target = "/".join([address.root] + [_segment(part) for part in call.path])
    headers = {"Host": address.authority, "Accept": SXP_TYPE, "Connection": "close"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    headers.update(call.headers)
    body = b""
    if call.method == "GET":
        target += "/" if len(call.path) <= 1 else ""
        query = _url_encoded(call.arguments)
        target += "?" + query if query else ""
    else:
        headers["Content-Type"], body = _encoded(call.arguments)
        headers["Content-Length"] = str(len(body))
    lines = [f"{call.method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines + ["", ""]).encode("ascii") + body


def _segment(part: str) -> str:
    if not part:
        raise InvalidError("a domain, console, network or task has a name; this one is empty")
    return quote(_bytes(part), safe="")


def _url_encoded(arguments: Sequence[Tuple[str, Argument]]) -> str:
    return "&".join(f"{quote_plus(name)}={quote_plus(_content(value))}" for name, value in arguments)


def _content(value: Argument) -> bytes:
    return value.content if isinstance(value, File) else _bytes(value)


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise InvalidError(f"a text with the lone surrogate U+{ord(text[error.start]):04X} cannot be sent") from None


def _encoded(arguments: Sequence[Tuple[str, Argument]]) -> Tuple[str, bytes]:
    """A form: its type and its bytes, multipart where a file is uploaded."""
    if not any(isinstance(value, File) for _, value in arguments):
        return "application/x-www-form-urlencoded", _url_encoded(arguments).encode("ascii")
    boundary = _boundary(arguments)
    parts: List[bytes] = []
    for name, value in arguments:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if isinstance(value, File):
            head += f'; filename="{_quoted(value.name)}"\r\nContent-Type: application/octet-stream'
        parts += [_bytes(head), b"\r\n\r\n", _content(value), b"\r\n"]
    parts.append(f"--{boundary}--\r\n".encode("ascii"))
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)


def _boundary(arguments: Sequence[Tuple[str, Argument]]) -> str:
    """Sixteen hexadecimal digits that occur in no argument."""
    while True:
        boundary = secrets.token_hex(8)
        if not any(boundary.encode() in _content(value) for _, value in arguments):
            return boundary


def _quoted(name: str) -> str:
    """What browsers do to names: neither a quote nor a line break can leave the header."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


# Answers


def answer(response: Response, body: bytes) -> Answer:
    """What an answer means.

    :raises XendError: it says no, or nothing that can be read.
    """
    if response.status == 204:
        return None
    is_sxp = response.content_type == SXP_TYPE
    if response.status not in (200, 201, 202):
        raise _refused(_error_text(body) if is_sxp else None, response)
    if not is_sxp:
        return body.decode("utf-8", "surrogateescape")
    try:
        value = sxp.parse_first(body)
    except sxp.SxpError as error:
        raise UnreadableError(f"the answer of xend is not SXP: {error}") from None
    if isinstance(value, list) and sxp.name(value) == "xend.err":
        raise _refused(_error_text(body), response)
    return value


def _error_text(body: bytes) -> Optional[str]:
    """The text of ``(xend.err TEXT)``."""
    try:
        value = sxp.parse_first(body)
    except sxp.SxpError:
        return None
    members = sxp.children(value) if sxp.name(value) == "xend.err" else []
    if not members:
        return None
    return members[0] if isinstance(members[0], str) else sxp.to_string(members[0])


def _refused(text: Optional[str], response: Response) -> RefusedError:
    """The error of a refusal. The reason phrase is the message, too; where a proxy ate both, the number must do."""
    status, kind = response.status, response.headers.get("xend-error")
    message = text or (response.reason if status != 200 else "") or f"status {status} without a reason"
    if status == 404 or kind == "notFound":
        return NotFoundError(message, status, kind)
    if status == 403 or kind == "forbidden":
        return ForbiddenError(message, status, kind)
    return RefusedError(message, status, kind)
