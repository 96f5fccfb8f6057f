# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's own backend: no indirect descriptors, no persistent grants, one queue. What a disk
# has to do on any backend, on a raw file.

qdisk_summary="smoke, integrity, discard, resize, save and restore on QEMU's qdisk backend, raw"
qdisk_class="data"
qdisk_guest="memory=400"

scenario_qdisk() {
	backend=qdisk
	qdisk_data
	qdisk_discard
	qdisk_grow
	qdisk_saverestore
}

qdisk_data() {
	scenario_smoke
	disks_end
	integrity_disk
	expect qdisk "$(back_dir xvda | cut -d / -f 6)" "the kind of backend"
	expect 11 "$(guest disk_fact xvda queue/max_segments)" "max_segments"
	integrity_on_disk
	disks_end
}

# qdisk_store MIB [DATA-MIB]: xvda over /store/data, which begins with so much data.
qdisk_store() {
	seeded_data "$seed" $((${2:-0} * 1048576)) >/store/data
	disk_new xvda data "$1"
	driver_load
	disk_arrives xvda
}

# Holes: what a raw file, or an image, does not take up.
qdisk_discard() {
	local before
	progress "qdisk: discard"
	qdisk_store 16 16
	before=$(qdisk_takes)
	guest blkdiscard -o $((8 * 1048576)) -l $((4 * 1048576)) /dev/xvda
	disk_stored xvda /store/data
	expect_at_least $((4 * 2048)) $((before - $(qdisk_takes))) \
		"the number of sectors that a discard of 4 MiB gives back"
	discard_zero 8 4
	disk_ends 16 "after a discard"
}
qdisk_takes() { stat -c %b "$(ls /store/data.qcow2 2>/dev/null || echo /store/data)"; }

# The monitor makes QEMU grow the store, and QEMU says so to the guest.
qdisk_grow() {
	progress "qdisk: the disk grows"
	qdisk_store 16
	guest 'filesystem_make && resize_listen'
	qdisk_resize xvda 32
	guest 'resize_seen 32 && resize_use 20'
	guest 'umount /mnt && resize_deafen'
	disk_ends 32 "after growing"
}

# Another QEMU takes over for the guest that comes back.
qdisk_saverestore() {
	progress "qdisk: save and restore"
	load_programs
	disk_new xvda load "$load_mib"
	load_flow "small flush large"
	guest_checkpoint
	load_goes_on "a checkpoint"
	guest_save
	wait_until 20 qdisk_ended || fail "the QEMU of the guest that was saved does not end"
	guest_restore
	load_goes_on "a restore"
	load_end
}
