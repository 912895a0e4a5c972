/* SPDX-License-Identifier: MIT */
#include "capability.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rawbpf.h>

enum { PERFMON = 38, BPF = 39, NOBODY = 65534 };

#define BIT(N) ((uint64_t)1 << (N))

const char *const capability_sets[CAPABILITY_SETS] = {
	"none", "BPF", "BPF+PERFMON", "BPF+NET_ADMIN", "PERFMON", "BPF+PERFMON+NET_ADMIN",
	"SYS_ADMIN",
};
static const uint64_t sets[CAPABILITY_SETS] = {
	0, BIT(BPF), BIT(BPF) | BIT(PERFMON), BIT(BPF) | BIT(CAP_NET_ADMIN), BIT(PERFMON),
	BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN), BIT(CAP_SYS_ADMIN),
};

/* ---------------------------------------------------- descriptors that root opens first */

static struct {
	struct rawbpf_btf btf;
	const struct rawbpf_btf *kernel; /* NULL: the kernel has no BTF */
	int cgroup;
	int map, frozen, filter, raw, skb, device, event_prog, event;
	unsigned map_id, prog_id;
	struct rawbpf_link raw_link;
	int tracepoint_id, uprobe_type;
} given;

static int load(unsigned type, unsigned attach_type)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .expected_attach_type = attach_type, .license = "GPL",
		.insns = insns, .insn_count = 2 });
}

static int new_array(void)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });
}

static int number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	int number = -1;

	if (file && fscanf(file, "%d", &number) != 1)
		number = -1;
	if (file)
		fclose(file);
	return number;
}

static int open_event(unsigned type, uint64_t config, int exclude_kernel, int pid, int cpu)
{
	struct perf_event_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.type = type;
	attr.size = PERF_ATTR_SIZE_VER1;
	attr.config = config;
	attr.exclude_kernel = exclude_kernel;
	if (type == (unsigned)given.uprobe_type) {
		attr.uprobe_path = (uintptr_t)"/proc/self/exe";
		attr.probe_offset = 0;
	}
	if (type == PERF_TYPE_SOFTWARE && config == PERF_COUNT_SW_BPF_OUTPUT)
		attr.sample_type = PERF_SAMPLE_RAW;
	int fd = syscall(SYS_perf_event_open, &attr, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int capability_begin(int cgroup)
{
	struct bpf_map_info map_info;
	struct bpf_prog_info prog_info;

	memset(&map_info, 0, sizeof map_info);
	memset(&prog_info, 0, sizeof prog_info);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	if (rawbpf_btf_kernel_open(&given.btf) == 0)
		given.kernel = &given.btf;
	given.cgroup = cgroup;
	given.map = new_array();
	given.filter = load(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	given.raw = load(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	given.skb = load(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS);
	given.device = load(BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE);
	given.event_prog = load(BPF_PROG_TYPE_PERF_EVENT, 0);
	given.uprobe_type = number_in("/sys/bus/event_source/devices/uprobe/type");
	given.tracepoint_id =
		number_in("/sys/kernel/tracing/events/syscalls/sys_enter_getppid/id");
	if (rawbpf_obj_info(given.map, &map_info, sizeof map_info) < 0 ||
	    rawbpf_obj_info(given.filter, &prog_info, sizeof prog_info) < 0)
		return -EINVAL;
	given.map_id = map_info.id;
	given.prog_id = prog_info.id;
	return rawbpf_raw_tracepoint_attach(&given.raw_link, given.raw,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "bpf_test_finish" });
}

/* ------------------------------------------------------------------- the operations */

static int do_map(unsigned type)
{
	return rawbpf_map_recipe_create(type, given.kernel);
}

static int load_recipe(unsigned type, unsigned attach_type, int any)
{
	const struct rawbpf_prog_recipe *recipe;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++)
		if (recipe->type == type && (any || recipe->expected_attach_type == attach_type))
			return rawbpf_prog_recipe_load(recipe, given.kernel, NULL, 0);
	return -ENOENT;
}

static int do_load(unsigned type)
{
	return load_recipe(type, 0, 1);
}

static int do_load_tracing(unsigned attach_type)
{
	return load_recipe(BPF_PROG_TYPE_TRACING, attach_type, 0);
}

static int do_btf_load(unsigned unused)
{
	uint32_t memory[32];
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };

	(void)unused;
	rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	return rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = memory, .size = b.size });
}

static int do_id_next(unsigned kind)
{
	unsigned next;

	return rawbpf_obj_id_next(&next, kind, 0);
}

static int do_id_open(unsigned kind)
{
	return rawbpf_obj_id_open(kind, kind == RAWBPF_OBJ_MAP ? given.map_id :
				  kind == RAWBPF_OBJ_PROG ? given.prog_id : 1, NULL);
}

static int do_element(unsigned update)
{
	const uint32_t key = 0;
	uint64_t value = 0;

	return update ? rawbpf_map_update(given.map, &key, &value, BPF_ANY) :
			rawbpf_map_lookup(given.map, &key, &value, 0);
}

static int do_freeze(unsigned unused)
{
	(void)unused;
	return rawbpf_map_freeze(given.frozen);
}

static int do_info(unsigned wants_code)
{
	struct bpf_prog_info info;
	int size;

	memset(&info, 0, sizeof info);
	size = rawbpf_obj_info(given.filter, &info, sizeof info);
	return size < 0 ? size : wants_code && !info.xlated_prog_len ? -EPERM : 0;
}

static int do_run(unsigned unused)
{
	static const char packet[64];

	(void)unused;
	return rawbpf_prog_run(given.filter, &(struct rawbpf_prog_run){
		.data_in = packet, .data_size_in = sizeof packet });
}

static int do_raw_tracepoint(unsigned unused)
{
	struct rawbpf_link link;

	(void)unused;
	return rawbpf_raw_tracepoint_attach(&link, given.raw, &(struct rawbpf_raw_tracepoint_spec){
		.name = "xdp_exception" });
}

/* Use the system call: the library's function queries first, which may need another capability. */
static void cgroup_detach(int prog, unsigned attach_type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof attr);
	attr.target_fd = given.cgroup;
	attr.attach_bpf_fd = prog;
	attr.attach_type = attach_type;
	syscall(SYS_bpf, BPF_PROG_DETACH, &attr, sizeof attr);
}

static int do_cgroup_attach(unsigned type)
{
	int is_skb = type == BPF_PROG_TYPE_CGROUP_SKB;
	unsigned attach_type = is_skb ? BPF_CGROUP_INET_INGRESS : BPF_CGROUP_DEVICE;
	int prog = is_skb ? given.skb : given.device;
	int err = rawbpf_prog_attach(prog, given.cgroup, attach_type,
				     &(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI });

	if (err == 0)
		cgroup_detach(prog, attach_type);
	return err;
}

static int do_cgroup_link(unsigned type)
{
	struct rawbpf_link link;
	int is_skb = type == BPF_PROG_TYPE_CGROUP_SKB;

	return rawbpf_cgroup_attach(&link, is_skb ? given.skb : given.device, given.cgroup,
				    is_skb ? BPF_CGROUP_INET_INGRESS : BPF_CGROUP_DEVICE, NULL);
}

static int do_cgroup_query(unsigned unused)
{
	(void)unused;
	return rawbpf_prog_query(&(struct rawbpf_prog_query){ 0 }, given.cgroup,
				 BPF_CGROUP_DEVICE);
}

static int do_socket(unsigned unused)
{
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)unused;
	return setsockopt(s, SOL_SOCKET, SO_ATTACH_BPF, &given.filter, sizeof given.filter) ? -errno : 0;
}

static int do_task_fd(unsigned unused)
{
	struct rawbpf_task_fd_info query;

	(void)unused;
	memset(&query, 0, sizeof query);
	return rawbpf_task_fd_info(&query, getpid(), given.raw_link.fd);
}

static int do_stats(unsigned unused)
{
	(void)unused;
	return rawbpf_prog_stats_open(0);
}

static int do_bind_map(unsigned unused)
{
	(void)unused;
	return rawbpf_prog_map_bind(given.raw, given.map);
}

static int do_stream(unsigned unused)
{
	char text[16];

	(void)unused;
	return rawbpf_prog_stream_read(given.raw, 1, text, sizeof text);
}

static int do_token(unsigned unused)
{
	(void)unused;
	return rawbpf_token_create(open("/", O_DIRECTORY | O_CLOEXEC));
}

static int do_pin(unsigned unused)
{
	(void)unused;
	return rawbpf_obj_pin(given.map, "/no-bpffs-here");
}

static int do_bad_command(unsigned command)
{
	char attr[256] = "";

	return syscall(SYS_bpf, command, attr, sizeof attr) < 0 ? -errno : 0;
}

static int do_zero_map(unsigned unused)
{
	(void)unused;
	return rawbpf_map_create(&(struct rawbpf_map_spec){ 0 });
}

enum { CLOCK_SELF, CLOCK_CPU, CLOCK_SELF_USER, CLOCK_CPU_USER, TRACEPOINT_SELF,
       TRACEPOINT_SELF_USER, UPROBE_SELF, UPROBE_SELF_USER, OUTPUT_CPU };

static int do_event(unsigned which)
{
	const unsigned software = PERF_TYPE_SOFTWARE;
	const uint64_t clock = PERF_COUNT_SW_CPU_CLOCK;

	switch (which) {
	case CLOCK_SELF: return open_event(software, clock, 0, 0, -1);
	case CLOCK_CPU: return open_event(software, clock, 0, -1, 0);
	case CLOCK_SELF_USER: return open_event(software, clock, 1, 0, -1);
	case CLOCK_CPU_USER: return open_event(software, clock, 1, -1, 0);
	case TRACEPOINT_SELF:
		return open_event(PERF_TYPE_TRACEPOINT, given.tracepoint_id, 0, 0, -1);
	case TRACEPOINT_SELF_USER:
		return open_event(PERF_TYPE_TRACEPOINT, given.tracepoint_id, 1, 0, -1);
	case UPROBE_SELF: return open_event(given.uprobe_type, 0, 0, 0, -1);
	case UPROBE_SELF_USER: return open_event(given.uprobe_type, 0, 1, 0, -1);
	default: return open_event(software, PERF_COUNT_SW_BPF_OUTPUT, 0, -1, 0);
	}
}

static int do_set_bpf(unsigned unused)
{
	(void)unused;
	return ioctl(given.event, PERF_EVENT_IOC_SET_BPF, given.event_prog) ? -errno : 0;
}

static int do_open_btf(unsigned unused)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);

	(void)unused;
	return fd < 0 ? -errno : fd;
}

enum { ONLY, AND_MAP, AND_LOAD };

static int do_user_namespace(unsigned then)
{
	if (unshare(CLONE_NEWUSER))
		return -errno;
	return then == AND_MAP ? new_array() :
	       then == AND_LOAD ? load(BPF_PROG_TYPE_SOCKET_FILTER, 0) : 0;
}

static const struct operation {
	const char *name;
	int (*run)(unsigned argument);
	unsigned argument;
} operations[] = {
	{ "MAP hash", do_map, BPF_MAP_TYPE_HASH },
	{ "MAP array", do_map, BPF_MAP_TYPE_ARRAY },
	{ "MAP prog_array", do_map, BPF_MAP_TYPE_PROG_ARRAY },
	{ "MAP percpu_array", do_map, BPF_MAP_TYPE_PERCPU_ARRAY },
	{ "MAP perf_event_array", do_map, BPF_MAP_TYPE_PERF_EVENT_ARRAY },
	{ "MAP stack_trace", do_map, BPF_MAP_TYPE_STACK_TRACE },
	{ "MAP lru_hash", do_map, BPF_MAP_TYPE_LRU_HASH },
	{ "MAP lpm_trie", do_map, BPF_MAP_TYPE_LPM_TRIE },
	{ "MAP devmap", do_map, BPF_MAP_TYPE_DEVMAP },
	{ "MAP cpumap", do_map, BPF_MAP_TYPE_CPUMAP },
	{ "MAP sockmap", do_map, BPF_MAP_TYPE_SOCKMAP },
	{ "MAP xskmap", do_map, BPF_MAP_TYPE_XSKMAP },
	{ "MAP queue", do_map, BPF_MAP_TYPE_QUEUE },
	{ "MAP ringbuf", do_map, BPF_MAP_TYPE_RINGBUF },
	{ "MAP bloom", do_map, BPF_MAP_TYPE_BLOOM_FILTER },
	{ "MAP arena", do_map, BPF_MAP_TYPE_ARENA },
	{ "MAP reuseport_sockarray", do_map, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY },
	{ "MAP cgroup_storage", do_map, BPF_MAP_TYPE_CGROUP_STORAGE },
	{ "LOAD socket_filter", do_load, BPF_PROG_TYPE_SOCKET_FILTER },
	{ "LOAD cgroup_skb", do_load, BPF_PROG_TYPE_CGROUP_SKB },
	{ "LOAD kprobe", do_load, BPF_PROG_TYPE_KPROBE },
	{ "LOAD tracepoint", do_load, BPF_PROG_TYPE_TRACEPOINT },
	{ "LOAD raw_tp", do_load, BPF_PROG_TYPE_RAW_TRACEPOINT },
	{ "LOAD perf_event", do_load, BPF_PROG_TYPE_PERF_EVENT },
	{ "LOAD sched_cls", do_load, BPF_PROG_TYPE_SCHED_CLS },
	{ "LOAD xdp", do_load, BPF_PROG_TYPE_XDP },
	{ "LOAD cgroup_sock", do_load, BPF_PROG_TYPE_CGROUP_SOCK },
	{ "LOAD cgroup_device", do_load, BPF_PROG_TYPE_CGROUP_DEVICE },
	{ "LOAD sock_ops", do_load, BPF_PROG_TYPE_SOCK_OPS },
	{ "LOAD sk_lookup", do_load, BPF_PROG_TYPE_SK_LOOKUP },
	{ "LOAD sk_reuseport", do_load, BPF_PROG_TYPE_SK_REUSEPORT },
	{ "LOAD sk_skb", do_load, BPF_PROG_TYPE_SK_SKB },
	{ "LOAD netfilter", do_load, BPF_PROG_TYPE_NETFILTER },
	{ "LOAD syscall", do_load, BPF_PROG_TYPE_SYSCALL },
	{ "LOAD flow_dissector", do_load, BPF_PROG_TYPE_FLOW_DISSECTOR },
	{ "LOAD lwt_in", do_load, BPF_PROG_TYPE_LWT_IN },
	{ "LOAD tp_btf", do_load_tracing, BPF_TRACE_RAW_TP },
	{ "LOAD iter/task", do_load_tracing, BPF_TRACE_ITER },
	{ "BTF_LOAD", do_btf_load, 0 },
	{ "PROG_GET_NEXT_ID", do_id_next, RAWBPF_OBJ_PROG },
	{ "BTF_GET_NEXT_ID", do_id_next, RAWBPF_OBJ_BTF },
	{ "LINK_GET_NEXT_ID", do_id_next, RAWBPF_OBJ_LINK },
	{ "MAP_GET_FD_BY_ID", do_id_open, RAWBPF_OBJ_MAP },
	{ "PROG_GET_FD_BY_ID", do_id_open, RAWBPF_OBJ_PROG },
	{ "BTF_GET_FD_BY_ID", do_id_open, RAWBPF_OBJ_BTF },
	{ "inherited map LOOKUP", do_element, 0 },
	{ "inherited map UPDATE", do_element, 1 },
	{ "inherited map FREEZE", do_freeze, 0 },
	{ "inherited prog INFO", do_info, 0 },
	{ "xlated_prog_len returned", do_info, 1 },
	{ "inherited prog TEST_RUN", do_run, 0 },
	{ "inherited raw_tp OPEN", do_raw_tracepoint, 0 },
	{ "inherited cgroup_skb PROG_ATTACH", do_cgroup_attach, BPF_PROG_TYPE_CGROUP_SKB },
	{ "inherited cgroup_device PROG_ATTACH", do_cgroup_attach, BPF_PROG_TYPE_CGROUP_DEVICE },
	{ "inherited cgroup_skb LINK_CREATE", do_cgroup_link, BPF_PROG_TYPE_CGROUP_SKB },
	{ "inherited cgroup_device LINK_CREATE", do_cgroup_link, BPF_PROG_TYPE_CGROUP_DEVICE },
	{ "PROG_QUERY cgroup", do_cgroup_query, 0 },
	{ "SO_ATTACH_BPF inherited", do_socket, 0 },
	{ "TASK_FD_QUERY self", do_task_fd, 0 },
	{ "ENABLE_STATS", do_stats, 0 },
	{ "PROG_BIND_MAP", do_bind_map, 0 },
	{ "STREAM_READ", do_stream, 0 },
	{ "TOKEN_CREATE not on bpffs", do_token, 0 },
	{ "OBJ_PIN not on bpffs", do_pin, 0 },
	{ "command 99", do_bad_command, 99 },
	{ "MAP_CREATE of zeros", do_zero_map, 0 },
	{ "PEO cpu-clock self", do_event, CLOCK_SELF },
	{ "PEO cpu-clock cpu0", do_event, CLOCK_CPU },
	{ "PEO cpu-clock self excl_kernel", do_event, CLOCK_SELF_USER },
	{ "PEO cpu-clock cpu0 excl_kernel", do_event, CLOCK_CPU_USER },
	{ "PEO tracepoint self", do_event, TRACEPOINT_SELF },
	{ "PEO tracepoint self excl_kernel", do_event, TRACEPOINT_SELF_USER },
	{ "PEO uprobe self", do_event, UPROBE_SELF },
	{ "PEO uprobe self excl_kernel", do_event, UPROBE_SELF_USER },
	{ "PEO bpf_output cpu0", do_event, OUTPUT_CPU },
	{ "ioctl SET_BPF inherited", do_set_bpf, 0 },
	{ "open /sys/kernel/btf/vmlinux", do_open_btf, 0 },
	{ "unshare NEWUSER", do_user_namespace, ONLY },
	{ "NEWUSER then MAP", do_user_namespace, AND_MAP },
	{ "NEWUSER then LOAD", do_user_namespace, AND_LOAD },
};

/* ---------------------------------------------------------------------------- trying */

/* Become nobody with these capabilities and no others, for the rest of the process. */
static int be_nobody_but(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = (uint32_t)set, .permitted = (uint32_t)set },
		{ .effective = set >> 32, .permitted = set >> 32 },
	};

	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0 &&
	       syscall(SYS_capset, &header, data) == 0;
}

static const char *answer_of(int err)
{
	static char text[512];

	if (!err)
		return "ok";
	rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){ .error = -err });
	text[strcspn(text, ":")] = '\0';
	return text;
}

/* The child reports the errno through a pipe: an exit status has no room for 524. */
const char *capability_try(const char *operation, int set)
{
	const struct operation *of = NULL;
	int pipe_fds[2], result = -1, status;
	pid_t pid;

	for (unsigned i = 0; i < RAWBPF_COUNT(operations); i++)
		if (strcmp(operations[i].name, operation) == 0)
			of = &operations[i];
	if (!of || pipe(pipe_fds) != 0)
		return NULL;
	/* objects that an operation changes for good */
	given.frozen = new_array();
	given.event = open_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, 0, 0, -1);
	pid = fork();
	if (pid == 0) {
		result = be_nobody_but(sets[set]) ? of->run(of->argument) : -ENOTRECOVERABLE;
		result = result < 0 ? -result : 0;
		_exit(write(pipe_fds[1], &result, sizeof result) != sizeof result);
	}
	close(given.frozen);
	close(given.event);
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &result, sizeof result) != sizeof result)
		result = ENOTRECOVERABLE;
	close(pipe_fds[0]);
	waitpid(pid, &status, 0);
	return answer_of(result);
}

const char *capability_operation(unsigned n)
{
	return n < RAWBPF_COUNT(operations) ? operations[n].name : NULL;
}

/* Parse "5.10", or "-" for no kernel. */
static unsigned parse_kernel(const char *text)
{
	unsigned major, minor;

	return sscanf(text, "%u.%u", &major, &minor) == 2 ? major << 8 | minor : 0;
}

int capability_read(const char *path, struct capability_row *rows, int max)
{
	FILE *file = fopen(path, "re");
	char line[512], since[12], before[12];
	int count = 0;

	if (!file)
		return -1;
	while (count < max && fgets(line, sizeof line, file)) {
		struct capability_row *row = &rows[count];

		if (line[0] == '#' ||
		    sscanf(line, "%39[^\t] %11s %11s %11s %11s %11s %11s %11s %11s %11s", row->operation,
			   since, before, row->answers[0], row->answers[1], row->answers[2],
			   row->answers[3], row->answers[4], row->answers[5], row->answers[6]) != 10)
			continue;
		row->since = parse_kernel(since);
		row->before = parse_kernel(before);
		count++;
	}
	fclose(file);
	return count;
}
