# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The lab's own backend, once with each of its profiles: what was agreed on as the backend
# has it, what the disk can do as the guest sees it, verified I/O, and the store compared.
# The backend counts what no frontend may send: faults, and what was not offered.
#
# Finds a driver that relies on what is not offered, that does not use what is, or that
# cannot do without copying, mapping, order among answers, or a ring that does not stall.

profiles_summary="every profile of the lab's own backend: old and new ones, verified I/O"
profiles_class="backends"
profiles_mib=16

scenario_profiles() {
	local queues=2
	[ "$vcpus" -ge 2 ] || queues=1
	#            profile      queues   pages persistent  segments discard cache
	profiles_one minimal      1        1     0           11       no      "write through"
	profiles_one blkback-old  1        1     0           11       no      "write back"
	profiles_one tapdisk      1        8     0           11       no      "write back"
	profiles_one full         $queues  16    1           256      yes     "write back"
	profiles_one revoking     $queues  4     0           64       -       -
}

profiles_driver="max_ring_page_order=4 max_queues=2 max_indirect_segments=256"

# profiles_one PROFILE QUEUES PAGES PERSISTENT SEGMENTS DISCARD CACHE. "-": not looked at.
profiles_one() {
	progress "profiles: $1"
	seeded_data "$seed" 4194304 >/store/data
	truncate -s ${profiles_mib}M /store/data
	own_attach "$1" xvda /store/data
	# shellcheck disable=SC2086 # one word for each parameter
	driver_load $profiles_driver
	disk_arrives xvda
	expect "rings $2 pages $3 persistent $4" "$(profiles_agreed)" "what $1 and the driver agreed on"
	profiles_seen "$1" "$5" "$6" "$7"
	disk_compare xvda $profiles_mib /store/data "with $1, before any write"
	guest_in 180 io_short xvda "$seed"
	guest_in 180 io_flushes xvda "$seed" 16
	profiles_used "$1"
	profiles_grow
	disk_ends $((profiles_mib + 4)) "with $1, after the guest's writes"
}

# By 4 MiB, while it is used.
profiles_grow() {
	local sectors=$(((profiles_mib + 4) * 2048))
	own_say xvda "resize $sectors"
	guest "wait_until 10 profiles_has $sectors"
}
profiles_has() { [ "$(disk_fact xvda size)" = "$1" ]; }

profiles_agreed() {
	echo "rings $(own_count xvda rings) pages $(own_count xvda ring-pages) persistent $(
		own_count xvda persistent)"
}

# profiles_seen PROFILE SEGMENTS DISCARD CACHE
profiles_seen() {
	local discard=no
	expect "$2" "$(guest disk_fact xvda queue/max_segments)" "max_segments with $1"
	[ "$4" = - ] || expect "$4" "$(guest disk_fact xvda queue/write_cache)" "the write cache with $1"
	[ "$3" = - ] && return
	[ "$(guest disk_fact xvda queue/discard_max_bytes)" = 0 ] || discard=yes
	expect "$3" "$discard" "whether xvda discards with $1"
}

# What the backend saw of the I/O.
profiles_used() {
	case $1 in
	minimal) expect 0 "$(own_count xvda flushes)" "the number of flushes with $1" ;;
	blkback-old)
		expect_at_least 32 "$(own_count xvda barrier)" "the number of barriers with $1"
		expect 0 "$(own_count xvda copied)" "the bytes copied with $1"
		;;
	tapdisk)
		expect_at_least 32 "$(own_count xvda barrier)" "the number of barriers with $1"
		expect 0 "$(own_count xvda mapped)" "the pages mapped with $1"
		;;
	full)
		expect_at_least 32 "$(own_count xvda flush)" "the number of flushes with $1"
		expect 0 "$(own_count xvda barrier)" "the number of barriers with $1"
		expect_at_least 1 "$(own_count xvda indirect)" "the number of indirect requests with $1"
		;;
	revoking)
		expect_at_least 6 "$(own_count xvda flush)" "the number of flushes with $1"
		expect_at_least 1 "$(own_count xvda answered-unsupported)" "the number of refusals with $1"
		;;
	esac
	own_correct xvda
}
