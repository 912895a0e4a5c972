/* SPDX-License-Identifier: MIT */
/* Faults in maps, programs, objects, BTF, kprobes and tracepoints. */
#include "fault.h"

#include <linux/perf_event.h>
#include <signal.h>

/* ----------------------------- the operations; each releases all that it creates */

static int map, percpu, huge, prog, raw, sampler, classic, device, device_too, group;
static char text[512];

static const struct bpf_insn unset[] = {
	BPF_MOV64_REG(BPF_REG_0, BPF_REG_2), BPF_EXIT_INSN() };
static const struct bpf_insn nothing[] = {
	BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };

static int create_map(void)
{
	return fault_close(live_array(1));
}

/* The kernel returns descriptor 0, and the library moves it. */
static int create_without_stdin(void)
{
	int fd, saved = fcntl(0, F_DUPFD_CLOEXEC, 3);

	close(0);
	fd = live_array(1);
	dup2(saved, 0);
	close(saved);
	return fault_close(fd);
}

static int elements(void)
{
	uint32_t key = 3;
	uint64_t value = 1;
	int err = rawbpf_map_update(map, &key, &value, BPF_ANY);

	if (err == 0)
		err = rawbpf_map_lookup(map, &key, &value, 0);
	if (err == 0)
		err = rawbpf_map_next(map, NULL, &key);
	if (err == 0)
		err = rawbpf_map_take(map, &key, &value, 0);
	return err;
}

static int query(void)
{
	struct rawbpf_map_layout layout;

	return rawbpf_map_layout_info(&layout, percpu);
}

static int walk(int of)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	int elements = 0, more = rawbpf_map_iter_open(&iter, of);

	while (more >= 0 && (more = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
		elements++;
	rawbpf_map_iter_close(&iter);
	return more < 0 ? more : elements;
}

static int walk_percpu(void)
{
	return walk(percpu);
}

static int walk_huge(void)
{
	return walk(huge);
}

static int walk_progs(void)
{
	static int slots;

	if (!slots)
		slots = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = BPF_MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4,
			.max_entries = 3 });
	return slots < 0 ? slots : walk(slots);
}

static int view(void)
{
	static int mappable;
	struct rawbpf_map_view view;
	int err;

	if (!mappable)
		mappable = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
			.max_entries = 1000, .flags = BPF_F_MMAPABLE });
	err = rawbpf_map_view_open(&view, mappable, 1);
	if (err < 0)
		ck_assert_ptr_null(view.data);
	rawbpf_map_view_close(&view);
	return err;
}

static int load(const struct bpf_insn *insns, unsigned log_level, int with_log)
{
	static char log[300];
	size_t length = 0;
	int fd = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = 2,
		.log = with_log ? log : NULL, .log_size = sizeof log, .log_length = &length,
		.log_level = log_level });

	if (with_log)
		ck_assert_uint_ge(length, strlen(log) + 1);
	return fault_close(fd);
}

static int load_plain(void)
{
	return load(nothing, 0, 0);
}

static int load_ready_to_log(void)
{
	return load(nothing, 0, 1);
}

static int load_logged(void)
{
	return load(nothing, 1, 1);
}

static int load_rejected(void)
{
	return load(unset, 0, 1);
}

static int run(void)
{
	char packet[64] = { 0 };

	return rawbpf_prog_run(prog, &(struct rawbpf_prog_run){
		.data_in = packet, .data_size_in = sizeof packet });
}

static int attach_raw(void)
{
	struct rawbpf_link link;

	return fault_finish(&link, rawbpf_raw_tracepoint_attach(&link, raw,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" }));
}

static int attach_classic(enum rawbpf_bind bind)
{
	struct rawbpf_link link;

	return fault_finish(&link, rawbpf_tracepoint_attach(&link, classic,
		&(struct rawbpf_tracepoint_spec){
			.group = "syscalls", .name = "sys_enter_getppid", .bind = bind }));
}

static int attach_by_link(void)
{
	return attach_classic(RAWBPF_BIND_AUTO);
}

static int attach_by_ioctl(void)
{
	return attach_classic(RAWBPF_BIND_IOCTL);
}

static int attach_wrong_prog(void)
{
	struct rawbpf_link link;

	return fault_finish(&link, rawbpf_tracepoint_attach(&link, raw, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getppid" }));
}

static int attach_kprobe(void)
{
	struct rawbpf_link link;

	return fault_finish(&link, rawbpf_kprobe_attach(&link, raw, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat" }));
}

static int step_stand_in(long number)
{
	(void)number;
	live_stand_in_step();
	return 0;
}

/* Attach an event, with one left over, in the stand-in for tracefs. */
static int attach_by_tracefs(void)
{
	int (*const planned)(long number) = rawbpf__fault;
	struct rawbpf_link link;
	int err;

	live_stand_in_list("p:rawbpf/e1_0 do_fchownat\n");
	if (!planned)
		rawbpf__fault = step_stand_in;
	err = fault_finish(&link, rawbpf_kprobe_attach(&link, classic, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat", .method = RAWBPF_KPROBE_TRACEFS }));
	rawbpf__fault = planned;
	return err;
}

#define PIN "/sys/fs/bpf/pinned"

static int pin(void)
{
	int err = rawbpf_obj_pin(map, PIN);

	if (err == 0)
		err = fault_close(rawbpf_obj_open(PIN, 0));
	unlink(PIN);
	return err;
}

static int pin_link(void)
{
	struct rawbpf_link link = { 0 }, again = { 0 };
	int err = rawbpf_raw_tracepoint_attach(&link, raw, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });

	if (err == 0)
		err = rawbpf_link_pin(&link, PIN);
	if (err == 0)
		err = rawbpf_link_open(&again, PIN);
	unlink(PIN);
	rawbpf_link_detach(&link);
	rawbpf_link_detach(&again);
	return err;
}

static int on_cgroup(void)
{
	const struct rawbpf_prog_attach_spec spec = { .flags = BPF_F_ALLOW_MULTI };
	struct rawbpf_prog_query query = { 0 };
	struct rawbpf_link link = { 0 };
	int err;

	/* a program that a fault at the end left */
	rawbpf_prog_detach(device, group, BPF_CGROUP_DEVICE, NULL);
	err = rawbpf_prog_attach(device, group, BPF_CGROUP_DEVICE, &spec);
	if (err == 0)
		err = rawbpf_prog_query(&query, group, BPF_CGROUP_DEVICE);
	if (err == 0)
		err = rawbpf_cgroup_attach(&link, device, group, BPF_CGROUP_DEVICE, NULL);
	if (err == 0)
		err = rawbpf_link_update(&link, device, 0);
	rawbpf_link_detach(&link);
	return err < 0 ? err : rawbpf_prog_detach(device, group, BPF_CGROUP_DEVICE, NULL);
}

static int replacement(void)
{
	int err, result;

	/* a program that a fault at the end left */
	rawbpf_prog_detach(device, group, BPF_CGROUP_DEVICE, NULL);
	rawbpf_prog_detach(device_too, group, BPF_CGROUP_DEVICE, NULL);
	result = rawbpf_prog_replace(device, group, BPF_CGROUP_DEVICE,
				     &(struct rawbpf_prog_replace_spec){ .name = "nobody" });
	if (result >= 0)
		result = rawbpf_prog_replace(device_too, group, BPF_CGROUP_DEVICE,
					     &(struct rawbpf_prog_replace_spec){ .old = device });
	if (result < 0)
		return result;
	err = rawbpf_prog_detach(device_too, group, BPF_CGROUP_DEVICE, NULL);
	return err < 0 ? err : result;
}

static int info(void)
{
	static struct bpf_insn insns[2];
	struct rawbpf_prog_info of_prog = { .xlated = { insns, 2, 0 } };
	struct rawbpf_map_info of_map = { .type = 0 };
	int err = rawbpf_map_info(&of_map, map);

	return err < 0 ? err : rawbpf_prog_info(&of_prog, prog);
}

static int info_of_link(void)
{
	struct rawbpf_link_info info = { .name = { text, sizeof text, 0 } };
	struct rawbpf_link link;
	int err = rawbpf_raw_tracepoint_attach(&link, raw,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" });

	if (err == 0)
		err = rawbpf_link_info(&info, link.fd);
	rawbpf_link_detach(&link);
	return err;
}

static int btf_of_map(void)
{
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_HASH, .key_size = 4,
					.value_size = 8, .max_entries = 1 };

	return fault_close(rawbpf_map_btf_load(&spec, NULL, 0));
}

static int btf_of_prog(void)
{
	struct bpf_func_info info;
	struct rawbpf_prog_spec spec = { .insns = nothing, .insn_count = 2 };

	return fault_close(rawbpf_prog_btf_load(&spec, &info, 1));
}

static int btf_broken(void)
{
	return rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = nothing, .size = sizeof nothing, .log = text, .log_size = sizeof text });
}

static int btf_of_kernel(void)
{
	struct rawbpf_btf btf;
	int err = rawbpf_btf_kernel_open(&btf);

	rawbpf_btf_close(&btf);
	return err;
}

static int btf_by_id(void)
{
	struct rawbpf_btf btf;
	int err, fd = rawbpf_btf_fd_open("vmlinux");

	if (fd < 0)
		return fd;
	err = rawbpf_btf_open(&btf, fd, NULL);
	rawbpf_btf_close(&btf);
	close(fd);
	return err;
}

static int recipe_of_map(void)
{
	return fault_close(rawbpf_map_recipe_create(BPF_MAP_TYPE_HASH_OF_MAPS, NULL));
}

static int recipe_of_struct_ops(void)
{
	return fault_close(rawbpf_map_recipe_create(BPF_MAP_TYPE_STRUCT_OPS, NULL));
}

static int recipe_of_prog(void)
{
	static unsigned n;
	int prog, err;

	while (rawbpf_prog_recipe_get(n)->type != BPF_PROG_TYPE_SYSCALL)
		n++;
	prog = rawbpf_prog_recipe_load(rawbpf_prog_recipe_get(n), NULL, text, sizeof text);
	err = prog < 0 ? prog : rawbpf_prog_recipe_run(rawbpf_prog_recipe_get(n), prog);
	if (prog >= 0)
		close(prog);
	return err;
}

/* Find symbols in the small file that stands for /proc/kallsyms. */
static int symbols(void)
{
	struct rawbpf_ksym sym = { .address = 0x1001 };
	uint64_t address;
	int found = rawbpf_ksym_resolve(&sym, 1);

	if (found < 0)
		return found;
	ck_assert_str_eq(sym.name, "here");
	found = rawbpf_ksym_find(&address, 1, "here");
	return found == 1 ? 0 : found;
}

/* A function of this program, in its file. */
static int function(void)
{
	uint64_t offset;

	return rawbpf_uprobe_find(&offset, 1, "/proc/self/exe", "main");
}

#define FUNCTIONS "/sys/kernel/tracing/available_filter_functions_addrs"

/* Find functions in a small file: FUNCTIONS, or /proc/kallsyms on kernels without it. */
static int functions(void)
{
	uint64_t address;
	int found = rawbpf_kprobe_find(&address, 1, "her?");

	return found == 1 ? 0 : found;
}

/* Open an array as an arena: the kernel is asked what it is. */
static int arena(void)
{
	struct rawbpf_map_view view;

	return rawbpf_map_arena_open(&view, map, NULL);
}

/* Put a program on a clock of all CPUs. */
static int clocks(void)
{
	static struct rawbpf_perf_events_cpu cpus[64];
	struct rawbpf_perf_events events;
	int err;

	err = rawbpf_perf_events_open(&events, sampler, cpus, 64, &(struct rawbpf_perf_events_spec){
		.type = PERF_TYPE_SOFTWARE, .frequency = 1 });
	if (err == 0)
		err = rawbpf_perf_events_follow(&events);
	rawbpf_perf_events_close(&events);
	return err;
}

static int ignore(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 0;
}

/* Open a perf buffer, which reads the list of CPUs. */
static int perf_buffer(unsigned overwrite)
{
	static int events;
	struct rawbpf_perfbuf perfbuf;
	int err;

	if (!events)
		events = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4,
			.max_entries = 64 });
	err = rawbpf_perfbuf_open(&perfbuf, events, ignore, NULL,
				  &(struct rawbpf_perfbuf_spec){ .overwrite = overwrite });
	if (err < 0)
		ck_assert_int_eq(perfbuf.source.fd, 0);
	else
		err = rawbpf_perfbuf_read(&perfbuf);
	rawbpf_perfbuf_close(&perfbuf);
	return err;
}

static int perf_buffer_oldest(void)
{
	return perf_buffer(0);
}

static int perf_buffer_newest(void)
{
	return perf_buffer(1);
}

static int ids(void)
{
	unsigned id;
	int err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_MAP, 0);

	return err < 0 ? err : fault_close(rawbpf_obj_id_open(RAWBPF_OBJ_MAP, id, NULL));
}

static int cpu(void)
{
	int count = rawbpf_cpu_count();

	return count > 0 ? 0 : count;
}

static int memlock(void)
{
	int err = rawbpf_memlock_raise();

	return err == -EPERM ? 0 : err; /* this process may lack the privilege to raise it */
}

static int explain(int error, const struct rawbpf_operation *operation)
{
	size_t length = rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
		.operation = operation, .error = error, .name = "x" });

	ck_assert_uint_eq(length, strlen(text));
	ck_assert_uint_gt(length, 20);
	return 0;
}

static int explain_denied(void)
{
	return explain(-EPERM, RAWBPF_KPROBE_ATTACH);
}

static int explain_unsupported(void)
{
	return explain(-EOPNOTSUPP, RAWBPF_KPROBE_ATTACH);
}

static int explain_pin(void)
{
	return rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
		.operation = RAWBPF_OBJ_PIN, .error = -EPERM, .name = "/tmp/x" }) ? 0 : -EINVAL;
}

static int probe_map(void)
{
	int has, err = rawbpf_probe_map_has(&has, BPF_MAP_TYPE_ARRAY, NULL);

	return err < 0 ? err : has;
}

static int probe_attach(void)
{
	int has, err = rawbpf_probe_attach_has(&has, RAWBPF_PROBE_RAW_TRACEPOINT, NULL, NULL);

	return err < 0 ? err : has;
}

static int probe_isa(void)
{
	int version = rawbpf_probe_isa_find();

	return version < 0 ? version : 0;
}

static int probe_helpers(void)
{
	unsigned char has[2];
	int err = rawbpf_probe_helpers_has(has, BPF_PROG_TYPE_SOCKET_FILTER, 1, 2, NULL);

	return err < 0 ? err : has[0] + has[1];
}

static const struct fault_operation operations[] = {
	{ "map_create", create_map, 0, 0 },
	{ "cgroup", on_cgroup, 0, 0 },
	{ "prog_replace", replacement, 1, 0 },
	{ "map_create, no stdin", create_without_stdin, 0, 0 },
	{ "map elements", elements, 0, 0 },
	{ "map_layout_info", query, 0, 0 },
	{ "map_iter", walk_percpu, 100, 0 },
	{ "map_iter that grows", walk_huge, 16, 0 },
	{ "map_iter one by one", walk_progs, 0, 0 },
	{ "map_view", view, 0, 0 },
	{ "prog_load", load_plain, 0, 0 },
	{ "prog_load, a log at hand", load_ready_to_log, 0, 0 },
	{ "prog_load with a log", load_logged, 0, -ENOMEM },
	{ "prog_load, rejected", load_rejected, -EACCES, 0 },
	{ "prog_run", run, 0, 0 },
	{ "raw_tracepoint_attach", attach_raw, 0, 0 },
	{ "tracepoint_attach", attach_by_link, 0, 0 },
	{ "tracepoint_attach by ioctl", attach_by_ioctl, 0, 0 },
	{ "tracepoint_attach, refused", attach_wrong_prog, -EINVAL, 0 },
	{ "kprobe_attach", attach_kprobe, -EOPNOTSUPP, 0 },
	{ "kprobe_attach by tracefs", attach_by_tracefs, 0, -EBUSY },
	{ "obj_pin", pin, 0, 0 },
	{ "link_pin", pin_link, 0, 0 },
	{ "perfbuf", perf_buffer_oldest, 0, 0 },
	{ "perfbuf, overwritten", perf_buffer_newest, 0, 0 },
	{ "obj_id", ids, 0, 0 },
	{ "info of a map and a program", info, 0, 0 },
	{ "info of a link", info_of_link, 0, 0 },
	{ "btf_map_load", btf_of_map, 0, 0 },
	{ "btf_prog_load", btf_of_prog, 0, 0 },
	{ "btf_load, broken", btf_broken, -EINVAL, 0 },
	{ "btf_kernel_open", btf_of_kernel, 0, 0 },
	{ "btf_open by id", btf_by_id, 0, 0 },
	{ "ksym_resolve", symbols, 0, 0 },
	{ "uprobe_find", function, 1, 0 },
	{ "kprobe_find", functions, 0, 0 },
	{ "perf_events", clocks, 0, 0 },
	{ "map_arena", arena, -EINVAL, 0 },
	{ "map_recipe_create", recipe_of_map, 0, 0 },
	{ "map_recipe_create, struct_ops", recipe_of_struct_ops, 0, 0 },
	{ "prog_recipe_load", recipe_of_prog, 0, 0 },
	{ "cpu_count", cpu, 0, 0 },
	{ "memlock_raise", memlock, 0, 0 },
	{ "error_explain, denied", explain_denied, 0, 0 },
	{ "error_explain, unsupported", explain_unsupported, 0, 0 },
	{ "error_explain, a pin", explain_pin, 0, 0 },
	{ "probe_map_has", probe_map, 1, 0 },
	{ "probe_attach_has", probe_attach, 1, 0 },
	{ "probe_isa_find", probe_isa, 0, 0 },
	{ "probe_helpers_has", probe_helpers, 2, -ENOMEM },
};

static void prepare(void)
{
	static struct rawbpf_link holder;
	static char value[100000];
	static uint64_t values[256];
	uint32_t key;
	int other;

	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 4 });
	percpu = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_PERCPU_HASH, .key_size = 4, .value_size = 8,
		.max_entries = 100 });
	huge = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = sizeof value,
		.max_entries = 16, .flags = BPF_F_NO_PREALLOC });
	for (key = 0; key < 100; key++)
		ck_assert_int_eq(rawbpf_map_update(percpu, &key, values, BPF_ANY), 0);
	for (key = 0; key < 16; key++)
		ck_assert_int_eq(rawbpf_map_update(huge, &key, value, BPF_ANY), 0);
	prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	raw = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	sampler = live_prog(BPF_PROG_TYPE_PERF_EVENT, 0);
	device = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	device_too = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 0);
	if (*cgroups_path)
		group = cgroups_open(cgroups_make(""));
	classic = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	live_mount_tracefs();
	live_mount_bpffs();
	live_fake_file("/proc/kallsyms", "0000000000001000 T here\n");
	if (access(FUNCTIONS, F_OK) == 0)
		live_fake_file(FUNCTIONS, "0000000000001000 here\n");
	/* Attach one program first: then others attach and detach fast. */
	other = live_prog(BPF_PROG_TYPE_TRACEPOINT, 1);
	rawbpf_tracepoint_attach(&holder, other, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getppid" });
}

START_TEST(test_faults)
{
	prepare();
	if (operations[_i].run == attach_by_link || operations[_i].run == attach_by_ioctl ||
	    operations[_i].run == attach_wrong_prog)
		if (access("/sys/kernel/tracing/events/syscalls/sys_enter_getppid", F_OK) != 0)
			SKIP("this kernel has no tracepoints of system calls");
	if ((operations[_i].run == on_cgroup || operations[_i].run == replacement) && !*cgroups_path)
		SKIP("cgroup v2 is not mounted");
	if ((operations[_i].run == btf_of_kernel || operations[_i].run == btf_by_id ||
	     operations[_i].run == recipe_of_struct_ops) &&
	    (access("/sys/kernel/btf/vmlinux", R_OK) != 0 || live_kernel() < 0x50b))
		SKIP("the kernel's BTF is not to be had");
	if (operations[_i].run == attach_kprobe &&
	    access("/sys/bus/event_source/devices/kprobe", F_OK) == 0)
		SKIP("this kernel has kprobes");
	if (operations[_i].run == attach_by_tracefs) {
		umount2("/sys/kernel/tracing", MNT_DETACH);
		if (!live_stand_in_tracefs(""))
			SKIP("this kernel has no tracepoints of system calls");
	}
	fault_everywhere(&operations[_i]);
}
END_TEST

/* --------------------------------------------------------- loading amid signals */

static unsigned load_calls, interrupted;

static int interrupt_load(long number)
{
	sigset_t mask;

	if (number != SYS_bpf)
		return 0;
	load_calls++;
	/* after the first attempt signals are blocked */
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	ck_assert_int_eq(sigismember(&mask, SIGPROF), load_calls > 1);
	ck_assert_int_eq(sigismember(&mask, SIGUSR1), 1);
	return load_calls <= interrupted ? -EAGAIN : 0;
}

START_TEST(test_load_interrupted)
{
	static const struct {
		unsigned interrupted, calls;
		int result;
	} cases[] = {
		{ 0, 1, 0 },
		{ 1, 2, 0 },
		{ 4, 5, 0 },
		{ 5, 5, -EAGAIN },
		{ 1000000, 5, -EAGAIN },
	};
	sigset_t own, before, after;
	unsigned i;
	int signal;

	sigemptyset(&own);
	sigaddset(&own, SIGUSR1);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &own, NULL), 0);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &before), 0);
	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		load_calls = 0;
		interrupted = cases[i].interrupted;
		rawbpf__fault = interrupt_load;
		ck_assert_int_eq(load_plain(), cases[i].result);
		rawbpf__fault = NULL;
		ck_assert_uint_eq(load_calls, cases[i].calls);
		ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &after), 0);
		for (signal = 1; signal < NSIG; signal++)
			ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	if (cgroups_find(path, sizeof path))
		tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_faults, 0, RAWBPF_COUNT(operations));
	tcase_add_test(tests, test_load_interrupted);
}

int main(void)
{
	return fault_run("fault", add_tests);
}
