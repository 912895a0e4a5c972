/* SPDX-License-Identifier: MIT */
/*
 * The one way into the kernel. Every function here is one system call (or a
 * loop around one) and returns its result or a negative errno; nothing else
 * in the library makes system calls. Descriptors that come out are
 * close-on-exec and never 0, 1 or 2.
 *
 * The headers are the compiler's and the kernel's alone, so that all of this
 * builds without a libc.
 */
#ifndef RAWBPF_LIB_SYS_H
#define RAWBPF_LIB_SYS_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

struct epoll_event;

/* Private functions: hidden, and static when the library is one translation unit. */
#ifndef RAWBPF__PRIVATE
#define RAWBPF__PRIVATE __attribute__((visibility("hidden")))
#endif

/* Kernel-internal, yet bpf(2) returns it: "not supported for this map or program". */
#define RAWBPF__ENOTSUPP 524

/* The spec that the caller gave; for NULL all defaults, which live as long as the block. */
#define RAWBPF__SPEC(SPEC) ((SPEC) ? (SPEC) : &(const __typeof__(*(SPEC))){ 0 })

/* bpf(2): `attr` must hold no undefined byte, the kernel refuses unknown ones that are not 0. */
RAWBPF__PRIVATE int rawbpf__bpf(unsigned command, const void *attr, size_t size);
/* The same with what all commands have in common: `common` is a struct rawbpf__common_attr. */
RAWBPF__PRIVATE int rawbpf__bpf_common(unsigned command, const void *attr, size_t size,
				       void *common, size_t common_size);
/* As rawbpf__bpf() for commands that return a descriptor. */
RAWBPF__PRIVATE int rawbpf__bpf_fd(unsigned command, const void *attr, size_t size);

/* pid -1: of all processes, on this CPU; else cpu -1: on all CPUs. */
RAWBPF__PRIVATE int rawbpf__perf_event_open(const struct perf_event_attr *attr, int pid, int cpu);
RAWBPF__PRIVATE int rawbpf__ioctl(int fd, unsigned long request, unsigned long argument);

RAWBPF__PRIVATE int rawbpf__open(int directory, const char *path, int flags);
RAWBPF__PRIVATE int rawbpf__close(int fd);
RAWBPF__PRIVATE int rawbpf__dup(int fd);
RAWBPF__PRIVATE long rawbpf__read(int fd, void *buffer, size_t size);
RAWBPF__PRIVATE long rawbpf__write(int fd, const void *data, size_t size);
RAWBPF__PRIVATE long rawbpf__readlink(const char *path, char *target, size_t size);
/* The type of the file system that `path` is on, its magic number; 0: cannot be told. */
RAWBPF__PRIVATE unsigned rawbpf__filesystem(const char *path);
/* The number of a file's inode; with an empty path that of `directory` itself, whatever it is. */
RAWBPF__PRIVATE int rawbpf__inode(int directory, const char *path, uint64_t *inode);
/* Takes an exclusive lock, which ends when `fd` is closed. -EAGAIN: somebody else has one. */
RAWBPF__PRIVATE int rawbpf__flock(int fd);

/* fd -1: anonymous scratch memory. */
RAWBPF__PRIVATE int rawbpf__mmap(void **address, size_t size, int protection, int fd);
/* A file of sysfs, to be read: such files refuse a mapping that others could write through. */
RAWBPF__PRIVATE int rawbpf__mmap_file(void **address, size_t size, int fd);
/* What `fd` is of, from `offset` on, which is a multiple of the page size. */
RAWBPF__PRIVATE int rawbpf__mmap_shared(void **address, size_t size, int protection, int fd,
					size_t offset);
RAWBPF__PRIVATE int rawbpf__munmap(const void *address, size_t size);
RAWBPF__PRIVATE int rawbpf__page_size(void);

/* `events` of EPOLL*; `data` comes back with what is ready. */
RAWBPF__PRIVATE int rawbpf__epoll_create(void);
RAWBPF__PRIVATE int rawbpf__epoll_add(int epoll, int fd, uint32_t events, void *data);
RAWBPF__PRIVATE int rawbpf__epoll_delete(int epoll, int fd);
/* How many are ready; 0 after the time; -EINTR is the caller's to deal with. */
RAWBPF__PRIVATE int rawbpf__epoll_wait(int epoll, struct epoll_event *events, int max,
				       int timeout_ms);
/* A new epoll descriptor in *epoll that waits for one other. On an error *epoll stays as it is. */
RAWBPF__PRIVATE int rawbpf__epoll_open(int *epoll, int fd, uint32_t events);

/* Another one in a child of fork(2). */
RAWBPF__PRIVATE int rawbpf__process_id(void);
RAWBPF__PRIVATE int rawbpf__thread_id(void);
#ifdef __s390x__
/* To ask whether the kernel has it: flags that it does not know are refused. */
RAWBPF__PRIVATE int rawbpf__memfd_secret(unsigned flags);
#endif

/* A clock that only goes forward. */
RAWBPF__PRIVATE int64_t rawbpf__clock_ms(void);
/* Returns early when a signal comes. */
RAWBPF__PRIVATE void rawbpf__sleep(unsigned milliseconds);
/* When a wait of that long from now ends; how much of it is left: -1 stays -1, and 0 stays 0. */
RAWBPF__PRIVATE int64_t rawbpf__time_end(int timeout_ms);
RAWBPF__PRIVATE int rawbpf__time_left(int64_t end, int timeout_ms);

/*
 * MEMBARRIER_CMD_GLOBAL waits until no CPU is any longer in kernel code that it was in before and
 * that cannot sleep (an RCU grace period, some milliseconds). MEMBARRIER_CMD_QUERY tells which
 * commands there are.
 */
RAWBPF__PRIVATE int rawbpf__membarrier(int command);

/* A timer is readable when its time has come, and until it is read, which does not wait. */
RAWBPF__PRIVATE int rawbpf__timer_open(void);
/* Its time is at once, and then every so many milliseconds. */
RAWBPF__PRIVATE int rawbpf__timer_start(int timer, unsigned milliseconds);

/* The kernel's set of signals, which has no other size than this: 64 signals, on MIPS 128. */
struct rawbpf__signals {
#ifdef __mips__
	uint64_t bits[2];
#else
	uint64_t bits[1];
#endif
};

/* Block every signal of this thread; `mask` keeps what was blocked before, for the way back. */
RAWBPF__PRIVATE int rawbpf__signals_block(struct rawbpf__signals *mask);
RAWBPF__PRIVATE int rawbpf__signals_restore(const struct rawbpf__signals *mask);

RAWBPF__PRIVATE int rawbpf__rlimit_get(unsigned resource, uint64_t *soft, uint64_t *hard);
RAWBPF__PRIVATE int rawbpf__rlimit_set(unsigned resource, uint64_t soft, uint64_t hard);
/* This process's effective capabilities, bit n for capability n. */
RAWBPF__PRIVATE int rawbpf__capabilities(uint64_t *effective);

#ifdef RAWBPF_FAULT_INJECTION
/*
 * Test builds only: asked before every system call. A negative result is
 * returned in place of making the call (an injected failing close() still
 * closes: that is what the kernel does); 0 lets the call go on.
 */
extern int (*rawbpf__fault)(long number);
#endif

#endif
