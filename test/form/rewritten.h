/* SPDX-License-Identifier: MIT */
/*
 * Read back programs of every type after the verifier's rewriting, for the native test and the vm's
 * guest. Under net.core.bpf_jit_harden=2 the kernel blinds constants. Then nearly every line uses
 * the verifier's own register: r11, or r12 on Linux 7.3.
 */
#ifndef TEST_REWRITTEN_H
#define TEST_REWRITTEN_H

/* Counts over all programs. */
struct rewritten {
	unsigned programs, slots;
	unsigned own;          /* slots that use the verifier's own registers */
	unsigned probe, arena; /* slots whose access may fault */
	unsigned percpu, functions, nospec;
	unsigned invalid;
	char first[192];       /* the first invalid slot: its program and text */
	/*
	 * Texts that this kernel rejected although it is new enough: the last one, and the last one
	 * that the kernel's configuration explains.
	 */
	char refused[64], lacking[64];
};

/*
 * Load each program and count. `show`, if not NULL, gets the programs of our texts, so that a tool
 * can dump them.
 */
void rewritten_count(struct rewritten *seen, unsigned kernel, void (*show)(int prog));

#endif
