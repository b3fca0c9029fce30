/* Asks xend over HTTP, with connections that stay open.
 *
 *     http-load PORT CLIENTS SECONDS COUNT pairs            create a domain and destroy it
 *     http-load PORT CLIENTS SECONDS COUNT create           create domains and leave them
 *     http-load PORT CLIENTS SECONDS COUNT get PATH TEXT    get PATH, whose answer holds TEXT
 *     http-load PORT CLIENTS SECONDS COUNT change-get PATH TEXT
 *                                                           pause or unpause a domain, then get PATH
 *     http-load PORT 1 SECONDS COUNT watch STREAMS          COUNT pairs while so many read events; prints how many they read
 *     http-load PORT 1 SECONDS 1 first PATH TEXT            ask until the answer holds TEXT; prints nothing
 *     http-load PORT 1 SECONDS 1 tell FORM                  post FORM to /simulator
 *
 * Prints operations a second. Loopback only.
 */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
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

/* On 127.0.0.HOST. */
static int host = 1, port;
static char **words;
static int is_patient;

static struct sockaddr_in loopback(int host, int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    return address;
}

static void *connect_client(void) {
    struct sockaddr_in address = loopback(host, port);
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

static int create(link_to_xend *link, const char *prefix, long number) {
    char form[512];
    snprintf(
        form, sizeof form,
        "op=create&config=(vm+(name+%s%ld)+(memory+4)+(image+(linux+(kernel+/boot/vmlinuz))))", prefix, number);
    return expect(link, ask(link, "POST", "/xend/domain", "application/x-www-form-urlencoded", form), 201, form);
}

static int operation(link_to_xend *link, const char *prefix, long number, const char *form) {
    char path[64];
    snprintf(path, sizeof path, "/xend/domain/%s%ld", prefix, number);
    return expect(link, ask(link, "POST", path, "application/x-www-form-urlencoded", form), 200, path);
}

/* Their names are others than those of domains that stay. */
static int pair(link_to_xend *link, long number) {
    return create(link, "pair", number) || operation(link, "pair", number, "op=destroy&reason=halt");
}

static int get(link_to_xend *link, const char *path, const char *text) {
    if (expect(link, ask(link, "GET", path, "", ""), 200, path)) return -1;
    if (strstr(link->body, text)) return 0;
    if (!is_patient) fprintf(stderr, "%s: no %s in the answer: %.200s\n", path, text, link->body);
    return -1;
}

static int operate(client *self, long number) {
    link_to_xend *link = self->connection;
    if (!strcmp(words[0], "pairs")) return pair(link, number);
    if (!strcmp(words[0], "create")) return create(link, "b", number);
    if (!strcmp(words[0], "get")) return get(link, words[1], words[2]);
    if (!strcmp(words[0], "change-get")) {
        /* Each client has a domain of its own. Which of the two is right for it comes by turns. */
        int is_odd = self->turns++ & 1;
        return operation(link, "b", self->index, is_odd ? "op=pause" : "op=unpause") || get(link, words[1], words[2]);
    }
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

/* Readers of one address are limited: so many come from each of loopback's addresses. */
enum { readers_of_address = 50, maximum_readers = 10000 };

static int open_stream(int index) {
    static const char request[] =
        "GET /xend/event?format=events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    struct sockaddr_in address = loopback(host, port), own = loopback(2 + index / readers_of_address, 0);
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(stream, (struct sockaddr *)&own, sizeof own) || connect(stream, (struct sockaddr *)&address, sizeof address) ||
        send(stream, request, sizeof request - 1, MSG_NOSIGNAL) < 0)
        return -1;
    fcntl(stream, F_SETFL, O_NONBLOCK);
    return stream;
}

/* How often a text begins in what comes; it may be cut anywhere. */
static long occurrences(const char *bytes, ssize_t count, const char *text, unsigned char *matched) {
    long found = 0;
    for (ssize_t i = 0; i < count; i++) {
        *matched = bytes[i] == text[*matched] ? *matched + 1 : bytes[i] == text[0];
        if (text[*matched]) continue;
        *matched = 0;
        found++;
    }
    return found;
}

typedef struct {
    int poll;
    unsigned char *openings, *events; /* of each stream: how much of the text has come */
} readers;

/* Reads what has come within so many milliseconds: the streams that have begun, or their events. Less than 0: one has ended. */
static long read_streams(readers *all, int patience, int is_opening) {
    struct epoll_event ready[256];
    long found = 0;
    int count = epoll_wait(all->poll, ready, 256, patience);
    for (int i = 0; i < count; i++) {
        static char bytes[1 << 16];
        int stream = ready[i].data.fd;
        ssize_t length = recv(stream, bytes, sizeof bytes, 0);
        if (length <= 0) return -1;
        long begun = occurrences(bytes, length, "retry: ", &all->openings[stream]);
        long events = occurrences(bytes, length, "\nid: ", &all->events[stream]);
        found += is_opening ? begun : events;
    }
    return found;
}

static void *make_pairs(void *argument) {
    long count = *(long *)argument;
    link_to_xend *link = connect_client();
    for (long number = 0; link && number < count; number++)
        if (pair(link, number)) return NULL;
    return link;
}

/* Prints "ready" when all streams have begun and waits for a line of input; then the pairs are made. */
static int watch(double seconds, long pairs, int streams) {
    static unsigned char openings[2 * maximum_readers], events[2 * maximum_readers];
    readers all = {epoll_create1(0), openings, events};
    long begun = 0, found = 0, more = 1;
    int64_t end = nanoseconds() + (int64_t)(seconds * 1e9);
    if (streams > maximum_readers) return 2;
    for (int i = 0; i < streams; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = open_stream(i)};
        if (event.data.fd < 0 || event.data.fd >= 2 * maximum_readers ||
            epoll_ctl(all.poll, EPOLL_CTL_ADD, event.data.fd, &event))
            return perror("cannot open a stream"), 1;
    }
    while (begun < streams && more >= 0 && nanoseconds() < end) begun += more = read_streams(&all, 1000, 1);
    if (begun < streams) return fprintf(stderr, "only %ld streams have begun\n", begun), 1;
    printf("ready\n");
    fflush(stdout);
    getchar();
    pthread_t maker;
    void *link;
    pthread_create(&maker, NULL, make_pairs, &pairs);
    while (pthread_tryjoin_np(maker, &link) && more >= 0) found += more = read_streams(&all, 10, 0);
    if (!link) return fprintf(stderr, "no pairs could be made\n"), 1;
    while (more > 0 && nanoseconds() < end) found += more = read_streams(&all, 500, 0);
    printf("%ld\n", found);
    return more < 0;
}

int main(int count, char **arguments) {
    static const struct { const char *name; int words; } known[] = {
        {"pairs", 1}, {"create", 1}, {"get", 3}, {"change-get", 3}, {"first", 3}, {"tell", 2}, {"watch", 2}};
    for (size_t i = 0; count > 5 && i < sizeof known / sizeof *known; i++) {
        if (strcmp(arguments[5], known[i].name) || count != 5 + known[i].words) continue;
        if (sscanf(arguments[1], "%d:%d", &host, &port) != 2) port = atoi(arguments[1]);
        words = arguments + 5;
        double seconds = atof(arguments[3]);
        if (!strcmp(words[0], "first")) return wait_for_first(seconds);
        if (!strcmp(words[0], "watch")) return watch(seconds, atol(arguments[4]), atoi(words[1]));
        return run_load(atoi(arguments[2]), seconds, atol(arguments[4]));
    }
    fprintf(stderr, "usage: http-load [HOST:]PORT CLIENTS SECONDS COUNT pairs|create|get PATH TEXT|change-get PATH TEXT|first PATH TEXT|tell FORM|watch N\n");
    return 2;
}
