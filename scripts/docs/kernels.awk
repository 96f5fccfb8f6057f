# SPDX-License-Identifier: GPL-2.0
#
# A row for each kernel whose probes' answers are given as files: what its block layer is like, and
# how many shims it needs. Files of what the driver goes without there, and of what the lab
# recorded, come before them. Called by scripts/gen-docs.

FILENAME ~ /\/lacks\// {
	label = FILENAME
	sub(/.*\//, "", label)
	missing[label] = missing[label] ", " $0
	next
}
FILENAME ~ /\/booted\// {
	label = FILENAME
	sub(/.*\//, "", label)
	if (/^[^#]/) {
		verdict = $3 == "PASS" ? "" : " FAILED:"
		booted[label] = booted[label] "," verdict " " ($2 == "pv" ? "" : $2 " ") $1
	}
	next
}
FNR == 1 {
	n++
	name[n] = FILENAME
	sub(/.*\//, "", name[n])
	proven[n] = "every change: built, booted"
	if (name[n] in booted)
		proven[n] = "built by hand; booted by hand:" substr(booted[name[n]], 2)
	else if (FILENAME !~ /golden/)
		proven[n] = "built by hand, not booted"
	else if (name[n] == "newest")
		proven[n] = "every change: built; lab-all: booted"
}
# As tests/matrix/run --golden says of a tree without Module.symvers.
/^\/\* exports: not checked/ { proven[n] = proven[n] ", exports not checked" }
/^#define XBF_HAVE_/ { has[n, substr($2, 10)] = 1 }
/XBF_HAVE_/ { asked[substr($2 == "#undef" ? $3 : $2, 10)] = 1 }
name[n] == "newest" { newest = n }

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

# How many answers are not those of the kernel that src/ is written for: a shim hangs on each.
function shims(i,    probe, count) {
	for (probe in asked)
		count += has[i, probe] != has[newest, probe]
	return count + 0
}

END {
	print "| kernel | block layer | shims | the driver has to do itself | missing | proven |"
	print "|---|---|---|---|---|---|"
	for (i = 1; i <= n; i++)
		printf "| %s | %s | %s | %s | %s | %s |\n", name[i], layer(i), shims(i), own(i), name[i] in missing ? substr(missing[name[i]], 3) : "-", proven[i]
}
