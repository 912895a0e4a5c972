/* SPDX-License-Identifier: MIT */
/*
 * Programs of every type, with what the verifier rewrites, as they are once they are loaded: for
 * the native test and the vm's guest. Under net.core.bpf_jit_harden=2 the kernel hides constants,
 * so that nearly every line uses its own register: r11, or r12 on Linux 7.3.
 */
#ifndef TEST_REWRITTEN_H
#define TEST_REWRITTEN_H

/* What was seen in all of them. */
struct rewritten {
	unsigned programs, slots;
	unsigned own;          /* slots that use the verifier's own registers */
	unsigned probe, arena; /* slots whose access may fault */
	unsigned percpu, functions, nospec;
	unsigned invalid;
	char first[192];       /* invalid one: its program and text */
	/* Of our texts that are old enough for this kernel, the last that it refused; and the last of
	 * those that it may refuse, by how it was built. */
	char refused[64], lacking[64];
};

/* Load each and count; `show` gets the texts, so that a tool can dump them. NULL: nobody does. */
void rewritten_count(struct rewritten *seen, unsigned kernel, void (*show)(int prog));

#endif
