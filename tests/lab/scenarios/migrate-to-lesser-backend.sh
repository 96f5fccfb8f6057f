# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The guest wakes up before a backend that offers less than the one it left, while more
# requests wait in its I/O scheduler than the new ring holds, each too large for it.
# First blkback that says so, then QEMU, which has no indirect requests at all; then back
# to all that blkback has.
#
# Finds a driver that sends what was built for the old limits, that keeps to rings,
# queues or grants the backend did not offer, or that fails or loses what does not fit;
# and one that never again uses more than the least it has met.

migrate_to_lesser_backend_summary="moved to fewer queues, smaller ring, no indirect, no flush, and back"
migrate_to_lesser_backend_class="moves"
migrate_to_lesser_backend_guest="memory=400"

scenario_migrate_to_lesser_backend() {
	backends_offer multi-queue-max-queues=2 max-ring-page-order=1
	load_begin queued max_indirect_segments=256 max_ring_page_order=4 max_queues=2
	guest 'echo mq-deadline >/sys/block/xvda/queue/scheduler; lesser_discard >/dev/null 2>&1 &'
	lesser_expect "persistent=1 order=1 queues=2"
	lesser_blkback
	lesser_qdisk
	lesser_return
	load_end
}

# In the guest. The disk may lose discard on its way: then there is nothing to do.
lesser_discard() {
	until [ -e "$load_dir/stop" ]; do
		blkdiscard -o 10485760 -l 1048576 /dev/xvda
		usleep 300000
	done
}

lesser_expect() { expect "$1" "$(features_agreed)" "what was agreed on"; }

lesser_blkback() {
	progress "to a blkback that offers the least"
	backends_persistent N
	backends_offer multi-queue-max-queues=1 max-ring-page-order=0 feature-max-indirect-segments=0 \
		discard-enable=0
	echo "write through" >"/sys/block/$(basename "$(readlink -f "$load_store")")/queue/write_cache"
	guest_move
	load_goes_on "the move to a lesser blkback"
	lesser_expect "persistent=0 order=0 queues=1"
	lesser_sent
}

# blkback can do what it did not offer: only its counters tell.
lesser_sent() {
	local requests
	requests=$(back_count xvda wr_req)
	[ $(($(back_count xvda wr_sect) / (requests + 1))) -le 88 ] ||
		fail "requests are larger than the backend's limit of 11 segments"
	expect 0 "$(back_count xvda f_req)" "the number of flushes sent to a backend without flush"
	expect 0 "$(back_count xvda ds_req)" "the number of discards sent to a backend without discard"
}

lesser_qdisk() {
	progress "to QEMU's backend"
	{
		cat /tmp/guest.cfg
		cat <<END
device_model_override = "/usr/libexec/xen-qemu-system-i386"
disk = [ "format=raw,vdev=xvda,access=rw,backendtype=qdisk,discard,target=$load_store" ]
END
	} >/tmp/qdisk.cfg
	guest_move /tmp/qdisk.cfg
	load_goes_on "the move to QEMU's backend"
	expect qdisk "$(back_dir xvda | cut -d / -f 6)" "the kind of backend"
}

lesser_return() {
	progress "back to all that blkback has"
	backends_plain
	sed "s|backendtype=qdisk,discard|script=block-lab|" /tmp/qdisk.cfg >/tmp/blkback.cfg
	guest_move /tmp/blkback.cfg
	load_goes_on "the return to blkback"
	lesser_expect "persistent=1 order=4 queues=2"
}
