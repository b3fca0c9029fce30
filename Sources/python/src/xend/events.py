"""Events as they happen."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Dict, Iterator, Optional, Sequence, Tuple

from . import sxp
from .errors import UnreachableError, UnreadableError
from .wire import Call, Opened, Transport, answer

#: Without an event the daemon sends a comment every 15 seconds; a line that is quiet for longer than this is dead.
SILENCE = 45.0
#: Bytes of an event and what comes with it.
LINE_LIMIT = 1 << 20
#: Between two attempts to come back.
PAUSE = 1.0


@dataclass(frozen=True)
class Event:
    """Something that has happened."""

    #: Counts on through the daemon's restarts.
    number: int
    #: ``xend.domain.create``
    name: str
    #: What the event is about; its form goes with its name.
    value: sxp.Value
    #: Seconds since 1970.
    time: float

    @classmethod
    def read(cls, value: sxp.Value) -> "Event":
        """Reads ``(event (number N) (time T) (name NAME) (value V))``.

        :raises UnreadableError: it is none.
        """
        fields = {field: sxp.child_text(value, field) or "" for field in ("number", "name", "time")}
        held = sxp.child_value(value, "value")
        try:
            if held is None or not fields["name"]:
                raise ValueError("no name or no value")
            return cls(int(fields["number"]), fields["name"], held, float(fields["time"]))
        except ValueError:
            raise UnreadableError(f"xend answered {sxp.to_string(value)[:60]} instead of an event") from None


class EventStream:
    """Iterates over events, for as long as somebody reads; a context manager.

    When the connection is lost it comes back and goes on where it was, as long as the daemon is not away for longer than ``patience``
    seconds. ``missed`` counts those that were too old to be known then.
    """

    def __init__(
        self,
        transport: Transport,
        patterns: Sequence[str],
        since: Optional[int],
        timeout: Optional[float],
        patience: float,
    ) -> None:
        self.missed = 0
        self._transport = transport
        self._arguments = (("format", "events"),) + tuple(("pattern", pattern) for pattern in patterns)
        self._timeout = timeout
        self._patience = patience
        self._opened: Optional[Opened] = None
        self._is_closed = False
        # From here on nothing is missed, also when the connection is lost before the first event.
        newest, self._start = self._look()
        self.last = newest if since is None else since
        self._open()

    def __iter__(self) -> Iterator[Event]:
        return self

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the iteration, also under another thread that waits for the next event."""
        self._is_closed = True
        if self._opened is not None:
            self._opened.connection.close()

    def __next__(self) -> Event:
        """The next event.

        :raises StopIteration: the stream was closed, or there was none within the timeout.
        :raises UnreachableError: the daemon has not come back.
        :raises UnreadableError: it sends something else, and the stream is closed.
        """
        end = None if self._timeout is None else time.monotonic() + self._timeout
        while not self._is_closed:
            try:
                event = self._read(end)
                if event is not None:
                    self.last = event.number
                    return event
            except UnreachableError:
                if end is not None and time.monotonic() >= end:
                    self._drop()
                    break
                self._come_back(end)
            except UnreadableError:
                self.close()
                raise
        raise StopIteration

    def _look(self) -> Tuple[int, Optional[Event]]:
        """The number of the newest event, and the daemon's last start."""
        page = self._transport.perform(Call("GET", ("event",), (("since", "0"), ("pattern", "xend.start"))))
        newest = sxp.child_text(page or [], "newest")
        if newest is None or not newest.isdigit():
            raise UnreadableError(f"xend answered {str(page)[:60]} instead of a list of events")
        starts = sxp.children(page or [], "event")
        return int(newest), Event.read(starts[-1]) if starts else None

    def _open(self) -> None:
        headers = (("Accept", "text/event-stream"), ("Last-Event-ID", str(self.last)))
        call = Call("GET", ("event",), self._arguments, headers=headers)
        opened = self._transport.open(call, self._transport.timeouts.query)
        response = opened.response
        if response.status != 200 or response.content_type != "text/event-stream":
            with opened:
                answer(response, response.body(1 << 16))
            raise UnreadableError(f"xend answered {response.content_type or 'nothing'} instead of events")
        self._opened = opened
        self._pieces = response.pieces()
        self._received = b""

    def _drop(self) -> None:
        if self._opened is not None:
            self._opened.connection.close()
        self._opened = None

    def _come_back(self, end: Optional[float]) -> None:
        """Connects again after the last event that was read."""
        self._drop()
        given_up = time.monotonic() + self._patience
        while not self._is_closed:
            try:
                self._find_place()
                return self._open()
            except UnreachableError:
                now = time.monotonic()
                if now >= given_up:
                    raise
                if end is not None and now >= end:
                    return
            time.sleep(PAUSE)

    def _find_place(self) -> None:
        """The numbers go on through restarts of the daemon, but begin anew with the machine: then all is new."""
        newest, start = self._look()
        if newest < self.last or start is not None and start != self._start and start.number <= self.last:
            self.last = 0
        self._start = start or self._start

    def _read(self, end: Optional[float]) -> Optional[Event]:
        """One event of the stream, or None for what is none."""
        if self._opened is None:
            raise UnreachableError("the connection was lost")
        fields: Dict[str, str] = {}
        while True:
            line = self._line(self._opened, end)
            if line == "":
                return self._event(fields)
            name, value = _field(line)
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value

    def _line(self, opened: Opened, end: Optional[float]) -> str:
        quiet = time.monotonic() + SILENCE
        opened.connection.deadline = quiet if end is None else min(quiet, end)
        while b"\n" not in self._received:
            piece = next(self._pieces, b"")
            if not piece:
                raise UnreachableError("xend has ended the stream of events")
            self._received += piece
            if len(self._received) > LINE_LIMIT:
                raise UnreadableError(f"an event of xend is longer than {LINE_LIMIT} bytes")
        line, _, self._received = self._received.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "surrogateescape")

    def _event(self, fields: Dict[str, str]) -> Optional[Event]:
        data = fields.get("data")
        if data is None:
            return None
        if fields.get("event") == "missed":
            self.missed += int(data) if data.isdigit() else 0
            return None
        try:
            value = sxp.parse_first(data)
        except sxp.SxpError as error:
            raise UnreadableError(f"an event of xend is not SXP: {error}") from None
        return Event.read(value)


def _field(line: str) -> Tuple[str, str]:
    """A line of a stream; a comment is the field without a name."""
    name, _, value = line.partition(":")
    return name, value[1:] if value.startswith(" ") else value
