"""xend-sim under callgrind, and what is counted of it."""
import glob, os, re, shutil, subprocess, tempfile

from daemons import MANY, MOST, Xend, check, stop

MILLION = 1e6


class Counted(Xend):
    """Counts from `begin` to `end` only: filling it with domains goes several times as fast."""

    def __init__(self, directory, store="memory", **more):
        os.makedirs(directory, exist_ok=True)
        self.files = os.path.join(directory, "callgrind")
        super().__init__(directory, store, wrapper=[
            "valgrind", "-q", "--tool=callgrind", "--instr-atstart=no", "--callgrind-out-file=" + self.files], **more)

    def control(self, *words):
        check("vgdb", "--pid=%d" % self.process.pid, "--wait=60", *words, stderr=subprocess.DEVNULL)

    def instructions(self, body, keep=None):
        """Of all threads of the daemon together, while a body runs."""
        for file in glob.glob(self.files + "*"):
            os.remove(file)
        self.control("instrumentation", "on")
        # Else the total of what was counted before is subtracted from this one.
        self.control("zero")
        body()
        self.control("dump")
        self.control("instrumentation", "off")
        total = 0
        for file in glob.glob(self.files + ".*"):
            with open(file) as dump:
                total += sum(int(count) for count in re.findall(r"^(?:totals|summary): (\d+)", dump.read(), re.M)[:1])
            if keep:
                os.makedirs(os.path.dirname(keep), exist_ok=True)
                shutil.copy(file, keep)
        return total

    def of_each(self, clients, *words, count, keep=None):
        """Instructions of one of `count` operations."""
        self.load(clients, *words, count=min(count, 20), seconds=600)
        return self.instructions(lambda: self.load(clients, *words, count=count, seconds=600), keep) / count


def without_lines(products, directory):
    """Valgrind cannot read the line numbers that Swift writes; the names of functions stay."""
    for program in ["xend-sim", "xend-scenario"]:
        if os.path.exists(os.path.join(products, program)):
            check("strip", "--strip-debug", "-o", os.path.join(directory, program), os.path.join(products, program))
    return directory


def count_all(products, is_quick=False, keep=None):
    """Yields (what, value, unit)."""
    def kept(name):
        return os.path.join(keep, "callgrind." + name) if keep else None

    with tempfile.TemporaryDirectory(prefix="xend-count-") as directory:
        products = without_lines(products, directory)
        for store in ["memory", "disk"]:
            with Counted(os.path.join(directory, store), store, products=products) as xend:
                yield ("a pair, 0 there, store in %s" % store,
                       xend.of_each(1, "pairs", count=100, keep=kept("pair-" + store)) / MILLION, "M")
        for there in [MANY] if is_quick else [MANY, MOST]:
            with Counted(os.path.join(directory, str(there)), products=products) as xend:
                xend.fill(there)
                yield ("a pair, %d there, store in memory" % there,
                       xend.of_each(1, "pairs", count=100, keep=kept("pair-%d" % there)) / MILLION, "M")
                yield ("one domain's information, %d there" % there,
                       xend.of_each(1, *xend.words["information"], count=100, keep=kept("information-%d" % there)) / MILLION,
                       "M")
                listed = ["get", "/xend/domain?detail=1", "(name b%d)" % (there - 1)]
                yield ("list of %d with state" % there,
                       xend.of_each(1, *listed, count=10, keep=kept("list-%d" % there)) / MILLION, "M")
                yield ("a change, then the list of %d" % there,
                       xend.of_each(1, "change-get", *listed[1:], count=10, keep=kept("change-%d" % there)) / MILLION, "M")
                yield ("names of %d" % there,
                       xend.of_each(1, "get", "/xend/domain", "b%d" % (there - 1), count=10, keep=kept("names-%d" % there))
                       / MILLION, "M")
                yield from events(xend, 200, there, kept)
        yield ("start to first answer, no domains", start(os.path.join(directory, "start"), products), "M")
        yield from reboots(directory, products, is_quick)


def events(xend, watchers, there, kept):
    """An event for a watcher more, by the difference of many and one."""
    counts = []
    for readers in [1, watchers]:
        client = subprocess.Popen([xend.client, xend.target, "1", "300", "10", "watch", str(readers)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if client.stdout.readline() != "ready\n":
            return
        read = []
        total = xend.instructions(lambda: read.append(int(client.communicate("\n")[0])),
                                  kept("events-%d" % readers) if there == MANY else None)
        counts.append((total, read[0]))
    (one, _), (many, told) = counts
    yield "an event, for each of %d watchers, %d there" % (watchers, there), (many - one) / told / 1000, "k"


def start(directory, products):
    xend = Xend(directory, "disk", products=products, wrapper=[
        "valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + directory + ".callgrind"])
    xend.start()
    xend.load(1, "get", "/xend/domain", "Domain-0", count=1, seconds=60)
    stop(xend.process)
    with open(directory + ".callgrind") as dump:
        return int(re.search(r"^totals: (\d+)", dump.read(), re.M).group(1)) / MILLION


def reboots(directory, products, is_quick):
    """Of the simulator: one reboot, of many domains that reboot each minute; a longer story less a shorter one."""
    domain = "(vm (name d$n) (memory 4) (image (linux (kernel /boot/k))))"
    for domains in [10, 100] if is_quick else [10, 100, MANY]:
        totals = []
        for seconds in [70, 190]:
            path = os.path.join(directory, "busy.sxp")
            with open(path, "w") as file:
                file.write("(scenario busy (host alpha (memory 65536) (config (xend-min-restart-time 0))) "
                           "(kernel /boot/k (boots-in 1s) (exits-after 59s reboot)) (repeat %d (create %s)) "
                           "(repeat %d (unpause d$n)) (advance %ds))\n" % (domains, domain, domains, seconds))
            dump = os.path.join(directory, "busy.callgrind")
            check("valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" + dump,
                  os.path.join(products, "xend-scenario"), "run", path, timeout=3000)
            with open(dump) as file:
                totals.append(int(re.search(r"^totals: (\d+)", file.read(), re.M).group(1)))
        yield "one reboot, of %d domains" % domains, (totals[1] - totals[0]) / (2 * domains) / MILLION, "M"
