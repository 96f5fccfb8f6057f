# SPDX-License-Identifier: GPL-2.0
#
# A row for each kernel whose probes' answers are given as files: what its block layer is like, and
# how many shims it needs. Files of what the driver goes without there, and of what the lab
# recorded, come before the answers, which answers.awk reads. Called by scripts/gen-docs.

FILENAME ~ /\/lacks\// {
	label = label_of(FILENAME)
	missing[label] = missing[label] ", " $0
	next
}
FILENAME ~ /\/booted\// {
	label = label_of(FILENAME)
	if (/^[^#]/) {
		verdict = $3 == "PASS" ? "" : " FAILED:"
		booted[label] = booted[label] "," verdict " " ($2 == "pv" ? "" : $2 " ") $1
	}
	next
}
# As tests/matrix/run --golden says of a tree without Module.symvers.
/^\/\* exports: not checked/ { unchecked[FILENAME] = ", exports not checked" }

function proven(i) {
	if (name[i] in booted)
		return "built by hand; booted by hand:" substr(booted[name[i]], 2) unchecked[file[i]]
	if (file[i] !~ /golden/)
		return "built by hand, not booted" unchecked[file[i]]
	return i == newest ? "every change: built; lab-all: booted" : "every change: built, booted"
}

function layer(i) {
	if (!has[i, "BLK_MQ"])
		return "single-queue, under a blk-mq of ours"
	if (!has[i, "BLK_STATUS_T"])
		return "blk-mq, results are numbers"
	if (!has[i, "RQ_MQ_HCTX"])
		return "blk-mq beside single-queue"
	if (has[i, "LIMITS_FEATURES"])
		return "blk-mq, limits as a structure"
	return has[i, "QUEUE_RQS_LIST"] || has[i, "QUEUE_RQS_POINTER"] ? "blk-mq, lists of requests" : "blk-mq"
}

function own(i,    s) {
	if (!has[i, "LATEEOI"])
		s = s ", slows down event storms"
	if (!has[i, "GRANT_TRY_END"])
		s = s ", asks before it ends a grant"
	if (!has[i, "QUIESCE_QUEUE"])
		s = s ", waits for submitters"
	return s == "" ? "-" : substr(s, 3)
}

function shims(i,    k, count) {
	for (k = 1; k <= probes; k++)
		count += needs_shim(i, probe_at[k])
	return count + 0
}

function lacks(i) {
	return name[i] in missing ? substr(missing[name[i]], 3) : "-"
}

END {
	print "| kernel | block layer | shims | the driver has to do itself | missing | proven |"
	print "|---|---|---|---|---|---|"
	for (i = 1; i <= n; i++)
		printf "| %s | %s | %s | %s | %s | %s |\n", name[i], layer(i), shims(i), own(i), lacks(i), proven(i)
}
