/* Calls of Linux and glibc that Swift's own Glibc module does not show, because it is built without _GNU_SOURCE. Header
   only: nothing to compile, nothing to link. */
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int pipe2(int ends[2], int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern long syscall(long number, ...);

/* POSIX_SPAWN_SETSID of <spawn.h>. */
static const short clinux_spawn_setsid = 0x80;

/* A descriptor that becomes readable when the process ends (Linux 5.3); close-on-exec. -1 and errno on failure. */
static inline int clinux_pidfd_open(pid_t pid) {
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    return (int)syscall(434, pid, 0);
#endif
}

#endif
