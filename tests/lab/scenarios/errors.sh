# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A store with bad sectors: their errors reach the guest, and nothing else suffers.

errors_summary="bad sectors of the store are I/O errors in the guest, the rest works on"
errors_class="data"
errors_mib=32 # where they are

scenario_errors() {
	disk_attach xvda "$(store_bad $((errors_mib * 2048)) $((errors_mib * 2048 + 7)))"
	driver_load
	disk_arrives xvda
	guest errors_look
	guest_in 180 io_short xvda "$seed"
}

# In the guest.
errors_look() {
	errors_expect 1 read 4k $((errors_mib * 256)) || return 1
	errors_expect 1 write 4k $((errors_mib * 256)) || return 1
	errors_expect 1 read 1M $errors_mib || return 1
	errors_expect 0 read 4k $((errors_mib * 256 + 1)) || return 1
	errors_expect 0 write 4k $((errors_mib * 256 - 1)) || return 1
	errors_expect 0 read 1M $((errors_mib - 1))
}

# errors_expect STATUS OPERATION BLOCK-SIZE BLOCK
errors_expect() {
	local rc=0
	if [ "$2" = read ]; then
		dd if=/dev/xvda of=/dev/null bs="$3" skip="$4" count=1 iflag=direct 2>/tmp/dd.out || rc=1
	else
		dd if=/dev/zero of=/dev/xvda bs="$3" seek="$4" count=1 oflag=direct 2>/tmp/dd.out || rc=1
	fi
	[ $rc -eq "$1" ] || {
		echo "$2 of $3 at block $4 ended with $rc, should be $1: $(tail -n 1 /tmp/dd.out)"
		return 1
	}
}
