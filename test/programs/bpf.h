/* SPDX-License-Identifier: MIT */
/*
 * Declarations for the programs of this folder. They are compiled and disassembled, never loaded.
 */
#ifndef TEST_PROGRAMS_BPF_H
#define TEST_PROGRAMS_BPF_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define SECTION(NAME) __attribute__((section(NAME), used))
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

static void *(*map_lookup)(const void *map, const void *key) = (void *)1;
static long (*map_update)(const void *map, const void *key, const void *value,
			  u64 flags) = (void *)2;
static long (*map_delete)(const void *map, const void *key) = (void *)3;
static long (*probe_read)(void *to, u32 size, const void *from) = (void *)4;
static u64 (*ktime)(void) = (void *)5;
static u32 (*random_u32)(void) = (void *)7;
static u64 (*pid_tgid)(void) = (void *)14;
static u64 (*uid_gid)(void) = (void *)15;
static long (*comm)(void *buffer, u32 size) = (void *)16;
static long (*redirect)(u32 ifindex, u64 flags) = (void *)23;
static long (*ringbuf_output)(const void *map, const void *data, u64 size,
			      u64 flags) = (void *)130;

/* Maps are constants, so that the loader has no relocation to do. */
#define MAP(NUMBER) ((void *)(0x100000000ULL * (NUMBER) + 0x11))

#define htons(X) __builtin_bswap16(X)
#define htonl(X) __builtin_bswap32(X)

#endif
