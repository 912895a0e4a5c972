/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

enum { ENOTSUPP_ = 524 }; /* the kernel's own ENOTSUPP */

#define K(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))

/* ------------------------------------------------------------------------------- maps */

static int new_map(unsigned type, unsigned key_size, unsigned max_entries)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = type, .key_size = key_size, .value_size = 8, .max_entries = max_entries });
}

/* Return the result of `expression`, with a new map `map` that is closed afterwards. */
#define WITH_MAP(TYPE, KEY_SIZE, ENTRIES, EXPRESSION)                                              \
	do {                                                                                       \
		int map = new_map(TYPE, KEY_SIZE, ENTRIES), result;                                \
		uint32_t key = 9;                                                                  \
		uint64_t value = 0;                                                                \
		(void)key, (void)value;                                                            \
		result = map < 0 ? -ENOTRECOVERABLE : (EXPRESSION);                                \
		close(map);                                                                        \
		return result;                                                                     \
	} while (0)
#define WITH_HASH(EXPRESSION) WITH_MAP(BPF_MAP_TYPE_HASH, 4, 4, EXPRESSION)
#define WITH_ARRAY(EXPRESSION) WITH_MAP(BPF_MAP_TYPE_ARRAY, 4, 4, EXPRESSION)

static int missing_key(void) { WITH_HASH(rawbpf_map_lookup(map, &key, &value, 0)); }
static int missing_index(void) { WITH_ARRAY(rawbpf_map_lookup(map, &key, &value, 0)); }
static int no_first_key(void) { WITH_HASH(rawbpf_map_next(map, NULL, &key)); }
static int after_last_index(void) { WITH_ARRAY((key = 3, rawbpf_map_next(map, &key, &key))); }
static int empty_queue(void)
{
	WITH_MAP(BPF_MAP_TYPE_QUEUE, 0, 4, rawbpf_map_take(map, NULL, &value, 0));
}
static int end_of_ids(void)
{
	unsigned next;

	return rawbpf_obj_id_next(&next, RAWBPF_OBJ_MAP, 0x7ffffffe);
}

static int present(int map, uint32_t *key, uint64_t *value, uint64_t flags)
{
	int err = rawbpf_map_update(map, key, value, BPF_ANY);

	return err < 0 ? -ENOTRECOVERABLE : rawbpf_map_update(map, key, value, flags);
}

static int noexist_present(void) { WITH_HASH(present(map, &key, &value, BPF_NOEXIST)); }
static int exist_missing(void) { WITH_HASH(rawbpf_map_update(map, &key, &value, BPF_EXIST)); }
static int array_delete(void) { WITH_ARRAY((key = 0, rawbpf_map_delete(map, &key))); }
static int array_delete_too_large(void) { WITH_ARRAY(rawbpf_map_delete(map, &key)); }
static int array_update_too_large(void) { WITH_ARRAY(rawbpf_map_update(map, &key, &value, 0)); }

/* Make the bare system call: the library recognises the end of a map. */
static int batch_past_end(void)
{
	int err, map = new_map(BPF_MAP_TYPE_ARRAY, 4, 4);
	uint32_t keys[16], position = 0;
	uint64_t values[16];
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.batch.map_fd = map;
	attr.batch.out_batch = (uintptr_t)&position;
	attr.batch.keys = (uintptr_t)keys;
	attr.batch.values = (uintptr_t)values;
	attr.batch.count = 16;
	err = syscall(SYS_bpf, BPF_MAP_LOOKUP_BATCH, &attr, sizeof attr) < 0 ? -errno : 0;
	close(map);
	/* the elements are valid all the same */
	return attr.batch.count == 4 ? err : -ENOTRECOVERABLE;
}

static int update_after_freeze(void)
{
	WITH_ARRAY((key = 0, rawbpf_map_freeze(map)) < 0 ? -ENOTRECOVERABLE :
		   rawbpf_map_update(map, &key, &value, 0));
}

static int freeze_twice(void)
{
	WITH_ARRAY(rawbpf_map_freeze(map) < 0 ? -ENOTRECOVERABLE : rawbpf_map_freeze(map));
}

/* ------------------------------------------------------------------------------- pins */

static int pin_elsewhere(void) { WITH_ARRAY(rawbpf_obj_pin(map, "/no-bpffs-here")); }
static int pin_with_dot(void) { WITH_ARRAY(rawbpf_obj_pin(map, "/sys/fs/bpf/answer.1")); }
static int pin_without_parent(void) { WITH_ARRAY(rawbpf_obj_pin(map, "/sys/fs/bpf/none/answer")); }

static int pin_again(void)
{
	static const char path[] = "/sys/fs/bpf/answer";
	int err, map = new_map(BPF_MAP_TYPE_ARRAY, 4, 1);

	err = rawbpf_obj_pin(map, path) < 0 ? -ENOTRECOVERABLE : rawbpf_obj_pin(map, path);
	unlink(path);
	close(map);
	return err;
}

/* --------------------------------------------------------------------------- programs */

/* Make a bare BPF_PROG_LOAD: the library would not pass such arguments. */
static int load_bare(unsigned log_level, unsigned log_size, unsigned count)
{
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0), BPF_MOV64_IMM(BPF_REG_1, 0), BPF_MOV64_IMM(BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_4, 0), BPF_MOV64_IMM(BPF_REG_5, 0), BPF_MOV64_IMM(BPF_REG_6, 0),
		BPF_MOV64_IMM(BPF_REG_7, 0), BPF_MOV64_IMM(BPF_REG_8, 0), BPF_MOV64_IMM(BPF_REG_9, 0),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_3), BPF_EXIT_INSN() };
	static char log[4096];
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = count;
	attr.license = (uintptr_t)"GPL";
	attr.log_level = log_level;
	attr.log_buf = (uintptr_t)log;
	attr.log_size = log_size;
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr) < 0 ? -errno : 0;
}

static int log_too_small(void) { return load_bare(1, 128, 11); }
static int log_without_level(void) { return load_bare(0, 4096, 11); }
static int no_instructions(void) { return load_bare(0, 0, 0); }

static int attr_with_garbage(void)
{
	char attr[4096];

	memset(attr, 0, sizeof attr);
	attr[1000] = 1;
	return syscall(SYS_bpf, BPF_MAP_CREATE, attr, sizeof attr) < 0 ? -errno : 0;
}

static int attr_too_long(void)
{
	static char attr[8192];

	return syscall(SYS_bpf, BPF_MAP_CREATE, attr, sizeof attr) < 0 ? -errno : 0;
}

static int value_of_many(void)
{
	int prog, map = new_map(BPF_MAP_TYPE_ARRAY, 4, 2);
	const struct bpf_insn insns[] = { BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
					  BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });
	close(map);
	if (prog >= 0)
		close(prog);
	return prog < 0 ? prog : 0;
}

static int load_returning_0(unsigned type)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = type == BPF_PROG_TYPE_CGROUP_DEVICE ? BPF_CGROUP_DEVICE :
					type == BPF_PROG_TYPE_CGROUP_SYSCTL ? BPF_CGROUP_SYSCTL :
					type == BPF_PROG_TYPE_SK_MSG ? BPF_SK_MSG_VERDICT : 0 });
}

static int run_one(unsigned type, unsigned size)
{
	static const char packet[64];
	int prog = load_returning_0(type), err;

	if (prog < 0)
		return -ENOTRECOVERABLE;
	err = rawbpf_prog_run(prog, &(struct rawbpf_prog_run){ .data_in = size ? packet : NULL,
							       .data_size_in = size });
	close(prog);
	return err;
}

static int run_kprobe(void) { return run_one(BPF_PROG_TYPE_KPROBE, 0); }
static int run_tracepoint(void) { return run_one(BPF_PROG_TYPE_TRACEPOINT, 0); }
static int run_perf_event(void) { return run_one(BPF_PROG_TYPE_PERF_EVENT, 0); }
static int run_sk_msg(void) { return run_one(BPF_PROG_TYPE_SK_MSG, 0); }
static int run_device(void) { return run_one(BPF_PROG_TYPE_CGROUP_DEVICE, 0); }
static int run_sysctl(void) { return run_one(BPF_PROG_TYPE_CGROUP_SYSCTL, 0); }
static int run_13_bytes(void) { return run_one(BPF_PROG_TYPE_SOCKET_FILTER, 13); }

/* ------------------------------------------------------------------------- perf events */

static int software_event(void)
{
	struct perf_event_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.size = PERF_ATTR_SIZE_VER1;
	attr.config = PERF_COUNT_SW_CPU_CLOCK;
	attr.sample_period = 1ULL << 40;
	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int set_bpf_twice(void)
{
	int event = software_event(), prog = load_returning_0(BPF_PROG_TYPE_PERF_EVENT), err;

	err = ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ? -ENOTRECOVERABLE :
	      ioctl(event, PERF_EVENT_IOC_SET_BPF, prog) ? -errno : 0;
	close(event);
	close(prog);
	return err;
}

/* Make a bare BPF_LINK_CREATE of a perf event. */
static int link_of_event(void)
{
	int event = software_event(), prog = load_returning_0(BPF_PROG_TYPE_PERF_EVENT), link;
	uint32_t attr[32] = { prog, event, BPF_PERF_EVENT };

	link = syscall(SYS_bpf, BPF_LINK_CREATE, attr, sizeof attr);
	link = link < 0 ? -errno : link;
	if (link >= 0)
		close(link);
	close(event);
	close(prog);
	return link < 0 ? link : 0;
}

/* ------------------------------------------------------------------------------ probes */

/* Return the answer of `ask` in a process of its own, after `change`. */
static int ask_changed(int (*change)(void), int (*ask)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(change() == 0 ? -ask() : 255);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ENOTRECOVERABLE;
	return -WEXITSTATUS(status);
}

static int open_no_more(void)
{
	return setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, 0 });
}

static int be_nobody(void)
{
	return setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534);
}

static int has_helper(unsigned type, unsigned helper)
{
	unsigned char has = 9;
	int err = rawbpf_probe_helpers_has(&has, type, helper, 1, NULL);

	return err < 0 ? err : err == 0 && has <= 1 ? has : -ENOTRECOVERABLE;
}

#define PROBE(NAME, EXPRESSION) static int NAME(void) { return EXPRESSION; }
/* Ask a probe. Returns `has`, or an errno that left `has` at 0. */
#define PROBE_HAS(NAME, FUNCTION, ...)                                                             \
	static int NAME(void)                                                                      \
	{                                                                                          \
		int has = 9, err = FUNCTION(&has, __VA_ARGS__);                                    \
                                                                                                   \
		if (err > 0 || has < 0 || has > 1 || (err && has))                                 \
			return -ENOTRECOVERABLE;                                                   \
		return err ? err : has;                                                            \
	}
#define PROBE_HELPER(NAME, TYPE, HELPER) PROBE(NAME, has_helper(BPF_PROG_TYPE_##TYPE, HELPER))
#define PROBE_UNABLE(NAME, ASK)                                                                    \
	static int NAME##_without_fds(void) { return ask_changed(open_no_more, ASK); }             \
	static int NAME##_as_nobody(void) { return ask_changed(be_nobody, ASK); }

enum { NO_TYPE = 999, SYSCALL_TYPE = 31, BLOOM_TYPE = 30, NO_HELPER = 100000, LOOP_HELPER = 181 };

PROBE_HAS(probe_hash, rawbpf_probe_map_has, BPF_MAP_TYPE_HASH, NULL)
PROBE_HAS(probe_bloom, rawbpf_probe_map_has, BLOOM_TYPE, NULL)
PROBE_HAS(probe_no_map, rawbpf_probe_map_has, NO_TYPE, NULL)
PROBE_HAS(probe_devmap, rawbpf_probe_map_has, BPF_MAP_TYPE_DEVMAP, NULL)
PROBE_UNABLE(probe_devmap, probe_devmap)

PROBE_HAS(probe_xdp, rawbpf_probe_prog_has, BPF_PROG_TYPE_XDP, NULL)
PROBE_HAS(probe_syscall, rawbpf_probe_prog_has, SYSCALL_TYPE, NULL)
PROBE_HAS(probe_no_prog, rawbpf_probe_prog_has, NO_TYPE, NULL)
PROBE_UNABLE(probe_xdp, probe_xdp)

PROBE_HELPER(helper_socket_lookup, SOCKET_FILTER, BPF_FUNC_map_lookup_elem)
PROBE_HELPER(helper_socket_load_bytes, SOCKET_FILTER, BPF_FUNC_skb_load_bytes)
PROBE_HELPER(helper_socket_redirect, SOCKET_FILTER, BPF_FUNC_redirect)
PROBE_HELPER(helper_socket_adjust_head, SOCKET_FILTER, BPF_FUNC_xdp_adjust_head)
PROBE_HELPER(helper_socket_override, SOCKET_FILTER, BPF_FUNC_override_return)
PROBE_HELPER(helper_socket_loop, SOCKET_FILTER, LOOP_HELPER)
PROBE_HELPER(helper_socket_0, SOCKET_FILTER, 0)
PROBE_HELPER(helper_socket_none, SOCKET_FILTER, NO_HELPER)
PROBE_HELPER(helper_tc_redirect, SCHED_CLS, BPF_FUNC_redirect)
PROBE_HELPER(helper_xdp_adjust_head, XDP, BPF_FUNC_xdp_adjust_head)
PROBE_HELPER(helper_xdp_get_stack, XDP, BPF_FUNC_get_stack)
PROBE_HELPER(helper_kprobe_get_stack, KPROBE, BPF_FUNC_get_stack)
PROBE(helper_no_type, has_helper(NO_TYPE, 1))
PROBE_UNABLE(helper_xdp, helper_xdp_adjust_head)

/* Probe all helper numbers: a socket filter may call some, and by far not all. */
static int helpers_of_socket_filter(void)
{
	unsigned char has[256];
	int found = 0;
	int err = rawbpf_probe_helpers_has(has, BPF_PROG_TYPE_SOCKET_FILTER, 0, sizeof has, NULL);

	for (unsigned i = 0; err == 0 && i < sizeof has; i++)
		found += has[i];
	return err < 0 ? err : found > 20 && found < 120;
}

PROBE_HAS(probe_raw_tp, rawbpf_probe_attach_has, RAWBPF_PROBE_RAW_TRACEPOINT, NULL, NULL)
PROBE_HAS(probe_tcx, rawbpf_probe_attach_has, RAWBPF_PROBE_TCX, NULL, NULL)
PROBE_HAS(probe_no_way, rawbpf_probe_attach_has, RAWBPF_PROBE_ATTACH_COUNT, NULL, NULL)
PROBE_UNABLE(probe_tcx, probe_tcx)

PROBE(probe_isa, rawbpf_probe_isa_find())

static int probe_isa_without_fds(void)
{
	return ask_changed(open_no_more, probe_isa);
}

const struct answer answers[] = {
	{ "lookup.missing_key", missing_key, -ENOENT, 0, 0 },
	{ "lookup.missing_index", missing_index, -ENOENT, 0, 0 },
	{ "next.of_nothing", no_first_key, -ENOENT, 0, 0 },
	{ "next.after_last", after_last_index, -ENOENT, 0, 0 },
	{ "queue.empty", empty_queue, -ENOENT, 0, 0 },
	{ "ids.end", end_of_ids, -ENOENT, 0, 0 },
	{ "update.noexist_present", noexist_present, -EEXIST, 0, 0 },
	{ "update.exist_missing", exist_missing, -ENOENT, 0, 0 },
	{ "array.delete", array_delete, -EINVAL, 0, 0 },
	{ "array.delete_too_large", array_delete_too_large, -EINVAL, 0, 0 },
	{ "array.update_too_large", array_update_too_large, -E2BIG, 0, 0 },
	{ "batch.past_end", batch_past_end, -ENOENT, 0, 0 },
	{ "freeze.then_update", update_after_freeze, -EPERM, 0, 0 },
	{ "freeze.twice", freeze_twice, -EBUSY, 0, K(6, 2) },
	{ "freeze.twice", freeze_twice, -EPERM, K(6, 12), 0 },
	{ "pin.elsewhere", pin_elsewhere, -EPERM, 0, 0 },
	{ "pin.with_dot", pin_with_dot, -EPERM, 0, 0 },
	{ "pin.without_parent", pin_without_parent, -ENOENT, 0, 0 },
	{ "pin.again", pin_again, -EEXIST, 0, 0 },
	{ "load.log_too_small", log_too_small, -ENOSPC, 0, 0 },
	{ "load.log_without_level", log_without_level, -EINVAL, 0, 0 },
	{ "load.no_instructions", no_instructions, -E2BIG, 0, K(6, 19) },
	{ "load.no_instructions", no_instructions, -EINVAL, K(7, 3), 0 },
	{ "load.value_of_many", value_of_many, -ENOTSUPP_, 0, 0 },
	{ "attr.garbage", attr_with_garbage, -E2BIG, 0, 0 },
	{ "attr.too_long", attr_too_long, -E2BIG, 0, 0 },
	{ "run.kprobe", run_kprobe, -ENOTSUPP_, 0, 0 },
	{ "run.tracepoint", run_tracepoint, -ENOTSUPP_, 0, 0 },
	{ "run.perf_event", run_perf_event, -ENOTSUPP_, 0, 0 },
	{ "run.sk_msg", run_sk_msg, -ENOTSUPP_, 0, 0 },
	{ "run.cgroup_device", run_device, -ENOTSUPP_, 0, 0 },
	{ "run.cgroup_sysctl", run_sysctl, -ENOTSUPP_, 0, 0 },
	{ "run.13_bytes", run_13_bytes, -EINVAL, 0, 0 },
	{ "event.set_bpf_twice", set_bpf_twice, -EEXIST, 0, 0 },
	{ "event.link", link_of_event, -EINVAL, 0, K(5, 15) },
	{ "event.link", link_of_event, 0, K(5, 15), 0 },
	{ "probe.map.hash", probe_hash, 1, 0, 0 },
	{ "probe.map.bloom", probe_bloom, 0, 0, K(5, 16) },
	{ "probe.map.bloom", probe_bloom, 1, K(5, 16), 0 },
	{ "probe.map.none", probe_no_map, 0, 0, 0 },
	{ "probe.map.devmap", probe_devmap, 1, 0, 0 },
	{ "probe.map.without_fds", probe_devmap_without_fds, -EMFILE, 0, 0 },
	{ "probe.map.nobody", probe_devmap_as_nobody, -EPERM, 0, 0 },
	{ "probe.prog.xdp", probe_xdp, 1, 0, 0 },
	{ "probe.prog.syscall", probe_syscall, 0, 0, K(5, 14) },
	{ "probe.prog.syscall", probe_syscall, 1, K(5, 14), 0 },
	{ "probe.prog.none", probe_no_prog, 0, 0, 0 },
	{ "probe.prog.without_fds", probe_xdp_without_fds, -EMFILE, 0, 0 },
	{ "probe.prog.nobody", probe_xdp_as_nobody, -EPERM, 0, 0 },
	{ "probe.helper.lookup", helper_socket_lookup, 1, 0, 0 },
	{ "probe.helper.load_bytes", helper_socket_load_bytes, 1, 0, 0 },
	{ "probe.helper.redirect", helper_socket_redirect, 0, 0, 0 },
	{ "probe.helper.adjust_head", helper_socket_adjust_head, 0, 0, 0 },
	{ "probe.helper.override", helper_socket_override, 0, 0, 0 },
	{ "probe.helper.loop", helper_socket_loop, 0, 0, K(5, 17) },
	{ "probe.helper.loop", helper_socket_loop, 1, K(5, 17), 0 },
	{ "probe.helper.0", helper_socket_0, 0, 0, 0 },
	{ "probe.helper.none", helper_socket_none, 0, 0, 0 },
	{ "probe.helper.tc_redirect", helper_tc_redirect, 1, 0, 0 },
	{ "probe.helper.xdp_adjust_head", helper_xdp_adjust_head, 1, 0, 0 },
	{ "probe.helper.xdp_get_stack", helper_xdp_get_stack, 0, 0, 0 },
	{ "probe.helper.kprobe_get_stack", helper_kprobe_get_stack, 1, 0, 0 },
	{ "probe.helper.some", helpers_of_socket_filter, 1, 0, 0 },
	{ "probe.helper.no_type", helper_no_type, -ENOTSUPP_, 0, 0 },
	{ "probe.helper.without_fds", helper_xdp_without_fds, -EMFILE, 0, 0 },
	{ "probe.helper.nobody", helper_xdp_as_nobody, -EPERM, 0, 0 },
	{ "probe.attach.raw_tp", probe_raw_tp, 1, 0, 0 },
	{ "probe.attach.tcx", probe_tcx, 0, 0, K(6, 6) },
	{ "probe.attach.tcx", probe_tcx, 1, K(6, 6), 0 },
	{ "probe.attach.none", probe_no_way, -EINVAL, 0, 0 },
	{ "probe.attach.without_fds", probe_tcx_without_fds, -EMFILE, 0, 0 },
	{ "probe.attach.nobody", probe_tcx_as_nobody, -EPERM, 0, 0 },
	{ "probe.isa", probe_isa, 3, 0, K(6, 6) },
	{ "probe.isa", probe_isa, 4, K(6, 6), 0 },
	{ "probe.isa.without_fds", probe_isa_without_fds, -EMFILE, 0, 0 },
};
const unsigned answers_count = RAWBPF_COUNT(answers);
