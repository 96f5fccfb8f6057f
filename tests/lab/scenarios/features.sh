# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The negotiable features in combination: what was agreed on is read from xenstore
# and from the guest's queue limits, then data is written and verified.

features_summary="persistent and indirect on and off, ring orders, queues, 4 KiB sectors"
features_class="data"

scenario_features() {
	#             persistent  segments  order  queues  sector
	features_case 1           32        0      1       512
	features_case 0           32        0      1       512
	features_case 1           0         0      1       512
	features_case 0           0         2      1       512
	features_case 1           64        2      2       512
	features_case 0           256       4      2       512
	features_case 1           32        4      1       4096
	features_case 0           0         0      2       4096
	features_backend
}

# What one side does not want, the other must not get.
features_backend() {
	blkback_reload feature_persistent=0 max_ring_page_order=0 max_queues=1
	features_open 512 feature_persistent=1 max_ring_page_order=4 max_queues=2 max_indirect_segments=32
	expect "persistent=0 order=0 queues=1" "$(features_agreed)" "what a modest backend agreed to"
	features_io 512
	blkback_reload max_queues=4
}

# features_case PERSISTENT SEGMENTS ORDER QUEUES SECTOR
features_case() {
	local queues="$4" segments="$2" what="persistent=$1 order=$3 queues=$4"
	[ "$queues" -le "$vcpus" ] || return 0
	progress "features: $what segments=$2 sector=$5"
	features_open "$5" "feature_persistent=$1" "max_indirect_segments=$2" \
		"max_ring_page_order=$3" "max_queues=$4"
	expect "$what" "$(features_agreed)" "what was agreed on"
	[ "$segments" -ne 0 ] || segments=11
	expect "$segments" "$(guest disk_fact xvda queue/max_segments)" "max_segments for $2 indirect segments"
	expect "$5" "$(guest disk_fact xvda queue/logical_block_size)" "the sector size"
	features_io "$5"
}

features_open() {
	local sector="$1"
	shift
	disk_attach xvda "$(store_file data 16 "$sector")"
	driver_load "$@"
	disk_arrives xvda
}

# Absent nodes have a meaning of their own.
features_agreed() {
	local persistent order queues
	persistent=$(front xvda feature-persistent)
	[ "$(back xvda feature-persistent)" = 1 ] || persistent=0
	order=$(front xvda ring-page-order)
	queues=$(front xvda multi-queue-num-queues)
	echo "persistent=${persistent:-0} order=${order:-0} queues=${queues:-1}"
}

features_io() {
	guest_in 180 io_short xvda "$seed" "$1"
	disk_ends 16 "after the guest's writes"
}
