// What this guest was told to be like: a block in the image, overwritten by who uses it.

#include "tiny.h"

// The magic stands in the file once: patch-tiny and the scenario runner look for it.  README.md has the format.
// Volatile, as the block is not what the compiler is shown.
static volatile const struct {
    char magic[32];
    char text[4064];
} block __attribute__((section(".behaviour"), aligned(4096), used)) = {"<tiny guest: behaviour block 1>", ""};

struct behaviour behaviour = {
    .exits_after = NEVER, .crashes_after = NEVER, .hangs_after = NEVER, .balloons_in = NEVER,
};

bool reason_named(const char *name, unsigned int *reason) {
    if (equal(name, "poweroff") || equal(name, "halt")) *reason = SHUTDOWN_poweroff;
    else if (equal(name, "reboot")) *reason = SHUTDOWN_reboot;
    else if (equal(name, "suspend")) *reason = SHUTDOWN_suspend;
    else if (equal(name, "crash")) *reason = SHUTDOWN_crash;
    else if (*name >= '0' && *name <= '9') *reason = (unsigned int)number(&name);
    else return false;
    return true;
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

// The byte that an escape stands for; text moves to its last character.
static char escape(const char **text) {
    char c = *++*text;
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c != 'x' || hex((*text)[1]) < 0 || hex((*text)[2]) < 0) return c;
    *text += 2;
    return (char)(hex((*text)[-1]) * 16 + hex(**text));
}

void print_escaped(const char *text) {
    for (; *text; text++) {
        char c = *text, name[STORE_VALUE_MAX];
        if (c == '\\' && text[1] == 'h') {
            text++;
            if (store_read("name", name)) print(name);
            continue;
        }
        if (c == '\\' && text[1]) c = escape(&text);
        print_bytes(&c, 1);
    }
}

size_t unescape(const char *text, char *bytes, size_t room) {
    size_t used = 0;
    for (; *text && used < room; text++) bytes[used++] = *text == '\\' && text[1] ? escape(&text) : *text;
    return used;
}

static nanoseconds duration(const char **text) { return number(text) * MICROSECOND; }

static void read_line(const char *line) {
    const char *rest;
    if ((rest = after_word(line, "boots-in"))) behaviour.boots_in = duration(&rest);
    else if ((rest = after_word(line, "shuts-down-in"))) behaviour.shuts_down_in = duration(&rest);
    else if ((rest = after_word(line, "balloons-in"))) behaviour.balloons_in = duration(&rest);
    else if ((rest = after_word(line, "crashes-after"))) behaviour.crashes_after = duration(&rest);
    else if ((rest = after_word(line, "hangs-after"))) behaviour.hangs_after = duration(&rest);
    else if ((rest = after_word(line, "exits-after"))) {
        behaviour.exits_after = duration(&rest);
        reason_named(rest, &behaviour.exit_reason);
    } else if ((rest = after_word(line, "uses-cpu"))) behaviour.cpu_percent = (unsigned int)number(&rest);
    else if ((rest = after_word(line, "dirties"))) {
        behaviour.dirty_rate = number(&rest) / 4;
        behaviour.dirty_of = number(&rest) / 4;
    } else if ((rest = after_word(line, "counts"))) behaviour.counts_every = duration(&rest);
    else if (equal(line, "echoes")) behaviour.echoes = true;
    else if (equal(line, "shell")) behaviour.shell = true;
    else if (equal(line, "ignores-shutdown")) behaviour.ignores_shutdown = true;
    else if (equal(line, "refuses-suspend")) behaviour.refuses_suspend = true;
    else if (equal(line, "never-connects vif")) vif_never_connects = true;
    else if (equal(line, "never-connects vbd")) vbd_never_connects = true;
}

static void print_line(const char *line) {
    const char *text = after_word(line, "prints");
    if (text) print_escaped(text);
}

static void for_each_line(void (*use)(const char *line)) {
    volatile const char *text = block.text;
    char line[512];
    size_t used = 0;
    for (size_t i = 0; i < sizeof block.text && text[i]; i++) {
        if (text[i] != '\n') {
            if (used < sizeof line - 1) line[used++] = text[i];
            continue;
        }
        line[used] = 0;
        used = 0;
        use(line);
    }
}

void read_behaviour(void) {
    behaviour.declared = block.text[0];
    for_each_line(read_line);
}

void print_declared(void) { for_each_line(print_line); }
