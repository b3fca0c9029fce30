// A xenstore client over the ring: one request at a time; watch events that come in between are only noted.

#include "tiny.h"
#include <xen/io/xs_wire.h>

static volatile struct xenstore_domain_interface *store;
static bool fired[WATCHES];
static char error[16];                         // of the last request that failed, as xenstored names it

void connect_store(void) { store = machine.store_page; }

bool store_has_input(void) { return store->rsp_cons != store->rsp_prod; }

static void send(const void *data, size_t size) {
    const char *bytes = data;
    while (size--) {
        if (store->req_prod - store->req_cons == XENSTORE_RING_SIZE) notify(machine.store_port);
        while (store->req_prod - store->req_cons == XENSTORE_RING_SIZE) wait_for_events(NEVER);
        store->req[MASK_XENSTORE_IDX(store->req_prod)] = *bytes++;
        barrier();
        store->req_prod++;
    }
}

// Receive size bytes and keep those that fit.
static void receive(void *data, size_t size, size_t room) {
    char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        while (!store_has_input()) wait_for_events(NEVER);
        char c = store->rsp[MASK_XENSTORE_IDX(store->rsp_cons)];
        if (i < room) bytes[i] = c;
        barrier();
        store->rsp_cons++;
    }
    notify(machine.store_port);
}

// Receive a message; true if it is the answer to a request.  The body is cut to size - 1 bytes and gets a 0.
static bool receive_message(struct xsd_sockmsg *header, char *body, size_t size) {
    receive(header, sizeof *header, sizeof *header);
    receive(body, header->len, size - 1);
    if (header->len > size - 1) header->len = (uint32_t)size - 1;
    body[header->len] = 0;
    if (header->type != XS_WATCH_EVENT) return true;
    size_t token = length(body) + 1;               // the path, then our token: the watch's number
    if (token < header->len && body[token] - '0' < WATCHES) fired[body[token] - '0'] = true;
    return false;
}

// Send two strings as one body, the first with its 0, and wait for the answer.  False if it is an error.
static bool call(uint32_t type, const char *first, const char *second, size_t second_size, char *answer, size_t size) {
    struct xsd_sockmsg header = {.type = type, .len = (uint32_t)(length(first) + 1 + second_size)};
    send(&header, sizeof header);
    send(first, length(first) + 1);
    send(second, second_size);
    notify(machine.store_port);
    static char event[STORE_VALUE_MAX];
    for (;;) {
        // What comes is an event or the answer; the room is known only for the latter.
        while (!store_has_input()) wait_for_events(NEVER);
        if (receive_message(&header, event, sizeof event)) break;
    }
    for (size_t i = 0; i < size; i++) answer[i] = i <= header.len ? event[i] : 0;
    if (size) answer[size - 1] = 0;
    if (header.type != XS_ERROR) return true;
    for (size_t i = 0; i < sizeof error - 1; i++) error[i] = i < header.len ? event[i] : 0;
    return false;
}

const char *store_error(void) { return error; }

void store_receive_events(void) {
    struct xsd_sockmsg header;
    char body[STORE_VALUE_MAX];
    while (store_has_input()) receive_message(&header, body, sizeof body);
}

bool watch_pending(enum watch watch) { return fired[watch]; }

bool watch_fired(enum watch watch) {
    bool result = fired[watch];
    fired[watch] = false;
    return result;
}

void store_watch(const char *path, enum watch watch) {
    char token[2] = {(char)('0' + watch), 0};
    store_watch_as(path, token);
}

bool store_watch_as(const char *path, const char *token) {
    return call(XS_WATCH, path, token, length(token) + 1, NULL, 0);
}

bool store_begin_transaction(void) { return call(XS_TRANSACTION_START, "", NULL, 0, NULL, 0); }

bool store_read(const char *path, char value[STORE_VALUE_MAX]) {
    return call(XS_READ, path, NULL, 0, value, STORE_VALUE_MAX);
}

bool store_write(const char *path, const char *value) { return store_write_bytes(path, value, length(value)); }

bool store_write_bytes(const char *path, const char *bytes, size_t size) {
    return call(XS_WRITE, path, bytes, size, NULL, 0);
}

bool store_remove(const char *path) { return call(XS_RM, path, NULL, 0, NULL, 0); }

bool store_list(const char *path, char *names, size_t size) {
    return call(XS_DIRECTORY, path, NULL, 0, names, size - 1) && (names[size - 1] = 0, true);
}
