/* SPDX-License-Identifier: MIT */
/*
 * The whole library as one translation unit, its private functions static. To
 * carry rawbpf inside another program, copy include/, lib/ and insn/ into its tree and
 * compile this one file with -Iinclude.
 */
#define RAWBPF__PRIVATE static

#include "sys.h"

#include "sys.c"
#include "file.c"
#include "text.c"

#include "cgroup.c"
#include "cpu.c"
#include "error.c"
#include "kprobe.c"
#include "kprobe_tracefs.c"
#include "link.c"
#include "map.c"
#include "map_batch.c"
#include "map_iter.c"
#include "memlock.c"
#include "obj.c"
#include "perf.c"
#include "prog.c"
#include "tracefs.c"
#include "tracepoint.c"

#include "../insn/build.c"
#include "../insn/check.c"
#include "../insn/complain.c"
#include "../insn/directive.c"
#include "../insn/explain.c"
#include "../insn/form.c"
#include "../insn/format.c"
#include "../insn/helper.c"
#include "../insn/lex.c"
#include "../insn/listing.c"
#include "../insn/match.c"
#include "../insn/names.c"
#include "../insn/parse.c"
#include "../insn/put.c"
#include "../insn/query.c"
#include "../insn/symbol.c"
#include "../insn/words.c"
