/* SPDX-License-Identifier: MIT */
#include "sys.h"

#include <asm/signal.h>
#include <asm/statfs.h>
#include <linux/capability.h>
#include <linux/eventpoll.h>
#include <linux/resource.h>
#include <linux/stat.h>
#include <linux/sysinfo.h>
#include <linux/sysinfo.h>
#include <linux/time.h>

#include "arch/arch.h"

#ifdef RAWBPF_FAULT_INJECTION
int (*rawbpf__fault)(long number);
long (*rawbpf__answer)(long number, const long *arguments);
#endif

static inline long enter(long number, long a, long b, long c, long d, long e, long f)
{
#ifdef RAWBPF_FAULT_INJECTION
	int fault = rawbpf__fault ? rawbpf__fault(number) : 0;

	if (fault < 0) {
		if (number == __NR_close)
			rawbpf__arch_syscall(number, a, b, c, d, e, f);
		return fault;
	}
	if (rawbpf__answer)
		return rawbpf__answer(number, (const long[]){ a, b, c, d, e, f });
#endif
	return rawbpf__arch_syscall(number, a, b, c, d, e, f);
}

/*
 * Make a call of at most three arguments, as most are. The number comes last, so our callers'
 * arguments stand in their registers already.
 */
static __attribute__((noinline)) long enter3(long a, long b, long c, long number)
{
	return enter(number, a, b, c, 0, 0, 0);
}

/*
 * Move a descriptor of 0, 1 or 2 above 2. The kernel hands these out when a process runs with its
 * standard streams closed, as an init often does. Several bpf_attr fields read an fd of 0 as
 * "none", and output to 1 or 2 would reach our object.
 */
static int above_standard_streams(long fd)
{
	int moved;

	if (fd < 0 || fd > 2)
		return fd;
	moved = rawbpf__dup(fd);
	rawbpf__close(fd);
	return moved;
}

int rawbpf__bpf(unsigned command, const void *attr, size_t size)
{
	return enter3(command, (long)attr, size, __NR_bpf);
}

int rawbpf__bpf_fd(unsigned command, const void *attr, size_t size)
{
	return above_standard_streams(rawbpf__bpf(command, attr, size));
}

int rawbpf__bpf_common(unsigned command, const void *attr, size_t size, void *common,
		       size_t common_size)
{
	return enter(__NR_bpf, command, (long)attr, size, (long)common, common_size, 0);
}

int rawbpf__perf_event_open(const struct perf_event_attr *attr, int pid, int cpu)
{
	return above_standard_streams(enter(__NR_perf_event_open, (long)attr, pid, cpu, -1,
					    PERF_FLAG_FD_CLOEXEC, 0));
}

int rawbpf__ioctl(int fd, unsigned long request, unsigned long argument)
{
	return enter3(fd, request, argument, __NR_ioctl);
}

int rawbpf__open(int directory, const char *path, int flags)
{
	return above_standard_streams(enter3(directory, (long)path, flags | O_CLOEXEC, __NR_openat));
}

int rawbpf__dup(int fd)
{
	int moved = enter3(fd, F_DUPFD_CLOEXEC, 3, __NR_fcntl);

	return moved == -EINVAL ? -EMFILE : moved; /* RLIMIT_NOFILE is 3 or less */
}

int rawbpf__close(int fd)
{
	return enter3(fd, 0, 0, __NR_close);
}

long rawbpf__read(int fd, void *buffer, size_t size)
{
	long got;

	do
		got = enter3(fd, (long)buffer, size, __NR_read);
	while (got == -EINTR);
	return got;
}

long rawbpf__write(int fd, const void *data, size_t size)
{
	long put;

	do
		put = enter3(fd, (long)data, size, __NR_write);
	while (put == -EINTR);
	return put;
}

int rawbpf__socket(int domain, int type, int protocol)
{
	return above_standard_streams(enter3(domain, type | O_CLOEXEC, protocol, __NR_socket));
}

int rawbpf__setsockopt(int fd, int level, int option, const void *value, size_t size)
{
	return enter(__NR_setsockopt, fd, level, option, (long)value, size, 0);
}

long rawbpf__send(int fd, const void *data, size_t size)
{
	long put;

	do
		put = enter(__NR_sendto, fd, (long)data, size, 0, 0, 0);
	while (put == -EINTR);
	return put;
}

long rawbpf__receive(int fd, void *buffer, size_t size, int flags, void *from, uint32_t *from_size)
{
	long got;

	do
		got = enter(__NR_recvfrom, fd, (long)buffer, size, flags, (long)from,
			    (long)from_size);
	while (got == -EINTR);
	return got;
}

long rawbpf__readlink(const char *path, char *target, size_t size)
{
	return enter(__NR_readlinkat, AT_FDCWD, (long)path, (long)target, size, 0, 0);
}

unsigned rawbpf__filesystem(const char *path)
{
	struct statfs status;

	return enter3((long)path, (long)&status, 0, __NR_statfs) < 0 ? 0 : status.f_type;
}

int rawbpf__inode(int directory, const char *path, uint64_t *inode)
{
	struct statx about;
	long err = enter(__NR_statx, directory, (long)path, AT_EMPTY_PATH, STATX_INO, (long)&about, 0);

	if (err == 0)
		*inode = about.stx_ino;
	return err;
}

int rawbpf__file_size(int fd, uint64_t *size)
{
	enum { FILE_TYPE = 0170000, REGULAR_FILE = 0100000 }; /* S_IFMT, S_IFREG */
	struct statx about;
	long err = enter(__NR_statx, fd, (long)"", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE,
			 (long)&about, 0);

	if (err < 0)
		return err;
	*size = about.stx_size;
	return (about.stx_mode & FILE_TYPE) == REGULAR_FILE ? 0 : -EISDIR;
}

/* preadv(2) takes the offset as two longs, on every machine in this order; pread(2) does not. */
int rawbpf__read_at(int fd, void *buffer, size_t size, uint64_t offset)
{
	while (size) {
		const struct {
			void *bytes;
			size_t size;
		} part = { buffer, size };
		long got = enter(__NR_preadv, fd, (long)&part, 1, (long)offset,
				 sizeof(long) < 8 ? (long)(offset >> 32) : 0, 0);

		if (got == -EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? got : -EBADMSG;
		buffer = (char *)buffer + got;
		size -= got;
		offset += got;
	}
	return 0;
}

int rawbpf__flock(int fd)
{
	return enter3(fd, LOCK_EX | LOCK_NB, 0, __NR_flock);
}

/* Map memory at `hint`, if the place is free, or anywhere. */
static int map_memory(void **address, void *hint, size_t size, int protection, int flags, int fd,
		      size_t offset)
{
#if defined(RAWBPF__MMAP_BY_POINTER)
	const long arguments[6] = { (long)hint, size, protection, flags, fd, offset };
	long result = enter3((long)arguments, 0, 0, __NR_mmap);
#elif defined(__NR_mmap2)
	long result = enter(__NR_mmap2, (long)hint, size, protection, flags, fd, offset / 4096);
#else
	long result = enter(__NR_mmap, (long)hint, size, protection, flags, fd, offset);
#endif

	if ((unsigned long)result >= (unsigned long)-4095)
		return result;
	*address = (void *)result;
	return 0;
}

int rawbpf__mmap(void **address, size_t size, int protection, int fd)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED;

	return map_memory(address, NULL, size, protection, flags, fd, 0);
}

int rawbpf__mmap_file(void **address, size_t size, int fd)
{
	return map_memory(address, NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
}

int rawbpf__mmap_near(void **address, void *hint, size_t size, int fd)
{
	return map_memory(address, hint, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

int rawbpf__mmap_shared(void **address, size_t size, int protection, int fd, size_t offset)
{
	return map_memory(address, NULL, size, protection, MAP_SHARED, fd, offset);
}

int rawbpf__munmap(const void *address, size_t size)
{
	return enter3((long)address, size, 0, __NR_munmap);
}

/*
 * Find the page size by trial: madvise(addr, 0) fails with EINVAL exactly when addr is not
 * page-aligned. Without a libc the library cannot reach the auxiliary vector, which is on the stacuint64_t rawbpf__memory_size(void)
{
	struct sysinfo info = { .totalram = 0 };

	return enter3((long)&info, 0, 0, __NR_sysinfo) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit;
}

k
 * of main's caller.
 */
int rawbpf__page_size(void)
{
	long size = 4096;
	long err;

	for (;;) {
		err = enter3(size, 0, 0 /* MADV_NORMAL */, __NR_madvise);
		if (err != -EINVAL || size == 1 << 20)
			return err < 0 ? err : size;
		size *= 2;
	}
}

uint64_t rawbpf__memory_size(void)
{
	struct sysinfo info = { .totalram = 0 };

	return enter3((long)&info, 0, 0, __NR_sysinfo) < 0 ? 0 : (uint64_t)info.totalram * info.mem_unit;
}

int rawbpf__epoll_create(void)
{
	return above_standard_streams(enter3(EPOLL_CLOEXEC, 0, 0, __NR_epoll_create1));
}

int rawbpf__epoll_add(int epoll, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data = (uintptr_t)data };

	return enter(__NR_epoll_ctl, epoll, EPOLL_CTL_ADD, fd, (long)&event, 0, 0);
}

int rawbpf__epoll_delete(int epoll, int fd)
{
	return enter(__NR_epoll_ctl, epoll, EPOLL_CTL_DEL, fd, 0, 0, 0);
}

int rawbpf__membarrier(int command)
{
	return enter3(command, 0, 0, __NR_membarrier);
}

int rawbpf__timer_open(void)
{
	return above_standard_streams(enter3(CLOCK_MONOTONIC, O_CLOEXEC | O_NONBLOCK, 0,
					     __NR_timerfd_create));
}

int rawbpf__timer_start(int timer, unsigned milliseconds)
{
	/* interval and first time, in seconds and nanoseconds */
	const int64_t schedule[4] = { milliseconds / 1000, milliseconds % 1000 * 1000000LL, 0, 1 };
#ifdef __NR_timerfd_settime64
	const long number = __NR_timerfd_settime64;
#else
	const long number = __NR_timerfd_settime;
#endif

	return enter(number, timer, 0, (long)schedule, 0, 0, 0);
}

int rawbpf__epoll_wait(int epoll, struct epoll_event *events, int max, int timeout_ms)
{
	return enter(__NR_epoll_pwait, epoll, (long)events, max, timeout_ms, 0, 0);
}

int rawbpf__epoll_open(int *epoll, int fd, uint32_t events)
{
	int err, opened = rawbpf__epoll_create();

	if (opened < 0)
		return opened;
	err = rawbpf__epoll_add(opened, fd, events, NULL);
	if (err < 0) {
		rawbpf__close(opened);
		return err;
	}
	*epoll = opened;
	return 0;
}

int64_t rawbpf__clock_ms(void)
{
	int64_t now[2] = { 0 }; /* seconds and nanoseconds */

#ifdef __NR_clock_gettime64
	enter3(CLOCK_MONOTONIC, (long)now, 0, __NR_clock_gettime64);
#else
	enter3(CLOCK_MONOTONIC, (long)now, 0, __NR_clock_gettime);
#endif
	return now[0] * 1000 + now[1] / 1000000;
}

int64_t rawbpf__time_end(int timeout_ms)
{
	return timeout_ms > 0 ? rawbpf__clock_ms() + timeout_ms : 0;
}

int rawbpf__time_left(int64_t end, int timeout_ms)
{
	int64_t left;

	if (timeout_ms <= 0)
		return timeout_ms;
	left = end - rawbpf__clock_ms();
	if (left > timeout_ms)
		return timeout_ms;
	return left > 0 ? left : 0;
}

void rawbpf__sleep(unsigned milliseconds)
{
	const int64_t time[2] = { milliseconds / 1000, milliseconds % 1000 * 1000000LL };
#ifdef __NR_clock_nanosleep_time64
	const long number = __NR_clock_nanosleep_time64;
#else
	const long number = __NR_clock_nanosleep;
#endif

	enter(number, CLOCK_MONOTONIC, 0, (long)time, 0, 0, 0);
}

#ifdef __s390x__
int rawbpf__memfd_secret(unsigned flags)
{
	enum { NUMBER = 447 }; /* newer than some headers */

	return enter3(flags, 0, 0, NUMBER);
}
#endif

int rawbpf__thread_id(void)
{
	return enter3(0, 0, 0, __NR_gettid);
}

int rawbpf__process_id(void)
{
	return enter3(0, 0, 0, __NR_getpid);
}

#ifdef _NSIG
_Static_assert(8 * sizeof(struct rawbpf__signals) == _NSIG, "the kernel takes a set of this size only");
#endif

int rawbpf__signals_block(struct rawbpf__signals *mask)
{
	struct rawbpf__signals all;

	__builtin_memset(&all, 0xff, sizeof all);
	return enter(__NR_rt_sigprocmask, SIG_BLOCK, (long)&all, (long)mask, sizeof all, 0, 0);
}

int rawbpf__signals_restore(const struct rawbpf__signals *mask)
{
	return enter(__NR_rt_sigprocmask, SIG_SETMASK, (long)mask, 0, sizeof *mask, 0, 0);
}

int rawbpf__rlimit_get(unsigned resource, uint64_t *soft, uint64_t *hard)
{
	struct rlimit64 limit;
	long err = enter(__NR_prlimit64, 0, resource, 0, (long)&limit, 0, 0);

	if (err < 0)
		return err;
	*soft = limit.rlim_cur;
	*hard = limit.rlim_max;
	return 0;
}

int rawbpf__rlimit_set(unsigned resource, uint64_t soft, uint64_t hard)
{
	const struct rlimit64 limit = { .rlim_cur = soft, .rlim_max = hard };

	return enter3(0, resource, (long)&limit, __NR_prlimit64);
}

int rawbpf__capabilities(uint64_t *effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	long err = enter3((long)&header, (long)data, 0, __NR_capget);

	if (err < 0)
		return err;
	*effective = data[0].effective | (uint64_t)data[1].effective << 32;
	return 0;
}
