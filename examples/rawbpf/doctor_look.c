/* SPDX-License-Identifier: MIT */
/* rawbpf doctor: find out everything. */
#include "doctor.h"
#include "mounts.h"

#include <ctype.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

const struct doctor_capability doctor_capabilities[] = {
	{ 39, "CAP_BPF" },
	{ 38, "CAP_PERFMON" },
	{ 12, "CAP_NET_ADMIN" },
	{ 21, "CAP_SYS_ADMIN" },
	{ 24, "CAP_SYS_RESOURCE" },
	{ 0, NULL },
};

const struct doctor_setting doctor_settings[] = {
	{ "unprivileged_bpf_disabled", "/proc/sys/kernel/unprivileged_bpf_disabled" },
	{ "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid" },
	{ "kptr_restrict", "/proc/sys/kernel/kptr_restrict" },
	{ "bpf_stats_enabled", "/proc/sys/kernel/bpf_stats_enabled" },
	{ "bpf_jit_harden", "/proc/sys/net/core/bpf_jit_harden" },
	{ "bpf_jit_limit", "/proc/sys/net/core/bpf_jit_limit" },
	{ NULL, NULL },
};
_Static_assert(RAWBPF_COUNT(doctor_settings) <= DOCTOR_SETTINGS, "struct doctor has them all");

const char *doctor_errno(int err)
{
	static char text[DOCTOR_TEXT];

	rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){ .error = err });
	text[strcspn(text, ":")] = '\0';
	return text;
}

/* Read a file that has only a number. Returns LLONG_MIN if it is not readable. */
static long long number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number = LLONG_MIN;
	char text[32];

	if (!file)
		return number;
	if (fgets(text, sizeof text, file) && (isdigit((unsigned char)text[0]) || text[0] == '-'))
		number = strtoll(text, NULL, 10);
	fclose(file);
	return number;
}

static void look_at_kernel(struct doctor *doctor, const struct rawbpf_btf *kernel, int err)
{
	long long jit = number_in("/proc/sys/net/core/bpf_jit_enable");

	uname(&doctor->system);
	doctor->jit = jit < 0 ? -1 : jit > 0;
	doctor->btf = err < 0 ? err : (long long)kernel->mapped_size;
	doctor->isa = rawbpf_probe_isa_find();
}

static void look_at_privilege(struct doctor *doctor)
{
	static const char initial[] = "user:[4026531837]";
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	char namespace[64] = "";

	doctor->uid = geteuid();
	if (syscall(SYS_capget, &header, data) == 0) /* capget(2) needs no /proc */
		doctor->capabilities = data[0].effective | (uint64_t)data[1].effective << 32;
	if (readlink("/proc/self/ns/user", namespace, sizeof namespace - 1) > 0)
		doctor->user_namespace = strcmp(namespace, initial) != 0;
}

static void look_at_types(struct doctor_types *types, enum rawbpf_constant kind,
			  int (*probe)(int *, unsigned, const struct rawbpf_btf *),
			  const struct rawbpf_btf *kernel)
{
	unsigned type;
	int has, err;

	types->kind = kind;
	for (type = 1; type < DOCTOR_TYPES && rawbpf_constant_name(kind, type); type++) {
		err = probe(&has, type, kernel);
		types->has[type] = err < 0 ? err : has;
	}
	types->end = type;
}

static void look_at_helpers(struct doctor *doctor, const struct rawbpf_btf *kernel)
{
	unsigned type;

	while (doctor->helper_end < DOCTOR_HELPERS &&
	       rawbpf_constant_name(RAWBPF_HELPER, doctor->helper_end))
		doctor->helper_end++;
	for (type = 1; type < doctor->progs.end; type++) {
		unsigned char *has = doctor->helpers[type];
		int err = rawbpf_probe_helpers_has(has + 1, type, 1, doctor->helper_end - 1,
						   kernel);

		doctor->helper_count[type] = err;
		for (unsigned helper = 1; err == 0 && helper < doctor->helper_end; helper++)
			doctor->helper_count[type] += has[helper];
	}
}

static void look_at_ways(struct doctor *doctor, const struct rawbpf_btf *kernel)
{
	for (int i = 0; i < RAWBPF_PROBE_ATTACH_COUNT; i++) {
		struct doctor_way *way = &doctor->ways[i];

		int has, err = rawbpf_probe_attach_has(&has, i, kernel, &way->error);

		way->has = err < 0 ? err : has;
		if (way->has != 1)
			rawbpf_error_explain(way->why, sizeof way->why, &way->error);
	}
}

/* Without /proc, look at the usual mount points, in the order of the mounts. */
static void look_at_usual_paths(struct doctor_mount mounts[DOCTOR_MOUNTS])
{
	static const struct {
		const char *path;
		unsigned magic;
	} usual[DOCTOR_MOUNTS] = {
		{ "/proc", PROC_SUPER_MAGIC },
		{ "/sys", SYSFS_MAGIC },
		{ "/sys/kernel/tracing", TRACEFS_MAGIC },
		{ "/sys/fs/bpf", BPF_FS_MAGIC },
		{ "/sys/fs/cgroup", CGROUP2_SUPER_MAGIC },
	};
	struct statfs there;

	for (int i = 0; i < DOCTOR_MOUNTS; i++)
		if (statfs(usual[i].path, &there) == 0 && (unsigned)there.f_type == usual[i].magic)
			strcpy(mounts[i].path, usual[i].path);
}

static void look_at_mounts(struct doctor *doctor)
{
	static const struct doctor_mount mounts[DOCTOR_MOUNTS] = {
		{ "proc", "the tools cannot show settings, processes and pins",
		  "mount -t proc proc /proc", "" },
		{ "sysfs", "processes cannot attach single kprobes or uprobes; only root can read BTF",
		  "mount -t sysfs sysfs /sys", "" },
		{ "tracefs", "processes can attach only raw tracepoints",
		  "mount -t tracefs tracefs /sys/kernel/tracing", "" },
		{ "bpf", "nothing can be pinned", "mount -t bpf bpf /sys/fs/bpf", "" },
		{ "cgroup2", "nothing can be attached to cgroups",
		  "mount -t cgroup2 cgroup2 /sys/fs/cgroup", "" },
	};
	struct mounts list;

	memcpy(doctor->mounts, mounts, sizeof mounts);
	if (!mounts_open(&list))
		look_at_usual_paths(doctor->mounts);
	while (mounts_next(&list))
		for (int i = 0; i < DOCTOR_MOUNTS; i++)
			if (strcmp(list.type, mounts[i].type) == 0 && !doctor->mounts[i].path[0])
				snprintf(doctor->mounts[i].path, sizeof doctor->mounts[i].path, "%s", list.path);
	mounts_close(&list);
}

/* Read "none [integrity] confidentiality": the mode in brackets is in force. */
static void look_at_lockdown(struct doctor *doctor)
{
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char text[128], *mode;

	if (!file)
		return;
	if (fgets(text, sizeof text, file) && (mode = strchr(text, '[')))
		snprintf(doctor->lockdown, sizeof doctor->lockdown, "%.*s", (int)strcspn(mode + 1, "]"), mode + 1);
	fclose(file);
}

static unsigned long long limit_of(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return ~0ULL;
	return limit.rlim_cur;
}

static void look_at_limits(struct doctor *doctor)
{
	doctor->memlock = limit_of(RLIMIT_MEMLOCK);
	doctor->nofile = limit_of(RLIMIT_NOFILE);
	for (int i = 0; doctor_settings[i].name; i++)
		doctor->settings[i] = number_in(doctor_settings[i].path);
	look_at_lockdown(doctor);
}

void doctor_look(struct doctor *doctor, int helpers)
{
	struct rawbpf_btf btf = { 0 };
	int err = rawbpf_btf_kernel_open(&btf);
	const struct rawbpf_btf *kernel = err == 0 ? &btf : NULL;

	memset(doctor, 0, sizeof *doctor);
	look_at_limits(doctor); /* the limits as they are, before the next line raises one */
	rawbpf_memlock_raise(); /* the probes need it before Linux 5.11; later it is harmless */
	look_at_kernel(doctor, kernel, err);
	look_at_privilege(doctor);
	look_at_types(&doctor->progs, RAWBPF_PROG_TYPE, rawbpf_probe_prog_has, kernel);
	look_at_types(&doctor->maps, RAWBPF_MAP_TYPE, rawbpf_probe_map_has, kernel);
	look_at_ways(doctor, kernel);
	look_at_mounts(doctor);
	if (helpers)
		look_at_helpers(doctor, kernel);
	rawbpf_btf_close(&btf);
}
