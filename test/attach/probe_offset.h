/* SPDX-License-Identifier: MIT */
#ifndef TEST_PROBE_OFFSET_H
#define TEST_PROBE_OFFSET_H

/*
 * The first offset in a function that takes a kprobe. riscv64's first 8 bytes belong to ftrace, and
 * kernels before 7.x reject them.
 */
#if defined(__riscv)
enum { PROBE_OFFSET = 8 };
#else
enum { PROBE_OFFSET = 0 };
#endif

#endif
