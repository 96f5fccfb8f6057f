# SPDX-License-Identifier: GPL-2.0
#
# A row for each answer of the probes that is not the same everywhere: what asks for it, and the kernels
# on which it is not what the newest one's is, from the oldest to the last in a row. Files: what each
# part of include/compat asks for, as "FILE NAME" lines; then the answers, oldest kernel first. Called by
# scripts/gen-docs.

FILENAME == ARGV[1] {
	places[$2] = places[$2] (places[$2] == "" ? "" : ", ") "`" $1 "`"
	next
}
FNR == 1 {
	n++
	name[n] = FILENAME
	sub(/.*\//, "", name[n])
	if (name[n] == "newest")
		newest = n
	# EL's kernels are another row than kernel.org's.
	row[n] = name[n] ~ /^el/ ? "el" : "org"
}
/XBF_HAVE_/ {
	probe = $1 == "#define" ? $2 : $3
	sub(/XBF_HAVE_/, "", probe)
	if (!(probe in known)) {
		known[probe] = ++probes
		probe_at[probes] = probe
	}
	has[n, probe] = $1 == "#define"
}

# Kernels of a row, by their ends: those between belong to it.
function ranges(probe, which,    i, text, first, last) {
	for (i = 1; i <= n; i++) {
		if (row[i] != which || i == newest)
			continue
		if (has[i, probe] != has[newest, probe]) {
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
		where = ranges(probe, "org") ranges(probe, "el")
		if (where != "" && probe in places)
			printf "| %s | %s | %s |\n", tolower(probe), places[probe], substr(where, 3)
	}
}
