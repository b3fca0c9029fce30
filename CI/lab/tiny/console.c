// The PV console: two rings of bytes in one page.

#include "tiny.h"
#include <xen/io/console.h>

static volatile struct xencons_interface *console;

void connect_console(void) { console = machine.console_page; }

void print_bytes(const char *bytes, size_t size) {
    while (size--) {
        if (console->out_prod - console->out_cons == sizeof console->out) {
            notify(machine.console_port);
            while (console->out_prod - console->out_cons == sizeof console->out) wait_for_events(NEVER);
        }
        console->out[MASK_XENCONS_IDX(console->out_prod, console->out)] = *bytes++;
        barrier();
        console->out_prod++;
    }
    notify(machine.console_port);
}

void print(const char *s) { print_bytes(s, length(s)); }

bool console_has_input(void) { return console->in_cons != console->in_prod; }

char console_byte(void) {
    char c = console->in[MASK_XENCONS_IDX(console->in_cons, console->in)];
    barrier();
    console->in_cons++;
    if (!console_has_input()) notify(machine.console_port);
    return c;
}
