/* SPDX-License-Identifier: MIT */
/* Calls of fchownat(2), and a program that counts them in a map of one element. */
#ifndef VM_GUEST_COUNTER_H
#define VM_GUEST_COUNTER_H

#include <rawbpf.h>

/* Make the calls, a part of them on each CPU. */
void counter_call(int calls);

/* Create the map. Returns its descriptor or a negative errno. */
int counter_create(int percpu);

/* Returns the sum over all CPUs, or a negative errno. */
long long counter_read(int map);

/* Load a program that adds 1 to the counter; on a raw tracepoint only for our system call. */
int counter_load(unsigned type, int percpu, int map);

/* Load such a program and attach it to a kprobe. Returns 0 or a negative errno. */
int counter_attach(struct rawbpf_link *link, int map, const struct rawbpf_kprobe_spec *spec);

#endif
