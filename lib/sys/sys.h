/* SPDX-License-Identifier: MIT */
/*
 * The one way into the kernel. Every function here makes one system call, or loops around one. It
 * returns the call's result or a negative errno. No other file of the library makes system calls.
 * Every returned descriptor is close-on-exec and never 0, 1 or 2.
 *
 * This file includes only headers of the compiler and the kernel, so it builds without a libc.
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

/*
 * The kernel's internal errno for "not supported for this map or program"; bpf(2) returns it
 * nevertheless.
 */
#define RAWBPF__ENOTSUPP 524

/* The caller's spec. NULL stands for all defaults, in an object that lives as long as the block. */
#define RAWBPF__SPEC(SPEC) ((SPEC) ? (SPEC) : &(const __typeof__(*(SPEC))){ 0 })

/* Call bpf(2). `attr` must hold no undefined byte: the kernel rejects unknown ones that are not 0. */
RAWBPF__PRIVATE int rawbpf__bpf(unsigned command, const void *attr, size_t size);
/* Call bpf(2) with the attributes that all commands share: `common` is a struct rawbpf__common_attr. */
RAWBPF__PRIVATE int rawbpf__bpf_common(unsigned command, const void *attr, size_t size,
				       void *common, size_t common_size);
/* Do as rawbpf__bpf(), for commands that return a descriptor. */
RAWBPF__PRIVATE int rawbpf__bpf_fd(unsigned command, const void *attr, size_t size);

/* Open a perf event. pid -1 stands for all processes on this CPU. Any other pid takes cpu -1: all CPUs. */
RAWBPF__PRIVATE int rawbpf__perf_event_open(const struct perf_event_attr *attr, int pid, int cpu);
RAWBPF__PRIVATE int rawbpf__ioctl(int fd, unsigned long request, unsigned long argument);

RAWBPF__PRIVATE int rawbpf__open(int directory, const char *path, int flags);
RAWBPF__PRIVATE int rawbpf__close(int fd);
RAWBPF__PRIVATE int rawbpf__dup(int fd);
RAWBPF__PRIVATE long rawbpf__read(int fd, void *buffer, size_t size);
RAWBPF__PRIVATE long rawbpf__write(int fd, const void *data, size_t size);
RAWBPF__PRIVATE long rawbpf__readlink(const char *path, char *target, size_t size);
/* Return the magic number of the file system that `path` is on. 0: it is unknown. */
RAWBPF__PRIVATE unsigned rawbpf__filesystem(const char *path);
/* Write a file's inode number. An empty path stands for `directory` itself, whatever its type. */
RAWBPF__PRIVATE int rawbpf__inode(int directory, const char *path, uint64_t *inode);
/* Write the size of an open file. -EISDIR: it is not a regular file. */
RAWBPF__PRIVATE int rawbpf__file_size(int fd, uint64_t *size);
/* Read all bytes from `offset` on. -EBADMSG: the file ends before. */
RAWBPF__PRIVATE int rawbpf__read_at(int fd, void *buffer, size_t size, uint64_t offset);
/* Take an exclusive lock, which ends when `fd` is closed. -EAGAIN: another open file holds one. */
RAWBPF__PRIVATE int rawbpf__flock(int fd);

/* Open a socket. */
RAWBPF__PRIVATE int rawbpf__socket(int domain, int type, int protocol);
RAWBPF__PRIVATE int rawbpf__setsockopt(int fd, int level, int option, const void *value,
				       size_t size);
/* Send to the peer that the socket has without a destination: of a netlink socket, the kernel. */
RAWBPF__PRIVATE long rawbpf__send(int fd, const void *data, size_t size);
/* Receive one datagram. `from` receives the sender's address; `from_size` is its room, then its size. */
RAWBPF__PRIVATE long rawbpf__receive(int fd, void *buffer, size_t size, int flags, void *from,
				     uint32_t *from_size);

/* Map `fd` shared. fd -1: map anonymous scratch memory. */
RAWBPF__PRIVATE int rawbpf__mmap(void **address, size_t size, int protection, int fd);
/* Map `fd` shared for reading and writing, at `hint` if the place is free, or elsewhere. */
RAWBPF__PRIVATE int rawbpf__mmap_near(void **address, void *hint, size_t size, int fd);
/* Map a file of sysfs for reading. Such files reject a mapping that others could write through. */
RAWBPF__PRIVATE int rawbpf__mmap_file(void **address, size_t size, int fd);
/* Map `fd` shared, from `offset` on. `offset` is a multiple of the page size. */
RAWBPF__PRIVATE int rawbpf__mmap_shared(void **address, size_t size, int protection, int fd,
					size_t offset);
RAWBPF__PRIVATE int rawbpf__munmap(const void *address, size_t size);
RAWBPF__PRIVATE int rawbpf__page_size(void);
/* Return the machine's memory in bytes; 0: it is unknown. */
RAWBPF__PRIVATE uint64_t rawbpf__memory_size(void);

/* Watch `fd` for `events` of EPOLL*. epoll returns `data` with each ready descriptor. */
RAWBPF__PRIVATE int rawbpf__epoll_create(void);
RAWBPF__PRIVATE int rawbpf__epoll_add(int epoll, int fd, uint32_t events, void *data);
RAWBPF__PRIVATE int rawbpf__epoll_delete(int epoll, int fd);
/* Return how many descriptors are ready; 0 after the timeout. The caller handles -EINTR. */
RAWBPF__PRIVATE int rawbpf__epoll_wait(int epoll, struct epoll_event *events, int max,
				       int timeout_ms);
/* Write to *epoll a new epoll descriptor that waits for one other. On an error *epoll stays as it is. */
RAWBPF__PRIVATE int rawbpf__epoll_open(int *epoll, int fd, uint32_t events);

/* Return the process id. A child of fork(2) has another one. */
RAWBPF__PRIVATE int rawbpf__process_id(void);
RAWBPF__PRIVATE int rawbpf__thread_id(void);
#ifdef __s390x__
/* Ask whether the kernel has the call: it rejects flags that it does not know. */
RAWBPF__PRIVATE int rawbpf__memfd_secret(unsigned flags);
#endif

/* Read a monotonic clock. */
RAWBPF__PRIVATE int64_t rawbpf__clock_ms(void);
/* Sleep. A signal ends it early. */
RAWBPF__PRIVATE void rawbpf__sleep(unsigned milliseconds);
/* Return the end of a wait of that length from now. Return how much is left; -1 stays -1, 0 stays 0. */
RAWBPF__PRIVATE int64_t rawbpf__time_end(int timeout_ms);
RAWBPF__PRIVATE int rawbpf__time_left(int64_t end, int timeout_ms);

/*
 * Call membarrier(2). MEMBARRIER_CMD_GLOBAL waits for an RCU grace period, some milliseconds. After
 * it, every CPU has left the non-sleeping kernel code that it was in before. MEMBARRIER_CMD_QUERY
 * returns which commands the kernel has.
 */
RAWBPF__PRIVATE int rawbpf__membarrier(int command);

/* Open a timer. It is readable from each expiry until it is read; the read does not wait. */
RAWBPF__PRIVATE int rawbpf__timer_open(void);
/* Start the timer. It expires at once, and then each time so many milliseconds have passed. */
RAWBPF__PRIVATE int rawbpf__timer_start(int timer, unsigned milliseconds);

/* The kernel's signal set. The kernel takes no other size: 64 signals, 128 on MIPS. */
struct rawbpf__signals {
#ifdef __mips__
	uint64_t bits[2];
#else
	uint64_t bits[1];
#endif
};

/* Block every signal of this thread. `mask` receives the signals blocked before, for the restore. */
RAWBPF__PRIVATE int rawbpf__signals_block(struct rawbpf__signals *mask);
RAWBPF__PRIVATE int rawbpf__signals_restore(const struct rawbpf__signals *mask);

RAWBPF__PRIVATE int rawbpf__rlimit_get(unsigned resource, uint64_t *soft, uint64_t *hard);
RAWBPF__PRIVATE int rawbpf__rlimit_set(unsigned resource, uint64_t soft, uint64_t hard);
/* Write this process's effective capabilities, bit n for capability n. */
RAWBPF__PRIVATE int rawbpf__capabilities(uint64_t *effective);

#ifdef RAWBPF_FAULT_INJECTION
/*
 * Test builds only: the library calls this before every system call. A negative result takes the
 * place of the call; 0 lets the call go on. An injected failing close() still closes, as the
 * kernel's does.
 */
extern int (*rawbpf__fault)(long number);
/* Test builds only: answers each system call in the kernel's place, with its six arguments. */
extern long (*rawbpf__answer)(long number, const long *arguments);
#endif

#endif
