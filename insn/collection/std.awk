# SPDX-License-Identifier: MIT
# Print std.bpf as the initialiser of a string: insn/collection/std.h.
BEGIN {
	print "/* SPDX-License-Identifier: MIT */"
	print "/* Made of std.bpf by std.awk; test/collection/parse.c compares them. */"
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\\&")
	gsub(/\t/, "\\t")
	print "\"" $0 "\\n\""
}
