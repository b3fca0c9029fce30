"""What goes over the wire, and what comes back from servers that are no xend, or a damaged one."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
import unittest
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, List
from unittest import mock

import xend
from support import Canned, free_port, sxp_answer
from xend import sxp
from xend.XendClient import Xend

NEWEST = sxp_answer(b"(events (newest 7) (missed 0) (event (number 2) (time 5) (name xend.start) (value 0)))")
NAMES = sxp_answer(b"(Domain-0 web)")


def transport(address: str, limit: float = 10) -> xend.Transport:
    return xend.Transport(xend.Address.read(address), xend.Timeouts(limit, limit, limit))


def domains(address: str, limit: float = 10) -> Any:
    return Xend(transport=transport(address, limit)).xend_domains()


class Sent(unittest.TestCase):
    def sent(self, action: "Callable[[Xend], Any]") -> bytes:
        with Canned(NAMES) as server:
            action(Xend(transport=transport(server.address)))
        return server.requests[0]

    def test_questions_are_those_of_2004(self) -> None:
        head = self.sent(lambda xend: xend.xend_domains()).decode().split("\r\n")
        self.assertEqual(head[0], "GET /xend/domain/ HTTP/1.1")
        self.assertTrue(head[1].startswith("Host: 127.0.0.1:"))
        self.assertNotIn("User-Agent", "".join(head))
        self.assertIn(b"GET /xend/ HTTP", self.sent(lambda xend: xend.xend()))
        self.assertIn(b"GET /xend/domain/web?op=vbd&vbd=3 HTTP", self.sent(lambda xend: xend.xend_domain_vbd("web", 3)))

    def test_operations_are_those_of_2004(self) -> None:
        request = self.sent(lambda xend: xend.xend_domain_device_destroy("vm1", "vbd", 1))
        self.assertTrue(request.startswith(b"POST /xend/domain/vm1 HTTP/1.1\r\n"))
        self.assertTrue(request.endswith(b"\r\n\r\ntype=vbd&idx=1&op=device_destroy"))
        request = self.sent(lambda xend: xend.xend_domain_migrate("a", "h:8002", True))
        self.assertTrue(request.endswith(b"destination=h%3A8002&live=1&resource=0&op=migrate"))
        request = self.sent(lambda xend: xend.xend_domain_sched_credit_set(1, cap=0))
        self.assertTrue(request.endswith(b"\r\n\r\ncap=0&op=sched_credit_set"))

    def test_names_are_one_segment_whatever_is_in_them(self) -> None:
        for name, path in {
            "a/b+<c>'&\"?#%": b"a%2Fb%2B%3Cc%3E%27%26%22%3F%23%25",
            "é \udcff\r\nX: y\0": b"%C3%A9%20%FF%0D%0AX%3A%20y%00",
            "😀": b"%F0%9F%98%80",
        }.items():
            request = self.sent(partial(Xend.xend_domain, dom=name))
            self.assertTrue(request.startswith(b"GET /xend/domain/" + path + b" HTTP/1.1\r\n"), request)

    def test_arguments_arrive_whatever_is_in_them(self) -> None:
        request = self.sent(lambda xend: xend.xend_domain_rename("a", "é &=+\r\n\udcff%"))
        self.assertTrue(request.endswith(b"name=%C3%A9+%26%3D%2B%0D%0A%FF%25&op=rename"))
        request = self.sent(lambda xend: xend.xend_domain_create(["vm", ["name", "a b"], ["memory", 64]]))
        self.assertTrue(request.endswith(b"config=%28vm+%28name+%27a+b%27%29+%28memory+64%29%29&op=create"))

    def test_files_are_uploaded_unchanged(self) -> None:
        content = b"(vm (name w)) # \xff\x00\r\n--no boundary--\r\n\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, 'a"b\nc.sxp')
            path.write_bytes(content)
            with open(path, "rb") as opened:
                for config in str(path), path, opened, xend.File(str(path), content):
                    request = self.sent(partial(Xend.xend_domain_create, config=config))
                    boundary = request.split(b"boundary=")[1].split(b"\r\n")[0]
                    self.assertNotIn(boundary, content)
                    head = b'; name="config"; filename="' + os.fsencode(folder) + b'/a%22b%0Ac.sxp"\r\n'
                    self.assertIn(head + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n--", request)
                    self.assertTrue(request.endswith(b'name="op"\r\n\r\ncreate\r\n--' + boundary + b"--\r\n"))

    def test_what_cannot_be_sent(self) -> None:
        functions = Xend(transport=transport("127.0.0.1:1"))
        refused: "Dict[str, Callable[[], Any]]" = {
            "has a name; this one is empty": lambda: functions.xend_domain(""),
            "lone surrogate U.D800 cannot be sent": lambda: functions.xend_domain_rename("a", "\ud800"),
            "cannot read /nowhere/x: No such file": lambda: functions.xend_domain_create("/nowhere/x"),
            "cannot read a.b: embedded null": lambda: functions.xend_domain_create("a\0b"),
            "NoneType cannot be an s-expression": lambda: functions.xend_domain_create(["vm", None]),
        }
        for text, action in refused.items():
            with self.subTest(text), self.assertRaisesRegex(xend.InvalidError, text):
                action()


class Addresses(unittest.TestCase):
    def test_what_the_environment_says(self) -> None:
        for environment, text, root in [
            ({}, "localhost:8000", "/xend"),
            ({"XEND": "h:81", "XEND_ROOT": "a/"}, "h:81", "/a"),
            ({"XEND": ":81", "XEND_ROOT": "/"}, "localhost:81", ""),
            ({"XEND": "[::1]:81"}, "[::1]:81", "/xend"),
            ({"XEND": "/run/xend.sock", "XEND_ROOT": "/x y"}, "unix:/run/xend.sock", "/x%20y"),
            ({"XEND": "unix:/run/xend.sock"}, "unix:/run/xend.sock", "/xend"),
            ({"XEND": "https://h:81"}, "https://h:81", "/xend"),
            ({"XEND": "HTTPS://[::1]:81/"}, "https://[::1]:81", "/xend"),
            ({"XEND": "http://h:81/"}, "h:81", "/xend"),
        ]:
            with self.subTest(environment), mock.patch.dict(os.environ, environment, clear=True):
                address = xend.Address.read()
                self.assertEqual((str(address), address.root), (text, root))
                self.assertEqual(xend.Address.read("other:1").authority, "other:1")

    def test_what_is_none(self) -> None:
        for text in "", "h", "h:", "h:0", "h:65536", "h:+1", "h:1 ", "h:a", "h\r\nX:1", "é:1", "a@b:1", "unix:x", "/" * 108:
            with self.subTest(text), self.assertRaises(xend.InvalidError):
                xend.Address.read(text)

    def test_who_asks(self) -> None:
        with tempfile.TemporaryDirectory() as folder, Canned(NAMES) as server:
            kept = Path(folder, "token")
            kept.write_text("t_f\n")
            for environment, token in [({}, None), ({"XEND_TOKEN": "t_e"}, "t_e"), ({"XEND_TOKEN_FILE": str(kept)}, "t_f")]:
                with self.subTest(environment), mock.patch.dict(os.environ, environment):
                    domains(server.address)
                    shown = f"\r\nAuthorization: Bearer {token}\r\n".encode()
                    self.assertEqual(shown in server.requests[-1], token is not None)
                    self.assertNotIn(token or "t_", repr(xend.Credentials.read()))
            for environment in [
                {"XEND_TOKEN": "a b"},
                {"XEND_TOKEN": "a\r\nX: y"},
                {"XEND_TOKEN_FILE": folder + "/none"},
                {"XEND_TOKEN_FILE": folder},
                {"XEND_TOKEN": "a", "XEND_TOKEN_FILE": str(kept)},
                {"XEND_CERTIFICATE": str(kept)},
                {"XEND_KEY": str(kept)},
                {"XEND_CA": str(kept)},
            ]:
                asked = len(server.requests)
                with self.subTest(environment), mock.patch.dict(os.environ, environment):
                    with self.assertRaises(xend.InvalidError):
                        domains(server.address)
                    self.assertEqual(len(server.requests), asked)
            for address, is_safe in [("127.0.0.9:1", True), ("[::1]:1", True), ("/s", True), ("https://h:1", True), ("h:1", False)]:
                with self.subTest(address):
                    try:
                        xend.Transport(xend.Address.read(address), xend.Timeouts(), xend.Credentials("t"))
                        self.assertTrue(is_safe)
                    except xend.InvalidError:
                        self.assertFalse(is_safe)

    def test_a_socket_of_this_machine(self) -> None:
        with tempfile.TemporaryDirectory() as folder, Canned(NAMES, f"{folder}/s") as server:
            self.assertEqual(domains(server.address), ["Domain-0", "web"])
            self.assertEqual(domains(f"{folder}/s"), ["Domain-0", "web"])
            self.assertIn(b"\r\nHost: localhost\r\n", server.requests[0])
        with self.assertRaisesRegex(xend.UnreachableError, "^.Errno 2. No such file") as raised:
            domains("/nowhere/s")
        self.assertEqual(raised.exception.code, 2)


class Answers(unittest.TestCase):
    def test_success(self) -> None:
        for data, value in [
            (NAMES, ["Domain-0", "web"]),
            (sxp_answer(b"0", "202 asked"), "0"),
            (sxp_answer(b"(a) garbage ) \xff"), ["a"]),
            (b"HTTP/1.1 204 x\r\n\r\n", None),
            (b"HTTP/1.0 200 OK\r\nContent-type: application/sxp; charset=utf-8\r\n\r\n(a)", ["a"]),
            (b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\na\xffb", "a\udcffb"),
            (b"HTTP/1.1 200\r\nContent-Type: application/sxp\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n(a\r\n1;x\r\n)\r\n0\r\n\r\n", ["a"]),
            (b"HTTP/1.1 100 Continue\r\n\r\n" + NAMES, ["Domain-0", "web"]),
        ]:
            with self.subTest(data), Canned(data) as server:
                self.assertEqual(domains(server.address), value)

    def test_refusals(self) -> None:
        for data, kind, text, code in [
            (sxp_answer(b"(xend.err 'no \\xc3\\xa9')"), xend.RefusedError, "no é", 200),
            (sxp_answer(b"(xend.err)"), xend.RefusedError, "status 200 without a reason", 200),
            (sxp_answer(b"(xend.err (a b))"), xend.RefusedError, "(a b)", 200),
            (sxp_answer(b"(xend.err whole)", "404 cut"), xend.NotFoundError, "whole", 404),
            (sxp_answer(b"(xend.err x)", "200 OK", "Xend-Error: notFound"), xend.NotFoundError, "x", 200),
            (sxp_answer(b"(xend.err x)", "200 OK", "Xend-Error: forbidden"), xend.ForbiddenError, "x", 200),
            (sxp_answer(b"((", "400 Error: late"), xend.RefusedError, "Error: late", 400),
            (b"HTTP/1.1 403 not you\r\nContent-Length: 0\r\n\r\n", xend.ForbiddenError, "not you", 403),
            (b"HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n", xend.RefusedError, "status 500 without a reason", 500),
            (b"HTTP/1.1 301 away\r\nContent-Length: 0\r\n\r\n", xend.RefusedError, "away", 301),
        ]:
            with self.subTest(data), Canned(data) as server:
                with self.assertRaises(xend.XendError) as raised:
                    domains(server.address)
                self.assertIs(type(raised.exception), kind)
                self.assertEqual((str(raised.exception), raised.exception.code), (text, code))

    def test_what_is_no_answer(self) -> None:
        for data, kind, text in [
            (b"", xend.UnreachableError, "closed the connection before it had answered"),
            (NAMES[:-3], xend.UnreachableError, "closed the connection before it had answered"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n", xend.UnreachableError, "closed the"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", xend.UnreadableError, "the size of a chunk"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na", xend.UnreadableError, "its Content-Length"),
            (b"SSH-2.0-OpenSSH\r\n\r\n", xend.UnreadableError, "the answer is not HTTP"),
            (b"HTTP/1.1 abc\r\n\r\n", xend.UnreadableError, "the answer is not HTTP"),
            (b"HTTP/1.1 200 " + b"a" * 70000 + b"\r\n\r\n", xend.UnreadableError, "the answer is not HTTP"),
            (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20000 + b"\r\n", xend.UnreadableError, "the answer is not HTTP"),
            (sxp_answer(b""), xend.UnreadableError, "is not SXP: no value"),
            (sxp_answer(b"(a"), xend.UnreadableError, "is not SXP: 1:3: unexpected EOF"),
        ]:
            with self.subTest(data[:40]), Canned(data) as server:
                with self.assertRaisesRegex(kind, text):
                    domains(server.address)

    def test_every_cut_of_an_answer_is_an_error_of_ours(self) -> None:
        for end in range(len(NAMES)):
            with Canned(NAMES[:end]) as server, self.assertRaises(xend.XendError):
                domains(server.address)

    def test_an_answer_without_end_is_let_go(self) -> None:
        def flood(connection: socket.socket, _: bytes) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/sxp\r\n\r\n")
            while True:
                connection.sendall(b"(" * 65536)

        with mock.patch("xend.wire.ANSWER_LIMIT", 1 << 20), Canned(flood) as server:
            with self.assertRaisesRegex(xend.UnreadableError, "longer than 1048576 bytes"):
                domains(server.address)

    def test_another_answer_than_was_asked_for(self) -> None:
        cases: "Dict[str, Callable[[xend.Daemon], Any]]" = {
            "a list of domains": lambda daemon: daemon.names(),
            "a domain": lambda daemon: daemon.domain("web"),
            "a node": lambda daemon: daemon.node.information(),
            "a list of consoles": lambda daemon: daemon.consoles(),
            "a list of tasks": lambda daemon: daemon.tasks(),
        }
        for text, ask in cases.items():
            with self.subTest(text), Canned(sxp_answer(b"odd")) as server:
                with self.assertRaisesRegex(xend.UnreadableError, f"xend answered 'odd' instead of {text}"):
                    ask(xend.Daemon(transport(server.address)))
        with Canned(sxp_answer(b"(domain (id x) (cpu_time y))")) as server:
            domain = xend.Daemon(transport(server.address)).domain("web")
            fields: "List[Callable[[], Any]]" = [lambda: domain.id, lambda: domain.cpu_time]
            for ask_field in fields:
                with self.assertRaisesRegex(xend.UnreadableError, "xend says that (id is x|cpu_time is y)"):
                    ask_field()


class Time(unittest.TestCase):
    def test_nobody_is_there(self) -> None:
        with self.assertRaisesRegex(xend.UnreachableError, r"^\[Errno 111\] Connection refused$") as raised:
            xend.connect(f"127.0.0.1:{free_port()}")
        self.assertEqual(raised.exception.code, 111)
        with self.assertRaisesRegex(xend.UnreachableError, "nowhere.invalid"):
            xend.connect("nowhere.invalid:8000")

    def test_no_answer_ends_at_the_deadline(self) -> None:
        gone = threading.Event()

        def silence(connection: socket.socket, _: bytes) -> None:
            gone.wait(10)

        def trickle(connection: socket.socket, _: bytes) -> None:
            for byte in NAMES:
                connection.sendall(bytes([byte]))
                if gone.wait(0.05):
                    return

        for server_does in silence, trickle:
            gone.clear()
            with self.subTest(server_does.__name__), Canned(server_does) as server:
                start = time.monotonic()
                with self.assertRaisesRegex(xend.TimedOutError, "^xend has not answered within 0.4 seconds$"):
                    domains(server.address, 0.4)
                self.assertLess(time.monotonic() - start, 2)
                gone.set()

    def test_a_large_request_can_be_refused_by_its_head(self) -> None:
        def patiently(connection: socket.socket, _: bytes) -> None:
            connection.sendall(refusal)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):
                pass

        def at_once(connection: socket.socket, _: bytes) -> None:
            # What is unread when it is closed resets the connection.
            connection.sendall(refusal)

        refusal = b"HTTP/1.1 413 too large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        for refuse in patiently, at_once:
            with self.subTest(refuse.__name__), mock.patch("support.read_request", lambda connection: connection.recv(99)):
                with Canned(refuse) as server, self.assertRaisesRegex(xend.RefusedError, "too large"):
                    Xend(transport=transport(server.address)).xend_domain_create(xend.File("f", b"x" * (8 << 20)))

    def test_a_time_for_each_kind(self) -> None:
        seen: List[object] = []

        class Asking(xend.Transport):
            def open(self, call: xend.Call, limit: Any) -> Any:
                seen.append(limit)
                raise xend.UnreachableError("no")

        functions = Xend(transport=Asking(xend.Address(), xend.Timeouts(1, 2, 3)))
        actions: "List[Callable[[], Any]]" = [
            functions.xend,
            lambda: functions.xend_domain_pause("a"),
            lambda: functions.xend_domain_save("a", "f"),
        ]
        for action in actions:
            with self.assertRaises(xend.UnreachableError):
                action()
        self.assertEqual(seen, [1, 2, 3])


class Streams(unittest.TestCase):
    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

    def stream(self, *parts: bytes, newest: bytes = NEWEST) -> "Callable[[socket.socket, bytes], None]":
        """Answers each connection with the next part, before which the number of the newest event is asked for."""
        left = [answer for part in parts for answer in (newest, self.HEAD + part)]
        return lambda connection, _: connection.sendall(left.pop(0)) if left else None

    def silence(self, connection: socket.socket, request: bytes) -> None:
        """No event ever comes."""
        is_stream = b"format=events" in request
        connection.sendall(self.HEAD if is_stream else NEWEST)
        if is_stream:
            connection.recv(1)

    def test_it_goes_on_where_it_was(self) -> None:
        first = b": hello\n\nretry: 1\n\nid: 3\ndata: (event (number 3) (time 1.5) (name a) (value (x 1)))\n\nid: 4\ndata: (ev"
        second = b"event: missed\ndata: 3\n\nid: 7\r\ndata: (event (number 7) (time 2) (name b) (value 0))\r\n\r\n"
        with mock.patch("xend.events.PAUSE", 0.01), Canned(self.stream(first, second)) as server:
            stream = xend.Daemon(transport(server.address)).events("a", "b.*", patience=0.1)
            self.assertEqual(next(stream), xend.Event(3, "a", ["x", "1"], 1.5))
            self.assertEqual(next(stream), xend.Event(7, "b", "0", 2.0))
            self.assertEqual((stream.last, stream.missed), (7, 3))
            with self.assertRaises(xend.UnreachableError):
                next(stream)
        self.assertIn(b"/xend/event/?format=events&pattern=a&pattern=b.%2A HTTP", server.requests[1])
        self.assertEqual(
            [request.split(b"Last-Event-ID: ")[1].split(b"\r\n")[0] for request in server.requests[1:4:2]],
            [b"7", b"3"],
        )

    def test_a_machine_that_has_begun_anew_counts_anew(self) -> None:
        def event(number: int, time: int, name: str = "a") -> bytes:
            return f"(event (number {number}) (time {time}) (name {name}) (value 0))".encode()

        def page(newest: int, *events: bytes) -> bytes:
            return sxp_answer(f"(events (newest {newest}) (missed 0) ".encode() + b" ".join(events) + b")")

        old = page(7, event(2, 5, "xend.start"))
        for new, last in [
            (page(9, event(2, 5, "xend.start")), b"8"),
            (page(9, event(2, 5, "xend.start"), event(9, 8, "xend.start")), b"8"),
            (page(9, event(2, 8, "xend.start")), b"0"),
            (page(3, event(2, 5, "xend.start")), b"0"),
            (page(9), b"8"),
        ]:
            first = self.HEAD + b"data: " + event(8, 6) + b"\n\n"
            left = [old, first, new, self.HEAD + b"data: " + event(10, 9) + b"\n\n"]
            with self.subTest(new), Canned(lambda connection, _, left=left: connection.sendall(left.pop(0))) as server:  # type: ignore[misc]
                with xend.Daemon(transport(server.address)).events() as stream:
                    self.assertEqual([next(stream).number for _ in range(2)], [8, 10])
                self.assertIn(b"\r\nLast-Event-ID: " + last + b"\r\n", server.requests[3])

    def test_damaged_events(self) -> None:
        for data in b"data: (event", b"data: (a b)", b"data: word", b"data: (event (number x) (time 1) (name a) (value 0))":
            with self.subTest(data), Canned(self.stream(data + b"\n\n")) as server:
                with self.assertRaisesRegex(xend.UnreadableError, "event"):
                    next(xend.Daemon(transport(server.address)).events())
        for answer, kind in [
            (sxp_answer(b"(xend.err x)", "503 too many readers"), xend.RefusedError),
            (sxp_answer(b"(ls)"), xend.UnreadableError),
        ]:
            with Canned(answer) as server, self.assertRaises(kind):
                xend.Daemon(transport(server.address)).events(since=1)

    def test_a_silent_line_is_dead(self) -> None:
        with mock.patch("xend.events.SILENCE", 0.1), mock.patch("xend.events.PAUSE", 0.01), Canned(self.silence) as server:
            with xend.Daemon(transport(server.address)).events(since=1, timeout=1) as stream:
                self.assertEqual(list(stream), [])
        self.assertGreater(len(server.requests), 4)

    def test_another_thread_ends_it(self) -> None:
        with Canned(self.silence) as server:
            stream = xend.Daemon(transport(server.address)).events(since=1)
            closer = threading.Timer(0.2, stream.close)
            closer.start()
            self.assertEqual(list(stream), [])
            closer.join()
            self.assertEqual(list(stream), [])


class Printed(unittest.TestCase):
    def test_what_a_domain_of_2004_shows(self) -> None:
        text = "(domain (id 1) (name vm1) (memory 64) (maxmem 64) (state -b---) (cpu 0) (cpu_time 1.25))"
        domain = xend.Domain(xend.Daemon(transport("h:1")), sxp.parse_first(text))
        self.assertEqual(repr(domain), "<domain 1 vm1>")
        self.assertEqual((domain.uuid, domain.console, domain.devices, domain.config), (None, None, [], None))
        self.assertEqual((domain.is_blocked, domain.is_paused, domain.cpu_time), (True, False, 1.25))


if __name__ == "__main__":
    unittest.main()
