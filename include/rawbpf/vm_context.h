/* SPDX-License-Identifier: MIT */
/*
 * Contexts for the machine of rawbpf/vm.h: what r1 points to when a program of a type starts, and
 * its packet. Programs may access what Linux 6.18 lets them access; all else traps.
 *
 *	static unsigned char memory[4096];
 *	struct rawbpf_vm_context context;
 *	int err = rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
 *		.prog_type = BPF_PROG_TYPE_XDP, .packet = packet, .packet_size = sizeof(packet),
 *		.memory = memory, .memory_size = sizeof(memory) });
 *	if (!err)
 *		err = rawbpf_vm_context_bind(&context, &spec);
 *	if (!err)
 *		err = rawbpf_vm_open(&vm, &spec);
 *	... rawbpf_vm_run(&vm, budget); the packet is then context.bytes ...
 *
 * A load of data or data_end gives an address of the packet's region. All other fields are what
 * the caller sets. In struct __sk_buff, len and protocol are the packet's; ifindex is 1 if it
 * would be 0, as in the kernel's test runs.
 *
 * Helpers that programs have with a packet:
 *
 * XDP		xdp_adjust_head, xdp_adjust_tail, xdp_adjust_meta, xdp_load_bytes, xdp_store_bytes,
 *		xdp_get_buff_len, redirect, redirect_map
 * __sk_buff	skb_load_bytes, skb_load_bytes_relative, skb_store_bytes, skb_pull_data,
 *		skb_change_tail, skb_change_head, skb_adjust_room, skb_vlan_push,
 *		skb_vlan_pop, l3_csum_replace, l4_csum_replace, redirect
 */
#ifndef RAWBPF_VM_CONTEXT_H
#define RAWBPF_VM_CONTEXT_H

#include <rawbpf/syscall.h> /* enum rawbpf_arch */
#include <rawbpf/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAWBPF_VM_CONTEXT_SIZE	2048	/* bytes of the largest context */
#define RAWBPF_VM_CONTEXT_REGIONS 3	/* regions of a machine that a context takes, at most */
#define RAWBPF_VM_HEADROOM	256	/* bytes in front of a packet, as for XDP in the kernel */

struct rawbpf_vm_context_spec {
	uint32_t prog_type;     /* BPF_PROG_TYPE_XDP... */
	enum rawbpf_byte_order order; /* of the machine */
	enum rawbpf_arch arch;  /* of struct pt_regs; 0: this machine's */
	const void *fields;     /* the context's first bytes, or NULL; the others are 0 */
	size_t fields_size;     /* of tracepoints, of syscall and tracing programs: the context's size */
	const void *packet;     /* from the link layer's header on; of sockopt: the option's value */
	size_t packet_size;
	void *memory;           /* for the packet, which is copied here behind RAWBPF_VM_HEADROOM */
	size_t memory_size;     /* what is left behind the packet is room to grow; 64 MB at most */
};

struct rawbpf_vm_context {
	/*
	 * The packet, as the program has left it: from the link layer's header on, with XDP's
	 * metadata before it. BPF_PROG_TEST_RUN gives the same.
	 */
	unsigned char *bytes;
	size_t size;
	uint32_t redirect;      /* the interface that the program gave to redirect; with a map, a key */
	struct rawbpf_vm_map *redirect_map; /* the map that it gave to redirect_map, or NULL */

	/* All that follows is private. */
	struct rawbpf_vm_context_spec spec;
	uint32_t data, data_end, data_meta, network; /* offsets in spec.memory */
	uint32_t link;          /* bytes of the link layer's header in front of `data` */
	struct rawbpf_vm_region region, packet, metadata;
	struct rawbpf_vm_packet loads;
	struct rawbpf_vm_helpers helpers;
	unsigned char fields[RAWBPF_VM_CONTEXT_SIZE];
};

/*
 * Make a context. It copies the spec, but uses spec->memory until the machine is done.
 *
 * -EINVAL  no such program type, or one without a context; fields_size is more than the context
 *          has, or none where it decides; a packet of less than 14 bytes, where it needs them
 * -E2BIG   more than RAWBPF_VM_CONTEXT_SIZE bytes of fields, more than 64 MB of memory
 * -ENOSPC  memory_size is less than RAWBPF_VM_HEADROOM and the packet
 */
int rawbpf_vm_context_open(struct rawbpf_vm_context *context,
			   const struct rawbpf_vm_context_spec *spec);

/*
 * Let the next machine of this spec use the context: set `context`, `packet` and `order`, add to
 * `regions`, and put the helpers of packets before `helpers`. The context must not move from now
 * on. -ENOSPC: fewer than RAWBPF_VM_CONTEXT_REGIONS free places in spec->regions; the machine
 * needs two for each map besides.
 */
int rawbpf_vm_context_bind(struct rawbpf_vm_context *context, struct rawbpf_vm_spec *spec);

/*
 * Set an element of a field, by the name that uapi headers give it: "mark", "cb". Of struct
 * pt_regs, the names are those of `registers`: arg1 to arg8, result, stack, instruction. Elements
 * count from 0. -ENOENT: no such field, or element. -EPERM: the field is a pointer.
 */
int rawbpf_vm_context_set(struct rawbpf_vm_context *context, const char *field, unsigned element,
			  uint64_t value);

#ifdef __cplusplus
}
#endif
#endif
