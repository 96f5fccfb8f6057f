# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What is behind a disk: files and devices in dom0's memory.

# store_file NAME MIB [SECTOR]: a loop device over a file in memory; prints its name.
store_file() {
	local file="/store/$1"
	truncate -s "${2}M" "$file"
	/sbin/losetup --find --show --sector-size "${3:-512}" "$file"
}

# store_slow NAME MIB MILLISECONDS: the same, but every answer takes that long.
store_slow() {
	dmsetup create "$1" --table "0 $(($2 * 2048)) delay $(store_file "$1" "$2") 0 $3" ||
		fail "cannot make a slow device"
	echo "/dev/mapper/$1"
}

# store_bad FIRST LAST: a memory device of 64 MiB on which these sectors are bad.
store_bad() {
	local dir=/sys/kernel/config/nullb/nullb1
	grep -q /sys/kernel/config /proc/mounts || mount -t configfs configfs /sys/kernel/config
	mkdir $dir || fail "cannot make a null_blk device"
	echo 64 >$dir/size
	echo 1 >$dir/memory_backed
	echo "+$1-$2" >$dir/badblocks
	echo 1 >$dir/power || fail "cannot switch on a null_blk device"
	echo /dev/nullb1
}

store_bad_drop() { [ ! -e /sys/kernel/config/nullb/nullb1 ] || rmdir /sys/kernel/config/nullb/nullb1; }

stores_drop() {
	own_drop
	dmsetup remove_all
	/sbin/losetup -D
	rm -rf /store/*
	store_bad_drop
}
