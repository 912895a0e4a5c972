/* SPDX-License-Identifier: MIT */
/* Run a test in the kernel, by BPF_PROG_TEST_RUN, and compare it with the machine. */
#include "once.h"
#include "test.h"

#include <errno.h>
#include <rawbpf/vm_map.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { PACKET_MOST = 1 << 16 };

#define DIFFER(...) (kernel_fail(__VA_ARGS__), KERNEL_DIFFERS)

/* --------------------------------------------------------------------------------- maps */

/* Make the value of this CPU the first one. Those of other CPUs are what they were. */
static void narrow(unsigned char *value, const struct rawbpf_map_layout *layout)
{
	int cpu = sched_getcpu();

	if (layout->cpus > 1 && cpu > 0 && (unsigned)cpu < layout->cpus)
		memmove(value, value + layout->lookup_size / layout->cpus * cpu, layout->value_size);
}

static int compare_elements(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	unsigned char *here = malloc(map->value_size + 1), *there = NULL, walked[512];
	long left = 0;
	int err, status = OK;

	for (err = rawbpf_vm_map_next(map, NULL, walked); !err; err = rawbpf_vm_map_next(map, walked, walked))
		left++;
	err = rawbpf_map_iter_open(&iter, fd);
	if (err >= 0)
		there = malloc(iter.layout.lookup_size + 1);
	while (here && there && status == OK && (err = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		memcpy(there, value, iter.layout.lookup_size);
		narrow(there, &iter.layout);
		left--;
		if (rawbpf_vm_map_lookup(map, key, here) != 0)
			status = DIFFER(kernel, "map %s has an element in the kernel that it has not here", map->name);
		else if (memcmp(here, there, map->value_size) != 0)
			status = DIFFER(kernel, "an element of map %s is not the same in the kernel", map->name);
	}
	if (status == OK && err < 0)
		status = kernel_fail(kernel, "reading map %s: %s", map->name, strerror(-err));
	if (status == OK && left)
		status = DIFFER(kernel, "map %s has %ld elements more here", map->name, left);
	rawbpf_map_iter_close(&iter);
	free(here);
	free(there);
	return status;
}

/* A ring of the machine, whose records must come out of the kernel's. */
struct records {
	struct kernel *kernel;
	struct rawbpf_vm_map *map;
	unsigned count;
};

static int compare_record(void *context, const void *data, size_t size)
{
	struct records *records = context;
	const void *record;
	size_t length;

	if (records->kernel->reason[0])
		return 0;
	if (rawbpf_vm_ring_next(records->map, &record, &length) != 0)
		kernel_fail(records->kernel, "ring %s has a record %u in the kernel that it has not here",
		     records->map->name, records->count);
	else if (length != size || memcmp(record, data, size) != 0)
		kernel_fail(records->kernel, "record %u of ring %s is not the same in the kernel", records->count,
		     records->map->name);
	records->count++;
	return 0;
}

static int compare_ring(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	struct records records = { .kernel = kernel, .map = map };
	struct rawbpf_ring ring;
	const void *record;
	size_t size;
	int err = rawbpf_ring_open(&ring, fd, compare_record, &records);

	if (err >= 0)
		err = rawbpf_ring_read(&ring);
	rawbpf_ring_close(&ring);
	if (err < 0)
		return kernel_fail(kernel, "reading ring %s: %s", map->name, strerror(-err));
	if (!kernel->reason[0] && rawbpf_vm_ring_next(map, &record, &size) == 0)
		return DIFFER(kernel, "ring %s has a record %u here that it has not in the kernel", map->name,
			    records.count);
	return kernel->reason[0] ? KERNEL_DIFFERS : OK;
}

/* Take the values out of both, one by one. */
static int compare_queue(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	unsigned char *here = malloc(map->value_size), *there = malloc(map->value_size);
	int status = OK, err = 0, other;

	while (here && there && !err && status == OK) {
		err = rawbpf_vm_map_pop(map, here);
		other = rawbpf_map_take(fd, NULL, there, 0);
		if (err != other || (!err && memcmp(here, there, map->value_size) != 0))
			status = DIFFER(kernel, "queue %s is not the same in the kernel", map->name);
	}
	free(here);
	free(there);
	return status;
}

static int compare_map(struct kernel *kernel, int fd, struct rawbpf_vm_map *map)
{
	switch (map->type) {
	case BPF_MAP_TYPE_RINGBUF:
		return compare_ring(kernel, fd, map);
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return compare_queue(kernel, fd, map);
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return OK;
	default:
		return compare_elements(kernel, fd, map);
	}
}

/* ---------------------------------------------------------------------------------- run */

/*
 * Return the context as the kernel takes it; *size becomes 0 if the test gives none. In struct xdp_md
 * the kernel wants data and data_end as offsets, and at raw tracepoints all arguments.
 */
static const void *kernel_context(const struct rawbpf_vm_test *test, unsigned type, size_t *size)
{
	static uint64_t arguments[12];
	static struct xdp_md xdp;

	*size = test->fields_size;
	if (type == BPF_PROG_TYPE_RAW_TRACEPOINT) {
		memset(arguments, 0, sizeof arguments);
		if (*size)
			memcpy(arguments, test->fields, *size < sizeof arguments ? *size : sizeof arguments);
		*size = sizeof arguments;
		return arguments;
	}
	if (type != BPF_PROG_TYPE_XDP || !*size)
		return *size ? test->fields : NULL;
	xdp = (struct xdp_md){ .data = 0 };
	memcpy(&xdp, test->fields, *size < sizeof xdp ? *size : sizeof xdp);
	xdp.data = 0;
	xdp.data_end = (unsigned)test->packet_size;
	*size = sizeof xdp;
	return &xdp;
}

int kernel_run(struct kernel *kernel, struct rawbpf_vm_test *test)
{
	static unsigned char out[PACKET_MOST];
	unsigned type = test->loaded.units[0].resolved.type;
	int is_packet = once_has_packet(type);
	size_t size;
	const void *context = kernel_context(test, type, &size);
	struct rawbpf_prog_run run = {
		.data_in = is_packet ? test->packet : NULL,
		.data_size_in = is_packet ? test->packet_size : 0,
		.data_out = is_packet ? out : NULL, .data_size_out = is_packet ? sizeof out : 0,
		.ctx_in = context, .ctx_size_in = size };
	int err = rawbpf_prog_run(kernel->progs[0], &run), status = OK;

	if (is_packet && context && (err == -EINVAL || err == -ENODEV))
		return KERNEL_SKIPS;
	if (err < 0)
		return kernel_explain(kernel, &(struct rawbpf_error){ .operation = RAWBPF_PROG_RUN, .error = err,
							       .type = type });
	if (run.retval != (uint32_t)test->vm.r[0])
		return DIFFER(kernel, "r0 is %u in the kernel, %u here (the low 32 bits)", run.retval,
			    (uint32_t)test->vm.r[0]);
	if (is_packet && (run.data_size_out != test->context.size ||
			  memcmp(out, test->context.bytes, run.data_size_out) != 0))
		return DIFFER(kernel, "the packet is not the same in the kernel: %u bytes, %zu here",
			    run.data_size_out, test->context.size);
	for (unsigned i = 0; i < kernel->map_count && status == OK; i++)
		status = compare_map(kernel, kernel->maps[i], &test->loaded.maps[i]);
	return status;
}
