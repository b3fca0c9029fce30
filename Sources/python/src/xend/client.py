"""The daemon, its domains, consoles and tasks as objects."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, List, Optional, Sequence, Tuple, Union, overload

from . import sxp
from .address import Address
from .credentials import Credentials
from .errors import RefusedError, UnreadableError
from .events import Event, EventStream
from .wire import Answer, Call, File, Timeouts, Transport
from .XendClient import Xend, read_file

#: A configuration: an s-expression as a list, its text, or the path of a file (``pathlib.Path``) that has it.
Configuration = Union[Sequence[Any], str, bytes, "os.PathLike[str]"]


def connect(
    address: Optional[str] = None,
    *,
    root: Optional[str] = None,
    timeout: Union[float, Timeouts, None] = None,
    credentials: Optional[Credentials] = None,
) -> "Daemon":
    """The daemon at ``HOST:PORT``, ``https://HOST:PORT`` or the Unix socket ``/PATH`` or ``unix:/PATH``, after asking whether it is there.

    Without an address the environment's ``XEND`` counts, else ``localhost:8000``. ``timeout`` is in seconds, for every call, or what
    :class:`Timeouts` says for each kind. Without ``credentials`` the environment's count (:meth:`Credentials.read`).

    :raises InvalidError: the address is none, or the credentials cannot be used there.
    :raises UnreachableError: there is nobody.
    """
    timeouts = timeout if isinstance(timeout, Timeouts) else Timeouts()
    if isinstance(timeout, (int, float)):
        timeouts = Timeouts(timeout, timeout, timeout)
    daemon = Daemon(Transport(Address.read(address, root), timeouts, credentials))
    daemon.resources()
    return daemon


class Daemon:
    """A xend. It keeps no connection, and may be used from several threads."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        #: The functions of 2004, for whatever this class has not.
        self.functions = Xend(transport=transport)
        #: The machine that it runs on.
        self.node = Node(self)

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open; `with` is for whoever likes it."""

    def __repr__(self) -> str:
        return f"<xend at {self.transport.address}>"

    def call(self, call: Call) -> Answer:
        """Makes any call."""
        return self.transport.perform(call)

    def resources(self) -> List[str]:
        """What is below the root: ``node``, ``domain`` ..."""
        return _texts(_list(self.functions.xend(), "what is below the root")[1:])

    # Domains

    def names(self) -> List[str]:
        """The names of all domains."""
        return _texts(_list(self.functions.xend_domains(), "a list of domains"))

    def domains(self) -> List["Domain"]:
        """All domains with all that is known of each, in one answer."""
        found = _list(self.functions.xend_domains(detail=1), "a list of domains")
        # A xend of 2004 knows no detail, and tells names.
        return [self.domain(value) if isinstance(value, str) else Domain(self, value) for value in found]

    def domain(self, reference: Union[str, int]) -> "Domain":
        """A domain by name, id or uuid.

        :raises NotFoundError: there is none.
        """
        return Domain(self, self.functions.xend_domain(reference))

    def create(self, config: Configuration) -> "Domain":
        """Makes a domain of a ``(vm ...)``. It is paused: :meth:`Domain.unpause` lets it run."""
        return Domain(self, self.functions.xend_domain_create(_sent(config)))

    def define(self, config: Configuration) -> "Domain":
        """Keeps a ``(vm ...)`` whether or not a domain of it runs; the domain, which has no id until it is started."""
        return Domain(self, self.functions.xend_domain_define(_sent(config)))

    def defined(self) -> List["Domain"]:
        """The domains that are defined and do not run."""
        found = _list(self.functions.xend_domains(detail=1, state="halted"), "a list of domains")
        found = found + _list(self.functions.xend_domains(detail=1, state="suspended"), "a list of domains")
        return [Domain(self, value) for value in found]

    def restore(self, file: str) -> "Domain":
        """Brings a saved domain back from a file of the daemon's machine; it runs on unless it was saved paused."""
        return Domain(self, self.functions.xend_domain_restore(file))

    # Consoles, tasks, events, networks

    def consoles(self) -> List["Console"]:
        """All consoles."""
        found = _list(self.functions.xend_consoles(detail=1), "a list of consoles")
        return [self.console(value) if isinstance(value, str) else Console(self, value) for value in found]

    def console(self, port: Union[str, int]) -> "Console":
        """The console on a TCP port."""
        return Console(self, self.functions.xend_console(port))

    def tasks(self) -> List["Task"]:
        """Saves, restores and migrations, those that are over too."""
        return [Task(self, value) for value in _list(self.functions.xend_tasks(detail=1), "a list of tasks")]

    def task(self, number: int) -> "Task":
        """One of them."""
        return Task(self, self.functions.xend_task(number))

    def events(
        self,
        *patterns: str,
        since: Optional[int] = None,
        timeout: Optional[float] = None,
        patience: float = 60,
    ) -> EventStream:
        """Events as they happen, from now on, or after the one with the number ``since``.

        A pattern is a name, ``a.b.?`` with any last part, ``a.b.*`` with all below; without one it is all. The iteration ends when there
        is no event for ``timeout`` seconds; None is for ever. ``patience``: see :class:`EventStream`.
        """
        return EventStream(self.transport, patterns, since, timeout, patience)

    def past_events(self, *patterns: str, since: int = 0) -> Tuple[List[Event], int, int]:
        """What has happened after event ``since``, the number of the newest event, and how many are too old to be known."""
        page = self.functions.xend_events(since, patterns or ("*",))
        events = [Event.read(value) for value in sxp.children(_element(page, "events"), "event")]
        return events, _number(page, "newest") or 0, _number(page, "missed") or 0

    def inject(self, event: Configuration) -> str:
        """Publishes an s-expression as an event, under the name that it begins with; the name."""
        return _text(self.functions.xend_event_inject(_sent(event)), "the event's name")

    def networks(self) -> List[str]:
        """The ids of the virtual networks."""
        return _texts(_list(self.functions.xend_vnets(), "a list of networks"))

    def network(self, network: Union[str, int]) -> sxp.Value:
        """The configuration of one."""
        return _list(self.functions.xend_vnet(network), "a network")

    def create_network(self, config: Configuration) -> None:
        """Keeps a ``(vnet (id I) ...)``."""
        self.functions.xend_vnet_create(_sent(config))

    def delete_network(self, network: Union[str, int]) -> None:
        """Forgets one."""
        self.functions.xend_vnet_delete(network)

    # Monitoring

    def is_ready(self) -> bool:
        """Whether it has started and does not stop."""
        return self._at_root("/readyz")[0] == 200

    def is_healthy(self) -> bool:
        """Whether it answers."""
        return self._at_root("/healthz")[0] == 200

    def metrics(self) -> str:
        """Figures in Prometheus' text format."""
        status, text = self._at_root("/metrics")
        if status != 200:
            raise RefusedError(text or f"status {status}", status)
        return text

    def _at_root(self, path: str) -> Tuple[int, str]:
        transport = self.transport
        here = Transport(replace(transport.address, root=""), transport.timeouts, transport.credentials)
        response, body = here.exchange(Call("GET", (path.strip("/"),)))
        return response.status, body.decode("utf-8", "surrogateescape")


class Node:
    """The machine that a daemon runs on."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon

    def information(self) -> "dict[str, str]":
        """What it is and what it has, as the daemon says it: ``memory`` and ``free_memory`` are in MB."""
        fields = sxp.children(_element(self.daemon.functions.xend_node(), "node"))
        return {sxp.name(field) or "": _flat(sxp.children(field)) for field in fields}

    def stop_domains(self, timeout: int = 120) -> None:
        """Shuts down or suspends the defined domains, as each of them says."""
        self.daemon.functions.xend_node_stop_domains(timeout)

    def reload(self) -> "tuple[list[str], list[str]]":
        """Has xend read its configuration again: the keys that have changed, and those that count from its next start on."""
        answer = _element(self.daemon.functions.xend_node_reload(), "reloaded")
        parts = {sxp.name(part) or "": [_flat([key]) for key in sxp.children(part)] for part in sxp.children(answer)}
        return parts.get("changed", []), parts.get("later", [])

    def shutdown(self) -> None:
        """Shuts it down. Its domains are not asked."""
        self.daemon.functions.xend_node_shutdown()

    def reboot(self) -> None:
        """Reboots it. Its domains are not asked."""
        self.daemon.functions.xend_node_reboot()

    def notify(self, url: str) -> None:
        """Has every event posted to an http url from now on; an empty one ends that."""
        self.daemon.functions.xend_node_notify(url)

    def dmesg(self) -> str:
        """Xen's messages."""
        return _text(self.daemon.functions.xend_node_dmesg(), "Xen's messages")

    def clear_dmesg(self) -> None:
        """Empties their ring."""
        self.daemon.functions.xend_node_clear_dmesg()

    def log(self) -> str:
        """xend's log."""
        return _text(self.daemon.functions.xend_node_log(), "its log")


class _Described:
    """Something with an element that tells about it."""

    _kind = ""

    def __init__(self, daemon: Daemon, answer: Answer) -> None:
        self.daemon = daemon
        #: All that xend said of it, when it was asked last; for fields without a property.
        self.expression = _element(answer, self._kind)

    def text(self, field: str) -> Optional[str]:
        """The text of a field; None where there is none."""
        return sxp.child_text(self.expression, field)

    def number(self, field: str) -> Optional[int]:
        """The whole number in a field.

        :raises UnreadableError: it is something else.
        """
        return _number(self.expression, field)

    def seconds(self, field: str) -> Optional[float]:
        """The seconds in a field."""
        text = self.text(field)
        try:
            return None if text is None else float(text)
        except ValueError:
            raise UnreadableError(f"xend says that {field} is {text}") from None


class Domain(_Described):
    """A domain. Its fields are as they were when it was asked last; :meth:`refresh` asks again.

    Operations name it by its uuid, which stays through restarts, other names, save and migration.
    """

    _kind = "domain"

    def __repr__(self) -> str:
        return f"<domain {self.id} {self.name}>"

    @property
    def _reference(self) -> str:
        """What operations name it by; a xend of 2004 has no uuids."""
        return self.text("uuid") or self.name or str(self.id)

    def refresh(self) -> "Domain":
        """Asks again; itself.

        :raises NotFoundError: it is gone.
        """
        self.expression = _element(self.daemon.functions.xend_domain(self._reference), "domain")
        return self

    # Fields

    @property
    def id(self) -> int:
        """Xen's number; it stays through a restart."""
        found = self.number("id")
        if found is None:
            raise UnreadableError("xend tells no id of this domain")
        return found

    @property
    def name(self) -> str:
        return self.text("name") or ""

    @property
    def uuid(self) -> Optional[str]:
        """It stays through restart, save and migration."""
        return self.text("uuid")

    @property
    def memory(self) -> Optional[int]:
        """In MB."""
        return self.number("memory")

    @property
    def maximum_memory(self) -> Optional[int]:
        """In MB."""
        return self.number("maxmem")

    @property
    def state(self) -> str:
        """Six letters or dashes: runs, blocked, paused, shut down, crashed, dying; none between two lives."""
        return self.text("state") or ""

    @property
    def is_paused(self) -> bool:
        return "p" in self.state

    @property
    def is_blocked(self) -> bool:
        """It waits for something to do."""
        return "b" in self.state

    @property
    def is_running(self) -> bool:
        """It is on a cpu."""
        return "r" in self.state

    @property
    def has_crashed(self) -> bool:
        return "c" in self.state

    @property
    def shutdown_reason(self) -> Optional[str]:
        """``poweroff``, ``reboot``, ``suspend``, ``crash`` or ``?``; None while it lives."""
        return self.text("shutdown_reason")

    @property
    def vcpus(self) -> Optional[int]:
        """Virtual cpus in use."""
        return self.number("vcpus")

    @property
    def cpu_time(self) -> Optional[float]:
        """Seconds of cpu used."""
        return self.seconds("cpu_time")

    @property
    def up_time(self) -> Optional[float]:
        """Seconds since it was started."""
        return self.seconds("up_time")

    @property
    def restart_state(self) -> Optional[str]:
        """``pending``, ``booting`` or ``blocked`` while a restart is due."""
        return self.text("restart_state")

    @property
    def held(self) -> Optional[str]:
        """What keeps a restart, an end or a migration waiting, in words."""
        return self.text("held")

    @property
    def operation(self) -> Optional[str]:
        """What is being done to it."""
        return self.text("operation")

    @property
    def console(self) -> Optional["Console"]:
        found = sxp.child(self.expression, "console")
        return None if found is None else Console(self.daemon, found)

    @property
    def devices(self) -> List["Device"]:
        """All vifs, then all vbds."""
        return [Device(value) for value in sxp.children(sxp.child(self.expression, "devices") or [])]

    @property
    def config(self) -> Optional[sxp.Value]:
        """The ``(vm ...)`` that it was made from, with devices as they are now."""
        return sxp.child_value(self.expression, "config")

    # Running

    def unpause(self) -> None:
        """Lets it run."""
        self.daemon.functions.xend_domain_unpause(self._reference)

    def pause(self) -> None:
        """Stops its cpus until it is unpaused."""
        self.daemon.functions.xend_domain_pause(self._reference)

    def shutdown(self, reason: str = "poweroff") -> None:
        """Asks the guest to end: ``poweroff``, ``reboot`` or ``halt``. It takes its time; this does not."""
        self.daemon.functions.xend_domain_shutdown(self._reference, reason)

    def reboot(self) -> None:
        """Asks the guest to reboot."""
        self.shutdown("reboot")

    def destroy(self, reason: str = "halt") -> None:
        """Ends it without asking: ``halt``, or ``reboot`` to build it again."""
        self.daemon.functions.xend_domain_destroy(self._reference, reason)

    @property
    def is_defined(self) -> bool:
        """It is kept whether or not it runs."""
        return self.text("defined") is not None

    def keep(self) -> None:
        """Keeps it as it is, also when it does not run."""
        self.daemon.functions.xend_domain_keep(self._reference)

    def undefine(self, memory: str = "keep") -> None:
        """Keeps it no longer; ``drop`` loses its suspended memory, which ``keep`` refuses."""
        self.daemon.functions.xend_domain_undefine(self._reference, memory)

    def start(self, *, paused: bool = False) -> None:
        """Starts it, which is defined, or lets it go on where it was suspended."""
        self.daemon.functions.xend_domain_start(self._reference, paused)

    def suspend(self) -> None:
        """Keeps its memory and ends it here until it is started."""
        self.daemon.functions.xend_domain_suspend(self._reference)

    def autostart(
        self,
        on: Optional[bool] = None,
        *,
        order: Optional[int] = None,
        delay: Optional[int] = None,
        stop: Optional[str] = None,
    ) -> None:
        """What becomes of it when the machine starts and goes down; None is as it is."""
        self.daemon.functions.xend_domain_autostart(self._reference, on, order, delay, stop)

    def sysrq(self, key: str) -> None:
        """Presses SysRq and a letter or digit in the guest."""
        self.daemon.functions.xend_domain_sysrq(self._reference, key)

    # Moving

    def save(self, file: str) -> None:
        """Saves it to a file of the daemon's machine and ends it."""
        self.daemon.functions.xend_domain_save(self._reference, file)

    def dump(self, file: str = "", *, live: bool = False, crash: bool = False, reset: bool = False) -> str:
        """Writes a core of it, its memory for a debugger, to a file of the daemon's machine; the file. Without ``file`` it is a new one
        where the daemon keeps cores. It is held still unless ``live``; then it is ended with ``crash``, built again with ``reset``."""
        answer = self.daemon.functions.xend_domain_dump(self._reference, file, live, crash, reset)
        return (sxp.child_text(answer, "file") if isinstance(answer, list) else None) or file

    def migrate(self, destination: str, *, live: bool = False, resource: int = 0) -> str:
        """Moves it to ``HOST`` or ``HOST:PORT``; its url there. ``resource`` is a limit in Mbit/s, 0 is none."""
        answer = self.daemon.functions.xend_domain_migrate(self._reference, destination, live, resource)
        return _text(answer, "the domain's url")

    def cancel(self) -> None:
        """Cancels the save or migration under way; it runs on."""
        self.daemon.functions.xend_domain_cancel(self._reference)

    def resolve(self, decision: str) -> None:
        """``keep`` or ``drop`` this copy, of which the other host of a migration does not answer. Decide the contrary there."""
        self.daemon.functions.xend_domain_resolve(self._reference, decision)

    def configure(self, config: Configuration) -> str:
        """Gives it a configuration if it has none, a ``(domain ... (config (vm ...)))``; what it is now, in words."""
        return _text(self.daemon.functions.xend_domain_configure(self._reference, _sent(config)), "a summary")

    # Settings

    def rename(self, name: str) -> None:
        """Gives it another name."""
        self.daemon.functions.xend_domain_rename(self._reference, name)

    def pin(self, cpu: Union[int, str], vcpu: Optional[int] = None) -> None:
        """Pins it, or one of its virtual cpus: a number, ``0-1,3``, or -1 for any."""
        self.daemon.functions.xend_domain_pincpu(self._reference, cpu, vcpu)

    def set_vcpus(self, count: int) -> None:
        """Asks the guest to use so many of the virtual cpus that it was made with."""
        self.daemon.functions.xend_domain_vcpus_set(self._reference, count)

    def set_maximum_memory(self, megabytes: int) -> None:
        """Limits its memory."""
        self.daemon.functions.xend_domain_maxmem_set(self._reference, megabytes)

    def set_memory_target(self, megabytes: int) -> None:
        """Asks the guest to shrink or grow."""
        self.daemon.functions.xend_domain_mem_target_set(self._reference, megabytes)

    def set_scheduler(self, weight: Optional[int] = None, cap: Optional[int] = None) -> None:
        """Its share of the cpus: 256 is an even weight; a cap of 100 is one cpu, 0 is none."""
        self.daemon.functions.xend_domain_sched_credit_set(self._reference, weight, cap)

    def scheduler(self) -> "Scheduler":
        """Its share of the cpus."""
        answer = _element(self.daemon.functions.xend_domain_sched_credit_get(self._reference), "sched_credit")
        weight, cap = _number(answer, "weight"), _number(answer, "cap")
        if weight is None or cap is None:
            raise UnreadableError(f"xend answered {sxp.to_string(answer)[:60]} instead of weight and cap")
        return Scheduler(weight, cap)

    def vcpu_information(self) -> List[sxp.Value]:
        """A ``(vcpu (number N) (online 1) ...)`` for each of its virtual cpus."""
        answer = _element(self.daemon.functions.xend_domain_vcpuinfo(self._reference), "domain")
        return sxp.children(answer, "vcpu")

    # Devices

    def vifs(self) -> List["Device"]:
        """Its network interfaces, as they are now."""
        return [Device(value) for value in _list(self.daemon.functions.xend_domain_vifs(self._reference), "vifs")]

    def vif(self, idx: Union[str, int]) -> "Device":
        """The one with this ``idx``."""
        return Device(_list(self.daemon.functions.xend_domain_vif(self._reference, idx), "a vif"))

    def vbds(self) -> List["Device"]:
        """Its block devices, as they are now."""
        return [Device(value) for value in _list(self.daemon.functions.xend_domain_vbds(self._reference), "vbds")]

    def vbd(self, idx: Union[str, int]) -> "Device":
        """The one with this ``idx``."""
        return Device(_list(self.daemon.functions.xend_domain_vbd(self._reference, idx), "a vbd"))

    def add_device(self, config: Configuration) -> "Device":
        """Connects a ``(vif ...)`` or a ``(vbd ...)``."""
        answer = self.daemon.functions.xend_domain_device_create(self._reference, _sent(config))
        return Device(_list(answer, "the new device"))

    @overload
    def remove_device(self, device: "Device") -> None: ...

    @overload
    def remove_device(self, device: str, idx: Union[str, int]) -> None: ...

    def remove_device(self, device: Union["Device", str], idx: Union[str, int, None] = None) -> None:
        """Disconnects a device, or the one of type ``vif`` or ``vbd`` with this ``idx``."""
        kind, number = (device.type, device.idx) if isinstance(device, Device) else (device, "" if idx is None else idx)
        self.daemon.functions.xend_domain_device_destroy(self._reference, kind, number)

    def configure_device(self, idx: Union[str, int], config: Configuration) -> "Device":
        """Gives a connected vif another bridge, script or addresses."""
        answer = self.daemon.functions.xend_domain_device_configure(self._reference, _sent(config), idx)
        return Device(_list(answer, "the device"))


class Console(_Described):
    """A console: a TCP port on which a domain's is served."""

    _kind = "console"

    def __repr__(self) -> str:
        return f"<console at port {self.port}>"

    @property
    def port(self) -> int:
        """The TCP port, which names it."""
        return self.number("console_port") or 0

    @property
    def domain(self) -> Optional[int]:
        """The domain's id."""
        return self.number("domain")

    @property
    def status(self) -> Optional[str]:
        return self.text("status")

    @property
    def peer(self) -> Optional[Tuple[str, int]]:
        """Host and port of whoever is connected."""
        members = _texts(sxp.children(sxp.child(self.expression, "connected") or []))
        return (members[0], int(members[1])) if len(members) == 2 and members[1].isdigit() else None

    def disconnect(self) -> None:
        """Disconnects whoever is connected."""
        self.daemon.functions.xend_console_disconnect(self.port)


class Task(_Described):
    """A save, restore or migration."""

    _kind = "task"

    def __repr__(self) -> str:
        return f"<task {self.id}: {self.operation} of {self.domain}, {self.state}>"

    @property
    def id(self) -> int:
        return self.number("id") or 0

    @property
    def operation(self) -> Optional[str]:
        """``save``, ``restore``, ``migrate`` or ``receive``."""
        return self.text("operation")

    @property
    def domain(self) -> Optional[str]:
        """The domain's name."""
        return self.text("domain")

    @property
    def state(self) -> Optional[str]:
        """``running``, ``done``, ``failed``, ``cancelled`` or ``interrupted``: xend ended in the middle."""
        return self.text("state")

    @property
    def percent(self) -> Optional[int]:
        return self.number("percent")

    @property
    def error(self) -> Optional[str]:
        """Why it failed."""
        return self.text("error")

    def refresh(self) -> "Task":
        """Asks again; itself."""
        self.expression = _element(self.daemon.functions.xend_task(self.id), "task")
        return self

    def cancel(self) -> None:
        """Cancels it."""
        self.daemon.functions.xend_task_cancel(self.id)


@dataclass(frozen=True)
class Scheduler:
    """A domain's share of the cpus."""

    #: 256 is an even one.
    weight: int
    #: In percent of a cpu; 0 is none.
    cap: int


class Device:
    """A vif or a vbd."""

    def __init__(self, expression: sxp.Value) -> None:
        #: All that xend said of it.
        self.expression = expression

    def __repr__(self) -> str:
        return f"<{self.type} {self.idx}>"

    @property
    def type(self) -> str:
        """``vif`` or ``vbd``."""
        return sxp.name(self.expression) or ""

    @property
    def idx(self) -> str:
        """What names it in all operations; never used twice within a domain."""
        return self.text("idx") or ""

    def text(self, field: str) -> Optional[str]:
        """The text of a field; None where there is none."""
        return sxp.child_text(self.expression, field)


# What answers have to be


def _sent(config: Configuration) -> Union[Sequence[Any], File]:
    """A configuration for the functions of 2004, which take a text for the name of a file."""
    if isinstance(config, str):
        config = config.encode("utf-8", "surrogateescape")
    if isinstance(config, bytes):
        return File("config.sxp", config)
    return read_file(config) if isinstance(config, os.PathLike) else config


def _list(answer: Answer, what: str) -> List[sxp.Value]:
    if isinstance(answer, list):
        return answer
    raise UnreadableError(f"xend answered {'nothing' if answer is None else repr(answer[:60])} instead of {what}")


def _element(answer: Answer, name: str) -> sxp.Value:
    value = _list(answer, f"a {name}")
    if sxp.name(value) != name:
        raise UnreadableError(f"xend answered {sxp.to_string(value)[:60]} instead of a {name}")
    return value


def _text(answer: Answer, what: str) -> str:
    if isinstance(answer, str):
        return answer
    raise UnreadableError(f"xend answered {'nothing' if answer is None else 'a list'} instead of {what}")


def _texts(values: Sequence[sxp.Value]) -> List[str]:
    return [value for value in values if isinstance(value, str)]


def _flat(values: Sequence[sxp.Value]) -> str:
    return " ".join(value if isinstance(value, str) else sxp.to_string(value) for value in values)


def _number(answer: Answer, field: str) -> Optional[int]:
    text = sxp.child_text(answer or [], field)
    try:
        return None if text is None else int(text)
    except ValueError:
        raise UnreadableError(f"xend says that {field} is {text}") from None
