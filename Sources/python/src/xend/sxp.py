"""S-expressions as xend writes them: read, print, look into.

A value is a text or a list of values. A word and a string in quotes are the same once they are read, and there are no numbers: ``64``
is the text ``"64"``. Bytes that are not UTF-8 are kept as Python's surrogate escapes, so that every input is printed as it was.

>>> parse_first("(vm (name web) (memory 64))")
['vm', ['name', 'web'], ['memory', '64']]
>>> to_string(["vm", ["name", "a b"], ["memory", 64]])
"(vm (name 'a b') (memory 64))"
>>> child_value(parse_first("(vm (name web))"), "name")
'web'
"""

from __future__ import annotations

import re
from typing import Iterator, List, Optional, Sequence, Tuple, Union

#: What the reader returns.
Value = Union[str, List["Value"]]
#: What the printer takes: numbers, bytes and tuples, too.
Printable = Union[str, bytes, bool, int, float, Sequence["Printable"]]

#: How deep lists may be nested, read or printed.
MAXIMUM_DEPTH = 200


class SxpError(ValueError):
    """A text that is no s-expression, or a value that cannot be one.

    ``line`` and ``column`` count from 1, the column in bytes; both are 0 where there is no text.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"{line}:{column}: {reason}" if line else reason)
        self.reason = reason
        self.line = line
        self.column = column


# Reading

_TOKEN = re.compile(
    rb"""(?P<blank> [\t-\r ]+ | \#[^\n]* )
       | (?P<open> \( )
       | (?P<close> \) )
       | (?P<quote> ['"] )
       | (?P<end> \x04 )
       | (?P<word> [!-~] [^\t-\r \#{}()<>\[\]!;]* )""",
    re.VERBOSE,
)
_PLAIN = {b"'": re.compile(rb"[^'\\]*"), b'"': re.compile(rb'[^"\\]*')}
_LETTERS = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b"\\": 92, b"'": 39, b'"': 34}
_OCTAL = re.compile(rb"[0-7]{1,3}")
_HEX_DIGITS = b"0123456789abcdefABCDEF"


def parse(text: Union[str, bytes]) -> List[Value]:
    """All values of a text, in order.

    :raises SxpError: it is none, or ends in the middle of one.
    """
    return _Reader(_encoded(text)).values()


def parse_first(text: Union[str, bytes]) -> Value:
    """The first value of a text. What comes after it need not even be readable.

    :raises SxpError: there is none.
    """
    for value in _Reader(_encoded(text)):
        return value
    raise SxpError("no value")


class _Reader:
    """Goes over a text once, without recursion."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = 0
        # The open lists, each with the place where it was opened.
        self._open: List[Tuple[int, List[Value]]] = []

    def values(self) -> List[Value]:
        return list(self)

    def __iter__(self) -> Iterator[Value]:
        while self._at < len(self._text):
            token = _TOKEN.match(self._text, self._at)
            if token is None:
                raise self._error(f"invalid character: code {self._text[self._at]}", self._at)
            if token.lastgroup == "end":
                break
            value = self._take(token)
            if value is None:
                continue
            if self._open:
                self._open[-1][1].append(value)
            else:
                yield value
        if self._open:
            raise self._unfinished(self._open[-1][0])

    def _take(self, token: "re.Match[bytes]") -> Optional[Value]:
        """Goes past a token; the value that it completes."""
        start, self._at = token.span()
        kind = token.lastgroup
        if kind == "open":
            if len(self._open) >= MAXIMUM_DEPTH:
                raise self._error(f"lists nested more than {MAXIMUM_DEPTH} deep", start)
            self._open.append((start, []))
        elif kind == "close":
            if not self._open:
                raise self._error("syntax error: )", start)
            return self._open.pop()[1]
        elif kind == "quote":
            return _decoded(self._string(token.group(), start))
        elif kind == "word":
            return _decoded(token.group())
        return None

    def _string(self, quote: bytes, start: int) -> bytes:
        """What stands between quotes; the first of them is passed."""
        parts: List[bytes] = []
        while True:
            plain = _PLAIN[quote].match(self._text, self._at)
            assert plain is not None
            parts.append(plain.group())
            self._at = plain.end()
            mark = self._next(start)
            if mark == quote:
                return b"".join(parts)
            parts.append(bytes([self._escape(start)]))

    def _next(self, start: int) -> bytes:
        if self._at >= len(self._text):
            raise self._unfinished(start)
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _escape(self, start: int) -> int:
        """The byte that is written behind a backslash."""
        place = self._at
        letter = self._next(start)
        if letter == b"x":
            return self._hex_digit(start) * 16 + self._hex_digit(start)
        octal = _OCTAL.match(self._text, place)
        if octal is not None:
            value = int(octal.group(), 8)
            if value > 0o377:
                raise self._error(f"invalid octal escape: out of range {value:o}", octal.end() - 1)
            self._at = octal.end()
            return value
        if letter not in _LETTERS:
            raise self._error(f"invalid escape: backslash before code {letter[0]}", place)
        return _LETTERS[letter]

    def _hex_digit(self, start: int) -> int:
        place = self._at
        digit = self._next(start)
        if digit not in _HEX_DIGITS:
            raise self._error(f"invalid hex escape: code {digit[0]} is not a hex digit", place)
        return int(digit, 16)

    def _unfinished(self, start: int) -> SxpError:
        line, column = self._position(start)
        return self._error(f"unexpected EOF (what begins at {line}:{column} is never closed)", len(self._text))

    def _error(self, reason: str, place: int) -> SxpError:
        return SxpError(reason, *self._position(place))

    def _position(self, place: int) -> Tuple[int, int]:
        before = self._text[:place]
        return before.count(b"\n") + 1, place - before.rfind(b"\n")


def _encoded(text: Union[str, bytes]) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise SxpError(f"a text has the lone surrogate U+{ord(text[error.start]):04X}") from None


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


# Printing

_BARE = re.compile(rb"[A-Za-z0-9._:/~-]+|@")
_ESCAPES = {10: "\\n", 13: "\\r", 9: "\\t", 92: "\\\\"}


def to_string(value: Printable) -> str:
    """A value in one line, in ASCII.

    :raises SxpError: it is nested too deep, or has a lone surrogate.
    :raises TypeError: it is, or has in it, what s-expressions have not: None, a dictionary.
    """
    return _printed(value, 0)


def _printed(value: Printable, depth: int) -> str:
    if isinstance(value, (str, bytes, bool, int, float)):
        return _atom(value)
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{type(value).__name__} cannot be an s-expression: {value!r}")
    if depth >= MAXIMUM_DEPTH:
        raise SxpError(f"lists nested more than {MAXIMUM_DEPTH} deep")
    return "(" + " ".join(_printed(member, depth + 1) for member in value) + ")"


def _atom(value: Union[str, bytes, bool, int, float]) -> str:
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return str(value)
    text = _encoded(value)
    if _BARE.fullmatch(text):
        return text.decode("ascii")
    quote = "'" if b"'" not in text or b'"' in text else '"'
    return quote + "".join(_character(byte, quote) for byte in text) + quote


def _character(byte: int, quote: str) -> str:
    if byte == ord(quote):
        return "\\" + quote
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"


def _number(value: float) -> str:
    """Twelve digits, as the xend of 2004 printed them."""
    text = f"{value:.12g}"
    return text + ".0" if text.lstrip("-").isdigit() else text


def pretty(value: Printable, width: int = 80) -> str:
    """A value over several lines where it does not fit in one, with a line break at its end."""
    return "".join(_laid_out(value, 0, width, 0)) + "\n"


def _laid_out(value: Printable, column: int, width: int, depth: int) -> Iterator[str]:
    flat = _printed(value, depth)
    if not isinstance(value, (list, tuple)) or not value or column + len(flat) <= width:
        yield flat
        return
    yield "("
    yield from _laid_out(value[0], column + 1, width, depth + 1)
    for member in value[1:]:
        yield "\n" + " " * (column + 4)
        yield from _laid_out(member, column + 4, width, depth + 1)
    yield "\n" + " " * column + ")"


# Looking into elements: lists that begin with a name


def name(value: Value) -> Optional[str]:
    """What an element begins with; of a text, the text itself."""
    if isinstance(value, str):
        return value
    return value[0] if value and isinstance(value[0], str) else None


def children(value: Value, element: Optional[str] = None) -> List[Value]:
    """What follows an element's name and its ``(@ ...)``; only the elements of that name, if one is given."""
    if isinstance(value, str):
        return []
    has_attributes = len(value) > 1 and isinstance(value[1], list) and name(value[1]) == "@"
    found = value[2 if has_attributes else 1 :]
    if element is None:
        return found
    return [child for child in found if isinstance(child, list) and name(child) == element]


def child(value: Value, element: str) -> Optional[Value]:
    """The first element of that name in another one."""
    found = children(value, element)
    return found[0] if found else None


def child_value(value: Value, element: str) -> Optional[Value]:
    """The first thing in the first element of that name: ``64`` of ``(memory 64)``."""
    found = child(value, element)
    members = children(found) if found is not None else []
    return members[0] if members else None


def child_text(value: Value, element: str) -> Optional[str]:
    """As :func:`child_value`; None where that is a list."""
    found = child_value(value, element)
    return found if isinstance(found, str) else None
