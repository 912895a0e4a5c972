# SPDX-License-Identifier: MIT
#
# usage: awk -f tried.awk RESULTS RECORDED
#
# Make a page of features and kernels from a test run's output, and from vm/recorded: the lines
# `tried KERNEL NAME VALUE`.
# KERNEL is `native` or a name in vm/kernels. A row is a feature, a column a kernel.

# Facts whose name matches `names` belong to a section. The row's name leaves out matches of `drop`.
# A fact works if its value matches `works`, and a row if all of its facts do.
function section(title, names, drop, works) {
	sections++
	titles[sections] = title
	names_of[sections] = names
	drop_of[sections] = drop
	works_as[sections] = works
}

BEGIN {
	section("Probes and tracepoints: the method, and the attachment",
		"^(kret|k)probe\\.(pmu|tracefs)\\.(link|ioctl)\\.|^tracepoint\\.(link|ioctl)\\.|^raw_tp\\.",
		"\\.(symbol|syscall|address|atomic|percpu)", "^1000$")
	section("Links: attached, counted, pinned, opened again, replaced, detached",
		"^link\\.", "^link\\.", "^type -?[0-9]+: [1-9]")
	section("Map types", "^map\\.[a-z_]+$", "^map\\.", "^1$")
	texts("all is mounted", "run")
	texts("no tracefs", "run_no_tracefs")
	texts("no /sys, thus no tracefs", "run_no_sys")
	texts("no /proc", "run_no_proc")
	texts("neither /sys nor /proc", "run_no_files")
	texts("an offsets file in place of BTF", "run_offsets")
	section("Program types", "^prog\\.[a-z_0-9]+\\.[0-9]+$", "^prog\\.|\\.[0-9]+$", "^1$")
}

# The texts of rawbpf run, with these mounts. A cell that does not work has the reason.
function texts(mounts, prefix) {
	section("Tools as text files, " mounts ": the text, and the way", "^" prefix "\\.[a-z]+\\.[a-z_]+$",
		"^" prefix "\\.", "^as expected$")
	says[sections] = 1
}

# Return the errno and the sentence, or the mistake, without the rest of what rawbpf said.
function reason(value) {
	if (match(value, /E[A-Z0-9]+: /))
		value = substr(value, RSTART)
	else if (match(value, /error: /))
		value = substr(value, RSTART + 7)
	sub(/(;|  |\t| \.at| \.or| \(| \/tools\/| rawbpf run:).*/, "", value)
	sub(/ +$/, "", value)
	gsub(/\|/, "\\\\|", value)
	return value
}

# Print amd64-6.1 as "amd64 6.1", and the newest kernels by their release.
function heading(kernel,    parts) {
	split(release[kernel], parts, /[.+-]/)
	sub(/-.*/, "", kernel)
	return kernel " " parts[1] "." parts[2]
}

function enter(s, row, kernel, works) {
	if (!((s, row) in known)) {
		known[s, row] = 1
		rows[s, ++row_count[s]] = row
	}
	if ((s, row, kernel) in tried && tried[s, row, kernel] != works)
		works = "partly"
	tried[s, row, kernel] = works
}

$1 != "tried" { next }

$3 == "release" {
	if (!($2 in release))
		columns[++column_count] = $2
	release[$2] = $4
}

{
	for (s = 1; s <= sections; s++) {
		if ($3 !~ names_of[s])
			continue
		row = $3
		gsub(drop_of[s], "", row)
		gsub(/\./, ", ", row)
		value = substr($0, index($0, " " $3 " ") + length($3) + 2)
		enter(s, row, $2, value ~ works_as[s] ? "yes" : says[s] ? reason(value) : "-")
	}
}

END {
	print "# Features on each kernel"
	print ""
	print "The tests write this page: `sh test/run.sh`. **yes**: the feature did exactly what it should on that kernel."
	print "**-**: that kernel, or that architecture, lacks it, and answered so. An empty cell: not tried there."
	print "Debian's kernels ran in emulated machines; *native* is the kernel on which the tests ran."
	print ""
	print "s390x stops at 6.12, which a point release keeps on the mirrors. Debian has its newer kernel only in sid, where the next"
	print "upload replaces it. riscv64 has 6.12 alone for the same reason. There a kprobe goes behind the first 8 bytes of a"
	print "function, which ftrace has, so no return probe attaches."
	for (s = 1; s <= sections; s++) {
		if (!row_count[s])
			continue
		printf "\n## %s\n\n|", titles[s]
		for (c = 1; c <= column_count; c++)
			printf " | %s", heading(columns[c])
		printf " |\n|---"
		for (c = 1; c <= column_count; c++)
			printf "|---"
		print "|"
		for (r = 1; r <= row_count[s]; r++) {
			printf "| %s", rows[s, r]
			for (c = 1; c <= column_count; c++)
				printf " | %s", tried[s, rows[s, r], columns[c]]
			print " |"
		}
	}
}
