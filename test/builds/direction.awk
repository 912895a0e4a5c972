# SPDX-License-Identifier: MIT
#
# Read lines of three kinds, print each break of the direction rule, and fail if there are any:
#
# 	may FOLDER FOLDER...	the first folder may use the others, and all that they may use
# 	home HEADER TREE	a public header declares functions of insn, or of lib alone
# 	arrow FILE FILE HOW...	the first file uses the second: "calls rawbpf_x", "includes"
#
# A.c and A.h count as one file. A .def belongs to the files that read it.

function tree_of(path)
{
	if (path in home)
		return home[path]
	return path ~ /^insn\// ? "insn" : path ~ /^lib\// ? "lib" : ""
}

function folder_of(path, part)
{
	split(path, part, "/")
	return part[1] "/" part[2]
}

function unit_of(path)
{
	sub(/\.[ch]$/, "", path)
	return path
}

function complain(text)
{
	print text
	failed = 1
}

# Collect all nodes that arrows lead to from `node`, into reached[from, NODE].
function reach(arrows, from, node, reached, count, next_nodes, i)
{
	count = split(arrows[node], next_nodes, " ")
	for (i = 1; i <= count; i++)
		if (!((from, next_nodes[i]) in reached)) {
			reached[from, next_nodes[i]] = 1
			reach(arrows, from, next_nodes[i], reached)
		}
}

function reach_all(arrows, reached, from)
{
	for (from in arrows)
		reach(arrows, from, from, reached)
}

# Print each circle once, with its arrows.
function find_circles(what, arrows, hows, reached, from, to, circle, done, pair, ends)
{
	reach_all(arrows, reached)
	for (from in arrows) {
		if (!((from, from) in reached) || from in done)
			continue
		circle = ""
		for (to in arrows)
			if ((from, to) in reached && (to, from) in reached) {
				done[to] = 1
				circle = circle " " to
			}
		complain("a circle of " what ":")
		for (pair in hows) {
			split(pair, ends, SUBSEP)
			if (index(circle " ", " " ends[1] " ") && index(circle " ", " " ends[2] " "))
				print "    " ends[1] " -> " ends[2] ": " hows[pair]
		}
	}
}

function add_arrow(arrows, hows, from, to, how)
{
	if (from == to || (from, to) in hows)
		return
	arrows[from] = arrows[from] " " to
	arrows[to] = arrows[to]
	hows[from, to] = how
}

function check_rule(from, to, how, a, b)
{
	a = folder_of(from)
	b = folder_of(to)
	if (tree_of(from) == "insn" && tree_of(to) == "lib")
		complain(from " -> " to ": " how ", but insn/ may use nothing of lib/")
	else if (a != b && (a ~ /^insn/ && b ~ /^insn/ || a ~ /^lib/ && b ~ /^lib/) &&
	    !((a, b) in allowed))
		complain(from " -> " to ": " how ", but " a " may not use " b)
}

$1 == "may" {
	rules[$2] = rules[$2]
	for (i = 3; i <= NF; i++)
		rules[$2] = rules[$2] " " $i
}

$1 == "home" {
	home[$2] = $3
}

$1 == "arrow" {
	how = $4
	for (i = 5; i <= NF; i++)
		how = how " " $i
	from[++count] = $2
	to[count] = $3
	hows[count] = how
}

END {
	reach_all(rules, allowed)
	for (i = 1; i <= count; i++) {
		check_rule(from[i], to[i], hows[i])
		seen[folder_of(from[i])]
		seen[folder_of(to[i])]
		add_arrow(folder_arrows, folder_hows, folder_of(from[i]), folder_of(to[i]),
			  from[i] " -> " to[i] ": " hows[i])
		if (to[i] !~ /\.def$/)
			add_arrow(file_arrows, file_hows, unit_of(from[i]), unit_of(to[i]), hows[i])
	}
	for (folder in seen)
		if (folder !~ /^include/ && !(folder in rules))
			complain(folder " has no row in the table of folders")
	find_circles("folders", folder_arrows, folder_hows)
	find_circles("files", file_arrows, file_hows)
	exit failed
}
