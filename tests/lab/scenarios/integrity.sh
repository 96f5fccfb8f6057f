# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# fio with checksums over all block sizes, flushes, several jobs; what dom0 stored
# before is what the guest reads, and what the guest wrote is what dom0 then stores.

integrity_summary="fio with crc32c over 512 B to 1 MiB, flushes; backing store compared from dom0"
integrity_class="data"
integrity_mib=64

scenario_integrity() {
	integrity_disk
	integrity_on_disk
}

integrity_disk() {
	progress "integrity: seed $seed"
	seeded_data "$seed" 8388608 >/store/data
	disk_new xvda data "$integrity_mib"
	driver_load
	disk_arrives xvda
}

integrity_on_disk() {
	disk_compare xvda $integrity_mib /store/data "before any write"
	guest_in 300 integrity_write "$seed" "$vcpus"
	integrity_flushes
	disk_compare xvda $integrity_mib /store/data "after the guest's writes"
	fact verified_mib "$integrity_mib"
	fact seed "$seed"
}

# blkback counts the flushes it was sent: at least one for each, none swallowed. A kernel
# may send two for a stable write, one by FUA and one of its own.
integrity_flushes() {
	local before count=32
	before=$(back_count xvda f_req 2>/dev/null)
	guest_in 180 io_flushes xvda "$seed" $count
	[ -z "$before" ] || expect_at_least $((2 * count)) $(($(back_count xvda f_req) - before)) \
		"the number of flushes the backend saw for $count fsyncs and $count stable writes"
}

# In the guest: integrity_write SEED JOBS
integrity_write() {
	{
		io_global xvda "$1"
		cat <<END
[b512]
rw=randwrite
bs=512
size=1m
offset=0
[b4k]
rw=randwrite
bs=4k
size=4m
offset=4m
numjobs=$2
offset_increment=4m
[b64k]
rw=write
bs=64k
size=8m
offset=16m
[b1m]
stonewall
rw=randwrite
bs=1m
iodepth=4
size=16m
offset=24m
[any]
rw=randwrite
bsrange=512-1m
blockalign=512
size=16m
offset=40m
[readwrite]
rw=randrw
bsrange=4k-128k
blockalign=4k
size=8m
offset=56m
END
	} | io_jobs integrity
}
