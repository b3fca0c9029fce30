"""Client of xend, the control daemon of a Xen machine.

>>> import xend
>>> daemon = xend.connect("localhost:8000")                                 # doctest: +SKIP
>>> web = daemon.create("(vm (name web) (memory 64) (image (linux (kernel /boot/vmlinuz))))")  # doctest: +SKIP
>>> web.unpause()                                                           # doctest: +SKIP
>>> for event in daemon.events("xend.domain.*"):                            # doctest: +SKIP
...     print(event.name, event.value)

:mod:`xend.XendClient` has the functions of 2004 by their names of then, :mod:`xend.sxp` reads and prints s-expressions. Everything that
fails raises a :class:`XendError`.
"""

from . import sxp
from .address import Address
from .client import Configuration, Console, Daemon, Device, Domain, Node, Scheduler, Task, connect
from .credentials import Credentials
from .errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UnreadableError,
    XendError,
)
from .events import Event, EventStream
from .sxp import SxpError
from .wire import Call, File, Timeouts, Transport

__all__ = [
    "Address",
    "Call",
    "Configuration",
    "Console",
    "Credentials",
    "Daemon",
    "Device",
    "Domain",
    "Event",
    "EventStream",
    "File",
    "ForbiddenError",
    "InvalidError",
    "Node",
    "NotFoundError",
    "RefusedError",
    "Scheduler",
    "SxpError",
    "Task",
    "TimedOutError",
    "Timeouts",
    "Transport",
    "UnreachableError",
    "UnreadableError",
    "XendError",
    "connect",
    "sxp",
]
