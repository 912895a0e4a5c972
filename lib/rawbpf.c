/* SPDX-License-Identifier: MIT */
/*
 * The whole library as one translation unit, its private functions static. To
 * carry rawbpf inside another program, copy include/, lib/ and insn/ into its tree and
 * compile this one file with -Iinclude.
 */
#define RAWBPF__PRIVATE static

#include "sys/arch/arch.h" /* before the pragma: it may declare functions of libc */

/* A shared object that the library is part of exports none of its functions. */
#pragma GCC visibility push(hidden)

#include "sys/sys.h"

#include "sys/sys.c"
#include "sys/file.c"

#include "object/btf.c"
#include "attach/cgroup.c"
#include "sys/cpu.c"
#include "diagnose/error.c"
#include "diagnose/error_btf.c"
#include "diagnose/error_event.c"
#include "diagnose/error_link.c"
#include "diagnose/error_look.c"
#include "diagnose/error_map.c"
#include "diagnose/error_net.c"
#include "diagnose/error_obj.c"
#include "diagnose/error_prog.c"
#include "object/info.c"
#include "object/info_link.c"
#include "attach/kprobe.c"
#include "attach/kprobe_multi.c"
#include "attach/kprobe_tracefs.c"
#include "object/ksym.c"
#include "attach/link.c"
#include "object/log.c"
#include "event/loop.c"
#include "object/map.c"
#include "object/map_batch.c"
#include "object/map_iter.c"
#include "object/memlock.c"
#include "attach/net.c"
#include "object/obj.c"
#include "attach/perf.c"
#include "event/perf_ring.c"
#include "event/perfbuf.c"
#include "diagnose/probe.c"
#include "diagnose/probe_attach.c"
#include "object/prog.c"
#include "attach/prog_attach.c"
#include "object/recipe.c"
#include "event/ring.c"
#include "object/token.c"
#include "attach/tracefs.c"
#include "attach/tracepoint.c"
#include "attach/tracing.c"
#include "attach/uprobe.c"
#include "event/user_ring.c"

#include "../insn/btf/btf.c"
#include "../insn/btf/btf_build.c"
#include "../insn/btf/btf_format.c"
#include "../insn/btf/btf_member.c"
#include "../insn/recipe/btf_recipe.c"
#include "../insn/build/build.c"
#include "../insn/form/check.c"
#include "../insn/asm/complain.c"
#include "../insn/asm/directive.c"
#include "../insn/base/escape.c"
#include "../insn/form/explain.c"
#include "../insn/form/form.c"
#include "../insn/form/format.c"
#include "../insn/form/helper.c"
#include "../insn/asm/lex.c"
#include "../insn/asm/listing.c"
#include "../insn/asm/match.c"
#include "../insn/form/constant.c"
#include "../insn/form/opcode.c"
#include "../insn/base/number.c"
#include "../insn/base/out.c"
#include "../insn/asm/parse.c"
#include "../insn/base/put.c"
#include "../insn/base/string.c"
#include "../insn/form/query.c"
#include "../insn/recipe/recipe.c"
#include "../insn/log/rejection.c"
#include "../insn/log/rejection_log.c"
#include "../insn/asm/symbol.c"
#include "../insn/form/words.c"

#pragma GCC visibility pop
