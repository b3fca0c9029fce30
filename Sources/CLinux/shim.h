/* Calls of Linux that Swift's own Glibc module does not show, and the one thing Swift cannot do at all: run code
   between fork and exec. Header only: nothing to compile, nothing to link. */
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

extern int pipe2(int ends[2], int flags);
extern long syscall(long number, ...);

/* A descriptor that becomes readable when the process ends (Linux 5.3); close-on-exec. -1 and errno on failure. */
static inline int clinux_pidfd_open(pid_t pid) {
    return (int)syscall(434 /* the same on every architecture */, pid, 0);
}

/* The next connection of a listening socket, close-on-exec and non-blocking; -1 and errno when there is none. */
static inline int clinux_accept(int socket) {
    /* SOCK_CLOEXEC and SOCK_NONBLOCK are these; their header would take SOCK_STREAM and others from Swift's module. */
    return (int)syscall(SYS_accept4, socket, 0, 0, O_CLOEXEC | O_NONBLOCK);
}

/* A child that waits at a gate before it becomes its program. */
struct clinux_child {
    const char *path;
    char *const *arguments;
    char *const *environment;
    int output, error;
    /* Handed to the program as descriptor 3, unless -1. */
    int extra;
    /* The program starts when a byte can be read here, and never when this ends first. */
    int gate;
    /* Gets the errno of a failed exec; closed by a successful one. */
    int status;
    /* A session of its own, else a process group of its own. */
    int session;
};

static inline void clinux_close_from(unsigned first) {
    if (syscall(436 /* close_range */, first, ~0U, 0) == 0) return;
    struct rlimit limit;
    unsigned last = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (unsigned)limit.rlim_cur : 65536;
    for (unsigned number = first; number < last; number++) close((int)number);
}

/* Only calls that are safe between the fork of a process with threads and exec. */
static inline void clinux_become(const struct clinux_child *child) {
    /* Out of the way of the numbers they are to get. */
    int output = fcntl(child->output, F_DUPFD, 16), error = fcntl(child->error, F_DUPFD, 16);
    int gate = fcntl(child->gate, F_DUPFD, 16), status = fcntl(child->status, F_DUPFD, 16);
    int extra = child->extra < 0 ? -1 : fcntl(child->extra, F_DUPFD, 16);
    if (child->session) setsid(); else setpgid(0, 0);
    for (int number = 1; number < 65; number++) {
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(number, &action, 0);
    }
    close(0);
    if (open("/dev/null", O_RDONLY) != 0 || dup2(output, 1) < 0 || dup2(error, 2) < 0 || chdir("/") < 0) goto failed;
    if (extra >= 0) dup2(extra, 3); else close(3);
    if (dup2(gate, 4) < 0 || dup2(status, 5) < 0) goto failed;
    status = 5;
    /* Before the gate: a child that waits must not hold open what others wait for. */
    clinux_close_from(6);
    fcntl(4, F_SETFD, FD_CLOEXEC);
    fcntl(5, F_SETFD, FD_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    char byte;
    ssize_t count;
    while ((count = read(4, &byte, 1)) < 0 && errno == EINTR) {}
    if (count != 1) _exit(127);
    execve(child->path, child->arguments, child->environment);
failed:;
    int reason = errno;
    ssize_t written = write(status, &reason, sizeof reason);
    _exit(written == sizeof reason ? 126 : 127);
}

/* Forks a child that waits at its gate. Its pid, or -1 and errno. */
static inline pid_t clinux_fork(const struct clinux_child *child) {
    sigset_t all, before;
    /* No handler of ours may run in the child. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) clinux_become(child);
    int reason = errno;
    /* Also here, so that the group exists whoever comes first. */
    if (pid > 0 && !child->session) setpgid(pid, pid);
    sigprocmask(SIG_SETMASK, &before, 0);
    errno = reason;
    return pid;
}

#endif
