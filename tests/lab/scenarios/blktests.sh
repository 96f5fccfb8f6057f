# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# For `lab blktests`: those of the block layer's own tests that are made for any disk, on a disk of
# the driver's. They come on a second disk, see lib/blktests.sh.

blktests_seconds=10 # that each of them may last, where it asks

scenario_blktests() {
	local test result
	disk_new xvda data 256
	disk_attach xvdb "$(cat /lab/blktests.disk)"
	driver_load
	disk_arrives xvda
	disk_arrives xvdb
	guest blktests_begin
	for test in $(guest blktests_list); do
		progress "blktests: $test"
		result=$(guest_in 300 blktests_run "$test") || fail "$test: $result"
		fact "$test" "$result"
	done
	guest blktests_end
	disks_end
}

# The rest is the guest's.

blktests_begin() {
	local dir
	mount -t ext4 -o noatime /dev/xvdb /mnt || return 1
	for dir in dev proc sys; do
		mount -o bind /$dir /mnt/$dir || return 1
	done
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	mount -t tmpfs tmp /mnt/tmp
	printf 'TEST_DEVS=(/dev/xvda)\nQUICK_RUN=1\nTIMEOUT=%s\n' $blktests_seconds >/mnt/blktests/config
}

# Those of the groups block and dm that say that they take a disk.
blktests_list() {
	cd /mnt/blktests/tests && grep -l '^test_device()' block/[0-9]*[0-9] dm/[0-9]*[0-9] | sort
}

# blktests_run TEST: what it says in the end: passed, failed or not run, and why.
blktests_run() {
	chroot /mnt /bin/bash -c "cd /blktests && ./check $1" >/tmp/blktests.out 2>&1
	sed 's/^/blktests: /' /tmp/blktests.out >/dev/kmsg
	awk 'match($0, /\[(passed|failed|not run)\]$/) { status = substr($0, RSTART + 1, RLENGTH - 2); next }
		status != "" && !why && sub(/^    /, ": ") { why = $0 }
		END { print (status != "" ? status : "no status: " $0) (status != "passed" ? why : "") }' \
		/tmp/blktests.out
}

blktests_end() {
	umount /mnt/tmp /mnt/sys /mnt/proc /mnt/dev /mnt
}
