// tiny: a small Xen PV guest for testing a toolstack.  This file is its life: boot, wait, obey.

#include "tiny.h"

// What is going to happen, each at its time.
static struct { nanoseconds boot, exit, crash, hang, balloon, dirty, count, shutdown; } due;
static unsigned int shutdown_reason;
static bool booted;

// ---- Suspend and resume ---------------------------------------------------

static void watch_all(void) {
    store_watch("control/shutdown", WATCH_SHUTDOWN);
    store_watch("control/guest", WATCH_COMMAND);
    store_watch("memory/target", WATCH_TARGET);
    store_watch("device", WATCH_DEVICES);
    store_watch("cpu", WATCH_VCPUS);
    store_watch("control/sysrq", WATCH_KEY);
}

static void connect_all(void) {
    connect_machine();
    connect_console();
    connect_store();
    connect_memory();
    map_grants();
}

static nanoseconds first_instant;

// Time goes on in another machine's count, or stood still: what was due in a second is so again.
static void rebase_timers(nanoseconds before, nanoseconds after) {
    nanoseconds *timers[] = {&due.boot,    &due.exit,  &due.crash, &due.hang,
                             &due.balloon, &due.dirty, &due.count, &due.shutdown};
    for (size_t i = 0; i < LENGTH(timers); i++)
        if (*timers[i] != NEVER) *timers[i] = *timers[i] - before + after;
    first_instant = first_instant - before + after;
}

static void suspend(void) {
    nanoseconds before = now();
    unmap_grants();
    bool cancelled = suspend_machine();
    connect_all();
    rebase_timers(before, now());
    if (!cancelled) {
        forget_devices();
        watch_all();
    }
    if (!behaviour.declared) print(cancelled ? "tiny: suspend cancelled\n" : "tiny: resumed\n");
}

// ---- Obeying --------------------------------------------------------------

static void leave(unsigned int reason) {
    if (reason == SHUTDOWN_suspend) suspend();
    else shutdown(reason, 0);
}

__attribute__((noreturn)) static void hang(void) {
    struct sched_poll nothing = {.nr_ports = 0};
    for (;;) hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (long)&nothing, 0);
}

static bool obey(const char *line) {
    const char *rest;
    unsigned int reason;
    if (reason_named(line, &reason)) leave(reason);
    else if ((rest = after_word(line, "shutdown")) && reason_named(rest, &reason)) leave(reason);
    else if (equal(line, "fault")) *(volatile int *)-1ul = 0;
    else if (equal(line, "spin")) for (;;) barrier();
    else if (equal(line, "hang")) hang();
    else if ((rest = after_word(line, "prints"))) print_escaped(rest);
    else if ((rest = after_word(line, "uses-cpu"))) behaviour.cpu_percent = (unsigned int)number(&rest);
    else if ((rest = after_word(line, "dirties"))) {
        behaviour.dirty_rate = number(&rest) / 4;
        behaviour.dirty_of = number(&rest) / 4;
        due.dirty = behaviour.dirty_rate ? now() : NEVER;
    } else return obey_hostile(line);
    return true;
}

static void shutdown_requested(void) {
    char word[STORE_VALUE_MAX];
    unsigned int reason;
    if (behaviour.ignores_shutdown || !store_read("control/shutdown", word) || !reason_named(word, &reason)) return;
    store_write("control/shutdown", "");       // a sign that the request was seen
    if (reason == SHUTDOWN_suspend) {
        if (!behaviour.refuses_suspend) suspend();
    } else if (due.shutdown == NEVER) {
        shutdown_reason = reason;
        due.shutdown = now() + behaviour.shuts_down_in;
    }
}

static void command_given(void) {
    char line[STORE_VALUE_MAX];
    if (!store_read("control/guest", line) || !*line) return;
    store_write("control/guest", "");          // if we may
    obey(line);
}

// As Linux answers Magic SysRq.
static void key_pressed(void) {
    char key[STORE_VALUE_MAX];
    if (!store_read("control/sysrq", key) || !*key) return;
    store_write("control/sysrq", "");
    if (*key == 's') print("sysrq: Emergency Sync\r\nEmergency Sync complete\r\n");
    else if (*key == 'b') print("sysrq: Resetting\r\n"), leave(SHUTDOWN_reboot);
    else if (*key == 'o') print("sysrq: Power Off\r\n"), leave(SHUTDOWN_poweroff);
    else if (*key == 'c') print("sysrq: Trigger a crash\r\n"), leave(SHUTDOWN_crash);
    else print("sysrq: HELP : reboot(b) crash(c) poweroff(o) sync(s)\r\n");
}

// ---- The console ----------------------------------------------------------

static void shell_line(const char *line) {
    const char *rest;
    if ((rest = after_word(line, "echo"))) {
        print(rest);
        print("\n");
    } else if (equal(line, "uptime")) {
        struct text answer = {.used = 0};
        add(add_number(add(&answer, "up "), (now() - first_instant) / 1000000000), " s\n");
        print(answer.bytes);
    } else if (*line && !obey(line)) {
        struct text word = {.used = 0};
        for (const char *p = line; *p && *p != ' '; p++) add(&word, (char[]){*p, 0});
        print("sh: ");
        print(word.bytes);
        print(": not found\n");
    }
    print("# ");
}

static void plain_line(const char *line) {
    if (!*line || obey(line)) return;
    print("tiny: ");
    print(line);
    print("\n");
}

static void console_byte_came(char c) {
    static char line[STORE_VALUE_MAX];
    static size_t used;
    static bool command;                       // since a byte 1, up to the end of the line
    bool end = c == '\n' || c == '\r';
    if (c == 1) {
        command = true;
        used = 0;
        return;
    }
    if (!command && (behaviour.echoes || behaviour.shell)) print_bytes(end && behaviour.shell ? "\n" : &c, 1);
    if (!end) {
        if (used < sizeof line - 1) line[used++] = c;
        return;
    }
    line[used] = 0;
    used = 0;
    if (command) obey(line);
    else if (behaviour.shell) shell_line(line);
    else if (!behaviour.declared) plain_line(line);
    command = false;
}

// ---- Life -----------------------------------------------------------------

static bool passed(nanoseconds *timer) {
    if (*timer == NEVER || now() < *timer) return false;
    *timer = NEVER;
    return true;
}

static nanoseconds after(nanoseconds delay) { return delay == NEVER ? NEVER : now() + delay; }

static void finish_boot(void) {
    booted = true;
    print_declared();
    if (behaviour.shell) print("# ");
    due.exit = after(behaviour.exits_after);
    due.crash = after(behaviour.crashes_after);
    due.hang = after(behaviour.hangs_after);
    due.dirty = behaviour.dirty_rate ? now() : NEVER;
    due.count = behaviour.counts_every ? now() : NEVER;
}

#define DIRTY_PERIOD (50 * MILLISECOND)

static void dirty_some(void) {
    dirty_pages(behaviour.dirty_rate / 20, behaviour.dirty_of);
    due.dirty = now() + DIRTY_PERIOD;
}

// One line for each number from 0: none is said twice or left out, wherever the guest goes.
static void count(void) {
    static uint64_t next;
    struct text line = {.used = 0};
    add_number(&line, next++);
    add(&line, "\n");
    print(line.bytes);
    due.count = now() + behaviour.counts_every;
}

static void balloon(void) {
    char target[STORE_VALUE_MAX];
    const char *digits = target;
    if (store_read("memory/target", target)) balloon_to(number(&digits));
}

static void run_timers(void) {
    if (passed(&due.boot)) finish_boot();
    if (passed(&due.hang)) hang();
    if (passed(&due.crash)) shutdown(SHUTDOWN_crash, 0);
    if (passed(&due.exit)) leave(behaviour.exit_reason);
    if (passed(&due.shutdown)) shutdown(shutdown_reason, 0);
    if (passed(&due.balloon)) balloon();
    if (passed(&due.dirty)) dirty_some();
    if (passed(&due.count)) count();
}

static nanoseconds next_timer(void) {
    nanoseconds first = NEVER;
    nanoseconds timers[] = {due.boot, due.exit, due.crash, due.hang, due.balloon, due.dirty, due.count, due.shutdown};
    for (size_t i = 0; i < LENGTH(timers); i++)
        if (timers[i] < first) first = timers[i];
    return first;
}

// Devices come up while the rest boots, as a kernel's do; what is asked then is obeyed when it is up.
static void handle_events(void) {
    store_receive_events();
    if (watch_fired(WATCH_DEVICES)) look_at_devices();
    if (watch_fired(WATCH_VCPUS)) look_at_vcpus();
    if (!booted) return;
    if (watch_fired(WATCH_TARGET) && behaviour.balloons_in != NEVER) due.balloon = after(behaviour.balloons_in);
    if (watch_fired(WATCH_COMMAND)) command_given();
    if (watch_fired(WATCH_SHUTDOWN)) shutdown_requested();
    if (watch_fired(WATCH_KEY)) key_pressed();
    while (console_has_input()) console_byte_came(console_byte());
}

static bool something_to_do(void) {
    if (store_has_input() || watch_pending(WATCH_DEVICES) || watch_pending(WATCH_VCPUS)) return true;
    if (!booted) return false;
    return console_has_input() || watch_pending(WATCH_SHUTDOWN) || watch_pending(WATCH_COMMAND) ||
           watch_pending(WATCH_TARGET) || watch_pending(WATCH_KEY);
}

#define CPU_PERIOD (20 * MILLISECOND)

// Wait for something to do, or do nothing busily for the declared part of the time.
static void idle(void) {
    nanoseconds until = next_timer();
    if (booted && behaviour.cpu_percent) {
        nanoseconds start = now();
        while (now() < start + CPU_PERIOD * behaviour.cpu_percent / 100) barrier();
        if (until > start + CPU_PERIOD) until = start + CPU_PERIOD;
        if (until <= now()) return;
    }
    if (!something_to_do()) wait_for_events(until);
}

void tiny(void) {
    connect_all();
    read_behaviour();
    first_instant = now();
    due.boot = now() + behaviour.boots_in;
    due.exit = due.crash = due.hang = due.balloon = due.dirty = due.count = due.shutdown = NEVER;
    if (!behaviour.declared) {
        print("tiny: up\ntiny: command line: ");
        print(machine.command_line);
        print("\n");
        obey(machine.command_line);
    }
    watch_all();
    for (;;) {
        run_timers();
        handle_events();
        idle();
    }
}
