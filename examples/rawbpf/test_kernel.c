/* SPDX-License-Identifier: MIT */
/* Open a test in the kernel: what it refuses, maps with the machine's elements, loaded programs. */
#include "load.h"
#include "once.h"
#include "test.h"

#include <errno.h>
#include <rawbpf/vm_map.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PACKET_LEAST = 14,
	BTF_OF_SLOT = 256, /* a line's text, at most 128 bytes, and a function's name and type */
	BTF_REST = 8192    /* the header and the text's name */
};

int kernel_fail(struct kernel *kernel, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(kernel->reason, sizeof kernel->reason, format, arguments);
	va_end(arguments);
	return FAILED;
}

int kernel_explain(struct kernel *kernel, const struct rawbpf_error *error)
{
	rawbpf_error_explain(kernel->reason, sizeof kernel->reason, error);
	return FAILED;
}

/* ------------------------------------------------------------------------ what is refused */

unsigned kernel_own(const struct rawbpf_vm_test *test)
{
	static const unsigned own[] = {
		BPF_FUNC_ktime_get_ns, BPF_FUNC_ktime_get_boot_ns, BPF_FUNC_ktime_get_coarse_ns,
		BPF_FUNC_ktime_get_tai_ns,
		BPF_FUNC_jiffies64, BPF_FUNC_get_prandom_u32, BPF_FUNC_get_smp_processor_id,
		BPF_FUNC_get_current_pid_tgid, BPF_FUNC_get_current_uid_gid, BPF_FUNC_get_current_comm,
		BPF_FUNC_get_current_task };

	for (unsigned i = 0; i < test->loaded.unit_count; i++) {
		const struct rawbpf_resolved *resolved = &test->loaded.units[i].resolved;

		for (unsigned slot = 0; slot < resolved->count; slot++)
			for (unsigned j = 0; j < RAWBPF_COUNT(own); j++)
				if (resolved->insns[slot].code == (BPF_JMP | BPF_CALL) &&
				    !resolved->insns[slot].src_reg && (unsigned)resolved->insns[slot].imm == own[j])
					return own[j];
	}
	return 0;
}

const char *kernel_refusal(const struct rawbpf_vm_test *test)
{
	static char reason[128];
	unsigned type = test->loaded.units[0].resolved.type;

	if (test->value_count) {
		const char *name = rawbpf_constant_name(RAWBPF_HELPER, test->values[0].number);

		snprintf(reason, sizeof reason, "it sets %s, and the kernel has its own", name);
		return reason;
	}
	if (once_has_packet(type) && test->packet_size < PACKET_LEAST)
		return "the kernel's test run refuses packets of less than 14 bytes";
	if (once_has_packet(type) || type == BPF_PROG_TYPE_RAW_TRACEPOINT || type == LOAD_SYSCALL)
		return NULL;
	snprintf(reason, sizeof reason, "the kernel runs %s programs only at events",
		 rawbpf_constant_name(RAWBPF_PROG_TYPE, type));
	return reason;
}

/* --------------------------------------------------------------------------------- maps */

/* Write a value as the kernel takes it: in a per-CPU map, one for each CPU, and all the same. */
static void widen(unsigned char *to, const struct rawbpf_map_layout *layout, const void *value)
{
	for (unsigned i = 0; i < layout->cpus; i++)
		memcpy(to + layout->lookup_size / layout->cpus * i, value, layout->value_size);
}

static int copy_element(struct kernel *kernel, int fd, const struct rawbpf_map_layout *layout,
			struct rawbpf_vm_map *map, const void *key)
{
	unsigned char *value = calloc(1, map->value_size), *wide = calloc(1, layout->lookup_size);
	int err = !value || !wide ? -ENOMEM : rawbpf_vm_map_lookup(map, key, value);

	if (!err) {
		widen(wide, layout, value);
		err = rawbpf_map_update(fd, key, wide, BPF_ANY);
	}
	free(value);
	free(wide);
	return err ? kernel_explain(kernel, &(struct rawbpf_error){ .operation = RAWBPF_MAP_UPDATE, .error = err,
							     .type = map->type, .name = map->name }) : OK;
}

/* Give a queue or stack of the kernel the machine's values. They come out of the machine and go back. */
static int copy_queue(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	unsigned char *values = calloc(map->max_entries, map->value_size);
	unsigned count = 0;
	int err = values ? 0 : -ENOMEM;

	while (values && count < map->max_entries &&
	       rawbpf_vm_map_pop(map, values + (size_t)count * map->value_size) == 0)
		count++;
	for (unsigned i = 0; i < count && !err; i++) {
		unsigned at = map->type == BPF_MAP_TYPE_STACK ? count - 1 - i : i;
		const void *value = values + (size_t)at * map->value_size;

		rawbpf_vm_map_push(map, value, BPF_ANY);
		err = rawbpf_map_update(fd, NULL, value, BPF_ANY);
	}
	free(values);
	return err ? kernel_fail(kernel, "filling queue %s: %s", map->name, strerror(-err)) : OK;
}

/* Give a map of the kernel the machine's elements. Those of an array that are 0 are there already. */
static int copy_map(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	struct rawbpf_map_layout layout;
	unsigned char key[512];
	int err = rawbpf_map_layout_info(&layout, fd), status = OK;

	if (err < 0)
		return kernel_fail(kernel, "looking at map %s: %s", map->name, strerror(-err));
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return OK;
	if (map->type == BPF_MAP_TYPE_QUEUE || map->type == BPF_MAP_TYPE_STACK)
		return copy_queue(kernel, fd, map);
	for (err = rawbpf_vm_map_next(map, NULL, key); !err && status == OK;
	     err = rawbpf_vm_map_next(map, key, key))
		status = copy_element(kernel, fd, &layout, map, key);
	if (status == OK && map->flags & BPF_F_RDONLY_PROG)
		rawbpf_map_freeze(fd);
	return status;
}

static int create_maps(struct kernel *kernel, const struct rawbpf_vm_test *test)
{
	unsigned count = test->spec.load.collection->map_count;
	int status = OK;

	kernel->maps = calloc(count + 1, sizeof *kernel->maps);
	if (!kernel->maps)
		return kernel_fail(kernel, "out of memory");
	rawbpf_memlock_raise();
	for (unsigned i = 0; i < count && status == OK; i++) {
		struct rawbpf_vm_map *map = &test->loaded.maps[i];
		char name[16];
		int fd;

		snprintf(name, sizeof name, "%s", map->name);
		fd = rawbpf_map_create(&(struct rawbpf_map_spec){
			.name = name, .type = map->type, .key_size = map->key_size,
			.value_size = map->value_size, .max_entries = map->max_entries,
			.flags = map->flags });
		if (fd < 0)
			return kernel_explain(kernel, &(struct rawbpf_error){ .operation = RAWBPF_MAP_CREATE,
				.error = fd, .type = map->type, .name = map->name });
		kernel->maps[kernel->map_count++] = fd;
		status = copy_map(kernel, fd, map);
	}
	return status;
}

/* ----------------------------------------------------------------------------- programs */

/* Say which line the verifier rejected. */
static void explain_rejection(struct kernel *kernel, const struct rawbpf_resolved *resolved,
			      const struct bpf_insn *insns, int error, const char *log)
{
	unsigned *lines = calloc(resolved->count, sizeof *lines);

	for (unsigned i = 0; lines && i < resolved->count; i++)
		lines[i] = resolved->lines[i] >> 16;
	rawbpf_rejection_explain(kernel->reason, sizeof kernel->reason, &(struct rawbpf_rejection){
		.error = error, .log = log, .insns = insns, .insn_count = resolved->count,
		.file = lines ? kernel->file : NULL, .lines = lines,
		.source = lines ? kernel->source : NULL });
	free(lines);
}

/*
 * Make and load the BTF that names functions and lines, in memory for one of each slot. Return its
 * descriptor, or 0: without it the kernel takes all programs but those with callbacks.
 */
static int load_btf(struct rawbpf_resolved_info *info, const struct kernel *kernel,
		    const struct rawbpf_collection *c, const struct rawbpf_resolved *resolved)
{
	struct rawbpf_btf_build build = { .max = (size_t)resolved->count * BTF_OF_SLOT + BTF_REST };
	int fd = 0;

	*info = (struct rawbpf_resolved_info){
		.btf = &build, .funcs = calloc(resolved->count, sizeof *info->funcs),
		.func_max = resolved->count, .lines = calloc(resolved->count, sizeof *info->lines),
		.line_max = resolved->count, .file = kernel->file, .text = kernel->source,
		.length = strlen(kernel->source) };
	build.data = malloc(build.max);
	if (info->funcs && info->lines && build.data &&
	    rawbpf_collection_info_emit(info, c, resolved) == 0)
		fd = rawbpf_btf_load(&(struct rawbpf_btf_spec){ .data = build.data, .size = build.size });
	free(build.data);
	info->btf = NULL;
	return fd < 0 ? 0 : fd;
}

static int load_prog(struct kernel *kernel, const struct rawbpf_vm_test *test,
		     const struct rawbpf_vm_unit *unit, const struct bpf_insn *insns)
{
	static char log[1 << 16];
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_resolved *resolved = &unit->resolved;
	struct rawbpf_resolved_info info;
	int fd, btf = load_btf(&info, kernel, c, resolved);
	char name[16];

	snprintf(name, sizeof name, "%s", unit->prog.name);
	log[0] = '\0';
	fd = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = resolved->type, .expected_attach_type = resolved->attach_type,
		.license = c->license ? c->strings + c->license : "GPL", .insns = insns,
		.insn_count = resolved->count, .flags = load_flags(resolved->type), .btf = btf,
		.func_info = info.funcs, .func_info_size = btf ? sizeof *info.funcs : 0,
		.func_info_count = btf ? info.func_count : 0,
		.line_info = info.lines, .line_info_size = btf ? sizeof *info.lines : 0,
		.line_info_count = btf ? info.line_count : 0, .log = log, .log_size = sizeof log });
	if (btf)
		close(btf);
	free(info.funcs);
	free(info.lines);
	if (fd < 0 && log[0])
		explain_rejection(kernel, resolved, insns, fd, log);
	else if (fd < 0)
		kernel_explain(kernel, &(struct rawbpf_error){ .operation = RAWBPF_PROG_LOAD, .error = fd,
							.type = resolved->type });
	return fd;
}

static int load_unit(struct kernel *kernel, const struct rawbpf_vm_test *test,
		     const struct rawbpf_vm_unit *unit)
{
	const struct rawbpf_resolved *resolved = &unit->resolved;
	struct bpf_insn *insns = malloc(resolved->count * sizeof *insns);
	int fd;

	if (!insns)
		return kernel_fail(kernel, "out of memory");
	memcpy(insns, resolved->insns, resolved->count * sizeof *insns);
	for (unsigned i = 0; i < resolved->count; i++)
		if (resolved->maps[i])
			insns[i].imm = kernel->maps[resolved->maps[i] - 1];
	fd = load_prog(kernel, test, unit, insns);
	free(insns);
	if (fd < 0)
		return FAILED;
	kernel->progs[kernel->prog_count++] = fd;
	return OK;
}

/* Put a program into the prog array that its place names. */
static int fill_tail(struct kernel *kernel, const struct rawbpf_vm_test *test, unsigned unit)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_table_place *place = &c->places[test->loaded.units[unit].unit.place];
	struct rawbpf_collection_error mistake;
	uint64_t element = 0;
	unsigned key;
	int err = !place->expr ? 0 : rawbpf_collection_expr_evaluate(&element, c, place->expr, place->line,
								     &test->loaded.env, &mistake);

	key = element;
	if (!err)
		err = rawbpf_map_update(kernel->maps[place->tail - 1], &key, &kernel->progs[unit], BPF_ANY);
	return err ? kernel_fail(kernel, "filling a prog array: %s", strerror(-err)) : OK;
}

int kernel_open(struct kernel *kernel, const struct rawbpf_vm_test *test)
{
	int status = create_maps(kernel, test);

	kernel->progs = calloc(test->loaded.unit_count, sizeof *kernel->progs);
	if (!kernel->progs)
		return kernel_fail(kernel, "out of memory");
	for (unsigned i = 0; i < test->loaded.unit_count && status == OK; i++)
		status = load_unit(kernel, test, &test->loaded.units[i]);
	for (unsigned i = 1; i < test->loaded.unit_count && status == OK; i++)
		status = fill_tail(kernel, test, i);
	return status;
}

void kernel_close(struct kernel *kernel)
{
	for (unsigned i = 0; i < kernel->map_count; i++)
		close(kernel->maps[i]);
	for (unsigned i = 0; i < kernel->prog_count; i++)
		close(kernel->progs[i]);
	free(kernel->maps);
	free(kernel->progs);
	*kernel = (struct kernel){ .file = kernel->file, .source = kernel->source };
}
