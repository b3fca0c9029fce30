/* Calls of Linux that Swift's own Glibc module does not show, and the one thing Swift cannot do at all: run code
   between fork and exec. Header only: nothing to compile, nothing to link. */
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

extern int pipe2(int ends[2], int flags);
extern long syscall(long number, ...);

/* Large blocks are mappings of their own, which the machine gets back when they are freed, whatever has been freed before; from as many
   bytes on as the C library itself begins with. */
static inline void clinux_give_blocks_back(void) {
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    mallopt(M_TRIM_THRESHOLD, 128 << 10);
    malloc_trim(0);
}

/* Large blocks that are freed stay with the process, and the next of their size need not be filled by the machine: up to the most that
   the C library takes. */
static inline void clinux_keep_blocks(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

/* How many bytes a pipe holds; -1 and errno on failure. */
static inline int clinux_set_pipe_size(int end, int bytes) {
    return fcntl(end, 1031 /* F_SETPIPE_SZ */, bytes);
}

/* A descriptor that becomes readable when the process ends (Linux 5.3); close-on-exec. -1 and errno on failure. */
static inline int clinux_pidfd_open(pid_t pid) {
    return (int)syscall(434 /* the same on every architecture */, pid, 0);
}

/* Whose are the files and sockets that this thread makes from here on. Only root may choose. */
static inline void clinux_make_files_of(uid_t user) {
    syscall(SYS_setfsuid, user);
}

/* The sockets that this thread makes from here on are in the network that the descriptor is of; -1 and errno on failure. */
static inline int clinux_enter_network(int network) {
    return (int)syscall(SYS_setns, network, 0x40000000 /* CLONE_NEWNET */);
}

/* The next connection of a listening socket, close-on-exec and non-blocking; -1 and errno when there is none. */
static inline int clinux_accept(int socket) {
    /* SOCK_CLOEXEC and SOCK_NONBLOCK are these; their header would take SOCK_STREAM and others from Swift's module. */
    return (int)syscall(SYS_accept4, socket, 0, 0, O_CLOEXEC | O_NONBLOCK);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CLINUX_WIRE16(number) __builtin_bswap16(number)
#else
#define CLINUX_WIRE16(number) (number)
#endif

/* The user whose process holds the TCP socket with exactly these two ends: its own address and port, and those it is connected to.
   Addresses of 4 or 16 bytes as on the wire, ports as numbers. -1 when there is none that is open and has an owner. */
static inline long clinux_socket_owner(
    int family, const void *address, unsigned short port, const void *other, unsigned short other_port) {
    enum { RAW = 3, TCP = 6, ESTABLISHED = 1, FIN_WAIT1 = 4, FIN_WAIT2 = 5, CLOSE_WAIT = 8 };
    size_t size = family == 2 /* AF_INET */ ? 4 : 16;
    struct { struct nlmsghdr head; struct inet_diag_req_v2 ask; } question;
    memset(&question, 0, sizeof question);
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.head.nlmsg_flags = NLM_F_REQUEST;
    question.ask.sdiag_family = (unsigned char)family;
    question.ask.sdiag_protocol = TCP;
    question.ask.idiag_states = ~0U;
    question.ask.id.idiag_sport = CLINUX_WIRE16(port);
    question.ask.id.idiag_dport = CLINUX_WIRE16(other_port);
    memcpy(question.ask.id.idiag_src, address, size);
    memcpy(question.ask.id.idiag_dst, other, size);
    question.ask.id.idiag_cookie[0] = question.ask.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    long socket = syscall(SYS_socket, 16 /* AF_NETLINK */, RAW | O_CLOEXEC, NETLINK_SOCK_DIAG), owner = -1;
    if (socket < 0) return -1;
    union { struct nlmsghdr head; char bytes[1024]; } answer;
    long length = -1;
    if (syscall(SYS_sendto, socket, &question, sizeof question, 0, 0, 0) == sizeof question)
        /* The kernel answers while the question is sent: there is nothing to wait for. */
        length = syscall(SYS_recvfrom, socket, &answer, sizeof answer, 0x40 /* MSG_DONTWAIT */, 0, 0);
    close((int)socket);
    const struct inet_diag_msg *found = NLMSG_DATA(&answer.head);
    if (length >= (long)(NLMSG_HDRLEN + sizeof *found) && answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY
        && found->idiag_family == family && found->id.idiag_sport == question.ask.id.idiag_sport
        && found->id.idiag_dport == question.ask.id.idiag_dport && memcmp(found->id.idiag_src, address, size) == 0
        && memcmp(found->id.idiag_dst, other, size) == 0 && found->idiag_inode != 0
        && (found->idiag_state == ESTABLISHED || found->idiag_state == FIN_WAIT1 || found->idiag_state == FIN_WAIT2
            || found->idiag_state == CLOSE_WAIT))
        owner = (long)found->idiag_uid;
    return owner;
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
