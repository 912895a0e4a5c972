# SPDX-License-Identifier: MIT
# Print the texts of examples/tools as an array in C: rawbpf/texts.h declares it.
BEGIN {
	print "#include \"texts.h\"\n\nconst struct text texts[] = {"
}
FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.bpf$/, "", name)
	print (NR > 1 ? "},\n" : "") "{ \"" name "\","
}
{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\\&")
	gsub(/\t/, "\\t")
	print "\"" $0 "\\n\""
}
END {
	print "},\n{ 0 } };"
}
