/* SPDX-License-Identifier: MIT */
/*
 * A program that uses the library. builds.sh builds it in every way that the README names. Exits
 * with 0 if the library works, also if the kernel denies it a privilege.
 */
#include <rawbpf.h>

static int works(void)
{
	struct rawbpf_map_spec spec = {};
	const unsigned key = 1;
	uint64_t value = 42;
	int map, err;

	spec.type = BPF_MAP_TYPE_ARRAY;
	spec.key_size = sizeof key;
	spec.value_size = sizeof value;
	spec.max_entries = 2;
	map = rawbpf_map_create(&spec);
	if (map == -1 /* EPERM */ || map == -38 /* ENOSYS */)
		return 1;
	err = rawbpf_map_update(map, &key, &value, BPF_ANY);
	value = 0;
	if (err == 0)
		err = rawbpf_map_lookup(map, &key, &value, 0);
	return map > 2 && err == 0 && value == 42 && rawbpf_cpu_count() > 0;
}

#ifdef NO_LIBC

#include <asm/unistd.h>

#ifdef __cplusplus
extern "C"
#endif
__attribute__((noreturn)) void _start(void);

__attribute__((force_align_arg_pointer)) void _start(void)
{
	__asm__ volatile("syscall" : : "a"(__NR_exit), "D"(!works()) : "rcx", "r11", "memory");
	__builtin_unreachable();
}

#else

int main(void)
{
	return !works();
}

#endif
