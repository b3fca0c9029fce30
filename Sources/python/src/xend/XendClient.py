"""The client interface of 2004: a function for each operation, by its name of then, answering s-expressions as nested lists of text.

A program of the time has ``from xen.xend.XendClient import server``; without its ``xen.`` it runs on this one. The names of the manual and
those that the programs of 2004 had otherwise (``xend_node_restart`` for ``xend_node_reboot``) are both here, and so is every operation
that came later. :mod:`xend` has the same for programs of today.

Where a configuration or an event is expected, a list is that s-expression, and a text is *the name of a file* that is uploaded, as it
always was; an open file and a :class:`xend.File` are uploaded, too. Every function raises :class:`xend.XendError`.
"""

from __future__ import annotations

import os
from typing import IO, Any, Iterable, Optional, Sequence, Tuple, Union

from . import sxp
from .address import Address
from .errors import InvalidError, XendError
from .wire import Answer, Argument, Call, File, Timeouts, Transport

__all__ = ["Xend", "XendError", "getServer", "server"]

#: A configuration or an event: an s-expression, the name of a file, or what is in one.
Expression = Union[Sequence[Any], str, "os.PathLike[str]", IO[Any], File]
#: A domain's name, id or uuid; a device's, console's, network's or task's number.
Reference = Union[str, int]


class Xend:
    """The functions of one daemon."""

    def __init__(self, srv: Optional[str] = None, *, transport: Optional[Transport] = None) -> None:
        """``srv`` is ``HOST:PORT``; without it ``XEND`` of the environment counts, else ``localhost:8000``."""
        self.transport = transport or Transport(Address.read(srv), Timeouts())

    def _get(self, *path: Reference, **arguments: Any) -> Answer:
        return self.transport.perform(Call("GET", _path(path), _arguments(arguments)))

    def _post(self, *path: Reference, patience: str = "operation", **arguments: Any) -> Answer:
        """The operation is the argument ``op``, sent last as the client of 2004 happened to do."""
        operation = arguments.pop("op")
        sent = _arguments(arguments) + (("op", str(operation)),)
        return self.transport.perform(Call("POST", _path(path), sent, patience))

    def xend(self) -> Answer:
        """What is below the root."""
        return self._get()

    # The node

    def xend_node(self) -> Answer:
        """What the machine is, and what it has."""
        return self._get("node")

    def xend_node_shutdown(self) -> Answer:
        """Shuts the machine down. Its domains are not asked."""
        return self._post("node", op="shutdown")

    def xend_node_reboot(self) -> Answer:
        """Reboots the machine. Its domains are not asked."""
        return self._post("node", op="reboot")

    #: The name that the programs of 2004 called.
    xend_node_restart = xend_node_reboot

    def xend_node_stop_domains(self, timeout: int = 120) -> Answer:
        """Shuts down or suspends the defined domains, as each of them says."""
        return self._post("node", op="stop_domains", timeout=timeout, patience="transfer")

    def xend_node_reload(self) -> Answer:
        """Has xend read its configuration again: which keys have changed, and which count from its next start on."""
        return self._post("node", op="reload")

    def xend_node_notify(self, uri: str) -> Answer:
        """Has every event posted to an http url from now on; an empty one ends that."""
        return self._post("node", op="notify", uri=uri)

    def xend_node_dmesg(self) -> Answer:
        """Xen's messages, as text."""
        return self._get("node", "dmesg")

    #: The name that the programs of 2004 called.
    xend_node_get_dmesg = xend_node_dmesg

    def xend_node_clear_dmesg(self) -> Answer:
        """Empties the ring of Xen's messages."""
        return self._post("node", "dmesg", op="clear")

    def xend_node_log(self) -> Answer:
        """xend's log, as text."""
        return self._get("node", "log")

    def xend_node_cpu_rrobin_slice_set(self, slice: int) -> Answer:
        """Refused: Xen has no such scheduler any more."""
        return self._post("node", op="cpu_rrobin_slice_set", slice=slice)

    def xend_node_cpu_bvt_slice_set(self, ctx_allow: int) -> Answer:
        """Refused: Xen has no such scheduler any more."""
        return self._post("node", op="cpu_bvt_slice_set", ctx_allow=ctx_allow)

    # Domains

    def xend_domains(self, detail: int = 0, state: Optional[str] = None) -> Answer:
        """The names of all domains; with ``detail`` everything about each.

        ``state`` is ``all``, ``running``, ``paused``, ``halted`` (defined, and does not run) or ``suspended``.
        """
        return self._get("domain", detail=detail or None, state=state)

    def xend_domain_create(self, config: Expression) -> Answer:
        """Makes a domain of a ``(vm ...)`` and leaves it paused; the domain."""
        return self._post("domain", op="create", config=_expression(config))

    def xend_domain_restore(self, filename: str, paused: bool = False) -> Answer:
        """Brings a saved domain back from a file of the daemon's machine, ``paused`` if that is wanted; the domain."""
        more = {"paused": 1} if paused else {}
        return self._post("domain", op="restore", file=filename, patience="transfer", **more)

    def xend_domain_define(self, config: Expression) -> Answer:
        """Keeps a ``(vm ...)`` whether or not a domain of it runs; the domain."""
        return self._post("domain", op="define", config=_expression(config))

    def xend_domain_keep(self, dom: Reference) -> Answer:
        """Keeps a domain as it is, also when it does not run."""
        return self._post("domain", dom, op="keep")

    def xend_domain_undefine(self, dom: Reference, memory: str = "keep") -> Answer:
        """Keeps a domain no longer; with ``drop`` its suspended memory is lost, with ``keep`` that is refused."""
        return self._post("domain", dom, op="undefine", memory=memory)

    def xend_domain_start(self, dom: Reference, paused: Union[bool, int] = 0) -> Answer:
        """Starts a domain that is defined, or lets it go on where it was suspended."""
        return self._post("domain", dom, op="start", paused=int(paused), patience="transfer")

    def xend_domain_suspend(self, dom: Reference) -> Answer:
        """Keeps the memory of a domain that is defined, and ends it here until it is started."""
        return self._post("domain", dom, op="suspend", patience="transfer")

    def xend_domain_autostart(
        self,
        dom: Reference,
        on: Optional[Union[bool, int]] = None,
        order: Optional[int] = None,
        delay: Optional[int] = None,
        stop: Optional[str] = None,
    ) -> Answer:
        """What becomes of a defined domain when the machine starts and goes down; None is as it is.

        ``stop`` is ``ignore``, ``shutdown`` or ``suspend``.
        """
        return self._post(
            "domain", dom, op="autostart", on=None if on is None else int(on), order=order, delay=delay, stop=stop
        )

    def xend_domain(self, dom: Reference) -> Answer:
        """All about one domain."""
        return self._get("domain", dom)

    def xend_domain_configure(self, dom: Reference, conf: Expression) -> Answer:
        """Gives a domain without a configuration one, a ``(domain ... (config (vm ...)))``; for restore and migration."""
        return self._post("domain", dom, op="configure", config=_expression(conf))

    def xend_domain_unpause(self, dom: Reference) -> Answer:
        """Lets a domain run."""
        return self._post("domain", dom, op="unpause")

    def xend_domain_pause(self, dom: Reference) -> Answer:
        """Stops a domain's cpus until it is unpaused."""
        return self._post("domain", dom, op="pause")

    def xend_domain_shutdown(self, dom: Reference, reason: str) -> Answer:
        """Asks the guest to end: ``poweroff``, ``reboot`` or ``halt``. Answers at once."""
        return self._post("domain", dom, op="shutdown", reason=reason)

    def xend_domain_destroy(self, dom: Reference, reason: str) -> Answer:
        """Ends a domain without asking it: ``halt``, or ``reboot`` to build it again."""
        return self._post("domain", dom, op="destroy", reason=reason)

    def xend_domain_save(self, dom: Reference, filename: str, afterwards: str = "gone") -> Answer:
        """Saves a domain to a file of the daemon's machine: it is ``gone`` then, ``running`` or ``paused``."""
        more = {} if afterwards == "gone" else {"afterwards": afterwards}
        return self._post("domain", dom, op="save", file=filename, patience="transfer", **more)

    def xend_domain_dump(
        self,
        dom: Reference,
        filename: str = "",
        live: Union[bool, int] = 0,
        crash: Union[bool, int] = 0,
        reset: Union[bool, int] = 0,
    ) -> Answer:
        """Writes a core of a domain to a file of the daemon's machine, without a name to a new one, which the answer tells. The domain
        is held still unless ``live``; then it is ended with ``crash``, built again with ``reset``."""
        flags = {"live": int(live), "crash": int(crash), "reset": int(reset)}
        return self._post("domain", dom, op="dump", file=filename, patience="transfer", **flags)

    def xend_domain_migrate(
        self, dom: Reference, dst: str, live: Union[bool, int] = 0, resource: int = 0, port: int = 0
    ) -> Answer:
        """Moves a domain to ``HOST`` or ``HOST:PORT``; its url there. ``resource`` is a limit in Mbit/s, 0 is none; ``port`` counts where
        ``dst`` names none, 0 is the usual one."""
        more = {"port": port} if port else {}
        return self._post(
            "domain", dom, op="migrate", destination=dst, live=int(live), resource=resource, patience="transfer", **more
        )

    def xend_domain_cancel(self, dom: Reference) -> Answer:
        """Cancels the save or migration under way."""
        return self._post("domain", dom, op="cancel")

    def xend_domain_resolve(self, dom: Reference, decision: str) -> Answer:
        """``keep`` or ``drop`` a domain that is in doubt after a migration."""
        return self._post("domain", dom, op="resolve", decision=decision)

    def xend_domain_rename(self, dom: Reference, name: str) -> Answer:
        """Gives a domain another name."""
        return self._post("domain", dom, op="rename", name=name)

    def xend_domain_pincpu(self, dom: Reference, cpu: Union[int, str], vcpu: Optional[int] = None) -> Answer:
        """Pins a domain, or one of its virtual cpus: a number, ``0-1,3``, or -1 for any."""
        return self._post("domain", dom, op="pincpu", cpu=cpu, vcpu=vcpu)

    def xend_domain_vcpus_set(self, dom: Reference, vcpus: int) -> Answer:
        """Asks the guest to use so many of its virtual cpus."""
        return self._post("domain", dom, op="vcpus_set", vcpus=vcpus)

    def xend_domain_vcpuinfo(self, dom: Reference) -> Answer:
        """A domain's virtual cpus."""
        return self._get("domain", dom, op="vcpuinfo")

    def xend_domain_sysrq(self, dom: Reference, key: str) -> Answer:
        """Presses SysRq and a letter or digit in the guest."""
        return self._post("domain", dom, op="sysrq", key=key)

    def xend_domain_maxmem_set(self, dom: Reference, memory: int) -> Answer:
        """Limits a domain's memory, in MB."""
        return self._post("domain", dom, op="maxmem_set", memory=memory)

    def xend_domain_mem_target_set(self, dom: Reference, mem_target: int) -> Answer:
        """Asks the guest to shrink or grow to so many MB."""
        return self._post("domain", dom, op="mem_target_set", target=mem_target)

    def xend_domain_sched_credit_set(
        self, dom: Reference, weight: Optional[int] = None, cap: Optional[int] = None
    ) -> Answer:
        """A domain's share of the cpus: 256 is an even weight; a cap of 100 is one cpu, 0 is none."""
        return self._post("domain", dom, op="sched_credit_set", weight=weight, cap=cap)

    def xend_domain_sched_credit_get(self, dom: Reference) -> Answer:
        """``(sched_credit (weight W) (cap C))``"""
        return self._get("domain", dom, op="sched_credit_get")

    def xend_domain_cpu_bvt_set(
        self, dom: Reference, mcuadv: int, warpback: int, warpvalue: int, warpl: int, warpu: int
    ) -> Answer:
        """Refused: Xen has no such scheduler any more."""
        return self._post(
            "domain", dom, op="cpu_bvt_set",
            mcuadv=mcuadv, warpback=warpback, warpvalue=warpvalue, warpl=warpl, warpu=warpu,
        )  # fmt: skip

    def xend_domain_cpu_atropos_set(
        self, dom: Reference, period: int, slice: int, latency: int, xtratime: int
    ) -> Answer:
        """Refused: Xen has no such scheduler any more."""
        return self._post(
            "domain", dom, op="cpu_atropos_set", period=period, slice=slice, latency=latency, xtratime=xtratime
        )

    # Devices

    def xend_domain_vifs(self, dom: Reference) -> Answer:
        """A domain's network interfaces."""
        return self._get("domain", dom, op="vifs")

    def xend_domain_vif(self, dom: Reference, vif: Reference) -> Answer:
        """The vif with this ``idx``."""
        return self._get("domain", dom, op="vif", vif=vif)

    def xend_domain_vbds(self, dom: Reference) -> Answer:
        """A domain's block devices."""
        return self._get("domain", dom, op="vbds")

    def xend_domain_vbd(self, dom: Reference, vbd: Reference) -> Answer:
        """The vbd with this ``idx``."""
        return self._get("domain", dom, op="vbd", vbd=vbd)

    def xend_domain_device_create(self, dom: Reference, config: Expression) -> Answer:
        """Connects a ``(vif ...)`` or a ``(vbd ...)``; the device."""
        return self._post("domain", dom, op="device_create", config=_expression(config))

    def xend_domain_device_destroy(self, dom: Reference, type: str, index: Reference) -> Answer:
        """Disconnects the device of type ``vif`` or ``vbd`` whose ``idx`` is the index."""
        return self._post("domain", dom, op="device_destroy", type=type, idx=index)

    def xend_domain_device_configure(self, dom: Reference, config: Expression, idx: Reference) -> Answer:
        """Gives a connected vif another bridge, script or addresses; the device."""
        return self._post("domain", dom, op="device_configure", config=_expression(config), idx=idx)

    # Consoles

    def xend_consoles(self, detail: int = 0) -> Answer:
        """The TCP ports of all consoles; with ``detail`` everything about each."""
        return self._get("console", detail=detail or None)

    def xend_console(self, id: Reference) -> Answer:
        """The console on a TCP port."""
        return self._get("console", id)

    def xend_console_disconnect(self, id: Reference) -> Answer:
        """Disconnects whoever is connected to the console on a TCP port."""
        return self._post("console", id, op="disconnect")

    def xend_console_ticket(self, id: Reference) -> Answer:
        """``(ticket (secret T) ...)``: who sends ``ticket T`` and a line feed first within its time joins the console, once."""
        return self._post("console", id, op="ticket")

    # Who may do what

    def xend_tokens(self) -> Answer:
        """The tokens that there are, without their secrets."""
        return self._get("token")

    def xend_token(self, id: Reference) -> Answer:
        """One, by its id or name."""
        return self._get("token", id)

    def xend_token_create(self, role: str, expires: str, name: Optional[str] = None) -> Answer:
        """Makes a token of a role that is good for so long (``12h``, ``30d``); its secret is told this once."""
        return self._post("token", op="create", role=role, expires=expires, name=name)

    def xend_token_revoke(self, id: Reference) -> Answer:
        """Makes a token good for nothing, at once."""
        return self._post("token", id, op="revoke")

    def xend_audit(self) -> Answer:
        """``(audit (record ...)...)``: who did or tried what."""
        return self._get("audit")

    def xend_history(self, domain: Optional[str] = None, since: Optional[float] = None) -> Answer:
        """``(history ...)``: what happened and why, of the node or of one domain, from a time in seconds on."""
        return self._get("history", domain=domain, since=since)

    def xend_domain_history(self, dom: Reference) -> Answer:
        """``(history ...)``: what happened to a domain and why, also when it is there no more."""
        return self._get("domain", dom, "history")

    def xend_console_type(self, id: Reference, text: str, key: str = "enter", over: bool = False) -> Answer:
        """``None``, as text: types a line at a console, as ``key`` says with its end; ``over``: also where somebody else writes."""
        more = {"over": "1"} if over else {}
        return self._post("console", id, op="type", text=text, key=key, **more)

    def xend_saved(self) -> Answer:
        """``((saved (file PATH) (size BYTES) (modified T))...)``: the files in the node's save directory, the newest first."""
        return self._get("saved")

    def xend_domain_measures(self, dom: Reference, span: str = "hour") -> Answer:
        """``(measures ...)``: what a domain did in the last ``hour`` or ``day``; ``-`` where nobody measured."""
        return self._get("domain", dom, "measures", span=span)

    def xend_node_measures(self, span: str = "hour") -> Answer:
        """``(measures ...)``: what all domains did together in the last ``hour`` or ``day``."""
        return self._get("node", "measures", span=span)

    def xend_node_pool(self) -> Answer:
        """``(pool (host ...)...)``: the other hosts of the pool, and how they were when they were asked last."""
        return self._get("node", "pool")

    # Virtual networks

    def xend_vnets(self) -> Answer:
        """The ids of the virtual networks."""
        return self._get("vnet")

    def xend_vnet(self, id: Reference) -> Answer:
        """A virtual network's configuration."""
        return self._get("vnet", id)

    def xend_vnet_create(self, conf: Expression) -> Answer:
        """Keeps a ``(vnet (id I) ...)``."""
        return self._post("vnet", op="create", config=_expression(conf))

    def xend_vnet_delete(self, id: Reference) -> Answer:
        """Forgets a virtual network."""
        return self._post("vnet", id, op="delete")

    # Tasks and events

    def xend_tasks(self, detail: int = 0) -> Answer:
        """The numbers of saves, restores and migrations; with ``detail`` everything about each."""
        return self._get("task", detail=detail or None)

    def xend_task(self, id: Reference) -> Answer:
        """How far a save, restore or migration is, or how it ended."""
        return self._get("task", id)

    def xend_task_cancel(self, id: Reference) -> Answer:
        """Cancels one that is under way."""
        return self._post("task", id, op="cancel")

    def xend_event_inject(self, sxpr: Expression) -> Answer:
        """Publishes an event under the name that it begins with; the name."""
        return self._post("event", op="inject", event=_expression(sxpr))

    def xend_events(self, since: int = 0, patterns: Iterable[str] = ()) -> Answer:
        """What has happened after event ``since``: ``(events (newest N) (missed N) (event ...)...)``."""
        arguments = (("since", str(since)),) + tuple(("pattern", pattern) for pattern in patterns)
        return self.transport.perform(Call("GET", ("event",), arguments))

    def xend_devices(self) -> Answer:
        """``(ls)``: devices are found at their domains."""
        return self._get("device")


def _path(parts: Tuple[Reference, ...]) -> Tuple[str, ...]:
    return tuple(str(part) for part in parts)


def _arguments(arguments: "dict[str, Any]") -> Tuple[Tuple[str, Argument], ...]:
    """In the order given, without those that are None."""
    return tuple((name, _argument(value)) for name, value in arguments.items() if value is not None)


def _argument(value: Any) -> Argument:
    if isinstance(value, (str, File)):
        return value
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _expression(value: Expression) -> Argument:
    """What is sent of a configuration.

    :raises InvalidError: it is none, or a file that cannot be read.
    """
    if isinstance(value, File):
        return value
    if isinstance(value, (str, os.PathLike)):
        return read_file(value)
    read = getattr(value, "read", None)
    if read is not None:
        content = read()
        name = str(getattr(value, "name", "file"))
        return File(name, content if isinstance(content, bytes) else str(content).encode("utf-8", "surrogateescape"))
    try:
        return sxp.to_string(value)  # type: ignore[arg-type]
    except (TypeError, sxp.SxpError) as error:
        raise InvalidError(f"this cannot be sent as an s-expression: {error}") from None


def read_file(path: Union[str, "os.PathLike[str]"]) -> File:
    """A file, to be uploaded.

    :raises InvalidError: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return File(os.fspath(path), file.read())
    except (OSError, ValueError) as error:
        raise InvalidError(f"cannot read {os.fspath(path)}: {getattr(error, 'strerror', None) or error}") from None


def getServer(srv: Optional[str] = None) -> Xend:
    """The functions of the daemon at ``HOST:PORT``."""
    return Xend(srv)


class _Standard(Xend):
    """The daemon that the environment names, looked up at the first call: importing this module cannot fail."""

    def __init__(self) -> None:
        pass

    @property
    def transport(self) -> Transport:  # type: ignore[override]
        return Transport(Address.read(), Timeouts())


#: The daemon that the environment names.
server: Xend = _Standard()
