# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Verified I/O that goes on in the guest while dom0 does something to guest or backend.

load_mib=36

# load_begin "KIND..." [PARAMETER=VALUE...]: xvda over a store that takes its time, so
# that there is a lot in flight whenever something happens; I/O on it until load_end.
load_begin() {
	local kinds="$1"
	shift
	load_programs
	load_store=$(store_slow load $load_mib 40)
	disk_attach xvda "$load_store"
	load_flow "$kinds" "$@"
}

# load_flow "KIND..." [PARAMETER=VALUE...]: on an xvda that is attached.
load_flow() {
	local kinds="$1"
	shift
	driver_load "$@"
	disk_arrives xvda
	guest load_start xvda "$seed $kinds"
	guest load_busy
}

# An HVM guest's memory file system is loaded byte by byte: what is big comes on a disk.
load_programs() {
	[ "$type" = hvm ] && ! guest_within 10 command -v fio >/dev/null || return 0
	disk_attach xvda "$(/sbin/losetup --find --show /lab/guests/big-programs.cpio)" r
	driver_load
	disk_arrives xvda
	guest_in 120 'cd / && cpio -iu </dev/xvda 2>&1'
	disk_detach xvda
	driver_unload
}

# load_goes_on WHAT-HAPPENED: what was in flight comes to an end, verified; then there is
# something in flight again.
load_goes_on() {
	guest_within 90 "load_goes_on && load_busy" >/tmp/guest.out ||
		fail "I/O after $1: $(tail -n 3 /tmp/guest.out)"
}

load_end() {
	guest_in 90 load_stop
	disk_compare xvda $load_mib /store/load "after all"
}
