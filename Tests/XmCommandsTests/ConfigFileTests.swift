// Reading configuration files as data.

import Testing

@testable import DomainFiles
@testable import XmCommands

/// `name=value; …` of what a file sets.
private func variables(_ text: String, _ arguments: [(name: String, value: String)] = []) throws -> String {
    let options = ConfigFile.Options(arguments: arguments)
    let file = try ConfigFile(Array(text.utf8), name: "f", options: options)
    return file.variables.map { "\($0.name)=\(shown($0.value))" }.joined(separator: "; ")
}

private func shown(_ value: ConfigValueView) -> String {
    switch value {
    case .int(let number): "\(number)"
    case .float(let number): "\(number)"
    case .string(let text): PythonText.quoted(text)
    case .bool(let value): "\(value)"
    case .list(let members): "[" + members.map(shown).joined(separator: ", ") + "]"
    case .other(let type): "<\(type)>"
    }
}

@Suite struct ConfigFileTests {
    /// Text, and what it sets. Expected values are those Python 2 gives.
    static let readable: [(String, String)] = [
        // Literals.
        ("a = 1", "a=1"), ("a=0x1F; b = 017; c = 0o17; d = 0b101; e = 64L", "a=31; b=15; c=15; d=5; e=64"),
        ("a = 1.5; b = .5; c = 1.; d = 1e3; e = 1.e-2", "a=1.5; b=0.5; c=1.0; d=1000.0; e=0.01"),
        ("a = 'x'; b = \"it's\"; c = 'say \"hi\"'", "a='x'; b=\"it's\"; c='say \"hi\"'"),
        ("a = 'one' \"two\"\nb = ('x'\n  'y')", "a='onetwo'; b='xy'"),
        ("a = '''x\ny'''\nb = \"\"\"q'\"q\"\"\"", "a='x\\ny'; b='q\\'\"q'"),
        (#"a = 'a\tb\\c\'d\x41\101\q\0'"#, #"a="a\tb\\c'dAA\\q\x00""#),
        (#"a = r'a\tb\'c'; b = u'x'; c = b"y"; d = R"\n""#, #"a="a\\tb\\'c"; b='x'; c='y'; d='\\n'"#),
        ("a = 'x\\\ny'", "a='xy'"),
        ("a = [1, 'b', [2.5]]; b = []; c = [1,]", "a=[1, 'b', [2.5]]; b=[]; c=[1]"),
        ("a = (1, 2); b = {'k': 1}; c = None; d = True", "a=<tuple>; b=<dict>; c=<None>; d=true"),
        // Layout.
        ("# only a comment", ""), ("", ""), ("\n\n", ""), ("a = 1 # c\r\nb = 2\r\n", "a=1; b=2"),
        ("a = [ 'x', # first\n\n      'y' ]\n", "a=['x', 'y']"), ("a = 1 + \\\n 2", "a=3"),
        ("\u{FEFF}a = 1", "a=1"), ("a = 1;", "a=1"), ("a = b = 2", "a=2; b=2"), ("a, b = 1, 'x'", "a=1; b='x'"),
        ("[a, b] = (1, 2)", "a=1; b=2"), ("if 1: a = 1; b = 2\nc = 3", "a=1; b=2; c=3"),
        // Arithmetic, as in Python 2.
        ("a = 7 / 2; b = -7 / 2; c = -7 % 3; d = 7 % -3; e = 7 // 2", "a=3; b=-4; c=2; d=-2; e=3"),
        ("a = 7.0 / 2; b = 1 + 2 * 3; c = (1 + 2) * 3; d = -2 ** 2", "a=3.5; b=7; c=9; d=-4"),
        ("a = 1 << 4 | 1; b = 6 & 3; c = 6 ^ 3; d = ~0; e = 2 ** 10", "a=17; b=2; c=5; d=-1; e=1024"),
        ("a = 'x' + 'y'; b = 'ab' * 2; c = [1] * 2 + [3]", "a='xy'; b='abab'; c=[1, 1, 3]"),
        ("a = 1\na += 2\nb = 'x'\nb += 'y'\nc = []\nc += ['z']", "a=3; b='xy'; c=['z']"),
        // Formatting.
        ("a = 'VM%d' % 3; b = 'sda%d,sda1,w' % (7+1)", "a='VM3'; b='sda8,sda1,w'"),
        ("a = '%s-%s' % ('x', 2); b = '%02x:%5.1f:%-4d|' % (10, 2.25, 7)", "a='x-2'; b='0a:  2.2:7   |'"),
        ("a = '%(n)s/%(n)s' % {'n': 5}; b = '100%%' % (); c = '%r' % 'q'", "a='5/5'; b='100%'; c=\"'q'\""),
        ("a = '%s' % 1.0; b = '%s' % [1, 'x']; c = '%c%c' % (65, 'b')", "a='1.0'; b=\"[1, 'x']\"; c='Ab'"),
        ("a = '%+d % d %#x %o' % (5, 5, 255, 8); b = '%*d' % (4, 7)", "a='+5  5 0xff 10'; b='   7'"),
        // Choice and comparison.
        ("x = 2\nif x < 1:\n  a = 1\nelif x == 2:\n  a = 2\nelse:\n  a = 3", "x=2; a=2"),
        ("a = 1 < 2 < 3; b = 1 < 3 < 2; c = 'a' in ['a']; d = 'z' not in 'abc'", "a=true; b=false; c=true; d=true"),
        ("a = 0 or 'x'; b = 1 and 'y'; c = not 1; d = 1 if 0 else 2", "a='x'; b='y'; c=false; d=2"),
        ("a = None is None; b = 1 <> 2; c = 1 == 1.0; d = 'x' == 1", "a=true; b=true; c=true; d=false"),
        // Items, ranges, functions.
        ("x = [1, 2, 3]\na = x[0]; b = x[-1]; c = x[1:]; d = 'abc'[:2]", "x=[1, 2, 3]; a=1; b=3; c=[2, 3]; d='ab'"),
        ("d = {'a': 1}\nd['b'] = 2\na = d['b']\nl = [1]\nl[0] = 5", "d=<dict>; a=2; l=[5]"),
        ("def f(x, y=2):\n\treturn x + y\na = f(1); b = f(1, 5); c = f(y=1, x=1)", "f=<function>; a=3; b=6; c=2"),
        ("a = int('7') + len('ab'); b = str(3) + 'x'; c = float('1.5'); d = abs(-2)", "a=9; b='3x'; c=1.5; d=2"),
        ("a = max(1, 3); b = min([2, 1]); c = int('ff', 16); d = int(2.9)", "a=3; b=1; c=255; d=2"),
        (
            "a = add_offset_to_ip('10.0.0.250', 10); b = check_subnet('10.0.1.4','10.0.0.0','255.255.0.0')",
            "a='10.0.1.4'; b=1"
        ),
        ("a = xm_file; b = xm_help", "a='f'; b=0"),
        // Loops, methods, and the little of modules that files use.
        ("a = []\nfor i in range(3):\n  a.append('x%d' % i)", "a=['x0', 'x1', 'x2']; i=2"),
        ("a = 0\nwhile a < 9:\n  a += 1\n  if a == 4: break", "a=4"),
        ("a = []\nfor i in xrange(5, 0, -2):\n  if i == 3: continue\n  a += [i]", "a=[5, 1]; i=1"),
        ("a = ''\nfor k, v in {'x': 1}.items(): a += k + str(v)", "a='x1'; k='x'; v=1"),
        ("a = ''\nfor (i, c) in enumerate('ab'): a = a + c * (i + 1)", "a='abb'; i=1; c='b'"),
        ("def f():\n  for i in [1, 2]:\n    if i == 2: return i * 10\na = f()", "f=<function>; a=20"),
        (
            "a = ['br%d' % i for i in range(4) if i % 2]; b = sum([1, 2]); c = sum(x for x in (3, 4))",
            "i=3; a=['br1', 'br3']; b=3; x=4; c=7"
        ),
        (
            "a = 'Web,DB'.lower().split(','); b = '-'.join(a); c = ' x '.strip(); d = 'a b'.split()",
            "a=['web', 'db']; b='web-db'; c='x'; d=['a', 'b']"
        ),
        (
            "a = 'xvda'.startswith('xv'); b = 'abc'.find('c'); c = 'aXa'.replace('X', '-'); d = '7'.zfill(3)",
            "a=true; b=2; c='a-a'; d='007'"
        ),
        ("a = 'vm{}: {0}{{}}'.format('x'); b = 'x1'.rstrip('1'); c = '12'.isdigit()", "a='vmx: x{}'; b='x'; c=true"),
        (
            "a = [1]\na.extend([2, 3])\na.insert(0, 'z')\nb = a.index(3); c = {'k': 5}.get('k'); d = {}.get('q', 6)",
            "a=['z', 1, 2, 3]; b=3; c=5; d=6"
        ),
        (
            "a = sorted(['b', 'a']); b = list('ab'); c = hex(255); d = ord('a'); e = chr(98)",
            "a=['a', 'b']; b=['a', 'b']; c='0xff'; d=97; e='b'"
        ),
        (
            "import os, re\na = os.uname()[0]; b = os.path.basename('/x/y'); c = os.path.join('/a', 'b')",
            "a='Linux'; b='y'; c='/a/b'"
        ),
        ("import re\nif re.search('64', 'x86_64'): a = 'lib64'\nif re.match('6', 'x86'): a = 'no'", "a='lib64'"),
        (
            "import string\na = string.lower('AB') + string.join(['x', 'y'], '-'); b = string.atoi('7')",
            "a='abx-y'; b=7"
        ),
        ("print 'hello', 1\nprint\nprint('x')\na = 1", "a=1"),
    ]

    @Test("What a file sets is what Python 2 would have set", arguments: readable)
    func reads(text: String, expected: String) throws {
        #expect(try variables(text) == expected)
    }

    /// Text, and the beginning of the message.
    static let refused: [(String, String)] = [
        ("import os\na = os.popen('ls')", "f:2:5: os.popen is not supported"),
        ("import socket", "f:1:1: import is not supported"), ("import os.path as p", "f:1:1: import is not supported"),
        ("from x import y", "f:1:1: import is not supported"),
        ("a = 1\nfor i in a:\n  b = 1", "f:2:10: int has no members to go through"),
        ("while 1: pass", "f:1:"), ("for i in range(9): pass\nelse: pass", "f:2:1: else after a loop"),
        ("for 1 in [1]: pass", "f:1:5: expected the name of a variable"), ("break", "f:1:1: break and continue belong"),
        ("a = [x for x in 'ab' for y in 'cd']", "f:1:22: a comprehension has one for"),
        ("a = {x: 1 for x in 'ab'}", "f:1:11: comprehensions of dictionaries"),
        ("a = range(9999)", "f:1:5: more than 4096 members"), ("a = range(1, 5, 0)", "f:1:5: the step of range() is 0"),
        ("[1].append(2)", "f:1:1: append() is for a list that has a name"),
        ("a = []\nwhile 1: a.append('x')", "f:2:10: more than 4096 members"),
        ("a = ','.join([1])", "f:1:5: join() needs strings, not int"),
        ("a = '{x}'.format(1)", "f:1:5: format() takes {} and {NUMBER}"),
        ("a = '{'.format(1)", "f:1:5: format() has an odd"),
        ("a = re.search('x.*y', 'b')", "f:1:5: the regular expression \"x.*y\" is not supported"),
        ("a = [].index(1)", "f:1:5: 1 is not in the list"), ("a = sorted([1, 'x'])", "f:1:5: sorted() needs numbers"),
        ("a = os.path.exists('/x')", "f:1:5: os.path.exists is not supported"),
        ("a = 'x'.replace('x', 'y' * 60000).replace('y', 'zz')", "f:1:5: the string would be longer"),
        ("a = chr(300)", "f:1:5: chr() is not possible for int"), ("exec 'x'", "f:1:1: exec is not supported"),
        ("class A:\n  pass", "f:1:1: class is not supported"), ("try:\n  a = 1", "f:1:1: try is not supported"),
        ("a = lambda x: x", "f:1:5: lambda is not supported"), ("a = [x for x in y]", "f:1:17: y has no value"),
        ("a = os.getenv('X')", "f:1:5: os.getenv is not supported"),
        ("a = sys.argv[1]", "f:1:5: sys.argv is not supported"),
        ("a = 'x'.encode()", "f:1:5: methods such as .encode are not supported"),
        ("a = open('/etc/passwd')", "f:1:5: open has no value"), ("a = __import__('os')", "f:1:5: __import__ has no"),
        ("a = eval('1')", "f:1:5: eval has no value"), ("a = get_current_ipaddr()", "f:1:5: get_current_ipaddr is"),
        ("a = f'x'", "f:1:5: strings with an f before"), ("a = `1`", "f:1:5: `value` is not supported"),
        ("a = b", "f:1:5: b has no value (define it above, or add b=VALUE to the command line)"),
        ("a = 'x", "f:1:5: the string is never closed on its line"), ("a = '''x", "f:1:5: the string is never closed"),
        ("a = [1, 2", "f:1:5: \"[\" is never closed"), ("a = 1)", "f:1:6: \")\" closes nothing"),
        ("a = (1]", "f:1:7: \"]\" does not close the \"(\" of line 1"), ("a = ", "f:1:5: expected a value"),
        ("a = 1 2", "f:1:7: expected the end of the line, not the number 2"), ("1 = a", "f:1:1: only a name"),
        ("  a = 1", "f:1:3: this line is indented, but no block"),
        ("if 1:\na = 1", "f:2:1: expected an indented block"),
        ("if 1:\n    a = 1\n  b = 2", "f:3:3: this line is indented by 2"), ("a = 08", "f:1:5: \"08\" is not a number"),
        ("a = 99999999999999999999", "f:1:5: \"99999999999999999999\" is not a number"), ("a = 1x", "f:1:5: \"1x\""),
        ("a = 1 / 0", "f:1:7: division by zero"), ("a = 'x' + 1", "f:1:9: \"+\" is not possible between str and int"),
        ("a = 9223372036854775807 + 1", "f:1:25: the number is too large"),
        ("a = 1 < 'x'", "f:1:9: int and str cannot"),
        ("a = '%d' % 'x'", "f:1:10: %d needs a number, not 'x'"), ("a = '%s %s' % 1", "f:1:13: the string has more %"),
        ("a = '%s' % (1, 2)", "f:1:10: the string has fewer %"), ("a = '%z' % 1", "f:1:10: %z is not a conversion"),
        ("a = [1][5]", "f:1:9: index 5 is outside"), ("a = {}['k']", "f:1:8: the dictionary has no key 'k'"),
        ("a, b = 1, 2, 3", "f:1:1: 2 names cannot be given 3 values"), ("return 1", "f:1:1: return outside"),
        ("raise ValueError", "f:1:1: the file raised ValueError"),
        ("raise ValueError('no')", "f:1:1: the file raised ValueError: no"),
        ("raise ValueError, 'no'", "f:1:1: the file raised ValueError: no"),
        ("def f(x):\n  return f(x)\na = f(1)", "f:2:10: more than 30 calls inside each other"),
        (
            "def f(x):\n  return [[[[[[[[[[[[[[[[[[[[f(x)]]]]]]]]]]]]]]]]]]]]\na = f(1)",
            "f:2:21: more than 300 expressions inside each other, calls included"
        ),
        ("a = 1\nfor i in range(99): a = [a]", "f:2:21: the value has more than 60 lists inside each other"),
        ("a = [1]\nfor i in range(99): a.append(a)", "f:2:21: the value has more than 60 lists inside each other"),
        ("a = [1]\nfor i in range(99): a[0] = a", "f:2:23: the value has more than 60 lists inside each other"),
        ("a = 1\nfor i in range(99): a = {'a': a}", "f:2:21: the value has more than 60 lists inside each other"),
        ("a = 1\nfor i in range(40): a = [a, a]", "f:2:21: the value has more than 60 lists inside each other"),
        ("def f(x): return x\na = f()", "f:2:5: f() is not given its parameter x"),
        ("a = int('x')", "f:1:5: invalid literal for int(): x"), ("a = int()", "f:1:5: int() takes one value, not 0"),
        ("a = 'x' * 999999999", "f:1:9: the string would be longer"),
        ("a = [1] * 999999", "f:1:9: more than 4096 members"),
        ("a = 'ab' * 9223372036854775807", "f:1:10: the string would be longer"),
        ("a = 2 ** 63", "f:1:7: the number is too large"),
        ("a = '%999999d' % 1", "f:1:16: a % conversion wider"), ("a = 1 ? 2", "f:1:7: unexpected character \"?\""),
        ("a = 1\\ \n", "f:1:6: a \"\\\" outside a string"), ("a = '\\xg0'", "f:1:6: this escape needs 2"),
        ("ä = 1", "f:1:1: unexpected character with code 195"), ("a = 'ä' ?", "f:1:9: unexpected"),
        ("a = \u{0}", "f:1:5: unexpected character with code 0"),
        (String(repeating: "(", count: 100), "f:1:61: more than 60 brackets"),
        ("a = " + String(repeating: "-", count: 100) + "1", "f:1:64: more than 60 expressions"),
        ("a = " + String(repeating: "1+", count: 500) + "1", "f:1:406: more than 200 operators"),
        ("a = " + String(repeating: "not ", count: 100) + "1", "f:1:"),
        ("x = 'a' * 1000\n" + String(repeating: "x = x + x\n", count: 20), "f:8:7: the string would be longer"),
        ("xm_vars.var()", "f:1:1: xm_vars.var needs"), ("xm_vars.foo()", "f:1:1: xm_vars.foo is not supported"),
    ]

    @Test("What is not supported is refused with its place", arguments: refused)
    func refuses(text: String, expected: String) {
        do {
            let result = try variables(text)
            Issue.record("read as \(result)")
        } catch {
            #expect("\(error)".hasPrefix(expected), "\(error)")
        }
    }

    private static let checked = """
        def vmid_check(var, val):
            val = int(val)
            if val <= 0:
                raise ValueError
            return val

        xm_vars.var('vmid',
                    use="Virtual machine id. Integer greater than 0.",
                    check=vmid_check)
        xm_vars.check()
        name = "VM%d" % vmid
        """

    @Test("Declared variables are checked by the file's own function")
    func checksVariables() throws {
        #expect(try variables(Self.checked, [("vmid", "7")]) == "vmid_check=<function>; vmid=7; name='VM7'")
        for (value, message) in [("0", "the file raised ValueError"), ("x", "invalid literal for int(): x")] {
            let error = #expect(throws: ConfigFileError.self) { try variables(Self.checked, [("vmid", value)]) }
            #expect(error?.text.contains("vmid=\(value) is not accepted: \(message)") == true)
        }
        let error = #expect(throws: ConfigFileError.self) { try variables(Self.checked) }
        #expect(error?.description.hasPrefix("f:10:1: vmid is not set: add vmid=VALUE to the command line") == true)
    }

    @Test("The declarations are known even where the rest cannot be evaluated")
    func knowsDeclarations() throws {
        let options = ConfigFile.Options(onlyDeclarations: true)
        let file = try ConfigFile(Array(Self.checked.utf8), name: "f", options: options)
        #expect(file.declared.map(\.name) == ["vmid"])
        #expect(file.declared.map(\.use) == ["Virtual machine id. Integer greater than 0."])
    }

    @Test("Lines of xl's files may be indented anywhere")
    func acceptsLooseIndentation() throws {
        let options = ConfigFile.Options(looseIndentation: true)
        let file = try ConfigFile(Array("  name = 'x'\n    memory = 5\n a = 1\n".utf8), name: "f", options: options)
        #expect(file.variables.map(\.name) == ["name", "memory", "a"])
    }

    @Test("Bytes that are not UTF-8 are kept")
    func keepsBytes() throws {
        let file = try ConfigFile([0x61, 0x3D, 0x27, 0xE4, 0x27], name: "f")
        guard case .string(let text)? = file.variables.first?.value else { return #expect(Bool(false)) }
        #expect(text.unicodeScalars.count == 1)
    }

    @Test("A file of any bytes is read or refused, within its limits")
    func survivesDamage() {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let seeds = Self.readable.map { Array($0.0.utf8) } + [Array(Self.checked.utf8)]
        let pieces = ["(", "[", "\"", "'''", "\\", "%", "if ", ":\n ", "def f(", "**", "\n\t", "\u{0}", "9", "x"]
        for _ in 0..<3000 {
            var bytes = seeds[random(seeds.count)]
            for _ in 0...random(4) {
                let place = random(bytes.count + 1)
                switch random(3) {
                case 0: bytes.insert(contentsOf: pieces[random(pieces.count)].utf8, at: place)
                case 1: if place < bytes.count { bytes.remove(at: place) }
                default: bytes.append(contentsOf: seeds[random(seeds.count)])
                }
            }
            do {
                _ = try ConfigFile(bytes, name: "f", options: .init(arguments: [("vmid", "1")]))
            } catch {
                let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
                #expect(error.position.line >= 1 && error.position.line <= lines && error.position.column >= 1)
            }
        }
    }
}
