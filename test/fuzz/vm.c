/* SPDX-License-Identifier: MIT */
/*
 * Hostile programs, with hostile memory: the input has options, regions and instructions. Sanitizers
 * watch every byte, since each region has memory of its exact size. The same program then runs once
 * more, instruction by instruction with a hook, and must do exactly the same.
 */
#include <rawbpf/vm.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS = 32, /* bytes before the instructions */ REGIONS = 4, BUDGET = 3000, INSNS = 500 };

struct input {
	const uint8_t *data;
	size_t size;
};

static uint64_t take(struct input *input, size_t bytes)
{
	uint64_t value = 0;

	if (bytes > input->size)
		bytes = input->size;
	memcpy(&value, input->data, bytes);
	input->data += bytes;
	input->size -= bytes;
	return value;
}

/* A machine, and all that is its own. */
struct world {
	struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog, tail;
	struct rawbpf_vm_region regions[REGIONS], spare[2], *pointers[REGIONS + 4];
	struct rawbpf_vm_map map;
	struct rawbpf_vm_map *maps[1];
	struct rawbpf_vm_packet packet;
	uint8_t *stack;
	unsigned hooked;
};

/* Helper 1 to 8: an answer of each kind, from hostile arguments. */
static int answer(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct world *world = context;
	uint8_t *bytes;

	call->value = call->args[0] ^ call->round;
	switch (call->number) {
	case 1:
		bytes = rawbpf_vm_memory_get(vm, call->args[0], call->args[1], (unsigned)call->args[2] & 3);
		if (bytes && call->args[1]) {
			call->value = bytes[0] ^ bytes[call->args[1] - 1];
			if (call->args[2] & RAWBPF_VM_WRITE)
				memset(bytes, 7, call->args[1]);
		}
		return bytes ? RAWBPF_VM_NUMBER : -EFAULT;
	case 2:
		call->bytes = call->args[0] & 1 ? world->stack : world->map.values.bytes;
		call->size = 8;
		return RAWBPF_VM_POINTER;
	case 3:
		call->region = &world->map.handle;
		return RAWBPF_VM_HANDLE;
	case 4:
		call->function = call->args[1];
		call->pass[0] = call->round;
		return call->round < (call->args[0] & 7) ? RAWBPF_VM_CALLBACK : RAWBPF_VM_NUMBER;
	case 5:
		call->prog = &world->tail;
		return RAWBPF_VM_TAIL_CALL;
	case 6:
		return rawbpf_vm_map_get(vm, call->args[0]) ? RAWBPF_VM_SILENT : -EFAULT;
	case 7:
		rawbpf_vm_region_delete(vm, &world->regions[call->args[0] % REGIONS]);
		return RAWBPF_VM_NUMBER;
	default:
		return (int)call->args[0];
	}
}

static int hook(struct rawbpf_vm *vm, void *context)
{
	struct world *world = context;

	if (world->hooked++ != vm->executed || vm->pc >= vm->prog->insn_count)
		abort();
	return 0;
}

/* Make a machine from the input, which `world` does not keep. */
static int open_world(struct world *world, struct input input, const struct bpf_insn *insns,
		      unsigned count, const struct rawbpf_vm_helpers *helpers, int hooked)
{
	uint64_t options = take(&input, 4);
	unsigned i, frames = 1 + (options & 15), region_count = options >> 4 & 3;
	struct rawbpf_vm_spec spec = {
		.prog = &world->prog, .frames = frames, .stack_size = (size_t)frames * RAWBPF_VM_STACK,
		.stack_limit = (unsigned)(options >> 6 & 3) * 256, .order = (options >> 8 & 3) % 3,
		.regions = world->pointers, .region_count = region_count,
		.region_max = REGIONS + 4, .spare = world->spare, .spare_count = options >> 10 & 1,
		.maps = world->maps, .map_count = 1, .packet = options >> 11 & 1 ? &world->packet : NULL,
		.may_goto = options >> 12 & 15, .helpers = helpers,
		.hook = hooked ? hook : NULL, .hook_context = world };

	memset(world, 0, sizeof(*world));
	world->prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	world->tail = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count > 3 ? count / 2 : 1 };
	world->stack = spec.stack = malloc(spec.stack_size);
	for (i = 0; i < region_count; i++) {
		struct rawbpf_vm_region *region = &world->regions[i];
		uint64_t shape = take(&input, 4);

		region->name = "fuzzed";
		region->size = 1 + (shape & 63);
		region->rights = shape >> 6 & 3;
		region->bytes = calloc(1, region->size);
		region->element = shape >> 8 & 15;
		region->stride = shape >> 12 & 15;
		region->address = shape >> 16 & 1 ? take(&input, 8) : 0;
		world->pointers[i] = region;
	}
	world->map = (struct rawbpf_vm_map){ .name = "map", .values = { .name = "values", .size = 24,
		.bytes = calloc(1, 24), .element = 6, .stride = 8, .rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE } };
	world->maps[0] = &world->map;
	world->packet = (struct rawbpf_vm_packet){ insns ? (const uint8_t *)insns : NULL, count * 8,
		(uint32_t)take(&input, 4), 14 };
	return rawbpf_vm_open(&world->vm, &spec);
}

static void close_world(struct world *world)
{
	unsigned i;

	free(world->stack);
	free(world->map.values.bytes);
	for (i = 0; i < REGIONS; i++)
		free(world->regions[i].bytes);
}

/* Do the two machines have the same state? Addresses of C objects differ. */
static void compare(const struct world *one, const struct world *other)
{
	unsigned i;

	if (memcmp(one->vm.r, other->vm.r, sizeof(one->vm.r)) || one->vm.pc != other->vm.pc ||
	    one->vm.depth != other->vm.depth || one->vm.executed != other->vm.executed ||
	    one->vm.ended != other->vm.ended || one->vm.trap.kind != other->vm.trap.kind ||
	    one->vm.trap.insn != other->vm.trap.insn || one->vm.trap.address != other->vm.trap.address)
		abort();
	for (i = 0; i < REGIONS; i++)
		if (one->regions[i].bytes &&
		    memcmp(one->regions[i].bytes, other->regions[i].bytes, one->regions[i].size))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world quick, slow;
	static struct bpf_insn insns[INSNS];
	struct rawbpf_vm_helper list[8];
	struct rawbpf_vm_helpers helpers = { list, 8, &quick, NULL }, slow_helpers = { list, 8, &slow, NULL };
	struct input input = { data, size };
	unsigned count, i;
	int result, slow_result = RAWBPF_VM_PAUSED;

	for (i = 0; i < OPTIONS / 8; i++)
		take(&input, 8);
	count = (unsigned)(input.size / 8 < INSNS ? input.size / 8 : INSNS);
	for (i = 0; i < count; i++)
		rawbpf_insn_read(&insns[i], input.data + 8 * i, RAWBPF_LITTLE_ENDIAN);
	for (i = 0; i < 8; i++)
		list[i] = (struct rawbpf_vm_helper){ i + 1, 0, answer };
	input = (struct input){ data, size };
	result = open_world(&quick, input, insns, count, &helpers, 0);
	if (open_world(&slow, input, insns, count, &slow_helpers, 1) != result)
		abort();
	if (result == 0) {
		result = rawbpf_vm_run(&quick.vm, BUDGET);
		for (i = 0; i < BUDGET && slow_result == RAWBPF_VM_PAUSED; i++)
			slow_result = rawbpf_vm_run(&slow.vm, 1);
		if (result != slow_result || (result == RAWBPF_VM_PAUSED && quick.vm.executed != BUDGET))
			abort();
		compare(&quick, &slow);
	}
	close_world(&quick);
	close_world(&slow);
	return 0;
}
