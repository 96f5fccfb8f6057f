# SPDX-License-Identifier: GPL-2.0
#
# A row for each answer of the probes that is not the same everywhere: what asks for it, and the kernels
# on which it is not what the newest one's is, from the oldest to the last in a row. Files: what each
# part of include/compat asks for, as "FILE NAME" lines; then the answers, which answers.awk reads. Called
# by scripts/gen-docs.

FILENAME == ARGV[1] {
	places[$2] = places[$2] (places[$2] == "" ? "" : ", ") "`" $1 "`"
	next
}
# Kernels in a row, by their ends: those between belong to it. EL's are another row than kernel.org's.
function ranges(probe, which,    i, text, first, last) {
	for (i = 1; i <= n; i++) {
		if ((name[i] ~ /^el/) != which || i == newest)
			continue
		if (needs_shim(i, probe)) {
			if (first == "")
				first = name[i]
			last = name[i]
		} else if (first != "") {
			text = text ", " first (first == last ? "" : " to " last)
			first = ""
		}
	}
	if (first != "")
		text = text ", " first (first == last ? "" : " to " last)
	return text
}

END {
	print "| asked for | by | shims on |"
	print "|---|---|---|"
	for (i = 1; i <= probes; i++) {
		probe = probe_at[i]
		where = ranges(probe, 0) ranges(probe, 1)
		if (where != "" && probe in places)
			printf "| %s | %s | %s |\n", tolower(probe), places[probe], substr(where, 3)
	}
}
