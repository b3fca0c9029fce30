/* Asks libvirt's daemon for what http-load asks xend for.
 *
 *     libvirt-load URI CLIENTS SECONDS COUNT pairs        create a domain and destroy it
 *     libvirt-load URI CLIENTS SECONDS COUNT list N       every domain with its state; there are N at least
 *     libvirt-load URI CLIENTS SECONDS COUNT change-list N  suspend or resume a domain, then the list
 *     libvirt-load URI CLIENTS SECONDS COUNT info NAME    one domain's information, looked up by its name
 *     libvirt-load URI CLIENTS SECONDS COUNT info-only NAME  the same in one call: it was looked up before
 *     libvirt-load URI 1 SECONDS COUNT hold               create COUNT domains, print "ready", wait for the end of input
 *     libvirt-load URI 1 SECONDS 1 first N                ask until there are N domains; prints nothing
 *
 * Prints operations a second. The driver forgets its domains with its last connection: `hold` is the one that stays.
 */
#include "load.h"

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <unistd.h>

static const char *uri;
static char **words;

static void *connect_client(void) {
    return virConnectOpen(uri);
}

static virDomainPtr create(virConnectPtr connection, const char *prefix, long number) {
    char xml[512];
    snprintf(
        xml, sizeof xml,
        "<domain type='test'><name>%s%ld</name><memory unit='MiB'>4</memory>"
        "<os><type>linux</type><kernel>/boot/vmlinuz</kernel></os></domain>",
        prefix, number);
    return virDomainCreateXML(connection, xml, 0);
}

static int pair(virConnectPtr connection, long number) {
    virDomainPtr domain = create(connection, "pair", number);
    if (!domain) return -1;
    int failure = virDomainDestroy(domain);
    virDomainFree(domain);
    return failure;
}

/* One request for all of them: the quickest way that libvirt has. */
static int list(virConnectPtr connection, int expected) {
    virDomainStatsRecordPtr *records = NULL;
    int count = virConnectGetAllDomainStats(connection, VIR_DOMAIN_STATS_STATE, &records, 0);
    virDomainStatsRecordListFree(records);
    return count >= expected ? 0 : -1;
}

static int information(virConnectPtr connection, const char *name) {
    virDomainInfo info;
    virDomainPtr domain = virDomainLookupByName(connection, name);
    if (!domain) return -1;
    int failure = virDomainGetInfo(domain, &info);
    virDomainFree(domain);
    return failure;
}

/* Each client has a domain of its own. */
static int change(client *self) {
    char name[32];
    snprintf(name, sizeof name, "b%d", self->index);
    virDomainPtr domain = virDomainLookupByName(self->connection, name);
    if (!domain) return -1;
    /* An earlier run may have left it suspended: then it is that much ahead. */
    int failure = self->turns++ & 1 ? virDomainResume(domain) : virDomainSuspend(domain);
    if (failure) failure = self->turns++ & 1 ? virDomainResume(domain) : virDomainSuspend(domain);
    virDomainFree(domain);
    return failure;
}

static int only_information(client *self, const char *name) {
    static virDomainPtr domains[maximum_clients];
    virDomainInfo info;
    virDomainPtr *domain = &domains[self->index];
    if (!*domain) *domain = virDomainLookupByName(self->connection, name);
    return *domain ? virDomainGetInfo(*domain, &info) : -1;
}

static int operate(client *self, long number) {
    if (!strcmp(words[0], "pairs")) return pair(self->connection, number);
    if (!strcmp(words[0], "list")) return list(self->connection, atoi(words[1]));
    if (!strcmp(words[0], "change-list")) return change(self) || list(self->connection, atoi(words[1]));
    if (!strcmp(words[0], "info-only")) return only_information(self, words[1]);
    if (!strcmp(words[0], "info")) return information(self->connection, words[1]);
    fprintf(stderr, "unknown operation: %s\n", words[0]);
    return -1;
}

static int hold(long count) {
    virConnectPtr connection = connect_client();
    if (!connection) return 1;
    for (long number = 0; number < count; number++) {
        virDomainPtr domain = create(connection, "b", number);
        if (!domain) return 1;
        virDomainFree(domain);
    }
    printf("ready\n");
    fflush(stdout);
    char byte;
    while (read(0, &byte, 1) > 0) {}
    return 0;
}

static int wait_for_first(double seconds) {
    int64_t end = nanoseconds() + (int64_t)(seconds * 1e9);
    while (nanoseconds() < end) {
        virConnectPtr connection = connect_client();
        int failure = connection ? list(connection, atoi(words[1])) : -1;
        if (connection) virConnectClose(connection);
        if (!failure) return 0;
        usleep(500);
    }
    fprintf(stderr, "libvirt's daemon did not answer within %.0f s\n", seconds);
    return 1;
}

/* What failed shows in the exit status; while the daemon starts, errors are no news. */
static void ignore(void *data, virErrorPtr error) {
    (void)data;
    (void)error;
}

int main(int count, char **arguments) {
    static const struct { const char *name; int words; } known[] = {
        {"pairs", 1}, {"list", 2}, {"change-list", 2}, {"info", 2}, {"info-only", 2}, {"hold", 1}, {"first", 2}};
    if (virInitialize()) return 1;
    virSetErrorFunc(NULL, ignore);
    for (size_t i = 0; count > 5 && i < sizeof known / sizeof *known; i++) {
        if (strcmp(arguments[5], known[i].name) || count != 5 + known[i].words) continue;
        uri = arguments[1];
        words = arguments + 5;
        double seconds = atof(arguments[3]);
        if (!strcmp(words[0], "hold")) return hold(atol(arguments[4]));
        if (!strcmp(words[0], "first")) return wait_for_first(seconds);
        return run_load(atoi(arguments[2]), seconds, atol(arguments[4]));
    }
    fprintf(stderr, "usage: libvirt-load URI CLIENTS SECONDS COUNT pairs|list N|change-list N|info NAME|info-only NAME|hold|first N\n");
    return 2;
}
