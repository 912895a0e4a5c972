/* SPDX-License-Identifier: MIT */
/* The BPF program, the entry and the exit of minimal.c and minimal_bare.c. */
#include <rawbpf/insn.h>

#define COUNTER(map)                                                                       \
	{                                                                                  \
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),                                      \
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),                                      \
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),                                     \
		BPF_LD_MAP_FD(BPF_REG_1, map),                                             \
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),                                   \
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),                                     \
		BPF_MOV64_IMM(BPF_REG_1, 1),                                               \
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0),                   \
		BPF_MOV64_IMM(BPF_REG_0, 0),                                               \
		BPF_EXIT_INSN(),                                                           \
	}

#ifdef RAW_TRACEPOINT
#define PROG_TYPE BPF_PROG_TYPE_RAW_TRACEPOINT
#else
#define PROG_TYPE BPF_PROG_TYPE_KPROBE
#endif

#ifdef NO_LIBC /* x86_64 */

static inline long system_call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

#include <asm/unistd.h>

#define MAIN __attribute__((force_align_arg_pointer, noreturn)) void _start(void)
#define END(status)                                                                        \
	do {                                                                               \
		system_call(__NR_exit, status, 0, 0, 0, 0);                                \
		__builtin_unreachable();                                                   \
	} while (0)
MAIN;

#else

#include <sys/syscall.h>
#include <unistd.h>

#define system_call(number, ...) syscall(number, __VA_ARGS__)
#define MAIN int main(void)
#define END(status) return status

#endif
