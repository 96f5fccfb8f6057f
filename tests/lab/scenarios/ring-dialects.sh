# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Rings of several pages, in both ways of speaking of them, by backends that know only the
# one, only the other, both, or take less than they say; and numbers that make no sense.
#
# Finds a driver that knows one way only, that gives up at a refusal, or that believes all
# it reads.

ring_dialects_summary="ring sizes in both dialects, refused sizes, senseless numbers"
ring_dialects_class="backends"
ring_dialects_mib=16

scenario_ring_dialects() {
	ring_dialects_one 4 1 "ring-order 2" "node offer max-ring-page-order 2"
	ring_dialects_one 4 1 "ring-order 2" "ring-dialect pages" "node offer max-ring-pages 4"
	ring_dialects_one 8 1 "ring-order 3" "node offer max-ring-page-order 3" "node offer max-ring-pages 8"
	ring_dialects_one 8 1 "ring-order 3" "ring-dialect pages" \
		"node offer max-ring-page-order 3" "node offer max-ring-pages 8"
	ring_dialects_one 4 2 "rings 2" "ring-order 2" "ring-dialect pages" \
		"node offer max-ring-pages 4" "node offer multi-queue-max-queues 2"
	ring_dialects_one 1 1 "ring-order 0" "node offer max-ring-page-order garbage" \
		"node offer max-ring-pages -1" "node offer multi-queue-max-queues 0"
	# More is said than is taken.
	ring_dialects_one 2 1 "ring-order 1" "node offer max-ring-page-order 4"
	ring_dialects_one 1 1 "ring-order 0" "ring-dialect pages" "node offer max-ring-pages 8"
}

# ring_dialects_one PAGES QUEUES LINE...
ring_dialects_one() {
	local pages="$1" queues="$2"
	shift 2
	[ "$queues" -le "$vcpus" ] || return 0
	progress "ring dialects: $*"
	truncate -s ${ring_dialects_mib}M /store/data
	own_attach minimal xvda /store/data "$@"
	driver_load max_ring_page_order=4 max_queues=2
	disk_arrives xvda
	expect "rings $queues pages $pages persistent 0" "$(profiles_agreed)" "what was agreed on with $*"
	guest_in 180 io_short xvda "$seed"
	disk_ends $ring_dialects_mib "with $*"
}
