"""Who asks, where a connection alone does not tell."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from typing import Mapping, Optional

from .address import Address
from .errors import InvalidError

#: Bytes of a file that holds a token; what is longer holds something else.
TOKEN_FILE_LIMIT = 4096


@dataclass(frozen=True)
class Credentials:
    """What a client shows of itself; without anything it is whoever its connection is of."""

    #: The secret of a token (``xend token create``).
    token: Optional[str] = None
    #: The path of the client's certificate, and those above it, in PEM. Has ``key``.
    certificate: Optional[str] = None
    #: The path of the certificate's private key, in PEM.
    key: Optional[str] = None
    #: The path of the certificates in PEM that may have signed the daemon's; None: those that this machine trusts.
    authority: Optional[str] = None

    def __post_init__(self) -> None:
        if self.token is not None and not (self.token and all("!" <= character <= "~" for character in self.token)):
            # The text is not told: it may be a secret with a mistake in it.
            raise InvalidError("a token is one word of letters, digits and signs, and this is none")
        if (self.certificate is None) != (self.key is None):
            raise InvalidError("a certificate and its key belong together (XEND_CERTIFICATE, XEND_KEY): one is not set")

    def __repr__(self) -> str:
        """Without the secret."""
        shown = [f"token of {len(self.token)} characters"] if self.token else []
        shown += [path for path in (self.certificate, self.key, self.authority) if path]
        return f"<credentials: {', '.join(shown) or 'none'}>"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Credentials":
        """Reads ``XEND_TOKEN`` or the file that ``XEND_TOKEN_FILE`` names, ``XEND_CERTIFICATE``, ``XEND_KEY`` and ``XEND_CA``.

        :raises InvalidError: they contradict each other, or the file cannot be read.
        """
        token, path = environment.get("XEND_TOKEN") or None, environment.get("XEND_TOKEN_FILE")
        if path:
            if token:
                raise InvalidError("XEND_TOKEN and XEND_TOKEN_FILE are both set; which one counts?")
            token = _token(path)
        names = ("XEND_CERTIFICATE", "XEND_KEY", "XEND_CA")
        return cls(token, *(environment.get(name) or None for name in names))

    def check(self, address: Address) -> None:
        """Whether they may be shown there.

        :raises InvalidError: others could read them, or nobody would.
        """
        if address.is_secured:
            return
        if self.certificate or self.authority:
            raise InvalidError(f"certificates are for TLS: the address is https://{address.authority} then")
        if self.token and not address.is_local:
            raise InvalidError(f"a token is not sent to {address.host} where others can read it: use https://HOST:PORT")

    def context(self) -> ssl.SSLContext:
        """TLS as these say it.

        :raises InvalidError: a file cannot be used.
        """
        used = self.authority
        try:
            context = ssl.create_default_context(cafile=used)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate:
                used = f"{self.certificate} with {self.key}"
                context.load_cert_chain(self.certificate, self.key)
            return context
        except OSError as error:
            raise InvalidError(f"{used} cannot be used for TLS: {error}") from None


def _token(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(TOKEN_FILE_LIMIT + 1)
    except OSError as error:
        raise InvalidError(f"cannot read {path} (XEND_TOKEN_FILE): {error.strerror}") from None
    if len(content) > TOKEN_FILE_LIMIT:
        raise InvalidError(f"{path} (XEND_TOKEN_FILE) holds no token: it is longer than {TOKEN_FILE_LIMIT} bytes")
    return content.decode("latin-1").rstrip()
