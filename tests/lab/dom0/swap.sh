# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Two drivers in turn on the same disk: dom0 takes it away and gives it back in between.

# swap_to DRIVER DEVICE [PARAMETER=VALUE...]
swap_to() {
	local name="$1" device="$2"
	shift 2
	disk_attach xvda "$device"
	driver_load_as "$name" "$@"
	disk_arrives xvda
}

swap_away() {
	disk_detach xvda
	driver_unload
}

# Events that frontends sent to the backend, as dom0 received them.
notifications() {
	awk '/blkif-backend/ { for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' /proc/interrupts
}

# sample DRIVER ROUND MODE OPERATION BLOCK-SIZE DEPTH COUNT: measure and report.
sample() {
	local before result
	before=$(notifications)
	guest_in 300 rate xvda "$4" "$5" "$6" "$7" >/tmp/rate
	result=$(cat /tmp/rate)
	emit sample id "$id" driver "$1" round "$2" job "$4 $5 depth $6 $3" count "$7" \
		iops "${result% *}" interrupts "${result#* }" notifications $(($(notifications) - before))
}
