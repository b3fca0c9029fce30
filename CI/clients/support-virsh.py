"""The requests that libvirt's driver for xend (0.1 of 2006 to 4.2 of 2018, when it was taken out) makes for each command of
virsh, and what it needs of the answers. Its sources were read for which those are; this is not made of them.

Usage: support-virsh.py PORT MIGRATION-PORT DIRECTORY
"""

import re
import socket
import sys
import time

PORT, MIGRATION_PORT, DIRECTORY = int(sys.argv[1]), sys.argv[2], sys.argv[3]

# It takes nothing longer, and when it sets "autostart" what it sends back has to fit into the second.
LONGEST_ANSWER, LONGEST_CONFIGURATION = 65536, 4096

failures = 0


class Refused(Exception):
    """What it reports as an error of xend's."""


class Incomplete(Exception):
    """What it calls "domain information incomplete"."""


# Its reader of s-expressions: two kinds of quotes, a backslash keeps what follows from ending a word.


def read(text):
    position = 0

    def skip():
        nonlocal position
        while position < len(text) and text[position].isspace():
            position += 1

    def value():
        nonlocal position
        skip()
        if position >= len(text):
            raise Incomplete("the answer ends too soon: " + text)
        if text[position] == "(":
            position += 1
            found = []
            while True:
                skip()
                if position < len(text) and text[position] == ")":
                    position += 1
                    return found
                found.append(value())
        start, quote = position, text[position]
        if quote in "'\"":
            position += 1
            while text[position] != quote:
                position += 2 if text[position] == "\\" else 1
            position += 1
            return text[start + 1:position - 1]
        while position < len(text) and not text[position].isspace() and text[position] not in "()":
            position += 2 if text[position] == "\\" else 1
        return text[start:position]

    return value()


def write(node):
    """As it writes a changed description: quotes only where there is a space or a parenthesis."""
    if isinstance(node, list):
        return "(" + " ".join(write(child) for child in node) + ")"
    return f"'{node}'" if re.search(r"[ ()]", node) else node


def find(node, path):
    """What stands behind `domain/image/linux`: the first element of each name."""
    first, *names = path.split("/")
    if not isinstance(node, list) or not node or node[0] != first:
        return None
    for name in names:
        node = next((child for child in node[1:] if isinstance(child, list) and child and child[0] == name), None)
        if node is None:
            return None
    return node[1:] or None


def text(node, path):
    found = find(node, path)
    return found[0] if found and isinstance(found[0], str) else None


def number(node, path):
    """0 is "not there", too. C's strtol with base 0: what follows the digits does not count."""
    match = re.match(r"\s*[-+]?(0x[0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", text(node, path) or "")
    if not match:
        return 0
    digits = match[1]
    return int(digits, 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10)


def needed(node, path):
    found = text(node, path)
    if found is None:
        raise Incomplete(f"no {path} in {node}")
    return found


# Its HTTP: a connection for each request, the same headers always, and a length that has to be told.


def exchange(method, path, body=None):
    request = f"{method} {path} HTTP/1.1\r\nHost: localhost:8000\r\nAccept-Encoding: identity\r\n"
    request += "Content-Type: application/x-www-form-urlencoded\r\n"
    if body is not None:
        request += f"Content-Length: {len(body.encode())}\r\n"
    with socket.create_connection(("127.0.0.1", PORT), timeout=30) as connection:
        connection.sendall((request + "\r\n" + (body or "")).encode())
        stream = connection.makefile("rb")
        status, length = 0, 0
        while True:
            line = stream.readline().decode("latin1")
            if line in ("\r\n", ""):
                break
            if line.startswith("HTTP/1.1 "):
                status = int(line[9:12])
            elif line.lower().startswith("content-length: "):
                length = int(line[16:])
        if length > LONGEST_ANSWER:
            raise Refused(f"{path}: an answer of {length} bytes")
        return status, stream.read(length).decode()


def get(path):
    status, answer = exchange("GET", path)
    if status not in (200, 201, 202) or not answer:
        raise Refused(f"GET {path}: {status} {answer}")
    return read(answer)


def post(path, *arguments):
    # Nothing but a configuration that creates is encoded, and of that only spaces, line feeds and ampersands.
    body = "&".join(f"{key}={value}" for key, value in zip(arguments[::2], arguments[1::2]))
    status, answer = exchange("POST", path, body)
    if status not in (200, 201, 202) or "xend.err" in answer or (status == 202 and "failed" in answer):
        raise Refused(f"POST {path} {body}: {status} {answer}")
    return answer


def ask(domain, operation, *arguments):
    return post(f"/xend/domain/{domain}", "op", operation, *arguments)


def encoded(configuration):
    return re.sub(r"[ \n&]", lambda found: f"%{ord(found[0]):02x}", configuration)


def information(domain):
    return get(f"/xend/domain/{domain}?detail=1")


# The commands.


def node():
    return get("/xend/node/")


def configuration_format():
    return number(node(), "node/xend_config_format") or 1


def nodeinfo():
    root = node()
    cpus, cores, threads = (number(root, "node/" + key) for key in ("nr_cpus", "cores_per_socket", "threads_per_core"))
    nodes, sockets = number(root, "node/nr_nodes"), number(root, "node/sockets_per_node")
    if not sockets:
        if not nodes * cores * threads:
            raise Incomplete("no topology")
        sockets = cpus // (nodes * cores * threads)
    return dict(
        model=needed(root, "node/machine"), memory=number(root, "node/total_memory"), cpus=cpus,
        mhz=number(root, "node/cpu_mhz"), nodes=nodes, sockets=sockets, cores=cores, threads=threads)


def version():
    root = node()
    return number(root, "node/xen_major"), number(root, "node/xen_minor")


def capabilities():
    """The cells of the machine: `node0:0-1,node1:no cpus`, in one word."""
    root = node()
    cells = {}
    for cell, cpus in re.findall(r"node(\d+)\s*:\s*(no cpus|[0-9,\-\s]*?)(?=[,\s]*node|\s*$)", text(root, "node/node_to_cpu") or ""):
        cells[int(cell)] = [] if cpus == "no cpus" else numbers(cpus)
    return cells


def numbers(ranges):
    found = []
    for part in ranges.split(","):
        first, _, last = part.strip().partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def names(path="/xend/domain"):
    root = get(path)
    return [child for child in root if isinstance(child, str)]


def running():
    """Each is asked for its id, which one that does not run has none of."""
    found = {}
    for name in names():
        found[name] = int(needed(information(name), "domain/domid"), 0)
    return found


def defined():
    return names("/xend/domain?state=halted")


def lookup(domain):
    """By name, id and uuid in one way: what makes a domain known to virsh."""
    root = information(domain)
    found = needed(root, "domain/name"), needed(root, "domain/uuid"), text(root, "domain/domid")
    if not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found[1]):
        raise Incomplete("uuid " + found[1])
    return found


def lookup_as_of_old(uuid):
    """Before `xend_config_format` 3 it went through all of them."""
    for name in names():
        root = information(name)
        if needed(root, "domain/uuid") == uuid:
            return name, int(needed(root, "domain/domid"))
    return None


STATES = {"c": "crashed", "s": "shut off", "d": "in shutdown", "p": "paused", "b": "idle", "r": "running"}


def dominfo(domain):
    root = information(domain)
    flags = text(root, "domain/state")
    state = "shut off" if flags is None else next((STATES[flag] for flag in "csdpbr" if flag in flags), "no state")
    vcpus = number(root, "domain/vcpus")
    online = bin(number(root, "domain/vcpu_avail")).count("1")
    return dict(
        memory=number(root, "domain/memory"), maximum=number(root, "domain/maxmem"), state=state,
        time=float(text(root, "domain/cpu_time") or 0), vcpus=online if 0 < online <= vcpus else vcpus, most=vcpus)


def domstate(domain):
    return dominfo(domain)["state"]


ENDS = {"destroy", "restart", "rename-restart", "preserve"}
ENDS_OF_A_CRASH = ENDS | {"coredump-destroy", "coredump-restart"}


def dumpxml(domain):
    root = information(domain)
    if configuration_format() < 3:
        needed(root, "domain/domid")
    found = dict(
        name=needed(root, "domain/name"), uuid=needed(root, "domain/uuid"), id=text(root, "domain/domid"),
        bootloader=text(root, "domain/bootloader"), arguments=text(root, "domain/bootloader_args"),
        description=text(root, "domain/description"), localtime=number(root, "domain/localtime"))
    if found["id"] != "0" and find(root, "domain/image"):
        for word in ("kernel", "ramdisk", "args", "root"):
            found[word] = text(root, f"domain/image/linux/{word}")
        if not found["kernel"] and not found["bootloader"]:
            raise Incomplete("neither kernel nor boot loader")
    found.update(dominfo(domain))
    for key, words in (("poweroff", ENDS), ("reboot", ENDS), ("crash", ENDS_OF_A_CRASH)):
        found[key] = text(root, "domain/on_" + key)
        if found[key] is not None and found[key] not in words:
            raise Incomplete(f"on_{key} {found[key]}")
    found["disks"], found["interfaces"] = disks(root), interfaces(root, found["id"])
    return found


def disks(root):
    found = []
    for device in root[1:]:
        kind = next((kind for kind in ("vbd", "tap2", "tap") if find(device, "device/" + kind)), None)
        if kind:
            source, target = needed(device, f"device/{kind}/uname"), needed(device, f"device/{kind}/dev")
            driver, _, path = source.partition(":")
            if not path:
                raise Incomplete("no driver in " + source)
            mode = text(device, f"device/{kind}/mode") or ""
            found.append((driver, path, target.removeprefix("ioemu:"), "r" in mode, "!" in mode))
    return found


def interfaces(root, domid):
    found = []
    for device in root[1:]:
        if find(device, "device/vif"):
            mac, bridge, script, ip, name, model = (
                text(device, "device/vif/" + key) for key in ("mac", "bridge", "script", "ip", "vifname", "model"))
            if mac and not re.fullmatch("([0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2}", mac):
                raise Incomplete("mac " + mac)
            kind = "bridge" if bridge or script == "vif-bridge" else "ethernet"
            found.append((kind, mac, bridge, script, ip, name or f"vif{domid}.{len(found)}", model))
    return found


def configuration(name, uuid, *, memory=64, maximum=128, vcpus=2, online=None, cpus=None, more="", devices=()):
    """What it writes of `<domain type='xen'>`, in its order and with its quotes."""
    words = f"(vm (name '{name}')(memory {memory})(maxmem {maximum})(vcpus {vcpus})"
    if online:
        words += f"(vcpu_avail {(1 << online) - 1})"
    if cpus:
        words += f"(cpus '{cpus}')"
    words += f"(uuid '{uuid}'){more}"
    words += "(on_poweroff 'destroy')(on_reboot 'restart')(on_crash 'destroy')"
    if "(bootloader" not in more:
        words += "(image (linux (kernel '/boot/vmlinuz')(ramdisk '/boot/initrd')(args 'root=/dev/xvda ro console=hvc0')"
        words += "(device_model '/usr/lib/xen/bin/qemu-dm')))"
    return words + "".join(f"(device {device})" for device in devices) + ")"


def disk(source, target, mode="w"):
    return f"(vbd (dev '{target}')(uname '{source}')(mode '{mode}'))"


def interface(mac, bridge="xen-br0", more=""):
    return f"(vif (mac '{mac}')(bridge '{bridge}')(script 'vif-bridge'){more})"


def create(words, name):
    """Made, found, waited for and let run; what cannot be is destroyed again."""
    ask("", "create", "config", encoded(words))
    try:
        domid = int(needed(information(name), "domain/domid"))
        lookup(name)
        ask(name, "wait_for_devices")
        ask(name, "unpause")
        return domid
    except (Refused, Incomplete):
        ask(name, "destroy")
        raise


def define(words, name):
    ask("", "new", "config", words)
    return lookup(name)


def start(name):
    ask(name, "start")
    return int(needed(information(name), "domain/domid"))


def autostart(name, on=None):
    root = information(name)
    if on is None:
        return text(root, "domain/on_xend_start") == "start"
    found = find(root, "domain/on_xend_start")
    if not found or found[0] not in ("ignore", "start"):
        raise Incomplete("on_xend_start not present in sexpr")
    found_element = next(child for child in root[1:] if isinstance(child, list) and child[0] == "on_xend_start")
    found_element[1] = "start" if on else "ignore"
    words = write(root)
    if len(words) >= LONGEST_CONFIGURATION:
        raise Incomplete(f"{len(words)} bytes of configuration")
    return ask("", "new", "config", words)


def vcpuinfo(domain):
    root = get(f"/xend/domain/{domain}?op=vcpuinfo")
    found = []
    for vcpu in root:
        if isinstance(vcpu, list) and vcpu and vcpu[0] == "vcpu":
            online = number(vcpu, "vcpu/online")
            state = "offline"
            if online:
                state = "running" if number(vcpu, "vcpu/running") else "blocked" if number(vcpu, "vcpu/blocked") else "none"
            cpumap = (find(vcpu, "vcpu/cpumap") or [[]])[0]
            found.append((number(vcpu, "vcpu/number"), state, [int(cpu) for cpu in cpumap],
                          float(needed(vcpu, "vcpu/cpu_time")), number(vcpu, "vcpu/cpu") if online else -1))
    return found


def vcpupin(domain, vcpu, cpus):
    joined = ",".join(map(str, cpus))
    ask(domain, "pincpu", "vcpu", str(vcpu), "cpumap", joined if configuration_format() >= 3 else f"[{joined}]")


def setvcpus(domain, count):
    most = number(information(domain), "domain/vcpus")
    if count > most:
        raise Refused(f"requested vcpus is greater than max allowable vcpus for the domain: {count} > {most}")
    ask(domain, "set_vcpus", "vcpus", str(count))


def scheduler():
    if configuration_format() < 4:
        raise Incomplete("unsupported in xendConfigVersion < 4")
    found = needed(node(), "node/xen_scheduler")
    if found not in ("credit", "sedf"):
        raise Incomplete("Unknown scheduler " + found)
    return found


def schedinfo(domain, weight=None, cap=None):
    """What is not set is sent again as it is."""
    scheduler()
    root = information(domain)
    old = needed(root, "domain/cpu_weight"), needed(root, "domain/cpu_cap")
    if weight is None and cap is None:
        return tuple(map(int, old))
    ask(domain, "domain_sched_credit_set", "weight", str(weight or old[0]), "cap", str(old[1] if cap is None else cap))
    return None


def attach(domain, device):
    dumpxml(domain)
    ask(domain, "device_create", "config", device)


def detach(domain, kind, reference):
    """By the number that it finds in xenstore, where we ask for the devices."""
    dumpxml(domain)
    ask(domain, "device_destroy", "type", kind, "dev", reference, "force", "0", "rm_cfg", "1")


def detach_as_of_old(domain, kind, reference):
    ask(domain, "device_destroy", "type", kind, "dev", reference)


def handles(domain, kind):
    root = read(ask(domain, "devices", "type", kind))
    return [device[0] for device in root]


def migrate(domain, destination, port="0", live="0"):
    ask(domain, "migrate", "destination", destination, "live", live, "port", port, "node", "-1", "ssl", "0",
        "change_home_server", "0", "resource", "0")


# What is expected.


def expect(what, found, expected):
    global failures
    if found != expected:
        print(f"FAILED {what}: {found!r} instead of {expected!r}")
        failures += 1


def check(what, action, expected=None):
    """Runs a command of virsh; `expected` may be a test, a value or a refusal."""
    global failures
    try:
        found = action()
    except (Refused, Incomplete) as error:
        if isinstance(expected, type) and isinstance(error, expected):
            return None
        print(f"FAILED {what}: {error}")
        failures += 1
        return None
    if isinstance(expected, type):
        expect(what, found, f"a refusal")
    elif callable(expected):
        expect(what, bool(expected(found)) or found, True)
    elif expected is not None:
        expect(what, found, expected)
    return found


def eventually(what, action, expected):
    for _ in range(100):
        try:
            if action() == expected:
                return
        except (Refused, Incomplete):
            pass
        time.sleep(0.1)
    check(what, action, expected)


WEB, DB = "596a5d21-71f4-8fb2-e068-e2386a5c4100", "596a5d21-71f4-8fb2-e068-e2386a5c4101"


def the_machine():
    check("connect", configuration_format, lambda found: found >= 4)
    check("nodeinfo", nodeinfo, lambda found: found["cpus"] == found["nodes"] * found["sockets"] * found["cores"]
          * found["threads"] and found["memory"] > 0 and found["mhz"] > 0)
    check("version", version, lambda found: found >= (3, 0))
    check("capabilities", capabilities, lambda found: sum(map(len, found.values())) == nodeinfo()["cpus"])
    check("list", running, {"Domain-0": 0})
    check("list --inactive", defined, [])
    check("dumpxml 0", lambda: dumpxml("0"), lambda found: found["id"] == "0" and found["vcpus"] > 0)
    check("dominfo Domain-0", lambda: dominfo("Domain-0"), lambda found: found["state"] == "running")
    check("domid of nobody", lambda: lookup("nobody"), Refused)


def a_life():
    words = configuration("web", WEB, devices=[disk("phy:/dev/sda1", "xvda"), interface("00:16:3e:00:00:01")],
                          more="(description 'the first')")
    domid = check("create", lambda: create(words, "web"))
    eventually("domstate", lambda: domstate("web"), "idle")
    check("list", running, {"Domain-0": 0, "web": domid})
    check("domid", lambda: lookup("web"), ("web", WEB, str(domid)))
    check("domname", lambda: lookup(str(domid))[0], "web")
    check("domuuid", lambda: lookup(WEB)[0], "web")
    check("domuuid before 0.2", lambda: lookup_as_of_old(WEB), ("web", domid))
    check("dominfo", lambda: {key: dominfo("web")[key] for key in ("memory", "maximum", "vcpus")},
          dict(memory=64, maximum=128, vcpus=2))
    found = check("dumpxml", lambda: dumpxml("web")) or {}
    expected = dict(
        name="web", uuid=WEB, id=str(domid), kernel="/boot/vmlinuz", ramdisk="/boot/initrd",
        args="root=/dev/xvda ro console=hvc0", poweroff="destroy", reboot="restart", crash="destroy", description="the first",
        disks=[("phy", "/dev/sda1", "xvda", False, False)], memory=64, maximum=128, vcpus=2,
        interfaces=[("bridge", "00:16:3e:00:00:01", "xen-br0", "vif-bridge", None, f"vif{domid}.0", None)])
    for key, value in expected.items():
        expect(f"dumpxml, {key}", found.get(key), value)
    return domid


def its_settings():
    check("suspend", lambda: ask("web", "pause"))
    check("domstate", lambda: domstate("web"), "paused")
    check("resume", lambda: ask("web", "unpause"))
    check("setmem", lambda: ask("web", "mem_target_set", "target", "48"))
    eventually("setmem", lambda: dominfo("web")["memory"], 48)
    check("setmaxmem", lambda: ask("web", "maxmem_set", "memory", "256"))
    check("setmaxmem", lambda: dominfo("web")["maximum"], 256)
    check("vcpuinfo", lambda: vcpuinfo("web"), lambda found: [vcpu[0] for vcpu in found] == [0, 1]
          and all(vcpu[2] for vcpu in found) and found[0][1] in ("running", "blocked"))
    check("vcpupin", lambda: vcpupin("web", 1, [0]))
    check("vcpupin", lambda: vcpuinfo("web")[1][2], [0])
    check("vcpupin as of old", lambda: ask("web", "pincpu", "vcpu", "1", "cpumap", "[0,1]"))
    check("vcpupin as of old", lambda: vcpuinfo("web")[1][2], [0, 1])
    check("setvcpus", lambda: setvcpus("web", 1))
    eventually("setvcpus", lambda: [vcpu[1] for vcpu in vcpuinfo("web")][1], "offline")
    check("dominfo after setvcpus", lambda: (dominfo("web")["vcpus"], dominfo("web")["most"]), (1, 2))
    check("setvcpus again", lambda: setvcpus("web", 2))
    check("setvcpus above", lambda: setvcpus("web", 3), Refused)
    check("schedinfo", lambda: schedinfo("web"), (256, 0))
    check("schedinfo --weight", lambda: schedinfo("web", weight=512))
    check("schedinfo --cap", lambda: schedinfo("web", cap=50))
    check("schedinfo", lambda: schedinfo("web"), (512, 50))


def its_devices():
    check("attach-disk", lambda: attach("web", disk("phy:/dev/sda3", "xvdb", "r")))
    check("attach-disk again", lambda: attach("web", disk("phy:/dev/sda3", "xvdb", "r")), Refused)
    check("attach-interface", lambda: attach("web", interface("00:16:3e:00:00:02", more="(ip '10.0.0.7')")))
    check("what is there", lambda: (handles("web", "vbd"), handles("web", "vif")), (["51712", "51728"], ["0", "1"]))
    check("dumpxml", lambda: (dumpxml("web")["disks"][-1], dumpxml("web")["interfaces"][-1][1:5]),
          (("phy", "/dev/sda3", "xvdb", True, False), ("00:16:3e:00:00:02", "xen-br0", "vif-bridge", "10.0.0.7")))
    check("detach-disk", lambda: detach("web", "vbd", "51728"))
    check("detach-interface", lambda: detach("web", "vif", "1"))
    check("what is there", lambda: (handles("web", "vbd"), handles("web", "vif")), (["51712"], ["0"]))
    check("attach-device", lambda: attach("web", disk("phy:/dev/sda3", "xvdc", "w!")))
    check("detach-device as of old", lambda: detach_as_of_old("web", "vbd", "xvdc"))
    check("attach-device, an image", lambda: attach("web", "(tap (dev 'xvdd')(uname 'tap:aio:/home/disk.img')(mode 'w'))"))
    check("dumpxml", lambda: dumpxml("web")["disks"][-1][:3], ("tap", "aio:/home/disk.img", "xvdd"))
    check("detach-device, an image", lambda: detach("web", "tap", "51760"))
    check("attach-device of a kind that is not there", lambda: attach("web", "(vscsi (dev 'x'))"), Refused)


def its_ends():
    core, saved = DIRECTORY + "/web.core", DIRECTORY + "/web.save"
    check("dump", lambda: ask("web", "dump", "file", core, "live", "1", "crash", "0"))
    check("save", lambda: ask("web", "save", "file", saved))
    check("list", running, {"Domain-0": 0})
    check("domid of one that is saved", lambda: lookup("web"), Refused)
    check("restore", lambda: ask("", "restore", "file", saved))
    eventually("restore", lambda: domstate("web"), "idle")
    check("dumpxml after restore", lambda: dumpxml("web")["description"], "the first")
    before = running().get("web")
    check("reboot", lambda: ask("web", "shutdown", "reason", "reboot"))
    eventually("reboot", lambda: (running().get("web"), domstate("web")), (before, "idle"))
    check("shutdown", lambda: ask("web", "shutdown", "reason", "poweroff"))
    eventually("shutdown", running, {"Domain-0": 0})
    words = configuration("web", WEB)
    check("create again", lambda: create(words, "web"))
    check("destroy", lambda: ask("web", "destroy"))
    check("list", running, {"Domain-0": 0})


def a_defined_domain():
    words = configuration("db", DB, vcpus=4, online=2, cpus="0-1", memory=48, maximum=64, more="(localtime 1)",
                          devices=[disk("phy:/dev/sda2", "xvda")])
    check("define", lambda: define(words, "db"), ("db", DB, None))
    check("list --inactive", defined, ["db"])
    check("list", running, {"Domain-0": 0})
    check("domstate", lambda: domstate("db"), "shut off")
    check("dominfo", lambda: {key: dominfo("db")[key] for key in ("memory", "maximum", "vcpus", "most")},
          dict(memory=48, maximum=64, vcpus=2, most=4))
    check("dumpxml", lambda: (dumpxml("db")["disks"], dumpxml("db")["id"], dumpxml("db")["localtime"]),
          ([("phy", "/dev/sda2", "xvda", False, False)], None, 1))
    check("autostart?", lambda: autostart("db"), False)
    check("autostart", lambda: autostart("db", True))
    check("autostart?", lambda: autostart("db"), True)
    check("setmem", lambda: ask("db", "mem_target_set", "target", "40"))
    check("setmaxmem", lambda: ask("db", "maxmem_set", "memory", "80"))
    check("dominfo", lambda: (dominfo("db")["memory"], dominfo("db")["maximum"]), (40, 80))
    check("setvcpus", lambda: setvcpus("db", 3))
    check("dominfo", lambda: dominfo("db")["vcpus"], 3)
    check("schedinfo", lambda: schedinfo("db", weight=128))
    check("schedinfo", lambda: schedinfo("db"), (128, 0))
    check("autostart, which sends all back", lambda: autostart("db", True))
    check("schedinfo", lambda: schedinfo("db"), (128, 0))
    check("start", lambda: start("db"), lambda found: found > 0)
    eventually("start", lambda: domstate("db"), "idle")
    check("list --inactive", defined, [])
    check("autostart of one that runs?", lambda: autostart("db"), True)
    check("autostart of one that runs", lambda: autostart("db", False))
    check("autostart of one that runs?", lambda: autostart("db"), False)
    check("schedinfo of one that runs", lambda: schedinfo("db"), (128, 0))
    check("start again", lambda: start("db"), Refused)
    check("define one that runs", lambda: define(words, "db")[0], "db")
    check("destroy", lambda: ask("db", "destroy"))
    check("list --inactive", defined, ["db"])
    check("attach-disk to one that does not run", lambda: attach("db", disk("phy:/dev/sda3", "xvdb")), Refused)
    check("dumpxml", lambda: len(dumpxml("db")["disks"]), 1)
    check("undefine", lambda: ask("db", "delete"))
    check("list --inactive", defined, [])
    boots = configuration("db", DB, more="(bootloader 'pvgrub')(bootloader_args '-q')")
    check("define with a boot loader", lambda: define(boots, "db")[0], "db")
    check("dumpxml", lambda: (dumpxml("db")["bootloader"], dumpxml("db")["arguments"]), ("pvgrub", "-q"))
    check("undefine", lambda: ask("db", "delete"))
    program = configuration("db", DB, more="(bootloader)")
    check("define with what reads the guest's disk here", lambda: define(program, "db"), Refused)


def a_migration():
    words = configuration("web", WEB)
    check("create", lambda: create(words, "web"))
    eventually("create", lambda: domstate("web"), "idle")
    check("migrate to where nothing is", lambda: migrate("web", "127.0.0.1", "1"), Refused)
    check("domstate", lambda: domstate("web"), "idle")
    check("migrate --live", lambda: migrate("web", "127.0.0.1", MIGRATION_PORT, live="1"))
    check("list", running, {"Domain-0": 0})


for part in (the_machine, a_life, its_settings, its_devices, its_ends, a_defined_domain, a_migration):
    try:
        part()
    except (Refused, Incomplete, OSError) as error:
        print(f"FAILED {part.__name__}: {error}")
        failures += 1
sys.exit(1 if failures else 0)
