# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A disk appears with its partition, its size and its flags, takes and gives back
# data, and goes away with the driver.

smoke_summary="disk, partition, flags, read, write, unload"
smoke_class="data"

# One Linux partition from sector 2048 to the end of a disk of $2 sectors.
smoke_partition_table() {
	local length=$(($2 - 2048))
	{
		printf '\000\000\000\000\203\000\000\000\000\010\000\000'
		# shellcheck disable=SC2059 # the number becomes four little-endian bytes
		printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $((length & 255)) $((length >> 8 & 255)) \
			$((length >> 16 & 255)) $((length >> 24)))"
	} | dd of="$1" bs=1 seek=446 conv=notrunc 2>/dev/null
	printf '\125\252' | dd of="$1" bs=1 seek=510 conv=notrunc 2>/dev/null
}

scenario_smoke() {
	smoke_attach
	driver_load
	disk_connected xvda
	fact version "$(guest 'cat /sys/module/xen_blkfront/version 2>/dev/null || echo none')"
	guest "smoke_see xvda 0 $((32 * 2048))"
	guest smoke_write_partition "$seed"
	disk_stored xvda /store/data
	expect "$(seeded_data "$seed" 1048576 | sha256sum)" \
		"$(tail -c +1048577 /store/data | head -c 1048576 | sha256sum)" \
		"what dom0 finds where the guest wrote"
	smoke_by_qemu || smoke_readonly
}

# QEMU 7.2 takes no read-only image for qdisk.
smoke_by_qemu() { [ "$backend" = qdisk ] || [ "$backend" = qcow2 ]; }

smoke_attach() {
	smoke_partition_table /store/data $((32 * 2048))
	disk_new xvda data 32
	smoke_by_qemu || disk_new xvdb readonly 16 r
}

smoke_readonly() {
	disk_connected xvdb
	guest "smoke_see xvdb 1 $((16 * 2048))"
	guest smoke_write_refused
}

# In the guest: smoke_see XVDX READONLY SECTORS
smoke_see() {
	disk_appears "$1" || return 1
	local wanted="read-only $2, $3 sectors, blocks 512/512" found
	found="read-only $(disk_fact "$1" ro), $(disk_fact "$1" size) sectors, blocks $(
		disk_fact "$1" queue/logical_block_size)/$(disk_fact "$1" queue/physical_block_size)"
	[ "$found" = "$wanted" ] || {
		echo "$1 is: $found; should be: $wanted"
		return 1
	}
}

smoke_write_partition() {
	[ -b /dev/xvda1 ] || {
		echo "no partition xvda1"
		return 1
	}
	seeded_data "$1" 1048576 >/tmp/data
	dd if=/tmp/data of=/dev/xvda1 bs=64k oflag=direct 2>&1 || return 1
	sync
	echo 3 >/proc/sys/vm/drop_caches
	[ "$(head -c 1048576 /dev/xvda1 | sha256sum)" = "$(sha256sum </tmp/data)" ] || {
		echo "xvda1 gives back other data than was written"
		return 1
	}
}

smoke_write_refused() {
	! dd if=/dev/zero of=/dev/xvdb bs=4k count=1 conv=fsync 2>/dev/null || {
		echo "the read-only disk xvdb took a write"
		return 1
	}
}
