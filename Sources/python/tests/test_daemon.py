"""Against a xend on a simulated machine: every function, every operation, every method."""

from __future__ import annotations

import inspect
import re
import subprocess
import unittest
from typing import Any, Callable, Dict, List, Set, Tuple

import xend
from support import CONFIG, REPOSITORY, SIMULATOR, Canned, Noting, Simulator, eventually, free_port
from xend import sxp
from xend.XendClient import Xend

#: What is there for browsers and for clients of Xen 3, and other spellings of operations.
OTHERS = {("/xend/style.css", ""), ("/xend/live.js", ""), ("/xend/openapi.json", "")}
OTHERS |= {("/xend/domain/:domain", spelling) for spelling in ("bvt_set", "atropos_set", "domain_sched_credit_get")}
OTHERS |= {("/xend/domain/:domain", question) for question in ("devices", "wait_for_devices")}
#: Look into what was answered.
FIELDS = ("text", "number", "seconds")
Steps = List[Tuple[str, Callable[[], Any], Any]]


def operations_of_the_daemon() -> Set[Tuple[str, str]]:
    """Every path, with every operation there, out of the tables from which the daemon takes them."""
    table = (REPOSITORY / "Sources/XendServer/Routing/RouteTable.swift").read_text()
    rules = (REPOSITORY / "Sources/DomainLifecycle/Operations/OperationRules.swift").read_text()
    rows: Dict[str, List[str]] = {"node": [], "domains": [], "domain": []}
    for label, name in re.findall(r'= OperationRule\(\s*(making: |node: )?"(\w+)"', rules):
        rows[{"making: ": "domains", "node: ": "node", "": "domain"}[label]].append(name)
    found = set()
    for path, rest in re.findall(r'Resource\(\s*"([^"]+)"(.*?)(?=Resource\(\s*"|\n    \]\n)', table, re.DOTALL):
        if "get:" in rest:
            found.add((path, ""))
        names = re.findall(r'\.(?:change|query|changeByGet)\("(\w+)"', rest)
        for target in re.findall(r"operations\(of: \.(\w+)\)", rest):
            names += rows[target]
        found |= {(path, name) for name in names}
    return found


def functions_of_xm() -> Dict[str, int]:
    """The functions that `xm call` has, which are made of the daemon's table, with how many arguments each takes."""
    said = subprocess.run([str(SIMULATOR.with_name("xm")), "help", "call"], capture_output=True, text=True, timeout=20)
    return {name: len(words.split()) for name, words in re.findall(r"^ +(xend\w*)((?: \S+)*)$", said.stdout, re.MULTILINE)}


class Tables(unittest.TestCase):
    """The lists are lists: an empty one would prove nothing."""

    def test_the_daemons_tables_were_understood(self) -> None:
        found = operations_of_the_daemon()
        self.assertGreater(len(found), 40)
        for operation in [
            ("/xend", ""),
            ("/xend/domain", "create"),
            ("/xend/node", "notify"),
            ("/xend/domain/:domain", "pincpu"),
            ("/xend/domain/:domain", "vcpuinfo"),
            ("/xend/console/:port", "disconnect"),
            ("/metrics", ""),
        ]:
            self.assertIn(operation, found)

    def test_xm_has_no_function_that_is_not_here(self) -> None:
        functions = functions_of_xm()
        self.assertGreater(len(functions), 40)
        for name, count in functions.items():
            with self.subTest(name):
                parameters = inspect.signature(getattr(Xend, name)).parameters
                # Without `self`.
                needed = sum(parameter.default is inspect.Parameter.empty for parameter in parameters.values()) - 1
                self.assertTrue(needed <= count <= len(parameters) - 1, f"xm has {count} arguments")


    def test_the_manual_page_has_every_name(self) -> None:
        words = set(re.findall(r"\w+", (REPOSITORY / "Sources/python/man/xend-python.7").read_text()))
        for kind in Xend, xend.Daemon, xend.Node, xend.Domain, xend.Console, xend.Task:
            for name, _ in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_") and name not in FIELDS:
                    self.assertIn(name, words)
        for name in vars(xend.errors):
            if name.endswith("Error"):
                self.assertIn(name, words)


class Operations(unittest.TestCase):
    """One machine each for the functions of 2004 and for today's form; and another one to which domains move."""

    here: Simulator
    there: Simulator
    destination: str

    @classmethod
    def setUpClass(cls) -> None:
        port = free_port()
        secret = "(xend-pool-secret-file /etc/xen/secret)"
        cls.here = cls.enter(Simulator(secret))
        cls.there = cls.enter(Simulator(f"{secret} (xend-migration-port {port})"))
        cls.destination = f"localhost:{port}"

    @classmethod
    def enter(cls, simulator: Simulator) -> Simulator:
        # The file has to be there before the daemon reads it.
        simulator.files["etc/xen/secret"] = b"0123456789abcdef0123456789abcdef\n"
        simulator.__enter__()
        cls.addClassCleanup(simulator.__exit__)
        return simulator

    def perform(self, steps: Steps) -> None:
        """Does one step after another. What is expected is a value, a pattern of the refusal, or anything."""
        for name, action, expected in steps:
            with self.subTest(name):
                if isinstance(expected, type(re.compile(""))):
                    with self.assertRaisesRegex(xend.RefusedError, expected):
                        action()
                elif expected is ...:
                    action()
                else:
                    self.assertEqual(action(), expected)

    def test_every_function_of_2004(self) -> None:
        transport = Noting(self.here.address)
        here = Xend(transport=transport)
        there = Xend(self.there.address)

        def port() -> str:
            found = here.xend_consoles()
            assert isinstance(found, list) and isinstance(found[0], str)
            return found[0]

        gone = re.compile("no such scheduler")
        config = sxp.parse_first(CONFIG.format("web", "sda1"))
        steps: Steps = [
            ("xend", here.xend, ["ls", "node", "domain", "console", "event", "device", "vnet"]),
            ("xend_devices", here.xend_devices, ["ls"]),
            ("xend_node", lambda: sxp.child_text(here.xend_node() or [], "host"), "alpha"),
            ("xend_node_dmesg", lambda: "Xen" in str(here.xend_node_dmesg()), True),
            ("xend_node_get_dmesg", lambda: "Xen" in str(here.xend_node_get_dmesg()), True),
            ("xend_node_clear_dmesg", here.xend_node_clear_dmesg, "0"),
            ("xend_node_log", lambda: "xend" in str(here.xend_node_log()), True),
            ("xend_node_notify", lambda: here.xend_node_notify(""), "0"),
            ("xend_node_cpu_rrobin_slice_set", lambda: here.xend_node_cpu_rrobin_slice_set(5), gone),
            ("xend_node_cpu_bvt_slice_set", lambda: here.xend_node_cpu_bvt_slice_set(5), gone),
            ("xend_domain_create", lambda: sxp.child_text(here.xend_domain_create(config) or [], "name"), "web"),
            ("xend_domains", here.xend_domains, ["Domain-0", "web"]),
            ("xend_domain", lambda: sxp.child_text(here.xend_domain("web") or [], "memory"), "32"),
            ("xend_domain_unpause", lambda: here.xend_domain_unpause("web"), "0"),
            ("xend_domain_pause", lambda: here.xend_domain_pause("web"), "0"),
            ("xend_domain_unpause", lambda: here.xend_domain_unpause("web"), "0"),
            ("xend_domain_configure", lambda: here.xend_domain_configure("web", ["domain", ["config", config]]), re.compile("already configured")),
            ("xend_domain_pincpu", lambda: here.xend_domain_pincpu("web", "0-1", 1), "0"),
            ("xend_domain_vcpus_set", lambda: here.xend_domain_vcpus_set("web", 1), "0"),
            ("xend_domain_vcpuinfo", lambda: sxp.child_text(here.xend_domain_vcpuinfo("web") or [], "vcpu_count"), "2"),
            ("xend_domain_sysrq", lambda: here.xend_domain_sysrq("web", "s"), "0"),
            ("xend_domain_maxmem_set", lambda: here.xend_domain_maxmem_set("web", 64), "0"),
            ("xend_domain_mem_target_set", lambda: here.xend_domain_mem_target_set("web", 24), "0"),
            ("xend_domain_sched_credit_set", lambda: here.xend_domain_sched_credit_set("web", 512, 50), "0"),
            ("xend_domain_sched_credit_get", lambda: here.xend_domain_sched_credit_get("web"), ["sched_credit", ["weight", "512"], ["cap", "50"]]),
            ("xend_domain_cpu_bvt_set", lambda: here.xend_domain_cpu_bvt_set("web", 1, 2, 3, 4, 5), gone),
            ("xend_domain_cpu_atropos_set", lambda: here.xend_domain_cpu_atropos_set("web", 1, 2, 3, 4), gone),
            ("xend_domain_vifs", lambda: len(here.xend_domain_vifs("web") or []), 1),
            ("xend_domain_vif", lambda: sxp.name(here.xend_domain_vif("web", 0) or []), "vif"),
            ("xend_domain_vbds", lambda: len(here.xend_domain_vbds("web") or []), 1),
            ("xend_domain_vbd", lambda: sxp.child_text(here.xend_domain_vbd("web", "0") or [], "uname"), "phy:sda1"),
            ("xend_domain_device_create", lambda: sxp.child_text(here.xend_domain_device_create("web", ["vbd", ["uname", "phy:sda2"], ["dev", "sdb1"], ["mode", "r"]]) or [], "idx"), "1"),
            ("xend_domain_device_destroy", lambda: here.xend_domain_device_destroy("web", "vbd", 1), "None"),
            ("xend_domain_device_configure", lambda: sxp.child_text(here.xend_domain_device_configure("web", ["vif", ["ip", "10.0.0.7"]], 0) or [], "ip"), "10.0.0.7"),
            ("xend_consoles", lambda: len(here.xend_consoles() or []), 1),
            ("xend_console", lambda: sxp.child_text(here.xend_console(port()) or [], "domain"), "1"),
            ("xend_console_type", lambda: here.xend_console_type(port(), "hello"), "None"),
            ("xend_saved", here.xend_saved, []),
            ("xend_console_ticket", lambda: sxp.name(here.xend_console_ticket(port()) or []), "ticket"),
            ("xend_token_create", lambda: sxp.child_text(here.xend_token_create("viewer", "1h", "ours") or [], "role"), "viewer"),
            ("xend_tokens", lambda: len(here.xend_tokens() or []), 2),
            ("xend_token", lambda: sxp.child_text(here.xend_token("ours") or [], "name"), "ours"),
            ("xend_token_revoke", lambda: here.xend_token_revoke("ours"), ...),
            ("xend_audit", lambda: sxp.name(here.xend_audit() or []), "audit"),
            ("xend_history", lambda: sxp.name(here.xend_history("web") or []), "history"),
            ("xend_domain_history", lambda: sxp.name(here.xend_domain_history("web") or []), "history"),
            ("xend_domain_measures", lambda: here.xend_domain_measures("web", "day"), re.compile("xend-measures")),
            ("xend_node_measures", here.xend_node_measures, re.compile("xend-measures")),
            ("xend_node_pool", lambda: sxp.name(here.xend_node_pool() or []), "pool"),
            ("xend_console_disconnect", lambda: here.xend_console_disconnect(port()), "None"),
            ("xend_vnet_create", lambda: here.xend_vnet_create(["vnet", ["id", 7]]), "None"),
            ("xend_vnets", here.xend_vnets, ["7"]),
            ("xend_vnet", lambda: sxp.child_text(here.xend_vnet(7) or [], "id"), "7"),
            ("xend_vnet_delete", lambda: here.xend_vnet_delete(7), "None"),
            ("xend_event_inject", lambda: here.xend_event_inject(["my.event", "é 'x'"]), "my.event"),
            ("xend_events", lambda: sxp.child_value(sxp.child(here.xend_events(0, ["my.?"]) or [], "event") or [], "value"), ["my.event", "é 'x'"]),
            ("xend_domain_keep", lambda: here.xend_domain_keep("web"), "0"),
            ("xend_domain_autostart", lambda: here.xend_domain_autostart("web", order=5, stop="suspend"), "0"),
            ("xend_domain_suspend", lambda: here.xend_domain_suspend("web"), "0"),
            ("xend_domains", lambda: here.xend_domains(state="suspended"), ["web"]),
            ("xend_domain_start", lambda: here.xend_domain_start("web"), "0"),
            ("xend_domain_undefine", lambda: here.xend_domain_undefine("web"), "0"),
            ("xend_domain_define", lambda: sxp.child_text(here.xend_domain_define(sxp.parse_first(CONFIG.format("kept", "sda9"))) or [], "defined"), "halted"),
            ("xend_domain_undefine", lambda: here.xend_domain_undefine("kept", "drop"), "0"),
            ("xend_node_stop_domains", lambda: here.xend_node_stop_domains(1), "0"),
            ("xend_node_reload", lambda: sxp.name(here.xend_node_reload() or []), "reloaded"),
            ("xend_domain_rename", lambda: here.xend_domain_rename("web", "www"), "0"),
            ("xend_domain_cancel", lambda: here.xend_domain_cancel("www"), re.compile("not being saved")),
            ("xend_domain_resolve", lambda: here.xend_domain_resolve("www", "keep"), re.compile(".")),
            ("xend_domain_dump", lambda: here.xend_domain_dump("www", "/srv/www.core", live=1), "0"),
            ("xend_domain_save", lambda: here.xend_domain_save("www", "/srv/www"), "0"),
            ("xend_domain_restore", lambda: sxp.child_text(here.xend_domain_restore("/srv/www") or [], "name"), "www"),
            ("xend_tasks", lambda: here.xend_tasks(), ["1", "2", "3", "4", "5"]),
            ("xend_task", lambda: sxp.child_text(here.xend_task(2) or [], "operation"), "restore"),
            ("xend_task_cancel", lambda: here.xend_task_cancel(2), re.compile(".")),
            ("xend_domain_migrate", lambda: here.xend_domain_migrate("www", self.destination, True), f"http://localhost:{self.there.address.split(':')[1]}/xend/domain/1"),
            ("it is there", there.xend_domains, ["Domain-0", "www"]),
            ("xend_domain_shutdown", lambda: there.xend_domain_shutdown("www", "reboot"), "0"),
            ("xend_domain_destroy", lambda: there.xend_domain_destroy("www", "halt"), "0"),
        ]  # fmt: skip
        self.perform(steps)
        # The rest asks a machine of its own for its end.
        done = {name for name, _, _ in steps} | {"xend_node_shutdown", "xend_node_reboot", "xend_node_restart"}
        functions = {name for name, _ in inspect.getmembers(Xend, inspect.isfunction) if name.startswith("xend")}
        self.assertEqual(functions - done, set(), "not tried here")
        asked = transport.asked | {("/xend/domain/:domain", "shutdown"), ("/xend/domain/:domain", "destroy")}
        asked |= {("/xend/node", "shutdown"), ("/xend/node", "reboot")}
        here_only = {("/healthz", ""), ("/readyz", ""), ("/metrics", "")}
        # People sign in with browsers; a program shows a token.
        here_only |= {("/xend/login", operation) for operation in ("", "login", "logout", "password", "link")}
        # Nor does a program tick things on a page.
        here_only |= {("/", ""), ("/xend/icon.svg", ""), ("/xend/domain", "each")}
        # Nor fills in fields: it has a configuration, and consoles by TCP.
        here_only |= {("/xend/new", ""), ("/xend/domain/:domain", "vif_create"), ("/xend/domain/:domain", "vbd_create")}
        here_only |= {("/xend/domain/:domain/console", "")}
        here_only |= {(f"/xend/{name}", "") for name in ("console.js", "xterm.js", "xterm.css")}
        self.assertEqual(operations_of_the_daemon() - OTHERS - here_only - asked, set(), "not in the client")

    def test_every_method_of_today(self) -> None:
        transport = Noting(self.here.address)
        daemon = xend.Daemon(transport)
        there = xend.connect(self.there.address)
        events = daemon.events("xend.domain.*", timeout=5)
        self.addCleanup(events.close)
        (self.here.root / "srv/new.sxp").write_text(CONFIG.format("new", "sda3"))
        new = daemon.create(self.here.root / "srv/new.sxp")
        other = daemon.create(CONFIG.format("other", "sda4").encode())
        steps: Steps = [
            ("Daemon.resources", daemon.resources, ["node", "domain", "console", "event", "device", "vnet"]),
            ("Daemon.names", lambda: {"Domain-0", "new", "other"} <= set(daemon.names()), True),
            ("Daemon.domains", lambda: {"new", "other"} <= {domain.name for domain in daemon.domains()}, True),
            ("Daemon.domain", lambda: daemon.domain(new.id).uuid, new.uuid),
            ("Daemon.create", lambda: daemon.create("(vm)"), re.compile("(?i)missing|name|image")),
            ("Daemon.call", lambda: daemon.call(xend.Call("GET", ("domain", "new"), (("op", "vbds"),))), [new.devices[1].expression]),
            ("Daemon.consoles", lambda: new.id in [console.domain for console in daemon.consoles()], True),
            ("Daemon.inject", lambda: daemon.inject("(my.event 'a b')"), "my.event"),
            ("Daemon.past_events", lambda: daemon.past_events("my.?")[0][-1].value, ["my.event", "a b"]),
            ("Daemon.create_network", lambda: daemon.create_network("(vnet (id 8))"), None),
            ("Daemon.networks", daemon.networks, ["8"]),
            ("Daemon.network", lambda: sxp.child_text(daemon.network(8), "id"), "8"),
            ("Daemon.delete_network", lambda: daemon.delete_network("8"), None),
            ("Daemon.is_ready", daemon.is_ready, True),
            ("Daemon.is_healthy", daemon.is_healthy, True),
            ("Daemon.metrics", lambda: "xend_domains" in daemon.metrics(), True),
            ("Node.information", lambda: daemon.node.information()["memory"], "4096"),
            ("Node.dmesg", lambda: isinstance(daemon.node.dmesg(), str), True),
            ("Node.clear_dmesg", daemon.node.clear_dmesg, None),
            ("Node.log", lambda: "xend" in daemon.node.log(), True),
            ("Node.notify", lambda: daemon.node.notify("ftp://x"), re.compile("http")),
            ("Domain.unpause", new.unpause, None),
            ("Domain.pause", new.pause, None),
            ("Domain.refresh", lambda: new.refresh().is_paused, True),
            ("Domain.unpause", new.unpause, None),
            ("Domain.sysrq", lambda: new.sysrq("h"), None),
            ("Domain.rename", lambda: new.rename("nëw 'x'"), re.compile("name")),
            ("Domain.rename", lambda: new.rename("newer"), None),
            ("Domain.refresh", lambda: new.refresh().name, "newer"),
            ("Domain.pin", lambda: new.pin(1), None),
            ("Domain.set_vcpus", lambda: new.set_vcpus(1), None),
            ("Domain.vcpu_information", lambda: len(new.vcpu_information()), 2),
            ("Domain.set_maximum_memory", lambda: new.set_maximum_memory(48), None),
            ("Domain.set_memory_target", lambda: new.set_memory_target(24), None),
            ("Domain.set_scheduler", lambda: new.set_scheduler(cap=30), None),
            ("Domain.scheduler", new.scheduler, xend.Scheduler(256, 30)),
            ("Domain.vifs", lambda: [device.type for device in new.vifs()], ["vif"]),
            ("Domain.vif", lambda: new.vif(0).text("vif"), "0"),
            ("Domain.vbds", lambda: [device.idx for device in new.vbds()], ["0"]),
            ("Domain.vbd", lambda: new.vbd("0").text("dev"), "sda1"),
            ("Domain.add_device", lambda: repr(new.add_device("(vbd (uname phy:sda5) (dev sdb1) (mode r))")), "<vbd 1>"),
            ("Domain.remove_device", lambda: new.remove_device(new.vbd(1)), None),
            ("Domain.remove_device", lambda: new.remove_device("vbd", 1), re.compile("vbd 1")),
            ("Domain.configure_device", lambda: new.configure_device(0, ["vif", ["ip", "10.0.0.8"]]).text("ip"), "10.0.0.8"),
            ("Domain.configure", lambda: new.configure("(domain (config (vm)))"), re.compile(".")),
            ("Domain.cancel", new.cancel, re.compile("not being saved")),
            ("Domain.resolve", lambda: new.resolve("drop"), re.compile(".")),
            ("Daemon.define", lambda: daemon.define(CONFIG.format("kept", "sda9").encode()).is_defined, True),
            ("Daemon.defined", lambda: [domain.name for domain in daemon.defined()], ["kept"]),
            ("Domain.autostart", lambda: daemon.defined()[0].autostart(True, delay=3), None),
            ("Domain.undefine", lambda: daemon.defined()[0].undefine(), None),
            ("Domain.keep", new.keep, None),
            ("Domain.suspend", new.suspend, None),
            ("Domain.start", lambda: new.start(paused=False), None),
            ("Domain.undefine", lambda: new.undefine("drop"), None),
            ("Node.stop_domains", lambda: daemon.node.stop_domains(1), None),
            ("Domain.dump", lambda: new.dump("/srv/new.core"), "/srv/new.core"),
            ("Node.reload", daemon.node.reload, ([], [])),
            ("Domain.save", lambda: new.save("/srv/new"), None),
            ("Domain.refresh", new.refresh, re.compile("invalid domain")),
            ("Daemon.restore", lambda: daemon.restore("/srv/new").uuid, new.uuid),
            ("Daemon.tasks", lambda: [task.state for task in daemon.tasks()][-2:], ["done", "done"]),
            ("Daemon.task", lambda: daemon.task(daemon.tasks()[-1].id).operation, "restore"),
            ("Task.refresh", lambda: daemon.tasks()[-1].refresh().percent, 100),
            ("Task.cancel", lambda: daemon.tasks()[-1].cancel(), re.compile(".")),
            ("Domain.migrate", lambda: new.migrate(self.destination, live=True).startswith("http://localhost:"), True),
            ("Domain.reboot", other.unpause, None),
            ("Domain.reboot", other.reboot, None),
            ("Domain.shutdown", lambda: there.domain("newer").shutdown(), None),
            ("Domain.destroy", other.destroy, None),
            ("Daemon.events", lambda: any(event.name == "xend.domain.save" for event in events), True),
        ]  # fmt: skip
        assert new.console is not None
        console: xend.Console = new.console
        steps[8:8] = [
            ("Daemon.console", lambda: daemon.console(console.port).domain, new.id),
            ("Console.disconnect", console.disconnect, None),
        ]
        self.perform(steps)
        done = {name for name, _, _ in steps} | {"Node.shutdown", "Node.reboot"}
        for kind in xend.Daemon, xend.Node, xend.Domain, xend.Console, xend.Task, xend.Device:
            for name, _ in inspect.getmembers(kind, inspect.isfunction):
                if not name.startswith("_") and name not in FIELDS:
                    self.assertIn(f"{kind.__name__}.{name}", done)

    def test_the_words_of_the_daemon_arrive(self) -> None:
        daemon = xend.connect(self.here.address)
        for name in "nope", "a/b", "é", "a b?c#d", "..", "'":
            with self.assertRaises(xend.NotFoundError) as raised:
                daemon.domain(name)
            self.assertEqual((str(raised.exception), raised.exception.code), (f"invalid domain:{name}", 404))
        with self.assertRaisesRegex(xend.RefusedError, "^cannot|^Error creating domain|^Configuration error"):
            daemon.create("(vm (name x) (memory")
        with self.assertRaises(xend.RefusedError) as refused:
            daemon.domain(0).destroy()
        self.assertEqual((refused.exception.code, refused.exception.kind), (200, "forbidden"))

    def test_what_is_odd_comes_back_as_it_was(self) -> None:
        daemon = xend.connect(self.here.address)
        for odd in "é", "'", '"', "'\"", "\\", "a\nb\tc\r", "\x01\x7f", "(", "\udcff", "😀", "#", "a+b=c&d%", "":
            daemon.inject(["my.odd", odd])
            self.assertEqual(daemon.past_events("my.odd")[0][-1].value, ["my.odd", odd])


class Machines(unittest.TestCase):
    """What ends a machine, or a daemon."""

    def test_events_go_on_through_a_restart(self) -> None:
        with Simulator() as simulator:
            daemon = xend.connect(simulator.address)
            with daemon.events("my.*", "xend.start", timeout=20) as events:
                daemon.inject("(my.first 1)")
                self.assertEqual(next(events).name, "my.first")
                simulator.stop()
                simulator.start(int(simulator.address.split(":")[1]))
                daemon.inject("(my.second 2)")
                self.assertEqual([next(events).name for _ in range(2)], ["xend.start", "my.second"])
            self.assertEqual(list(events), [])

    def test_the_end_of_a_machine(self) -> None:
        for name in "xend_node_shutdown", "xend_node_reboot", "xend_node_restart":
            with self.subTest(name), Simulator() as simulator:
                self.assertEqual(getattr(Xend(simulator.address), name)(), "0")
        with Simulator() as simulator:
            node = xend.connect(simulator.address).node
            node.reboot()
            node.shutdown()

    def test_notification(self) -> None:
        with Simulator() as simulator, Canned(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as server:
            daemon = xend.connect(simulator.address)
            daemon.node.notify(f"http://{server.address}/x")
            daemon.inject("(my.event 1)")

            def seen() -> None:
                assert any(b"my.event" in request for request in server.requests)

            eventually(seen)


if __name__ == "__main__":
    unittest.main()
