"""Reading and printing s-expressions: the vectors of the format's reference, then whatever chance makes."""

from __future__ import annotations

import doctest
import random
import unittest
from typing import Any, Iterator, List

from xend import sxp

# Input, values, text of the error.
VECTORS: List[Any] = [
    (b"(a b c)", [["a", "b", "c"]]),
    (b"()", [[]]),
    (b"(a (b c) d)", [["a", ["b", "c"], "d"]]),
    (b"  ( a\n b\t c ) ", [["a", "b", "c"]]),
    (b"a b", ["a", "b"]),
    (b"(a)(b)", [["a"], ["b"]]),
    (b"'a b'", ["a b"]),
    (b'"a b"', ["a b"]),
    (rb"'it\'s'", ["it's"]),
    (b"(x 'a\"b')", [["x", 'a"b']]),
    (rb"'a\nb'", ["a\nb"]),
    (rb"'\x41'", ["A"]),
    (rb"'\101'", ["A"]),
    (b"(a '' b)", [["a", "", "b"]]),
    (b"# comment\n(a b)", [["a", "b"]]),
    (b"(a # c )\n b)", [["a", "b"]]),
    (b"(a#c\nb)", [["a", "b"]]),
    (b"(a!b)", [["a", "!b"]]),
    (b"a;b", ["a", ";b"]),
    (b"{a}", ["{a", "}"]),
    (b"[a b]", ["[a", "b", "]"]),
    (b"(mode w!)", [["mode", "w", "!"]]),
    (b"(a 'b'c)", [["a", "b", "c"]]),
    (b"(a b'c')", [["a", "b'c'"]]),
    (b'(a b"c d")', [["a", 'b"c', 'd"']]),
    (b"(a (@ (id x) (n 1)) c)", [["a", ["@", ["id", "x"], ["n", "1"]], "c"]]),
    (rb"(a \n)", [["a", r"\n"]]),
    (b"1 2.5 -3 0x1f", ["1", "2.5", "-3", "0x1f"]),
    (b"(a . b)", [["a", ".", "b"]]),
    (b"(a 'x\ny')", [["a", "x\ny"]]),
    (b"(a) \x04 (b)", [["a"]]),
    (b"(a\r\nb)", [["a", "b"]]),
    (b"", []),
    (b"\x0ba\x0cb", ["a", "b"]),
    (b"}}<>[!", ["}", "}", "<", ">", "[", "!"]),
    (b"a\x04b a\x01b", ["a\x04b", "a\x01b"]),
    ("aé".encode(), ["aé"]),
    ("'é\x01#('".encode(), ["é\x01#("]),
    (rb"'\a\b\t\n\v\f\r\\\'\"'", ["\x07\x08\t\n\x0b\x0c\r\\'\""]),
    (rb"'\xe9'", ["\udce9"]),
    (rb"'\xC3\xa9'", ["é"]),
    (rb"'\1a\12b\1234'", ["\x01a\nbS4"]),
    (rb"'\0'", ["\0"]),
]
ERRORS = [
    (b"a)", "1:2: syntax error: )"),
    (b")", "1:1: syntax error: )"),
    (b"(a 'b", "1:6: unexpected EOF (what begins at 1:4 is never closed)"),
    (b"(a\n (b) ", "2:6: unexpected EOF (what begins at 1:1 is never closed)"),
    (b"(a \x01 b)", "1:4: invalid character: code 1"),
    ("é".encode(), "1:1: invalid character: code 195"),
    (b"\x7f", "1:1: invalid character: code 127"),
    (rb"'\400'", "1:5: invalid octal escape: out of range 400"),
    (rb"'\q'", "1:3: invalid escape: backslash before code 113"),
    (rb"'\x4'", "1:5: invalid hex escape: code 39 is not a hex digit"),
    (rb"'a\ "[:-1], "1:4: unexpected EOF (what begins at 1:1 is never closed)"),
    (rb"'a\x", "1:5: unexpected EOF (what begins at 1:1 is never closed)"),
    (b"(" * 201, "1:201: lists nested more than 200 deep"),
]
PRINTED: List[Any] = [
    (["xend.err", "invalid domain:foo"], "(xend.err 'invalid domain:foo')"),
    (["xend.err", "can't"], '(xend.err "can\'t")'),
    ("a'\"b", r"""'a\'"b'"""),
    (r"a\b", r"'a\\b'"),
    ("/dev/hda1 ro", "'/dev/hda1 ro'"),
    ("1.2.3.4:5.6.7.8::::eth0:off", "1.2.3.4:5.6.7.8::::eth0:off"),
    ("a.b-c:d/e+f_g", "'a.b-c:d/e+f_g'"),
    ("\udce9", r"'\xe9'"),
    (b"\xe9", r"'\xe9'"),
    ("é", r"'\xc3\xa9'"),
    (["a", []], "(a ())"),
    (["a", ""], "(a '')"),
    (("a", ("b", 1)), "(a (b 1))"),
    ("@", "@"),
    ("@x", "'@x'"),
    ("\n\r\t\0\x1f\x7f", r"'\n\r\t\x00\x1f\x7f'"),
    (172.2, "172.2"),
    (4.0, "4.0"),
    (1 / 3, "0.333333333333"),
    (1e16, "1e+16"),
    (64, "64"),
    (True, "True"),
    (123456789012345678901234567890, "123456789012345678901234567890"),
]
PRETTY = [
    ("(a b c)", 5, "(a\n    b\n    c\n)\n"),
    ("(a b c)", 7, "(a b c)\n"),
    ("()", 1, "()\n"),
    ("word", 1, "word\n"),
    ("(a (b c))", 8, "(a\n    (b\n        c\n    )\n)\n"),
    ("((vif (idx 0)))", 12, "((vif\n     (idx 0)\n )\n)\n"),
]


def random_values(count: int) -> Iterator[sxp.Value]:
    chance = random.Random(20041130)
    letters = "ab()'\"\\ #\n\t\r\0\x04\x7fé€😀\udce9;!{}@~"

    def value(depth: int) -> sxp.Value:
        if depth and chance.random() < 0.6:
            return [value(depth - 1) for _ in range(chance.randrange(5))]
        return "".join(chance.choice(letters) for _ in range(chance.randrange(6)))

    for _ in range(count):
        yield value(4)


class Reading(unittest.TestCase):
    def test_every_vector(self) -> None:
        for text, values in VECTORS:
            with self.subTest(text):
                self.assertEqual(sxp.parse(text), values)

    def test_every_error(self) -> None:
        for text, message in ERRORS:
            with self.subTest(text[:20]):
                with self.assertRaises(sxp.SxpError) as raised:
                    sxp.parse(text)
                self.assertEqual(str(raised.exception), message)

    def test_only_the_first_counts(self) -> None:
        self.assertEqual(sxp.parse_first(b"(a) ) ("), ["a"])
        with self.assertRaisesRegex(sxp.SxpError, "no value"):
            sxp.parse_first(" # nothing\n")
        with self.assertRaisesRegex(sxp.SxpError, "lone surrogate U.D800"):
            sxp.parse("\ud800")

    def test_damage_is_an_error_and_nothing_else(self) -> None:
        whole = rb"""(domain (id 1) (name "w\x65b") (s 'a\'b\101') # c
            (devices (vif (idx 0) (mac aa:00:00:00:00:01))))"""
        for place in range(len(whole)):
            pieces = [whole[:place]] + [whole[:place] + bytes([byte]) + whole[place + 1 :] for byte in range(256)]
            for damaged in pieces:
                try:
                    values = sxp.parse(damaged)
                except sxp.SxpError as error:
                    self.assertGreater(error.line, 0)
                else:
                    # What can be read is printed, and reads as the same.
                    self.assertEqual(sxp.parse(" ".join(map(sxp.to_string, values))), values)

    def test_a_large_answer_is_read_in_a_moment(self) -> None:
        text = "(" + "(domain (name 'a b') (id 1)) " * 100_000 + ")"
        self.assertEqual(len(sxp.parse_first(text)), 100_000)


class Printing(unittest.TestCase):
    def test_every_vector(self) -> None:
        for value, text in PRINTED:
            with self.subTest(text):
                self.assertEqual(sxp.to_string(value), text)

    def test_what_is_printed_is_read_as_it_was(self) -> None:
        for value in random_values(3000):
            self.assertEqual(sxp.parse_first(sxp.to_string(value)), value)
            for width in 1, 20, 80:
                self.assertEqual(sxp.parse_first(sxp.pretty(value, width)), value)

    def test_layout(self) -> None:
        for text, width, layout in PRETTY:
            with self.subTest(text, width=width):
                self.assertEqual(sxp.pretty(sxp.parse_first(text), width), layout)

    def test_what_cannot_be_printed(self) -> None:
        deep: Any = "a"
        for _ in range(201):
            deep = [deep]
        with self.assertRaisesRegex(sxp.SxpError, "nested more than 200"):
            sxp.to_string(deep)
        self.assertEqual(sxp.parse_first(sxp.to_string(deep[0])), deep[0])
        with self.assertRaisesRegex(sxp.SxpError, "lone surrogate"):
            sxp.to_string("\ud800")
        for value in None, {"a": 1}, ["a", None]:
            with self.assertRaises(TypeError):
                sxp.to_string(value)  # type: ignore[arg-type]


class Looking(unittest.TestCase):
    def test_elements(self) -> None:
        value = sxp.parse_first("(a (@ (id x)) b (c 1 2) (d) (c 3) (e (f)))")
        self.assertEqual(sxp.name(value), "a")
        self.assertEqual(sxp.children(value), ["b", ["c", "1", "2"], ["d"], ["c", "3"], ["e", ["f"]]])
        self.assertEqual(sxp.children(value, "c"), [["c", "1", "2"], ["c", "3"]])
        self.assertEqual(sxp.child(value, "c"), ["c", "1", "2"])
        self.assertIsNone(sxp.child(value, "x"))
        self.assertEqual(sxp.child_value(value, "c"), "1")
        self.assertIsNone(sxp.child_value(value, "d"))
        self.assertEqual(sxp.child_value(value, "e"), ["f"])
        self.assertIsNone(sxp.child_text(value, "e"))
        odds: List[sxp.Value] = ["word", [], [[]]]
        for odd in odds:
            self.assertEqual(sxp.children(odd), [])

    def test_the_examples(self) -> None:
        self.assertEqual(doctest.testmod(sxp).failed, 0)


if __name__ == "__main__":
    unittest.main()
