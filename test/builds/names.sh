#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: names.sh
#
# Compare the table of objects in CONTRIBUTING.md, and its list of verbs, with headers, sources and
# pages. Every public function is rawbpf_<object>_<verb>, with object and verb of one row. The row's
# header declares it, one of the row's files defines it, and the row's page shows it.
set -eu

. "$(dirname "$0")/../checks.sh"

# Print the tables' rows without Markdown: fields between bars, words between commas.
rows() { # HEADING
	sed -n "/^### $1\$/,/^#/p" "$top/CONTRIBUTING.md" | sed -n 's/^| *`/|/p' | tr -d '`' |
		sed 's/ *, */,/g; s/ *| */|/g'
}

# FILE FUNCTION
defined() {
	cd "$top"
	for file in lib/*/*.c insn/*/*.c; do
		awk -v file="$file" '
			/^[a-z].*rawbpf_[a-z]/ {
				name = $0
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
			}
			/^{/ { if (name ~ /^rawbpf_[a-z]/) print file, name; name = "" }' "$file"
	done
}

rows Objects >"$work/objects"
rows Verbs >"$work/verbs"
declared >"$work/declared"
defined >"$work/defined"

# Print each function with its row: HEADER|FUNCTION|MACRO|ROW'S HEADER|FILES|PAGE
awk -F '|' '
	NR == FNR {
		objects = split($2, object, ",")
		verbs = split($6, verb, ",")
		for (i = 1; i <= objects; i++)
			for (j = 1; j <= verbs; j++)
				row["rawbpf_" object[i] "_" verb[j]] = $3 "|" $4 "|" $5
		next
	}
	{
		split($0, word, " ")
		print word[1] "|" word[2] "|" word[3] "|" row[word[2]]
	}' "$work/objects" "$work/declared" >"$work/joined"

# Fail if the command prints anything.
none() { # COMMAND...
	"$@" >"$work/complaints"
	cat "$work/complaints"
	[ ! -s "$work/complaints" ]
}

strangers() {
	awk -F '|' '
		$4 == "" { print $2 ": no row has this object and verb" }
		$4 != "" && $1 != $4 { print $2 ": in " $1 ", not in " $4 }' "$work/joined"
}

# Print rows with an object or verb that no function has. _at behind a verb belongs to the verb.
idle_rows() {
	awk -F '|' '
		NR == FNR { is_function[$2] = 1; next }
		{
			objects = split($2, object, ",")
			verbs = split($6, verb, ",")
			for (i = 1; i <= objects; i++)
				for (j = 1; j <= verbs; j++) {
					name = "rawbpf_" object[i] "_" verb[j]
					if (!(name in is_function))
						print name ": a row has it, no header"
				}
		}' "$work/joined" "$work/objects"
}

other_verbs() {
	cut -d '|' -f 6 "$work/objects" | tr ',' '\n' | sed 's/_at$//' | sort -u >"$work/used"
	cut -d '|' -f 2 "$work/verbs" | tr ',' '\n' | sort -u >"$work/listed"
	comm -23 "$work/used" "$work/listed" | sed 's/$/: not in the list of verbs/'
	comm -13 "$work/used" "$work/listed" | sed 's/$/: in the list, and no function has it/'
}

other_files() {
	awk -F '|' '
		NR == FNR { split($0, word, " "); file[word[2]] = word[1]; next }
		$3 == "macro" || $4 == "" { next }
		!($2 in file) { print $2 ": declared and not defined"; next }
		{
			found = 0
			count = split($5, stem, ",")
			for (i = 1; i <= count; i++) {
				sub(/\*.*/, "", stem[i])
				found += index(file[$2], stem[i]) == 1
			}
			if (!found)
				print $2 ": defined in " file[$2] ", not in " $5
		}' "$work/defined" "$work/joined"
	awk 'NR == FNR { seen[$2] = 1; next }
		!($2 in seen) { print $2 ": defined in " $1 ", in no header" }' \
		"$work/declared" "$work/defined"
}

synopsis() { # PAGE
	sed '/^\.Sh DESCRIPTION/q' "$1" | sed -nE 's/^\.F[no] (rawbpf_[a-z0-9_]+).*/\1/p'
}

# Callers do not write X_at, which stands behind the macro X.
other_pages() {
	for page in "$top"/man/*.3; do
		synopsis "$page" | sed "s/^/${page##*/}|/"
	done >"$work/pages"
	awk -F '|' '
		FILENAME ~ /pages$/ { page[$2] = page[$2] $1; next }
		{ is_function[$2] = 1 }
		$3 == "macro" { behind[$2 "_at"] = 1 }
		{ wanted[$2] = $6 }
		END {
			for (name in wanted)
				if (wanted[name] != "" && !(name in behind) && page[name] != wanted[name])
					print name ": in the synopsis of " page[name] ", not of " wanted[name]
			for (name in page)
				if (!(name in is_function))
					print name ": " page[name] " has it, no header"
		}' "$work/pages" "$work/joined"
}

enough() {
	wc -l "$work/declared" "$work/defined" "$work/objects" "$work/verbs"
	[ "$(wc -l <"$work/declared")" -ge 150 ] && [ "$(wc -l <"$work/defined")" -ge 150 ] &&
		[ "$(wc -l <"$work/objects")" -ge 40 ] && [ "$(wc -l <"$work/verbs")" -ge 40 ]
}

check "tables, headers and sources are read" enough
check "every function is an object and a verb of a row, in its header" none strangers
check "every row has its functions" none idle_rows
check "the list of verbs is that of the rows" none other_verbs
check "every function is defined in its row's files" none other_files
check "every function is in its row's page" none other_pages

checks_end
