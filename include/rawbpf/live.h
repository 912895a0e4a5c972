/* SPDX-License-Identifier: MIT */
/*
 * A collection in the kernel: create its maps, load its programs, attach each in a way that this
 * kernel has, read their records, and take all of it out again.
 *
 *	struct rawbpf_live_reason reasons[16];
 *	struct rawbpf_live live;
 *
 *	err = rawbpf_live_open(&live, &collection, &(struct rawbpf_live_spec){
 *		.handle = print, .reasons = reasons, .reason_max = 16 });
 *	if (err == 0)
 *		err = rawbpf_live_attach(&live);
 *	while (err >= 0 && !stop)
 *		err = rawbpf_live_run(&live, -1);
 *	rawbpf_live_close(&live);
 *
 * Functions return a result >= 0 or a negative errno. `reasons` explain an error, and also each way
 * that failed before another one worked.
 */
#ifndef RAWBPF_LIVE_H
#define RAWBPF_LIVE_H

#include <rawbpf/btf.h>
#include <rawbpf/collection.h>
#include <rawbpf/link.h>
#include <rawbpf/loop.h>
#include <rawbpf/symbol.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What failed. */
enum rawbpf_live_stage {
	RAWBPF_LIVE_MAP,     /* create a map, or take a pinned one */
	RAWBPF_LIVE_RESOLVE, /* find the numbers of names */
	RAWBPF_LIVE_LOAD,    /* hand a program to the kernel */
	RAWBPF_LIVE_ATTACH
};

/* A failure, and why. */
struct rawbpf_live_reason {
	enum rawbpf_live_stage stage;
	unsigned index;       /* MAP: in the collection's maps; else in its places */
	enum rawbpf_way way;  /* of a place; for a system call's TRACEPOINT, RAW_TP, KPROBE, KRETPROBE */
	int error;            /* the negative errno */
	struct rawbpf_collection_error mistake; /* RESOLVE, and at.line is not 0: a mistake in the text */
	char text[1024];      /* in words: printable, several lines if the verifier rejected a program */
};

/* How far to go. */
enum rawbpf_live_until {
	RAWBPF_UNTIL_ATTACHED,
	RAWBPF_UNTIL_LOADED,   /* create maps and load programs, but attach none: an empty program is
	                        * attached in its place and taken away, or its device or cgroup found */
	RAWBPF_UNTIL_RESOLVED  /* only look at the machine, and resolve programs: no map, no privilege */
};

/* A record of a program. */
struct rawbpf_live_record {
	unsigned map;         /* the ring that it came through, in the collection's maps */
	unsigned place;       /* or, if `is_iter`, the place of the iterator that wrote it */
	int is_iter;
	const void *data;     /* valid until the function returns */
	size_t size;
};

/* Handle a record. Return 0; a negative number stops the reading, as rawbpf_record_fn does. */
typedef int rawbpf_live_record_fn(void *context, const struct rawbpf_live_record *record);

/* Choices. Zero is the default of every field; NULL: all zero. */
struct rawbpf_live_spec {
	const struct rawbpf_option *options; /* the values of the file's parameters, and of opt.* */
	unsigned option_count;
	enum rawbpf_way way;  /* only this way, and that of the returns beside it: TRACEPOINT, RAW_TP,
	                       * KPROBE, FENTRY, ...; NONE: any */
	enum rawbpf_live_until until;
	const char *pins;     /* a directory of a bpffs: use the maps that are pinned there by name */
	unsigned ring_size;   /* bytes of a ring without a size in the text, a power of two of pages;
	                       * 0: by the machine's memory */
	int token;            /* a BPF token; 0: none                                  6.9 */
	const struct rawbpf_offsets *offsets; /* stands in for BTF, if the kernel has none */
	const char *file;     /* the text's name, and */
	const char *source;   /* the text, terminated, for the verifier's log; NULL: without */
	rawbpf_live_record_fn *handle;       /* gets the records; NULL: nobody reads rings */
	void *context;
	struct rawbpf_live_reason *reasons;  /* out: the first `reason_max` */
	unsigned reason_max;
	char *log;            /* out: the verifier's log of the last program that it rejected */
	size_t log_size;
};

/* A program of the collection in the kernel, at its place. */
struct rawbpf_live_program {
	struct rawbpf_unit unit;  /* program, place and way */
	int fd;                   /* 0: it is only resolved */
	unsigned slots;           /* of instructions; */
	unsigned entry_slots;     /* the first of them are the entry sequence */
	unsigned stack;           /* bytes */
	unsigned type;            /* BPF_PROG_TYPE_* */
	unsigned attach_type;     /* expected_attach_type */
	struct rawbpf_link link;  /* inert: it is not attached */
	struct rawbpf_live_events *events; /* private: of the way PERF */
};

/* A zeroed one is closed. It must not move while it is open. */
struct rawbpf_live {
	const struct rawbpf_collection *collection;
	struct rawbpf_live_spec spec;
	struct rawbpf_collection_env env;     /* this machine, for rawbpf_collection_field_resolve() */
	int *map_fds;                         /* of each map of the collection; 0: not created */
	struct rawbpf_live_program *programs; /* in the order in which they were attached */
	unsigned program_count;
	unsigned reason_count;                /* including those beyond reason_max */

	/* private */
	struct rawbpf_btf btf;
	struct rawbpf_symbols symbols;
	struct rawbpf_symbol_index symbol_index;
	struct rawbpf_live_modules *modules;
	struct rawbpf_collection_index index;
	struct rawbpf_live_ring *rings;
	unsigned ring_count;
	struct rawbpf_loop loop;
	void *mapped;
	size_t mapped_size;
};

/*
 * Look at the machine, and create the maps of `collection`. Nothing is loaded yet. The collection
 * and all that `spec` points to must live until rawbpf_live_close(). Programs may call a function
 * of their file in between, for example to fill a map. On an error `live` is closed, but
 * reason_count stays.
 *
 * The kernel's BTF is used if it can be opened, and the formats of the file's tracepoints if
 * tracefs is mounted. Without them only those places fail that need them.
 *
 * -EEXIST  a map is pinned at `pins`/NAME, and has another type, other sizes or flags
 * -EINVAL  the text has mistakes that concern maps; the kernel lacks a map's type
 * -EPERM   CAP_BPF is missing; before 5.11 also RLIMIT_MEMLOCK, see rawbpf_memlock_raise()
 * -E2BIG, -EMFILE, -ENFILE, -ENOMEM                                     Linux 5.8, as rings
 */
int rawbpf_live_open(struct rawbpf_live *live, const struct rawbpf_collection *collection,
		     const struct rawbpf_live_spec *spec);

/*
 * Choose places and ways, load the programs and attach them. All `.at` lines of a program are
 * attached; of an `.at` and its `.or` lines the first that works. The places `syscall` and `sysret`
 * take one way together: a tracepoint, raw tracepoint or kprobe. A file without `sysret` tries the
 * kprobe first. Programs are attached in the reverse order of the file, so a return is watched
 * before its call is. A place that names no target (`xdp` without a device) is only loaded.
 *
 * Return 0, or the error of the last way of a place that has no other; then nothing is attached
 * or loaded. `reasons` has all ways that failed.
 *
 * -EOPNOTSUPP  the kernel lacks the way, or spec->way excludes it
 * -ENOENT      it has no such function, tracepoint, system call
 * -EINVAL      a mistake in the text; the kernel rejects the place
 * -EACCES      the verifier rejected a program
 * -EPERM       a capability is missing
 * Other errors are those of the function that attaches this way.
 */
int rawbpf_live_attach(struct rawbpf_live *live);

/*
 * Wait for records, at most `timeout_ms` (-1: forever, 0: not at all), and hand them to the spec's
 * function. Return their number; 0 if the time passed without one.
 *
 * -EINTR  a signal interrupted the wait before any record
 * -EBADF  `live` is closed, or has no ring
 * Other errors are those of rawbpf_loop_run(), or the number with which the function stopped.
 */
int rawbpf_live_run(struct rawbpf_live *live, int timeout_ms);

/*
 * Run the iterators, each once from its beginning, and hand over what they write: one record for
 * each object of the kernel for which the program wrote something. Return their number, or
 *
 * -EBADF     `live` is closed
 * -EOVERFLOW one wrote more than 64 KB for an object
 * -EAGAIN    one saw a million objects and wrote nothing; also other errors of read(2)
 */
int rawbpf_live_iterate(struct rawbpf_live *live);

/* What was lost so far. */
struct rawbpf_live_losses {
	uint64_t records;  /* a ring was full: `send` counted them */
	uint64_t entries;  /* a map was full: `remember` and `count` counted them */
	uint64_t runs;     /* the kernel did not run a program: it ran on this CPU already (5.12), or a
	                    * return probe had no room for more calls (6.7) */
};

/* Count the losses. Return 0. -EBADF: closed. Other errors are those of rawbpf_map_lookup(). */
int rawbpf_live_losses_count(struct rawbpf_live_losses *losses, const struct rawbpf_live *live);

/*
 * A walk over the calls in map `map` that have not returned: its values begin with a `head`. A zeroed
 * one with `live` and `map` begins.
 */
struct rawbpf_live_pending {
	struct rawbpf_live *live;
	unsigned map;
	const void *value;     /* out: valid until the next step */
	size_t size;           /* out */
	unsigned pid, tid;     /* out: of the head */
	uint64_t age_ns;       /* out: since the head's time */
	int is_checked;        /* out: 1: the thread sits in such a call; 0: /proc cannot tell */
	struct rawbpf_live_walk *walk; /* private */
};

/*
 * Go to the next entry. Return 1, or 0 at the end. Left out are entries whose thread ended, runs in
 * user space, or sits in another call: their return was not seen. A thread that runs on a CPU just
 * now is asked a few times. After 0 or an error the walk is closed.
 *
 * -EINVAL  no such map, or its values do not begin with a `head`
 * -EBADF   `live` is closed
 * Other errors are those of rawbpf_map_iter_next().
 */
int rawbpf_live_pending_next(struct rawbpf_live_pending *pending);

/* End a walk before its end. Do nothing if it is zeroed or at its end. */
void rawbpf_live_pending_close(struct rawbpf_live_pending *pending);

/*
 * Detach all programs, in reverse order. Rings keep their records, so rawbpf_live_run() can read the
 * last ones. Return 0, or the first error of rawbpf_link_detach(): an event, without effect, stayed
 * in tracefs. The call does not stop at an error.
 */
int rawbpf_live_detach(struct rawbpf_live *live);

/* Detach, and release all else. Do nothing if it is closed or zeroed. */
void rawbpf_live_close(struct rawbpf_live *live);

#ifdef __cplusplus
}
#endif
#endif
