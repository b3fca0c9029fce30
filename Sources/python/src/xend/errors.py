"""How a call of xend can fail. Every exception of this package but ``SxpError`` is a :class:`XendError`."""

from __future__ import annotations

from typing import Optional


class XendError(RuntimeError):
    """Why a call gave no result; ``str()`` is the reason alone.

    ``code`` is the status of HTTP where the daemon answered, the system's error number where it could not be reached, else None.
    """

    def __init__(self, text: str, code: Optional[int] = None) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


class RefusedError(XendError):
    """xend said no, in its own words.

    ``code`` is 200 where an operation was refused, or failed and was undone: that is how xend answers programs since 2004. ``kind`` is what
    a program can make of it: ``invalid``, ``notFound``, ``forbidden``, ``refused``, ``failed`` or
    ``notSupported``; None from a xend of 2004.
    """

    def __init__(self, text: str, code: int, kind: Optional[str] = None) -> None:
        super().__init__(text, code)
        self.kind = kind


class NotFoundError(RefusedError):
    """There is no such domain, device, console, task or path."""


class ForbiddenError(RefusedError):
    """Not to this caller, or not to this domain."""


class UnreachableError(XendError):
    """There was no whole answer: no daemon, no way to it, a connection lost. What was asked may have been done."""


class TimedOutError(UnreachableError):
    """xend had not answered in time. What was asked may still be done."""


class UnreadableError(XendError):
    """What came is no answer to this call: no HTTP, damaged SXP, something else than was asked for."""


class InvalidError(XendError, ValueError):
    """The call could not be made: an address or an argument that cannot be sent."""
