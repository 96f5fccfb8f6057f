# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What the guest discards is a hole in the store, no more and no less; nodes that are
# missing or absurd are lived with; and a backend that refuses what it has offered makes
# an error of a secure discard, but never of a plain one.
#
# Finds a driver that discards too much, too little or elsewhere, that sends what is not
# offered, or that makes an I/O error of a refusal.

discard_summary="holes seen from dom0, secure discard, bad nodes, refused while in use and during fstrim"
discard_class="data"
discard_mib=16

scenario_discard() {
	discard_revoked
	discard_trimmed
	discard_holes
	discard_nodes
	discard_none
}

# discard_disk PROFILE [LINE...]: a store that is full.
discard_disk() {
	local profile="$1"
	shift
	seeded_data "$seed" $((discard_mib * 1048576)) >/store/data
	own_attach "$profile" xvda /store/data "$@"
	driver_load
	disk_arrives xvda
}

# discard_hole MIB WHAT: so much of the store is not there.
discard_hole() {
	expect $(((discard_mib - $1) * 2048)) "$(stat -c %b /store/data)" \
		"the number of sectors the store has $2"
}

discard_zero() {
	expect "$(head -c "$(($2 * 1048576))" /dev/zero | sha256sum)" \
		"$(tail -c "+$(($1 * 1048576 + 1))" /store/data | head -c "$(($2 * 1048576))" | sha256sum)" \
		"what dom0 finds where $2 MiB were discarded"
}

discard_holes() {
	progress "discard: holes"
	discard_disk full
	expect 4096 "$(guest disk_fact xvda queue/discard_granularity)" "the granularity"
	discard_hole 0 "before any discard"
	guest blkdiscard -o $((8 * 1048576)) -l $((4 * 1048576)) /dev/xvda
	discard_hole 4 "after a discard of 4 MiB"
	discard_zero 8 4
	expect_at_least 1 "$(own_count xvda discard)" "the number of discards"
	guest blkdiscard -s -o $((2 * 1048576)) -l 1048576 /dev/xvda
	discard_hole 5 "after a secure discard of 1 MiB more"
	discard_zero 2 1
	expect_at_least 1 "$(own_count xvda secure-discard)" "the number of secure discards"
	own_say xvda "answer secure-discard unsupported"
	guest discard_fails -s
	own_say xvda "answer discard error"
	guest discard_fails
	disk_ends $discard_mib "after discards"
}

# A missing granularity means sector-size; one that makes no sense, the physical sector's.
# Newer block layers never go below the latter, so the first disk has small ones.
discard_nodes() {
	progress "discard: missing and absurd nodes"
	discard_nodes_one 512 "node offer discard-granularity" "node offer discard-alignment" \
		"node connect physical-sector-size 512"
	discard_nodes_one 4096 "node offer discard-granularity 4294967295" "node offer discard-alignment 7"
	discard_nodes_one 4096 "node offer discard-granularity 3" "node offer discard-alignment 4294967295"
}

# discard_nodes_one GRANULARITY LINE...
discard_nodes_one() {
	local granularity="$1"
	shift
	discard_disk full "$@"
	expect "$granularity" "$(guest disk_fact xvda queue/discard_granularity)" "the granularity with $*"
	guest blkdiscard -o 1048576 -l 1048576 /dev/xvda
	discard_hole 1 "after a discard with $*"
	disk_ends $discard_mib "with $*"
}

# A file system that discards what it frees, and fstrim, while the backend stops to.
discard_revoked() {
	progress "discard: refused while in use"
	discard_disk full "after 3 discard node now feature-discard 0" \
		"after 3 discard answer discard unsupported"
	guest_in 120 discard_files "$seed"
	expect_at_least 4 "$(own_count xvda discard)" "the number of discards"
	expect_at_least 1 "$(own_count xvda answered-unsupported)" "the number of refusals"
	! guest_said 'I/O error' || fail "the kernel speaks of an I/O error"
	disk_ends $discard_mib "after discard was refused"
}

# The same in the middle of an fstrim, which has more than one to send.
discard_trimmed() {
	progress "discard: refused during fstrim"
	discard_disk full "after 1 discard node now feature-discard 0" \
		"after 1 discard answer discard unsupported"
	guest_in 120 discard_free "$seed"
	expect_at_least 1 "$(own_count xvda answered-unsupported)" "the number of refusals"
	! guest_said 'I/O error' || fail "the kernel speaks of an I/O error"
	disk_ends $discard_mib "after discard was refused to fstrim"
}

discard_none() {
	progress "discard: not offered"
	discard_disk minimal
	expect 0 "$(guest disk_fact xvda queue/discard_max_bytes)" "the largest discard"
	guest discard_fails
	discard_hole 0 "without discard"
	disk_ends $discard_mib "without discard"
}

# In the guest: discard_fails [OPTION]
discard_fails() {
	! blkdiscard "$@" -o 0 -l 65536 /dev/xvda 2>/dev/null || {
		echo "a discard succeeded that cannot have been done: $*"
		return 1
	}
}

discard_files() {
	local i=0
	/sbin/mke2fs -q -F -t ext4 -E nodiscard /dev/xvda && mount -t ext4 -o discard /dev/xvda /mnt || return 1
	while [ $i -lt 6 ]; do
		seeded_data "$(($1 + i))" 524288 >/mnt/file
		sync
		rm /mnt/file
		sync
		i=$((i + 1))
	done
	seeded_data "$1" 524288 >/mnt/file
	discard_trim && umount /mnt && filesystem_check
}

# What is free lies in pieces.
discard_free() {
	local i=0
	/sbin/mke2fs -q -F -t ext4 -E nodiscard /dev/xvda && mount -t ext4 /dev/xvda /mnt || return 1
	while [ $i -lt 8 ]; do
		seeded_data "$(($1 + i))" 262144 >/mnt/file$i
		i=$((i + 1))
	done
	sync
	rm /mnt/file1 /mnt/file3 /mnt/file5
	sync
	discard_trim || return 1
	seeded_data "$(($1 + 6))" 262144 | cmp - /mnt/file6 || return 1
	umount /mnt && filesystem_check
}

discard_trim() {
	# It may be told that there is no such thing any more, but of no error.
	fstrim /mnt 2>/tmp/trim.out || grep -q "not supported" /tmp/trim.out || {
		cat /tmp/trim.out
		return 1
	}
	grep -q ' /mnt ext4 rw' /proc/mounts || {
		echo "the file system is not writable any more"
		return 1
	}
}
