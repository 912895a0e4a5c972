/* SPDX-License-Identifier: MIT */
/* RLIMIT_MEMLOCK: up to Linux 5.10, maps and programs are charged against it. */
#ifndef RAWBPF_MEMLOCK_H
#define RAWBPF_MEMLOCK_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Lift this process's limit on locked memory: to infinity, or, without
 * CAP_SYS_RESOURCE, as far as its hard limit allows. Since 5.11 bpf(2) does not
 * look at it (the memory cgroup is charged), and calling this changes nothing
 * for it. The library never does so by itself: a limit belongs to the process.
 *
 * Returns 0, or -EPERM when the limit stays below infinity.        setrlimit(2)
 */
int rawbpf_memlock_raise(void);

#ifdef __cplusplus
}
#endif
#endif
