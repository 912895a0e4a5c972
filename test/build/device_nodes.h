/* SPDX-License-Identifier: MIT */
/*
 * Device nodes, and the accesses of a process in a cgroup of the test's own.
 *
 * The nodes are /dev/null and similar devices, or have numbers without a driver. A process that may
 * open the latter gets ENXIO; one that may not gets EPERM. The test is root, so EPERM comes only
 * from the cgroup.
 */
#ifndef TEST_BUILD_DEVICE_NODES_H
#define TEST_BUILD_DEVICE_NODES_H

#include "../attach/cgroups.h"

#include <sys/mman.h>
#include <sys/sysmacros.h>

enum { DEVICE = BPF_CGROUP_DEVICE };

static const struct device {
	char type;
	unsigned major, minor;
} devices[] = {
	{ 'c', 1, 3 }, { 'c', 1, 5 }, { 'c', 1, 7 }, { 'c', 4095, 3 }, { 'c', 4095, 1048575 },
	{ 'b', 4095, 3 }, { 'b', 4094, 7 }, { 'b', 1, 3000 },
};

enum { DEVICES = sizeof devices / sizeof devices[0] };

/* The attempts on each device, and the accesses that each needs. */
static const struct {
	const char *access;
	int flags; /* flags of open(2); -1: mknod(2) */
} attempts[] = {
	{ "m", -1 }, { "r", O_RDONLY }, { "w", O_WRONLY }, { "rw", O_RDWR },
};

enum { ATTEMPTS = sizeof attempts / sizeof attempts[0] };

/* Results: '+' for success, '-' for EPERM, a string for each device. */
typedef char results[DEVICES][ATTEMPTS + 1];

static int cgroup;
static const char *path;
static results *found;

static inline dev_t number_of(const struct device *device)
{
	return makedev(device->major, device->minor);
}

static inline mode_t mode_of(const struct device *device)
{
	return 0600 | (device->type == 'c' ? S_IFCHR : S_IFBLK);
}

/* A directory that the test does not need: this process has the nodes there. */
#define NODES "/sys/bus"

static inline void make_nodes(void)
{
	char node[32];
	unsigned i;

	live_private_mounts();
	live_hide_directory(NODES);
	for (i = 0; i < DEVICES; i++) {
		snprintf(node, sizeof node, NODES "/%u", i);
		ck_assert_msg(mknod(node, mode_of(&devices[i]), number_of(&devices[i])) == 0, "%m");
	}
}

static inline char outcome(int result, unsigned device)
{
	if (result >= 0)
		return '+';
	if (errno == EPERM)
		return '-';
	/* allowed, but no driver has the device */
	return errno == ENXIO && (devices[device].major != 1 || devices[device].type == 'b') ? '+'
											     : '?';
}

static inline char attempt(unsigned device, unsigned number)
{
	char node[32];
	char result;
	int fd;

	if (attempts[number].flags < 0) {
		fd = mknod(NODES "/new", mode_of(&devices[device]), number_of(&devices[device]));
		result = outcome(fd, device);
		unlink(NODES "/new");
		return result;
	}
	snprintf(node, sizeof node, NODES "/%u", device);
	fd = open(node, attempts[number].flags | O_CLOEXEC | O_NONBLOCK);
	result = outcome(fd, device);
	if (fd >= 0)
		close(fd);
	return result;
}

/* Let a process in the cgroup try everything. */
static inline void try_all(int in)
{
	int status;
	pid_t pid = cgroups_fork();

	if (pid == 0) {
		unsigned i, j;

		if (cgroups_enter(in) < 0)
			_exit(1);
		for (i = 0; i < DEVICES; i++)
			for (j = 0; j < ATTEMPTS; j++)
				(*found)[i][j] = attempt(i, j);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

static inline void begin(void)
{
	static char copy[4096];

	live_fds_remember();
	path = strcpy(copy, cgroups_make(""));
	cgroup = cgroups_open(path);
	found = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	ck_assert(found != MAP_FAILED);
	memset(found, 0, sizeof *found);
	make_nodes();
}

static inline void end(void)
{
	close(cgroup);
	live_fds_compare();
}

/* Compute the outcome that the filter should cause. */
static inline char expected_outcome(const struct rawbpf_device_filter *filter, const struct device *device,
			     const char *access)
{
	unsigned allowed = rawbpf_device_filter_evaluate(
		filter, device->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK,
		device->major, device->minor);

	for (; *access; access++)
		if (!(allowed & (*access == 'r'	  ? BPF_DEVCG_ACC_READ
				 : *access == 'w' ? BPF_DEVCG_ACC_WRITE
						  : BPF_DEVCG_ACC_MKNOD)))
			return '-';
	return '+';
}

#endif
