/* Preloaded into xend, lets the machine fail as a scenario asks: a call of Linux, of libxenctrl or of xenstored ends with an errno, takes
   its time, never returns, brings damaged bytes, or the daemon is killed at it. xend itself is as it is in production, but for its steps
   and its requests to xenstored, which a debug build tells of (xend_passes_step, xend_passes_request).

   What shall fail stands in a file, which the scenario runner writes (Simulator/ScenarioRunner/RealMachine/FailingCall.swift) and all lives
   of the daemon count in. xend clears its environment as it starts: /etc/ld.so.preload names this library meanwhile. Other programs are
   left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum { ALWAYS, NTH, EVERY, AFTER };
enum { PASSES, FAILS, IS_LATE, HANGS, IS_TORN, IS_FLIPPED, IS_SHORT, KILLS_BEFORE, KILLS_AFTER };

struct rule {
    int32_t is_active, selector;
    int64_t number, passages;
    int32_t action, unused;
    int64_t value;
    char kind[24], name[128], detail[832];
};
enum { RULES = 32 };
static struct rule *rules;

__attribute__((constructor)) static void begin(void) {
    char program[256] = "";
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 5 || strcmp(strrchr(program, '/'), "/xend") != 0) return;
    int file = open("/run/xend-scenario/failing", O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *place = mmap(NULL, RULES * sizeof(struct rule), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (place != MAP_FAILED) rules = place;
}

static bool concerns(const char *kind) {
    for (int i = 0; rules && i < RULES; i++)
        if (rules[i].is_active && strcmp(rules[i].kind, kind) == 0) return true;
    return false;
}

/* A file stands also for the name that it is written under. */
static bool is_named(const char *wanted, const char *name) {
    size_t length = strlen(wanted);
    if (length == 0 || strcmp(wanted, name) == 0) return true;
    if (strncmp(wanted, name, length) != 0) return false;
    return strcmp(name + length, ".new") == 0 || strcmp(name + length, ".part") == 0;
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static bool is_due(const struct rule *rule, int64_t passage) {
    switch (rule->selector) {
    case NTH: return passage == rule->number;
    case EVERY: return passage % rule->number == 0;
    case AFTER: return now() >= rule->number;
    default: return true;
    }
}

static void rest(int64_t nanoseconds) {
    struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };
    while (nanosleep(&time, &time) != 0 && errno == EINTR) {}
}

static void die(void) {
    for (;;) kill(getpid(), SIGKILL);
}

/* What happens at this point, of what has not happened already when this returns. */
static int pass(const char *kind, const char *name, const char *detail, int64_t *value) {
    struct rule *due = NULL;
    for (int i = 0; rules && i < RULES; i++) {
        struct rule *rule = &rules[i];
        if (!rule->is_active || strcmp(rule->kind, kind) != 0) continue;
        if (rule->name[0] && strcmp(rule->name, name) != 0) continue;
        if (!is_named(rule->detail, detail)) continue;
        int64_t passage = __atomic_add_fetch(&rule->passages, 1, __ATOMIC_SEQ_CST);
        if (!due && is_due(rule, passage)) due = rule;
    }
    if (!due) return PASSES;
    *value = due->value;
    switch (due->action) {
    case IS_LATE: rest(due->value); return PASSES;
    case HANGS:
        while (__atomic_load_n(&due->is_active, __ATOMIC_SEQ_CST)) rest(5000000);
        return PASSES;
    case KILLS_BEFORE: die();
    }
    return due->action;
}

#define REAL(function) ((__typeof__(&function))real(#function))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void finish(int action) {
    if (action == KILLS_AFTER) die();
}

/* -- Steps of plans ------------------------------------------------------------------------------------------------------------------- */

int xend_passes_step(const char *text) {
    int64_t value = 0;
    finish(pass("step", text, "", &value));
    return 0;
}

/* -- Files ---------------------------------------------------------------------------------------------------------------------------- */

static bool is_kept(const char *path) {
    static const char *others[] = { "/dev/", "/proc/", "/sys/", "/var/log/", "/run/", "/var/run/" };
    if (path[0] != '/') return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strncmp(path, others[i], strlen(others[i])) == 0) return false;
    return true;
}

static int pass_path(const char *name, const char *path, int64_t *value) {
    if (!concerns("disk") || !is_kept(path)) return PASSES;
    return pass("disk", name, path, value);
}

static int pass_file(const char *name, int file, int64_t *value) {
    char link[64], path[1024] = "";
    if (!concerns("disk")) return PASSES;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (readlink(link, path, sizeof path - 1) <= 0) return PASSES;
    return pass_path(name, path, value);
}

static int fails(int64_t number) {
    errno = (int)number;
    return -1;
}

#define OPEN(function) \
    int function(const char *path, int flags, ...) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \
        va_end(arguments); \
        int64_t value = 0; \
        int action = flags & O_DIRECTORY ? PASSES : pass_path("open", path, &value); \
        if (action == FAILS) return fails(value); \
        int file = REAL(function)(path, flags, mode); \
        finish(action); \
        return file; \
    }
OPEN(open)
OPEN(open64)

/* What a write has left is cut off: that belongs to it. */
static _Thread_local int unwritten = -1;

#define TRUNCATE(function) \
    int function(int file, off_t length) { \
        int64_t value = 0; \
        int action = file == unwritten ? PASSES : pass_file("write", file, &value); \
        unwritten = -1; \
        if (action == FAILS) return fails(value); \
        int result = REAL(function)(file, length); \
        finish(action); \
        return result; \
    }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

ssize_t write(int file, const void *bytes, size_t count) {
    int64_t value = 0;
    int action = pass_file("write", file, &value);
    unwritten = action == FAILS ? file : -1;
    if (action == FAILS) return fails(value);
    if (action == IS_TORN) {
        /* Of what is written so much arrives, and nobody can write the rest. */
        if (REAL(write)(file, bytes, (size_t)value < count ? (size_t)value : count) < 0) return -1;
        return fails(EIO);
    }
    ssize_t written = REAL(write)(file, bytes, count);
    finish(action);
    return written;
}

/* Where a file has ended before its end. */
static _Thread_local int ended = -1;

static bool is_at_end(int file) {
    struct stat status;
    return concerns("disk") && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && lseek(file, 0, SEEK_CUR) >= status.st_size;
}

ssize_t read(int file, void *bytes, size_t count) {
    if (file == ended) {
        ended = -1;
        return 0;
    }
    int64_t value = 0;
    /* Who has read all asks once more, and is told so: that is no passage. */
    int action = is_at_end(file) ? PASSES : pass_file("read", file, &value);
    if (action == FAILS) return fails(value);
    ssize_t got = REAL(read)(file, bytes, count);
    if (got > 0 && action == IS_FLIPPED) ((unsigned char *)bytes)[value / 8 % got] ^= 1 << value % 8;
    if (got > value && action == IS_SHORT) {
        got = value;
        if (got > 0) ended = file;
    }
    finish(action);
    return got;
}

#define SYNC(function) \
    int function(int file) { \
        int64_t value = 0; \
        int action = pass_file("fsync", file, &value); \
        if (action == FAILS) return fails(value); \
        int result = REAL(function)(file); \
        finish(action); \
        return result; \
    }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *path, const char *target) {
    int64_t value = 0;
    int action = pass_path("rename", target, &value);
    if (action == FAILS) return fails(value);
    int result = REAL(rename)(path, target);
    finish(action);
    return result;
}

#define PATH(function, name, PARAMETERS, ARGUMENTS) \
    int function PARAMETERS { \
        int64_t value = 0; \
        int action = pass_path(name, path, &value); \
        if (action == FAILS) return fails(value); \
        int result = REAL(function) ARGUMENTS; \
        finish(action); \
        return result; \
    }
PATH(unlink, "remove", (const char *path), (path))
PATH(mkdir, "mkdir", (const char *path, mode_t mode), (path, mode))

/* -- Xen: every argument is a number or an address, and fits into a register ---------------------------------------------------------- */

typedef long word;
static const char *id_text(word id, char text[16]) {
    snprintf(text, 16, "%u", (unsigned)id);
    return text;
}

/* A call of a kind, of what is looked at or named in `text`, which fails with `failure`. */
#define CALL(kind, result_type, failure, function, name, what, PARAMETERS, ARGUMENTS) \
    result_type function PARAMETERS { \
        char text[64] = ""; \
        (void)text; \
        int64_t value = 0; \
        int action = pass(kind, name, what, &value); \
        if (action == FAILS) { \
            errno = (int)value; \
            return failure; \
        } \
        result_type result = REAL(function) ARGUMENTS; \
        finish(action); \
        return result; \
    }
#define XEN(function, name, id, failure) \
    CALL("hypercall", word, failure, function, name, id, \
         (word a, word b, word c, word d, word e, word f, word g, word h, word i, word j, word k, word l), \
         (a, b, c, d, e, f, g, h, i, j, k, l))
#define OF_DOMAIN(function, name) XEN(function, name, id_text(b, text), -1)

XEN(xc_domain_create, "create", *(uint32_t *)b ? id_text(*(uint32_t *)b, text) : "", -1)
OF_DOMAIN(xc_domain_setmaxmem, "setmaxmem")
XEN(xc_dom_allocate, "build", "", 0)
OF_DOMAIN(xc_domain_pause, "pause")
OF_DOMAIN(xc_domain_unpause, "unpause")
OF_DOMAIN(xc_domain_resume, "resume")
OF_DOMAIN(xc_domain_destroy, "destroy")
OF_DOMAIN(xc_domain_sethandle, "sethandle")
OF_DOMAIN(xc_vcpu_getinfo, "vcpu_getinfo")
OF_DOMAIN(xc_vcpu_setaffinity, "vcpu_setaffinity")
OF_DOMAIN(xc_sched_credit_domain_get, "sched_credit2_domain_get")
OF_DOMAIN(xc_sched_credit_domain_set, "sched_credit2_domain_set")
OF_DOMAIN(xc_sched_credit2_domain_get, "sched_credit2_domain_get")
OF_DOMAIN(xc_sched_credit2_domain_set, "sched_credit2_domain_set")
OF_DOMAIN(xc_evtchn_alloc_unbound, "evtchn_alloc_unbound")
OF_DOMAIN(xc_domain_dumpcore_via_callback, "dumpcore")
XEN(xc_domain_save, "save", id_text(c, text), -1)
XEN(xc_domain_restore, "restore", id_text(c, text), -1)
XEN(xc_physinfo, "physinfo", "", -1)
XEN(xc_readconsolering, "readconsolering", "", -1)
/* One domain, or all. */
XEN(xc_domain_getinfolist, c == 1 ? "getinfo" : "getinfolist", c == 1 ? id_text(b, text) : "", -1)

/* -- xenstored ------------------------------------------------------------------------------------------------------------------------ */

/* What a debug build tells of its requests: how one is to fail, 0 for not at all; and what it was answered, of which so much is left. */

static _Thread_local int action_at_answer = PASSES;
static _Thread_local int64_t value_at_answer;

int xend_passes_request(const char *name, const char *place) {
    action_at_answer = pass("xenstore", name, place, &value_at_answer);
    return action_at_answer == FAILS ? (int)value_at_answer : 0;
}

unsigned xend_was_answered(unsigned char *bytes, unsigned length) {
    int action = action_at_answer;
    action_at_answer = PASSES;
    if (length > 0 && action == IS_FLIPPED) bytes[value_at_answer / 8 % length] ^= 1 << value_at_answer % 8;
    if (length > value_at_answer && action == IS_SHORT) length = (unsigned)value_at_answer;
    finish(action);
    return length;
}

CALL("xenstore", bool, false, xs_watch, "watch", path, (void *h, const char *path, const char *token), (h, path, token))
