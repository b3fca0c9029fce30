// What no driver does: any value into our part of xenstore, as much as xenstored lets us, and any flood onto the console.

#include "tiny.h"

#define VALUE_MAX 3840                         // with any node's name a request that xenstored listens to
static char value[VALUE_MAX];

// The text's bytes, so many times; what is more than a request can hold is left out.
static size_t repeated(const char *text, uint64_t times) {
    size_t once = unescape(text, value, sizeof value), used = once;
    while (once && --times && used + once <= sizeof value)
        for (size_t i = 0; i < once; i++) value[used++] = value[i];
    return used;
}

static void tell_refusal(const char *what) {
    print("xenstore: ");
    print(what);
    print(": ");
    print(store_error());
    print("\n");
}

// TIMES NODES NODE TEXT; no NODES: the node itself.
static void write_nodes(const char *line) {
    uint64_t times = number(&line), nodes = number(&line);
    struct text node = {.used = 0};
    for (; *line && *line != ' '; line++) add(&node, (char[]){*line, 0});
    size_t size = repeated(*line ? line + 1 : line, times);
    if (!nodes) {
        if (!store_write_bytes(node.bytes, value, size)) tell_refusal(node.bytes);
        return;
    }
    for (uint64_t n = 0; n < nodes; n++) {
        struct text path = node;
        add_number(add(&path, "/"), n);
        if (store_write_bytes(path.bytes, value, size)) continue;
        tell_refusal(path.bytes);
        return;
    }
}

static void set_watches(const char *line) {
    for (uint64_t n = number(&line); n; n--) {
        struct text token = {.used = 0};
        add_number(add(&token, "x"), n);       // none of ours
        if (store_watch_as("control", token.bytes)) continue;
        tell_refusal("watch");
        return;
    }
}

static void begin_transactions(const char *line) {
    for (uint64_t n = number(&line); n; n--) {
        if (store_begin_transaction()) continue;
        tell_refusal("transaction");
        return;
    }
}

static void flood(const char *line) {
    uint64_t times = number(&line);
    size_t once = unescape(line, value, sizeof value);
    while (times--) print_bytes(value, once);
}

bool obey_hostile(const char *line) {
    const char *rest;
    if ((rest = after_word(line, "writes"))) write_nodes(rest);
    else if ((rest = after_word(line, "removes"))) {
        if (!store_remove(rest)) tell_refusal(rest);
    } else if ((rest = after_word(line, "watches"))) set_watches(rest);
    else if ((rest = after_word(line, "transactions"))) begin_transactions(rest);
    else if ((rest = after_word(line, "floods"))) flood(rest);
    else if ((rest = after_word(line, "holds"))) hold_devices(rest, true);
    else if ((rest = after_word(line, "lets-go"))) hold_devices(rest, false);
    else return false;
    return true;
}
