/* SPDX-License-Identifier: MIT */
/* Errors in a text of programs: each message, and its place. */
#include "../unit.h"

#include <errno.h>
#include <string.h>

#include "print.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/* The beginning of a program. */
#define P ".prog p\n.at none\n"
#define PARENTHESES "(((((((((((((((((((((((((((((((((((((((("

/* The prelude is empty, so a macro's line is that of the text. */
static const struct {
	const char *text;
	struct {
		unsigned line, column, width, macro_line;
		const char *message;
	} errors[3];
} cases[] = {
	{ ".mapp x array 4 8 1",
	  { { 1, 1, 5, 0, "'.mapp' is not a directive (did you mean '.map'?)" } } },
	{ "foo",
	  { { 1, 1, 3, 0, "expected a directive; an instruction stands in a program, behind .prog NAME" } } },
	{ "r1 = 5",
	  { { 1, 1, 2, 0, "expected a directive; an instruction stands in a program, behind .prog NAME" } } },
	{ "out: r1 = 5",
	  { { 1, 1, 3, 0, "a label stands in a program, behind .prog NAME" },
	    { 1, 6, 2, 0, "expected a directive; an instruction stands in a program, behind .prog NAME" } } },
	{ ".at none",
	  { { 1, 1, 3, 0, ".at stands in a program, behind .prog NAME" } } },
	{ ".local x 4",
	  { { 1, 1, 6, 0, ".local stands in a program, behind .prog NAME" } } },
	{ ".if 1",
	  { { 1, 1, 3, 0, ".if stands in a program, behind .prog NAME" } } },
	{ "x 5\n.prog p",
	  { { 1, 1, 1, 0, "expected a directive; an instruction stands in a program, behind .prog NAME" },
	    { 2, 7, 1, 0, "this program has no instructions" } } },
	{ ".map",
	  { { 1, 5, 1, 0, "expected a name before the end" } } },
	{ ".map x",
	  { { 1, 7, 1, 0, "expected the type of a map before the end" } } },
	{ ".map x arry u32 u64 1",
	  { { 1, 8, 4, 0, "no map type 'arry'; expected hash, array, ... or a number (did you mean 'array'?)" } } },
	{ ".map x array",
	  { { 1, 13, 1, 0, "expected a number or a name before the end" } } },
	{ ".map x array u32",
	  { { 1, 17, 1, 0, "expected a number or a name before the end" } } },
	{ ".map x array u32 u64",
	  { { 1, 21, 1, 0, "expected a number or a name before the end" } } },
	{ ".map x array u32 u64 1 2 3",
	  { { 1, 26, 1, 0, "expected the end of the line, not '3'" } } },
	{ ".map x 99999999 u32 u64 1",
	  { { 1, 8, 8, 0, "expected the type of a map, not '99999999'" } } },
	{ ".map abcdefghijklmnop array u32 u64 1",
	  { { 1, 6, 16, 0, "the name of a map has at most 15 characters" } } },
	{ ".map x array u32 u64 1\n.map x hash u32 u64 1",
	  { { 2, 6, 1, 0, "'x' is a map already" } } },
	{ ".map x array u32 u64 1; .map y array 4 8 1",
	  { { 1, 23, 1, 0, "a directive has a line of its own" } } },
	{ ".map 5 array 4 8 1",
	  { { 1, 6, 1, 0, "expected a name, not '5'" } } },
	{ ".map x array (4 8 1",
	  { { 1, 17, 1, 0, "expected ')', not '8'" } } },
	{ ".struct",
	  { { 1, 8, 1, 0, "expected a name before the end" } } },
	{ ".struct s x",
	  { { 1, 11, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".struct s\n\tu32",
	  { { 2, 5, 1, 0, "expected a name before the end" } } },
	{ ".struct s\n\tu32 a\n\tu32 a",
	  { { 3, 6, 1, 0, "'a' is a field already" } } },
	{ ".struct s\n\tu33 a",
	  { { 2, 2, 3, 0, "no type 'u33' before this line; expected u64, s32, char, ... or a struct" } } },
	{ ".struct s\n\ts a",
	  { { 2, 2, 1, 0, "no type 's' before this line; expected u64, s32, char, ... or a struct" } } },
	{ ".struct s\n\tu32 a\n.struct s\n\tu32 b",
	  { { 3, 9, 1, 0, "'s' is a struct already" } } },
	{ ".struct s\n\tu32 a[",
	  { { 2, 8, 1, 0, "expected a number or a name before the end" } } },
	{ ".struct s\n\tu32 a[4",
	  { { 2, 9, 1, 0, "expected ']' before the end" } } },
	{ ".struct s\n\tu32 a hexx",
	  { { 2, 8, 4, 0, "'hexx' is not a presentation; expected string, pid, hex, ... (did you mean 'hex'?)" } } },
	{ ".struct s\n\tu32 a flags",
	  { { 2, 13, 1, 0, "expected a name before the end" } } },
	{ ".struct s\n\tu32 a hex pid",
	  { { 2, 12, 3, 0, "expected the end of the line, not 'pid'" } } },
	{ ".struct s\n\tu64 a user strin",
	  { { 2, 13, 5, 0, "expected user string, not 'strin'" } } },
	{ ".struct event\n\tu32 a\n.struct t\n\tevnt b",
	  { { 4, 2, 4, 0, "no type 'evnt' before this line; expected u64, s32, char, ... or a struct (did you mean 'event'?)" } } },
	{ ".struct s\n\tu8 h[4] linear",
	  { { 2, 16, 1, 0, "expected a number or a name before the end" } } },
	{ ".struct s\n\tu32 a 5",
	  { { 2, 8, 1, 0, "expected the end of the line, not '5'" } } },
	{ ".ring",
	  { { 1, 6, 1, 0, "expected a name before the end" } } },
	{ ".ring r",
	  { { 1, 8, 1, 0, "expected the struct of its records before the end" } } },
	{ ".ring r evnt",
	  { { 1, 9, 4, 0, "no struct 'evnt' before this line" } } },
	{ ".struct e\n\tu32 a\n.ring r e 1q",
	  { { 3, 11, 2, 0, "'1q' is not a number" } } },
	{ ".struct e\n\tu32 a\n.ring r e 1m x",
	  { { 3, 14, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".struct e\n\tu32 a\n.ring r e 99999999999m",
	  { { 3, 11, 12, 0, "'99999999999m' is not a number" } } },
	{ ".show",
	  { { 1, 6, 1, 0, "expected the name of a map before the end" } } },
	{ ".show x",
	  { { 1, 7, 1, 0, "no map 'x' before this line" } } },
	{ ".map count array u32 u64 1\n.show coun",
	  { { 2, 7, 4, 0, "no map 'coun' before this line (did you mean 'count'?)" } } },
	{ ".map c array u32 u64 1\n.show c every",
	  { { 2, 14, 1, 0, "expected a time such as 1s, 500ms or 1min before the end" } } },
	{ ".map c array u32 u64 1\n.show c every 5",
	  { { 2, 15, 1, 0, "expected a time such as 1s, 500ms or 1min, not '5'" } } },
	{ ".map c array u32 u64 1\n.show c every 0ms",
	  { { 2, 15, 3, 0, "no time passes in '0ms'; write end for once, at the end" } } },
	{ ".map c array u32 u64 1\n.show c every 5d",
	  { { 2, 15, 2, 0, "'5d' is not a number" } } },
	{ ".map c array u32 u64 1\n.show c sort x",
	  { { 2, 14, 1, 0, "expected key or value, not 'x'" } } },
	{ ".map c array u32 u64 1\n.show c \"a\" \"b\"",
	  { { 2, 13, 3, 0, "expected every, end, pending, sort, a string or a presentation, not '\"b\"'" } } },
	{ ".map c array u32 u64 1\n.show c hex pid",
	  { { 2, 13, 3, 0, "expected every, end, pending, sort, a string or a presentation, not 'pid' (did you mean 'pid'?)" } } },
	{ ".map c array u32 u64 1\n.show c endd",
	  { { 2, 9, 4, 0, "expected every, end, pending, sort, a string or a presentation, not 'endd' (did you mean 'end'?)" } } },
	{ ".map c array u32 u64 1\n.show c log2",
	  { { 2, 13, 1, 0, "expected a name before the end" } } },
	{ ".struct s\n\tu64 a\n.map c hash s u64 1\n.show c log2 us",
	  { { 4, 9, 4, 0, "'log2' draws a map whose keys and values are numbers; this one's are structs" } } },
	{ ".struct s\n\tu64 a\n.map c array u32 s 1\n.show c end linear 5",
	  { { 4, 13, 6, 0, "'linear' draws a map whose keys and values are numbers; this one's are structs" } } },
	{ ".struct s\n\tu64 h[64] log2 us",
	  { { 2, 12, 4, 0, "'log2' draws a map, whose elements are counts, and not a field; write it behind the map: "
			   ".show MAP log2 ..." } } },
	{ ".map c array u32 u64 1\n.show c \"none\"",
	  { { 2, 9, 6, 0, "expected one % for the value, or two for key and value, not 0" } } },
	{ ".map c array u32 u64 1\n.show c every 1s \"% % %\"",
	  { { 2, 18, 7, 0, "expected one % for the value, or two for key and value, not 3" } } },
	{ ".endm",
	  { { 1, 1, 5, 0, "no .macro is open before this .endm" } } },
	{ P "\texit\n.endm",
	  { { 4, 1, 5, 0, "no .macro is open before this .endm" } } },
	{ ".macro m a\n\tr0 = \\a\n.endm\n" P "\tm 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18\n\texit",
	  { { 6, 2, 1, 0, "too many arguments: the macro 'm' takes 1" } } },
	{ ".param pid 5 \"-l N: x\"",
	  { { 1, 8, 3, 0, "opt.pid is an option of every file; use another name" } } },
	{ ".param comm8 5 \"-l N: x\"",
	  { { 1, 8, 5, 0, "opt.comm8 is an option of every file; use another name" } } },
	{ ".set A 5.",
	  { { 1, 8, 2, 0, "'5.' is not a number" } } },
	{ ".set A 5.256",
	  { { 1, 8, 5, 0, "'5.256' is not a number" } } },
	{ ".set A 5.10.223",
	  { { 1, 8, 8, 0, "'5.10.223' is not a number" } } },
	{ ".param",
	  { { 1, 7, 1, 0, "expected a name before the end" } } },
	{ ".param x",
	  { { 1, 9, 1, 0, "expected a number or a name before the end" } } },
	{ ".param x 5",
	  { { 1, 11, 1, 0, "expected a string: \"-l FILE: where it is\" before the end" } } },
	{ ".param x 5 \"l FILE: x\"",
	  { { 1, 12, 11, 0, "expected an option and its words, as in \"-l FILE: where it is\"" } } },
	{ ".param x 5 \"-d N: x\"",
	  { { 1, 12, 9, 0, "every file has the options -d -i -j -v -h -p -c -u -t -x -n; use another letter" } } },
	{ ".param x 5 \"-l N: x\"\n.param y 5 \"-l N: y\"",
	  { { 2, 12, 9, 0, "another parameter has this letter" } } },
	{ ".param x 5 \"-l N: x\"\n.param x 6 \"-m N: x\"",
	  { { 2, 8, 1, 0, "'x' is a parameter already" } } },
	{ ".param x 5 \"-l N: x\" 5",
	  { { 1, 22, 1, 0, "expected the end of the line, not '5'" } } },
	{ ".param x \"a",
	  { { 1, 10, 2, 0, "this string has no '\"' at its end" } } },
	{ ".param x 5 5",
	  { { 1, 12, 1, 0, "expected a string: \"-l FILE: where it is\", not '5'" } } },
	{ ".set",
	  { { 1, 5, 1, 0, "expected a name before the end" } } },
	{ ".set A",
	  { { 1, 7, 1, 0, "expected a number or a name before the end" } } },
	{ ".set map 5",
	  { { 1, 6, 3, 0, "'map' is a word of the instructions and cannot name a constant" } } },
	{ ".set A 1 / 0",
	  { { 1, 10, 1, 0, "this divides by 0" } } },
	{ ".set A 1 << 64",
	  { { 1, 10, 2, 0, "a shift is 0 to 63 bits" } } },
	{ ".set A 1\n.set A 2",
	  { { 2, 6, 1, 0, "'A' is a constant already" } } },
	{ ".set A 99999999999999999999",
	  { { 1, 8, 20, 0, "99999999999999999999 does not fit 64 bits" } } },
	{ ".set A 0xffffffffffffffff + 1",
	  { { 1, 27, 1, 0, "the result does not fit 64 bits" } } },
	{ ".set A (1",
	  { { 1, 10, 1, 0, "expected ')' before the end" } } },
	{ ".set A 1 +",
	  { { 1, 11, 1, 0, "expected a number or a name before the end" } } },
	{ ".set A " PARENTHESES "1",
	  { { 1, 40, 1, 0, "this expression is nested too deeply; use .set for a part of it" } } },
	{ ".set A sizeof(",
	  { { 1, 15, 1, 0, "expected a name before the end" } } },
	{ ".set A sizeof(5)",
	  { { 1, 15, 1, 0, "expected a name, not '5'" } } },
	{ ".set A sizeof(x",
	  { { 1, 16, 1, 0, "expected ')' before the end" } } },
	{ ".set A exists()",
	  { { 1, 15, 1, 0, "expected a name, not ')'" } } },
	{ ".set A 1 2",
	  { { 1, 10, 1, 0, "expected the end of the line, not '2'" } } },
	{ ".set A count(x)",
	  { { 1, 13, 1, 0, "expected the end of the line, not '('" } } },
	{ ".set A r1",
	  { { 1, 8, 2, 0, "expected a number or a name, not 'r1'" } } },
	{ ".set A 0x",
	  { { 1, 8, 2, 0, "'0x' is not a number" } } },
	{ ".set A \"x\"",
	  { { 1, 8, 3, 0, "expected a number or a name, not '\"x\"'" } } },
	{ ".set A 9223372036854775807 * 2",
	  { { 1, 28, 1, 0, "the result does not fit 64 bits" } } },
	{ ".license",
	  { { 1, 9, 1, 0, "expected a license, such as GPL before the end" } } },
	{ ".license \"GPL\" x",
	  { { 1, 16, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".prog",
	  { { 1, 6, 1, 0, "expected a name before the end" } } },
	{ ".prog p x",
	  { { 1, 7, 1, 0, "this program has no instructions" },
	    { 1, 9, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".prog p",
	  { { 1, 7, 1, 0, "this program has no instructions" } } },
	{ ".prog p\n.at none",
	  { { 1, 7, 1, 0, "this program has no instructions" } } },
	{ ".prog p\n\texit",
	  { { 1, 7, 1, 0, "this program has no .at; write .at none if the caller attaches it" } } },
	{ ".prog abcdefghijklmnop\n.at none\nexit",
	  { { 1, 7, 16, 0, "the name of a program has at most 15 characters" } } },
	{ P "exit\n" P "exit",
	  { { 4, 7, 1, 0, "'p' is a program already" } } },
	{ ".prog p\n.or none\nexit",
	  { { 2, 5, 4, 0, "an .at line must precede .or" } } },
	{ ".prog p\n.at",
	  { { 1, 7, 1, 0, "this program has no instructions" },
	    { 2, 4, 1, 0, "expected a way to attach, such as syscall or kprobe before the end" } } },
	{ ".prog p\n.at kprob x\nexit",
	  { { 2, 5, 5, 0, "no way to attach is called 'kprob'; expected syscall, kprobe, ... (did you mean 'kprobe'?)" } } },
	{ ".prog p\n.at usdt a:b:c\nexit",
	  { { 2, 5, 4, 0, "usdt is reserved for a later version" } } },
	{ ".prog p\n.at struct_ops x\nexit",
	  { { 2, 5, 10, 0, "struct_ops is reserved for a later version" } } },
	{ ".prog p\n.at kprobe\nexit",
	  { { 2, 11, 1, 0, "expected the name of what to attach to before the end" } } },
	{ ".prog p\n.at kprobe f(\nexit",
	  { { 2, 14, 1, 0, "expected a name or _ before the end" } } },
	{ ".prog p\n.at kprobe f(a\nexit",
	  { { 2, 15, 1, 0, "expected ',' or ')' before the end" } } },
	{ ".prog p\n.at kprobe f(a b)\nexit",
	  { { 2, 16, 1, 0, "expected ',' or ')', not 'b'" } } },
	{ ".prog p\n.at kprobe f(a:)\nexit",
	  { { 2, 16, 1, 0, "expected a type, not ')'" } } },
	{ ".prog p\n.at kprobe f(a=)\nexit",
	  { { 2, 16, 1, 0, "expected a number or a name, not ')'" } } },
	{ ".prog p\n.at kprobe f(5)\nexit",
	  { { 2, 14, 1, 0, "expected a name or _, not '5'" } } },
	{ ".prog p\n.at kprobe f() x\nexit",
	  { { 2, 16, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".prog p\n.at kprobe f(a,b,c,d,e,f,g,h,i,j,k,l,m)\nexit",
	  { { 2, 38, 1, 0, "a place has at most 12 arguments" } } },
	{ ".prog p\n.at sysret\nexit",
	  { { 2, 11, 1, 0, "expected the name of what to attach to before the end" } } },
	{ ".prog p\n.at sysret a b ->\nexit",
	  { { 2, 18, 1, 0, "expected the name of the result before the end" } } },
	{ ".prog p\n.at sysret a -> r:\nexit",
	  { { 2, 19, 1, 0, "expected a type before the end" } } },
	{ P ".or sysret a b\nexit",
	  { { 3, 14, 1, 0, "expected one system call after .or" } } },
	{ ".prog p\n.at tracepoint a\nexit",
	  { { 2, 17, 1, 0, "expected ':' before the end" } } },
	{ ".prog p\n.at tracepoint a:\nexit",
	  { { 2, 18, 1, 0, "expected the name of a tracepoint before the end" } } },
	{ ".prog p\n.at tracepoint a : b\nexit",
	  { { 2, 21, 1, 0, "expected GROUP:NAME without blanks" } } },
	{ ".prog p\n.at uprobe libc:x\nexit",
	  { { 2, 12, 4, 0, "expected a string in quotes or a string parameter, not 'libc'" } } },
	{ ".param libc \"x\" \"-l F: f\"\n.prog p\n.at uprobe lib:x\nexit",
	  { { 3, 12, 3, 0, "expected a string in quotes or a string parameter, not 'lib' (did you mean 'libc'?)" } } },
	{ ".param n 5 \"-l F: f\"\n.prog p\n.at uprobe n:x\nexit",
	  { { 3, 12, 1, 0, "expected a string in quotes or a string parameter, not 'n'" } } },
	{ ".prog p\n.at uprobe \"x\"\nexit",
	  { { 2, 15, 1, 0, "expected ':' before the end" } } },
	{ ".prog p\n.at iter task -> evnt\nexit",
	  { { 2, 18, 4, 0, "no struct 'evnt' before this line" } } },
	{ ".prog p\n.at iter task ->\nexit",
	  { { 2, 17, 1, 0, "expected the struct of its records before the end" } } },
	{ ".prog p\n.at perf\nexit",
	  { { 2, 9, 1, 0, "expected a number or a name before the end" } } },
	{ ".prog p\n.at xdp eth0\nexit",
	  { { 2, 9, 4, 0, "expected a string in quotes or a string parameter, not 'eth0'" } } },
	{ ".prog p\n.at tc\nexit",
	  { { 2, 7, 1, 0, "expected ingress or egress before the end" } } },
	{ ".prog p\n.at tc \"eth0\" up\nexit",
	  { { 2, 15, 2, 0, "expected ingress or egress, not 'up'" } } },
	{ ".prog p\n.at cgroup\nexit",
	  { { 2, 11, 1, 0, "expected the name of what to attach to before the end" } } },
	{ ".prog p\n.at cgroup x y\nexit",
	  { { 2, 14, 1, 0, "expected a string in quotes or a string parameter, not 'y'" } } },
	{ ".prog p\n.at socket 5\nexit",
	  { { 2, 12, 1, 0, "expected the end of the line, not '5'" } } },
	{ ".prog p\n.at kretprobe f maxactive\nexit",
	  { { 2, 26, 1, 0, "expected a number or a name before the end" } } },
	{ P ".local",
	  { { 1, 7, 1, 0, "this program has no instructions" },
	    { 3, 7, 1, 0, "expected a name before the end" } } },
	{ P ".local x y z\nexit",
	  { { 3, 12, 1, 0, "expected the end of the line, not 'z'" } } },
	{ P ".local x (\nexit",
	  { { 3, 11, 1, 0, "expected a number or a name before the end" } } },
	{ P ".if\nexit",
	  { { 3, 1, 3, 0, "this .if has no .endif" },
	    { 3, 4, 1, 0, "expected a number or a name before the end" } } },
	{ P ".if 1\nexit",
	  { { 3, 1, 3, 0, "this .if has no .endif" } } },
	{ P ".if 1\n.else\n.else\n.endif\nexit",
	  { { 5, 1, 5, 0, "this .if has an .else already" } } },
	{ P ".endif\nexit",
	  { { 3, 1, 6, 0, ".endif without .if" } } },
	{ P ".else\nexit",
	  { { 3, 1, 5, 0, ".else without .if" } } },
	{ P ".if 1\n.endif x\nexit",
	  { { 3, 1, 3, 0, "this .if has no .endif" },
	    { 4, 8, 1, 0, "expected the end of the line, not 'x'" } } },
	{ P ".if 1 2\n.endif\nexit",
	  { { 3, 7, 1, 0, "expected the end of the line, not '2'" } } },
	{ P ".iff 1\nexit",
	  { { 3, 1, 4, 0, "'.iff' is not a directive (did you mean '.if'?)" } } },
	{ P "goto uot\nout: exit",
	  { { 3, 6, 3, 0, "no label 'uot' in this program (did you mean 'out'?)" } } },
	{ P "out: exit\nout: exit",
	  { { 4, 1, 3, 0, "'out' is a label of this program already" } } },
	{ P "r1: exit",
	  { { 3, 1, 2, 0, "'r1' cannot be a label" } } },
	{ P "r1 = map x\nexit",
	  { { 3, 10, 1, 0, "no map 'x' before this line" } } },
	{ P "r1 = &x[0]\nexit",
	  { { 3, 7, 1, 0, "no map 'x' before this line" } } },
	{ P "r1 = &x[\nexit",
	  { { 3, 7, 1, 0, "expected '(', not 'x'" } } },
	{ P "r1 = r2 + 0x100000000\nexit",
	  { { 3, 9, 13, 0, "+ 0x100000000 does not fit 32 bits" } } },
	{ P "r1 = w2 + 5\nexit",
	  { { 3, 6, 2, 0, "expected a 64-bit register, r2, not w2" } } },
	{ P "r1 = r11\nexit",
	  { { 3, 6, 3, 0, "r11 is not a register; programs have r0 to r10" } } },
	{ P "*(u32 *)(r1 + 40000) = 1\nexit",
	  { { 3, 13, 7, 0, "+ 40000 is out of range: an offset is -32768 to 32767" } } },
	{ P "goto a.b\nexit",
	  { { 3, 6, 3, 0, "no label 'a.b' in this program" } } },
	{ P "r1 = (1 + 2\nexit",
	  { { 3, 12, 1, 0, "expected ')' before the end" } } },
	{ P "if r1 > 1 + goto out\nout: exit",
	  { { 3, 13, 4, 0, "expected a number or a name, not 'goto'" } } },
	{ P "hed r1\nexit",
	  { { 3, 1, 3, 0, "'hed' does not begin an instruction; write r1 = 5, r1 += r2, if r1 > 5 goto out" } } },
	{ P ".quad x\nexit",
	  { { 3, 7, 1, 0, "no constant 'x' before this line" } } },
	{ P ".quad 1 + x\nexit",
	  { { 3, 7, 5, 0, "no constant '1 + x' before this line" } } },
	{ P ".byte 1\nexit",
	  { { 3, 1, 5, 0, "the data end inside a slot: 1 of 8 bytes" } } },
	{ P "r1 = addr_space_cast(r1, A, 1)\nexit",
	  { { 3, 26, 1, 0, "expected a number, not a name" } } },
	{ P "/* x\nexit",
	  { { 3, 1, 2, 0, "this comment has no end; expected */" } } },
	{ P "exit exit",
	  { { 3, 6, 4, 0, "unexpected 'exit' after the instruction; separate instructions by a new line or ';'" } } },
	{ P "r1 = 5 5\nexit",
	  { { 3, 8, 1, 0, "unexpected '5' after the instruction; separate instructions by a new line or ';'" } } },
	{ P "r1 = 1 ? 2\nexit",
	  { { 3, 8, 1, 0, "unexpected '?'" } } },
	{ P ".map x array 4 8 1",
	  { { 1, 7, 1, 0, "this program has no instructions" } } },
	{ ".macro",
	  { { 1, 7, 1, 0, "expected the name of the macro before the end" },
	    { 1, 7, 1, 0, "this macro has no .endm" } } },
	{ ".macro m",
	  { { 1, 8, 1, 0, "this macro has no .endm" } } },
	{ ".macro m 5\n.endm",
	  { { 1, 10, 1, 0, "expected the name of a parameter, not '5'" } } },
	{ ".macro m a b\n.endm",
	  { { 1, 12, 1, 0, "expected the end of the line, not 'b'" } } },
	{ ".macro m a,\n.endm",
	  { { 1, 12, 1, 0, "expected the name of a parameter before the end" } } },
	{ ".macro exit\n.endm",
	  { { 1, 8, 4, 0, "'exit' is a word of the instructions and cannot name a macro" } } },
	{ ".macro m\n.endm\n.macro m\n.endm",
	  { { 3, 8, 1, 0, "'m' is a macro already, defined on line 1" } } },
	{ ".macro m\n.macro n\n.endm",
	  { { 2, 1, 6, 0, "a macro in a macro; .endm is missing before this line" } } },
	{ ".macro m a\n\tr1 = \\b\n.endm",
	  { { 2, 7, 2, 0, "'\\b' is not a parameter of this macro" } } },
	{ ".macro m abc\n\tr1 = \\abd\n.endm",
	  { { 2, 7, 4, 0, "'\\abd' is not a parameter of this macro (did you mean 'abc'?)" } } },
	{ ".macro m a\n\tr1 = \\\n.endm",
	  { { 2, 7, 1, 0, "'\\' is not a parameter of this macro" } } },
	{ ".macro m p0,p1,p2,p3,p4,p5,p6,p7,p8,p9,p10,p11,p12,p13,p14,p15,p16\n.endm",
	  { { 1, 64, 3, 0, "a macro has at most 16 parameters" } } },
	{ ".macro m\n.endm x",
	  { { 2, 7, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".macro m a\n\tr1 = \\a\n.endm\n" P "m\nexit",
	  { { 6, 1, 1, 0, "'m' needs its parameter a" } } },
	{ ".macro m a\n\tr1 = \\a\n.endm\n" P "m 1, 2\nexit",
	  { { 6, 1, 1, 0, "too many arguments: the macro 'm' takes 1" } } },
	{ ".macro m a\n\tr1 = \\a\n.endm\n" P "m r11\nexit",
	  { { 6, 1, 1, 2, "r11 is not a register; programs have r0 to r10" } } },
	{ ".macro m a\n\tm \\a\n.endm\n" P "m 1\nexit",
	  { { 6, 1, 1, 2, "more than 8 macros in each other: does 'm' call itself?" } } },
	{ ".macro m a\n\tgoto \\a\n.endm\n" P "m nowhere\nexit",
	  { { 6, 1, 1, 2, "no label 'nowhere' in this program" } } },
	{ ".macro m\n\t.if 1\n.endm\n" P "m\n.endif\nexit",
	  { { 6, 1, 1, 2, "this .if has no .endif" },
	    { 7, 1, 6, 0, ".endif without .if" } } },
	{ ".macro m\n\t.endif\n.endm\n" P ".if 1\nm\nexit\n.endif",
	  { { 7, 1, 1, 2, ".endif without .if" } } },
	{ ".macro m\n\t.set A 5\n.endm\n" P "m\nexit",
	  { { 6, 1, 1, 2, ".set cannot stand in a macro" } } },
	{ ".macro m\nx:\n.endm\n" P "m\nm\nexit",
	  { { 7, 1, 1, 2, "'x' is a label of this program already" } } },
	{ ".macro inner a\n\tr1 = \\a\n.endm\n.macro outer a\n\tinner \\a\n.endm\n" P "\touter r99\n\texit",
	  { { 9, 2, 5, 2, "r99 is not a register; programs have r0 to r10" } } },
	{ ".macro m\n.endm\n m",
	  { { 3, 2, 1, 0, "expected a directive; an instruction stands in a program, behind .prog NAME" } } },
	{ ".macro m a\n\\a\n.endm\n" P "m exit\nm nope",
	  { { 7, 1, 1, 2, "'nope' does not begin an instruction (did you mean 'nospec'?)" } } },
	{ ".macro head p\n.endm\n" P "\thaed r1\nexit",
	  { { 5, 2, 4, 0, "no instruction or macro begins with 'haed' (did you mean 'head'?)" } } },
	{ P ".if A\nexit\n.endif\n\tgoto +1\nexit\nexit",
	  { { 6, 2, 4, 0, "a program with .if needs labels: over an .if, a number of slots would lead elsewhere" } } },
	{ P "\tif r1 > 5 goto -2\n.if A\n.endif",
	  { { 3, 2, 2, 0, "a program with .if needs labels: over an .if, a number of slots would lead elsewhere" } } },
	{ P "gotol +1\n.if A\nexit\n.endif",
	  { { 3, 1, 5, 0, "a program with .if needs labels: over an .if, a number of slots would lead elsewhere" } } },
	{ P "call pc+1\n.if A\nexit\n.endif",
	  { { 3, 1, 4, 0, "a program with .if needs labels: over an .if, a number of slots would lead elsewhere" } } },
	{ ".macro m\n\tgoto +1\n.endm\n" P "m\n.if A\nexit\n.endif",
	  { { 6, 1, 1, 2, "a program with .if needs labels: over an .if, a number of slots would lead elsewhere" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail \nexit",
	  { { 4, 10, 1, 0, "expected the name of a map before the end" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail m[0] xdp\nexit",
	  { { 4, 10, 1, 0, "'m' is not a prog_array" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail k[0] xdp\nexit",
	  { { 4, 10, 1, 0, "no map 'k' before this line" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j\nexit",
	  { { 4, 11, 1, 0, "expected '[' before the end" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[\nexit",
	  { { 4, 12, 1, 0, "expected a number or a name before the end" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0\nexit",
	  { { 4, 13, 1, 0, "expected ']' before the end" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0]\nexit",
	  { { 4, 14, 1, 0, "expected a way to attach, such as syscall or kprobe before the end" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0] xdpp\nexit",
	  { { 4, 15, 4, 0, "no way to attach is called 'xdpp'; expected syscall, kprobe, ... (did you mean 'xdp'?)" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0] fentry f\nexit",
	  { { 4, 15, 6, 0, "no program of the way fentry can be in a prog_array" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0] xdp x\nexit",
	  { { 4, 19, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".map m array u32 u64 1\n.map j prog_array u32 u32 4\n.prog p\n.at tail j[0] cgroup\nexit",
	  { { 4, 21, 1, 0, "expected the name of what to attach to before the end" } } },
	{ ".section",
	  { { 1, 9, 1, 0, "expected the name of a section before the end" } } },
	{ ".data x",
	  { { 1, 7, 1, 0, "expected the end of the line, not 'x'" } } },
	{ ".data\n\tr1 = 5",
	  { { 2, 2, 2, 0, "this section has no instructions; .text begins one that has" } } },
	{ ".data\nx: .byte 1\nx: .byte 2",
	  { { 3, 1, 1, 0, "'x' is a label of data already" } } },
	{ ".data\n.byte 256",
	  { { 2, 7, 3, 0, "256 does not fit 8 bits" } } },
	{ ".data\n.byte -129",
	  { { 2, 7, 4, 0, "-129 does not fit 8 bits" } } },
	{ ".data\n.byte a",
	  { { 2, 7, 1, 0, "expected a number, not a name: data are not linked" } } },
	{ ".data\n.quad",
	  { { 2, 6, 1, 0, "expected a number or a name before the end" } } },
	{ ".data\n.byte 1 2",
	  { { 2, 9, 1, 0, "expected the end of the line, not '2'" } } },
	{ ".data\n.asciz x",
	  { { 2, 8, 1, 0, "expected a string, not 'x'" } } },
	{ ".data\n.asciz \"a\" 5",
	  { { 2, 12, 1, 0, "expected the end of the line, not '5'" } } },
	{ ".data\n.zero",
	  { { 2, 6, 1, 0, "expected a number or a name before the end" } } },
	{ ".data\n.p2align 16",
	  { { 2, 1, 8, 0, "expected an alignment of 1 to 32768 bytes" } } },
	{ ".data\n.balign 3",
	  { { 2, 1, 7, 0, "expected an alignment of 1 to 32768 bytes" } } },
	{ ".data\n.foo",
	  { { 2, 1, 4, 0, "'.foo' is not a directive (did you mean '.or'?)" } } },
	{ ".macro m\n.data\n.endm\n" P "m\nexit",
	  { { 6, 1, 1, 2, "'.data' is not a directive (did you mean '.at'?)" } } },
	{ ".test",
	  { { 1, 6, 1, 0, "expected the test's name in quotes before the end" } } },
	{ ".test \"x\"",
	  { { 1, 10, 1, 0, "expected the name of a program before the end" } } },
	{ ".test \"x\" p",
	  { { 1, 11, 1, 0, "no program 'p' before this line" } } },
	{ P "exit\n.test \"x\" q",
	  { { 4, 11, 1, 0, "no program 'q' before this line" } } },
	{ P "exit\n.test \"x\" p\n\tpaket 00",
	  { { 5, 2, 5, 0, "expected packet, context, map, helper or expect, not 'paket'" } } },
	{ P "exit\n.test \"x\" p\n\tcontext = 3",
	  { { 5, 10, 1, 0, "expected the name of a field or argument, not '='" } } },
	{ P "exit\n.test \"x\" p\n\tcontext xdp_md.data == 3",
	  { { 5, 22, 2, 0, "expected NAME = VALUE, not '=='" } } },
	{ P "exit\n.test \"x\" p\n\tcontext xdp_md.data =",
	  { { 5, 23, 1, 0, "expected a number or a name before the end" } } },
	{ P "exit\n.test \"x\" p\n\tcontext xdp_md.data = 3 4",
	  { { 5, 26, 1, 0, "expected the end of the line, not '4'" } } },
	{ P "exit\n.test \"x\" p\n\tpacket",
	  { { 5, 8, 1, 0, "expected values before the end" } } },
	{ P "exit\n.test \"x\" p\n\tpacket 0",
	  { { 5, 9, 1, 0, "expected pairs of hexadecimal digits, or *N for N zeros" } } },
	{ P "exit\n.test \"x\" p\n\tpacket 00 zz",
	  { { 5, 12, 1, 0, "expected pairs of hexadecimal digits, or *N for N zeros" } } },
	{ P "exit\n.test \"x\" p\n\tpacket 00*4",
	  { { 5, 9, 1, 0, "expected pairs of hexadecimal digits, or *N for N zeros" } } },
	{ P "exit\n.test \"x\" p\n\tpacket *x",
	  { { 5, 9, 1, 0, "expected pairs of hexadecimal digits, or *N for N zeros" } } },
	{ P "exit\n.test \"x\" p\n\texpect",
	  { { 5, 8, 1, 0, "expected a number or a name before the end" } } },
	{ P "exit\n.test \"x\" p\n\texpect r0 ==",
	  { { 5, 14, 1, 0, "expected a number or a name before the end" } } },
	{ P "exit\n.test \"x\" p\n\texpect x[0] == 1",
	  { { 5, 9, 1, 0, "no map 'x' before this line" } } },
	{ P "exit\n.test \"x\" p\n\texpect count(x) == 1",
	  { { 5, 15, 1, 0, "no map 'x' before this line" } } },
	{ P "exit\n.test \"x\" p\n\tmap x[0] = 1",
	  { { 5, 6, 1, 0, "no map 'x' before this line" } } },
	{ ".map m array u32 u64 1\n" P "exit\n.test \"x\" p\n\tmap m[0]",
	  { { 6, 10, 1, 0, "expected MAP[KEY] = VALUE before the end" } } },
	{ ".map m array u32 u64 1\n" P "exit\n.test \"x\" p\n\tmap m",
	  { { 6, 7, 1, 0, "expected MAP[KEY] = VALUE before the end" } } },
	{ ".map m array u32 u64 1\n" P "exit\n.test \"x\" p\n\texpect m[0 == 1",
	  { { 6, 17, 1, 0, "expected ']' before the end" } } },
	{ P "exit\n.test \"x\" p\n\thelper",
	  { { 5, 8, 1, 0, "expected values before the end" } } },
};

START_TEST(each_message_has_its_place)
{
	struct parsed parsed;
	unsigned i;

	parse_text(&parsed, cases[_i].text, strlen(cases[_i].text), "");
	ck_assert_msg(parsed.result == -EINVAL || parsed.result == -E2BIG, "%s: %d", cases[_i].text,
		      parsed.result);
	for (i = 0; i < COUNT(cases[_i].errors) && cases[_i].errors[i].message; i++) {
		const struct rawbpf_collection_error *error = &parsed.errors[i];

		ck_assert_msg(i < parsed.text.error_count, "%s: %u errors", cases[_i].text,
			      parsed.text.error_count);
		ck_assert_msg(error->at.line == cases[_i].errors[i].line &&
			      error->at.column == cases[_i].errors[i].column &&
			      error->at.width == cases[_i].errors[i].width &&
			      error->macro_line == cases[_i].errors[i].macro_line &&
			      strcmp(error->at.message, cases[_i].errors[i].message) == 0,
			      "%s\n%u:%u:%u %u %s", cases[_i].text, error->at.line,
			      error->at.column, error->at.width, error->macro_line,
			      error->at.message);
	}
	ck_assert_uint_eq(parsed.text.error_count, i);
	parse_free(&parsed);
}
END_TEST

/* The prelude's lines have RAWBPF_LINE_STD added, and the user's line comes first. */
START_TEST(an_error_in_the_prelude_names_both_lines)
{
	static const char std[] = "# a prelude\n.macro wrong\n\tr1 = r0\n\tr1 = r12\n.endm\n";
	static const char text[] = P "\texit\n\twrong\n";
	struct parsed parsed;

	parse_text(&parsed, text, strlen(text), std);
	ck_assert_int_eq(parsed.result, -EINVAL);
	ck_assert_uint_eq(parsed.text.error_count, 1);
	ck_assert_uint_eq(parsed.errors[0].at.line, 4);
	ck_assert_uint_eq(parsed.errors[0].at.column, 2);
	ck_assert_uint_eq(parsed.errors[0].at.width, 5);
	ck_assert_uint_eq(parsed.errors[0].macro_line, RAWBPF_LINE_STD + 4);
	parse_free(&parsed);
	parse_text(&parsed, P "exit", strlen(P "exit"), ".macro\n.endm\n");
	ck_assert_int_eq(parsed.result, -EINVAL);
	ck_assert_uint_eq(parsed.errors[0].at.line, RAWBPF_LINE_STD + 1);
	parse_free(&parsed);
}
END_TEST

/* The list keeps the first errors in their order, however many there are. */
START_TEST(the_list_keeps_the_first_errors)
{
	static const char text[] = P "goto a\ngoto b\nr1 = r11\nr2 = r11\nexit\n";
	struct rawbpf_collection_error errors[3];
	struct rawbpf_collection collection;
	size_t size = rawbpf_collection_memory_size(strlen(text));
	struct rawbpf_collection_text input = { .text = text, .length = strlen(text), .std = "",
						.memory = malloc(size), .memory_size = size };

	for (unsigned max = 0; max <= 3; max++) {
		memset(errors, 0x5a, sizeof errors);
		input.errors = max ? errors : NULL;
		input.error_max = max;
		ck_assert_int_eq(rawbpf_collection_parse(&collection, &input), -EINVAL);
		ck_assert_uint_eq(input.error_count, 4);
		for (unsigned i = 1; i < max; i++)
			ck_assert_uint_lt(errors[i - 1].at.line, errors[i].at.line);
		if (max < 3)
			ck_assert_uint_eq(errors[max].at.line, 0x5a5a5a5a);
	}
	ck_assert_uint_eq(errors[0].at.line, 3);
	free(input.memory);
}
END_TEST

/* Each line with a NUL is an error at its place: in a summary, a string, a comment or a name. */
START_TEST(no_line_has_a_nul)
{
	static const char text[] = "# a\0\n# a\0\0\n.map m array u32 u64 1\n.show m \"a\0\"\n.show m \"a\0\0\"\n"
				   P "r0\0 = 1\nexit\n\0";
	static const struct { unsigned line, column; } places[] = {
		{ 1, 4 }, { 2, 4 }, { 4, 11 }, { 5, 11 }, { 8, 3 }, { 10, 1 },
	};
	struct parsed parsed;

	parse_text(&parsed, text, sizeof text - 1, "");
	ck_assert_int_eq(parsed.result, -EINVAL);
	ck_assert_uint_eq(parsed.text.error_count, COUNT(places));
	for (unsigned i = 0; i < COUNT(places); i++) {
		ck_assert_uint_eq(parsed.errors[i].at.line, places[i].line);
		ck_assert_uint_eq(parsed.errors[i].at.column, places[i].column);
		ck_assert_str_eq(parsed.errors[i].at.message, "a byte that is 0; a text has none");
	}
	parse_free(&parsed);
}
END_TEST

START_TEST(old_versions_are_warned_about)
{
	static const char text[] = P ".if kernel > 5\nexit\n.endif\nexit\n";
	struct parsed parsed;

	parse_text(&parsed, text, strlen(text), "");
	ck_assert_int_eq(parsed.result, 0);
	ck_assert_uint_eq(parsed.text.warning_count, 1);
	ck_assert_uint_eq(parsed.warnings[0].at.line, 3);
	ck_assert_uint_eq(parsed.warnings[0].at.column, 5);
	ck_assert_uint_eq(parsed.warnings[0].at.is_warning, 1);
	ck_assert_str_eq(parsed.warnings[0].at.message, "distributions add features to old kernels; "
			 "exists(NAME) asks for the feature itself");
	parse_free(&parsed);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, each_message_has_its_place, 0, COUNT(cases));
	tcase_add_test(tests, an_error_in_the_prelude_names_both_lines);
	tcase_add_test(tests, the_list_keeps_the_first_errors);
	tcase_add_test(tests, no_line_has_a_nul);
	tcase_add_test(tests, old_versions_are_warned_about);
}

int main(void)
{
	return unit_run("collection_errors", add_tests);
}
