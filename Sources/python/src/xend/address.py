"""Where a daemon is."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Optional, Tuple
from urllib.parse import quote

from .errors import InvalidError


#: Where the daemon of this machine has its socket.
STANDARD_SOCKET = "/run/xend/xend.sock"


@dataclass(frozen=True)
class Address:
    """The address of a daemon: a host and a port, or the path of a Unix socket."""

    host: str = "localhost"
    port: int = 8000
    #: The path of a socket on this machine; host and port do not count then.
    socket: Optional[str] = None
    #: The path of the root, without its closing slash.
    root: str = "/xend"
    #: Whether it is asked over TLS.
    is_secured: bool = False

    @classmethod
    def read(cls, server: Optional[str] = None, root: Optional[str] = None) -> "Address":
        """Reads ``HOST:PORT``, ``https://HOST:PORT``, ``unix:PATH`` or ``/PATH``.

        What is None is taken from the environment: ``XEND`` and ``XEND_ROOT``, as in 2004; without them it is the socket of this
        machine's daemon or, where there is none, ``localhost:8000``, and ``/xend``.

        :raises InvalidError: it is none of these.
        """
        server = os.environ.get("XEND") if server is None else server
        root = os.environ.get("XEND_ROOT") if root is None else root
        path = "/xend" if root is None else ("/" + quote(root.strip("/"), safe="/%")).rstrip("/")
        if server is None:
            return cls(socket=STANDARD_SOCKET if _is_socket(STANDARD_SOCKET) else None, root=path)
        if server.startswith(("/", "unix:")):
            return cls(socket=_socket(server), root=path)
        rest, is_secured = _without_scheme(server)
        host, colon, digits = rest.rpartition(":")
        if not colon:
            text = f'XEND must be HOST:PORT, https://HOST:PORT or the path of a socket, not "{server}"'
            raise InvalidError(f"{text}: it has no colon before a port")
        if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 65535):
            raise InvalidError(f'XEND must be HOST:PORT with a port from 1 to 65535, not "{server}"')
        if not all("!" <= character <= "~" and character not in "/@" for character in host):
            raise InvalidError(f'XEND must be HOST:PORT, and "{host}" is no host')
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        return cls(host=host or "localhost", port=int(digits), root=path, is_secured=is_secured)

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        if self.socket is not None:
            return "localhost"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """Whether what is sent there stays on this machine."""
        return self.socket is not None or self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        if self.socket is not None:
            return f"unix:{self.socket}"
        return ("https://" if self.is_secured else "") + self.authority


def _without_scheme(server: str) -> Tuple[str, bool]:
    """What a browser has before and after an address is taken away; and whether that means TLS."""
    for scheme, is_secured in (("https://", True), ("http://", False)):
        if server.lower().startswith(scheme):
            rest = server[len(scheme) :]
            return rest[:-1] if rest.endswith("/") else rest, is_secured
    return server, False


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _socket(server: str) -> str:
    path = server[len("unix:") :] if server.startswith("unix:") else server
    if not path.startswith("/"):
        raise InvalidError(f'XEND must be HOST:PORT or the whole path of a socket, not "{server}"')
    # The kernel's limit, with the byte that ends it.
    if len(os.fsencode(path)) > 107 or "\0" in path:
        raise InvalidError(f'"{path}" cannot be the path of a socket: it has more than 107 bytes, or one of them is 0')
    return path
