/* Asks xend over HTTP, with connections that stay open.
 *
 *     http-load PORT CLIENTS SECONDS COUNT pairs            create a domain and destroy it
 *     http-load PORT CLIENTS SECONDS COUNT create           create domains and leave them
 *     http-load PORT CLIENTS SECONDS COUNT get PATH TEXT    get PATH, whose answer holds TEXT
 *     http-load PORT 1 SECONDS 1 first PATH TEXT            ask until the answer holds TEXT; prints nothing
 *     http-load PORT 1 SECONDS 1 tell FORM                  post FORM to /simulator
 *
 * Prints operations a second. Loopback only.
 */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

typedef struct {
    int socket;
    size_t capacity;
    char *buffer;
    char *body; /* of the last answer, in the buffer; NULL before there is one */
} link_to_xend;

enum { maximum_answer = 64 << 20 };

static int port;
static char **words;
static int is_patient;

static void *connect_client(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link_to_xend *link = calloc(1, sizeof *link);
    struct timeval patience = {.tv_sec = 60};
    int one = 1;
    link->socket = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(link->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(link->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(link->socket, (struct sockaddr *)&address, sizeof address)) {
        if (!is_patient) perror("cannot connect to xend");
        close(link->socket);
        free(link);
        return NULL;
    }
    link->capacity = 1 << 16;
    link->buffer = malloc(link->capacity + 1);
    return link;
}

static void disconnect(link_to_xend *link) {
    close(link->socket);
    free(link->buffer);
    free(link);
}

/* Returns the status; -1 when the connection ended or the answer has no Content-Length. */
static int ask(link_to_xend *link, const char *method, const char *path, const char *type, const char *form) {
    char head[4096];
    int length = snprintf(
        head, sizeof head, "%s %s HTTP/1.1\r\nHost: localhost:%d\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", method, path, port,
        *type ? "Content-Type: " : "", type, *type ? "\r\n" : "", strlen(form), form);
    if (length >= (int)sizeof head || send(link->socket, head, length, MSG_NOSIGNAL) != length) return -1;
    size_t filled = 0, wanted = 0;
    link->body = NULL;
    while (!link->body || filled < wanted) {
        if (filled == link->capacity) {
            if (link->capacity >= maximum_answer) return -1;
            link->capacity *= 4;
            char *larger = realloc(link->buffer, link->capacity + 1);
            if (!larger) return -1;
            link->buffer = larger;
        }
        ssize_t count = recv(link->socket, link->buffer + filled, link->capacity - filled, 0);
        if (count <= 0) return -1;
        filled += count;
        link->buffer[filled] = 0;
        char *end = wanted ? NULL : strstr(link->buffer, "\r\n\r\n");
        if (end) {
            char *field = strcasestr(link->buffer, "\r\ncontent-length:");
            if (!field || field > end) return -1;
            wanted = end + 4 - link->buffer + strtoul(field + 17, NULL, 10);
        }
        /* The buffer may have moved. */
        if (wanted) link->body = strstr(link->buffer, "\r\n\r\n") + 4;
    }
    return atoi(link->buffer + 9);
}

static int expect(link_to_xend *link, int status, int expected, const char *what) {
    if (status == expected && strncmp(link->body, "(xend.err", 9)) return 0;
    if (!is_patient) fprintf(stderr, "%s: status %d: %.200s\n", what, status, status < 0 ? "" : link->buffer);
    return -1;
}

static int create(link_to_xend *link, long number) {
    char form[512];
    snprintf(
        form, sizeof form,
        "op=create&config=(vm+(name+b%ld)+(memory+4)+(image+(linux+(kernel+/boot/vmlinuz))))", number);
    return expect(link, ask(link, "POST", "/xend/domain", "application/x-www-form-urlencoded", form), 201, form);
}

static int destroy(link_to_xend *link, long number) {
    char path[64];
    snprintf(path, sizeof path, "/xend/domain/b%ld", number);
    return expect(
        link, ask(link, "POST", path, "application/x-www-form-urlencoded", "op=destroy&reason=halt"), 200, path);
}

static int get(link_to_xend *link, const char *path, const char *text) {
    if (expect(link, ask(link, "GET", path, "", ""), 200, path)) return -1;
    if (strstr(link->body, text)) return 0;
    if (!is_patient) fprintf(stderr, "%s: no %s in the answer: %.200s\n", path, text, link->body);
    return -1;
}

static int operate(client *self, long number) {
    link_to_xend *link = self->connection;
    if (!strcmp(words[0], "pairs")) return create(link, number) || destroy(link, number);
    if (!strcmp(words[0], "create")) return create(link, number);
    if (!strcmp(words[0], "get")) return get(link, words[1], words[2]);
    if (!strcmp(words[0], "tell"))
        return expect(link, ask(link, "POST", "/simulator", "text/plain", words[1]), 200, words[1]);
    fprintf(stderr, "unknown operation: %s\n", words[0]);
    return -1;
}

/* A daemon that starts refuses connections, or is not the one that is waited for. */
static int wait_for_first(double seconds) {
    int64_t end = nanoseconds() + (int64_t)(seconds * 1e9);
    is_patient = 1;
    while (nanoseconds() < end) {
        link_to_xend *link = connect_client();
        int failure = link ? get(link, words[1], words[2]) : -1;
        if (link) disconnect(link);
        if (!failure) return 0;
        usleep(500);
    }
    fprintf(stderr, "%s did not answer %s within %.0f s\n", words[1], words[2], seconds);
    return 1;
}

int main(int count, char **arguments) {
    static const struct { const char *name; int words; } known[] = {
        {"pairs", 1}, {"create", 1}, {"get", 3}, {"first", 3}, {"tell", 2}};
    for (size_t i = 0; count > 5 && i < sizeof known / sizeof *known; i++) {
        if (strcmp(arguments[5], known[i].name) || count != 5 + known[i].words) continue;
        port = atoi(arguments[1]);
        words = arguments + 5;
        double seconds = atof(arguments[3]);
        if (!strcmp(words[0], "first")) return wait_for_first(seconds);
        return run_load(atoi(arguments[2]), seconds, atol(arguments[4]));
    }
    fprintf(stderr, "usage: http-load PORT CLIENTS SECONDS COUNT pairs|create|get PATH TEXT|first PATH TEXT|tell FORM\n");
    return 2;
}
