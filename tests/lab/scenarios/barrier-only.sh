# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Backends that know barriers and nothing else to make data stable. Each fsync and each
# stable write must become one; large stable writes too where there are indirect requests.
# A barrier that is refused is sent again as a write: what was acknowledged is in the
# store. An error of a barrier is an error of the fsync.
#
# Finds a driver that drops a flush, that takes a refusal for success without having
# written, that hides an error, or that hangs at a ring that stalls.

barrier_only_summary="barriers in place of flushes: stalling, large, refused, failing"
barrier_only_class="data"
barrier_only_mib=16

scenario_barrier_only() {
	barrier_only_stall
	barrier_only_large
	barrier_only_refused
	barrier_only_error
}

# barrier_only_disk PROFILE [LINE...]
barrier_only_disk() {
	local profile="$1"
	shift
	seeded_data "$seed" 4194304 >/store/data
	truncate -s ${barrier_only_mib}M /store/data
	own_attach "$profile" xvda /store/data "$@"
	driver_load max_indirect_segments=256
	disk_arrives xvda
	expect "write back" "$(guest disk_fact xvda queue/write_cache)" "the write cache"
}

# Answers take their time, so that there is something behind the barriers.
barrier_only_stall() {
	progress "barrier only: the ring stalls"
	barrier_only_disk tapdisk "delay-answer 3"
	guest_in 120 barrier_only_busy "$seed"
	# fio does not wait for one after the last write.
	expect_at_least 15 "$(own_count xvda barrier)" "the number of barriers for 15 fsyncs"
	expect_at_least 1 "$(own_count xvda stalls)" "the number of times the ring stood"
	own_say xvda "delay-answer 0"
	disk_ends $barrier_only_mib "behind barriers that stall"
}

# 256 KiB are 64 segments.
barrier_only_large() {
	progress "barrier only: large stable writes"
	barrier_only_disk tapdisk "segments 64" "node offer feature-max-indirect-segments 64"
	guest_in 60 barrier_only_write "$seed"
	expect_at_least 8 "$(own_count xvda barrier)" "the number of barriers for 8 stable writes"
	disk_ends $barrier_only_mib "after large stable writes"
}

barrier_only_refused() {
	progress "barrier only: refused"
	barrier_only_disk blkback-old "answer barrier unsupported"
	guest_in 60 barrier_only_write $((seed + 1))
	expect_at_least 1 "$(own_count xvda answered-unsupported)" "the number of refused barriers"
	guest_in 120 io_flushes xvda "$seed" 8
	disk_ends $barrier_only_mib "after barriers were refused"
}

barrier_only_error() {
	progress "barrier only: failing"
	barrier_only_disk blkback-old
	own_say xvda "answer barrier error"
	guest 'barrier_only_fails'
	own_say xvda "answer barrier ok"
	guest_in 120 io_flushes xvda "$seed" 8
	disk_ends $barrier_only_mib "after barriers failed"
}

# In the guest: plain writes all the time, and fsyncs in between.
barrier_only_busy() {
	{
		io_global xvda "$1"
		cat <<END
[plain]
rw=randwrite
bs=4k
offset=4m
size=4m
[fsync]
rw=randwrite
bs=4k
iodepth=1
fsync=1
offset=0
size=64k
END
	} | io_jobs busy
}

# barrier_only_write SEED: 8 writes of 256 KiB, each stable when it returns, read again.
barrier_only_write() {
	{
		io_global xvda "$1"
		cat <<END
[stable]
rw=randwrite
bs=256k
iodepth=1
ioengine=psync
sync=dsync
offset=8m
size=2m
END
	} | io_jobs stable
}

barrier_only_fails() {
	! dd if=/dev/zero of=/dev/xvda bs=4k seek=2000 count=1 oflag=direct conv=fsync,notrunc 2>/tmp/dd.out || {
		echo "an fsync succeeded whose barrier had failed"
		return 1
	}
}
