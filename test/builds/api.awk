# SPDX-License-Identifier: MIT
#
# usage: cc -fpreprocessed -dD -E -P HEADER | awk -v header=NAME -f api.awk
#
# Print a header's own declarations, a line for each function, field, enumerator, macro and
# operation. Leave out the kernel's numbers and structs, but keep its instruction macros.

function line(kind, text) {
	gsub(/[ \t]+/, " ", text)
	gsub(/\( /, "(", text)
	gsub(/ \)/, ")", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	print header, kind, text
}

# Print the macro's name and parameters, and its value if it has no parameters.
function macro(text) {
	sub(/^#define /, "", text)
	name = text
	sub(/[^A-Za-z0-9_].*/, "", name)
	if (name ~ /^RAWBPF_.*_H$/ || name ~ /^RAWBPF_(H|VERSION.*)$/)
		return
	if (name == "RAWBPF_OPERATIONS")
		while (match(text, /X\([A-Z0-9_]+\)/)) {
			line("operation", "RAWBPF_" substr(text, RSTART + 2, RLENGTH - 3))
			text = substr(text, RSTART + RLENGTH)
		}
	else if (match(text, /^[A-Za-z0-9_]+\([^)]*\)/) && (name ~ /^(rawbpf|RAWBPF)_/ || header == "insn.h"))
		line("macro", substr(text, 1, RLENGTH))
	else if (name ~ /^RAWBPF_/)
		line("macro", text)
}

# Print the fields of "struct rawbpf_x { int a; int b; }". A field can itself be a struct.
function fields(tag, text,    count, i, part, depth, field) {
	count = split(text, part, "")
	for (i = 1; i <= count; i++) {
		depth += (part[i] == "{") - (part[i] == "}")
		if (part[i] != ";" || depth) {
			field = field part[i]
			continue
		}
		line("struct", tag ": " field)
		field = ""
	}
}

# Print enumerators with their numbers.
function enumerators(tag, text,    count, i, part, number) {
	gsub(/[ \t]+/, "", text)
	sub(/,$/, "", text)
	count = split(text, part, ",")
	for (i = 1; i <= count; i++) {
		if (sub(/=/, " = ", part[i]))
			number = substr(part[i], index(part[i], "=") + 2)
		else
			part[i] = part[i] " = " number + 0
		number++
		if (part[i] ~ /^RAWBPF_/)
			line("enum", tag part[i])
	}
}

function declaration(text,    body, tag) {
	gsub(/[ \t]+/, " ", text)
	sub(/^ /, "", text)
	body = text
	sub(/^[^{]*\{/, "", body)
	sub(/\}[^}]*$/, "", body)
	if (match(text, /^(struct|union|enum)( [a-z0-9_]+)? \{/)) {
		tag = substr(text, 1, RLENGTH - 2)
		if (tag ~ /^enum/)
			enumerators(tag == "enum" ? "" : substr(tag, 6) ": ", body)
		else if (tag ~ / rawbpf_/)
			fields(substr(tag, index(tag, " ") + 1), body)
	} else if (text !~ /^(struct|union|enum) [a-z0-9_]+;$/ && match(text, /rawbpf_[a-z0-9_]+\(/)) {
		sub(/;$/, "", text)
		line(text ~ /^typedef/ ? "typedef" : "function", text)
	}
}


/^#/ {
	text = $0
	while (text ~ /\\$/ && (getline more) > 0)
		text = substr(text, 1, length(text) - 1) more
	if (text ~ /^#define /)
		macro(text)
	next
}

# Skip lines around all declarations, for C++, and RAWBPF_OPERATIONS(RAWBPF_OPERATION).
/^extern "C" \{$/ || (/^\}$/ && depth == 0) || /^[A-Z_]+\([A-Z_]+\)$/ {
	next
}

{
	gathered = gathered " " $0
	depth += gsub(/\{/, "{") - gsub(/\}/, "}")
	if (depth == 0 && /;$/) {
		declaration(gathered)
		gathered = ""
	}
}
