# SPDX-License-Identifier: GPL-2.0
#
# Reads the answers of the probes that are kept, oldest kernel first, for the tables made of them: after the
# rules of those, which take their own files away.
#
# name[i]		the kernels, n of them; file[i] is where their answers stand
# has[i, PROBE]		whether the answer is yes
# probe_at[k]		the probes in their order, `probes` of them
# newest		the kernel that src/ is written for

# label_of PATH: its last part.
function label_of(path) {
	sub(/.*\//, "", path)
	return path
}

# A shim hangs on an answer that is not that of the newest kernel.
function needs_shim(i, probe) {
	return has[i, probe] != has[newest, probe]
}

FNR == 1 {
	file[++n] = FILENAME
	name[n] = label_of(FILENAME)
	if (name[n] == "newest")
		newest = n
}
/XBF_HAVE_/ {
	probe = $1 == "#define" ? $2 : $3
	sub(/XBF_HAVE_/, "", probe)
	if (!(probe in known)) {
		known[probe]
		probe_at[++probes] = probe
	}
	has[n, probe] = $1 == "#define"
}
