# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks of 4096-byte sectors, on which everything is still counted in units of 512 bytes:
# the capacity, the place of a request, its segments.
#
# Finds a driver that takes the one unit for the other, or that sends less than a sector.

sector_4k_summary="4096-byte sectors, logical and physical, with and without indirect requests"
sector_4k_class="data"
sector_4k_mib=16

scenario_sector_4k() {
	sector_4k_one full 4096 4096
	sector_4k_one tapdisk 4096 4096
	sector_4k_one minimal 4096 4096
	sector_4k_one full 512 4096
	sector_4k_one minimal 512 512
}

# sector_4k_one PROFILE LOGICAL PHYSICAL
sector_4k_one() {
	progress "sectors: $1, $2 logical, $3 physical"
	seeded_data "$seed" 4194304 >/store/data
	truncate -s ${sector_4k_mib}M /store/data
	own_attach "$1" xvda /store/data "sector-size $2"
	driver_load max_indirect_segments=256
	disk_arrives xvda
	guest sector_4k_see "$2" "$3" $((sector_4k_mib * 2048))
	disk_compare xvda $sector_4k_mib /store/data "before any write"
	guest_in 180 io_short xvda "$seed" "$2"
	guest sector_4k_last "$seed" "$2" $((sector_4k_mib * 1048576))
	disk_ends $sector_4k_mib "after the guest's writes"
}

# In the guest: sector_4k_see LOGICAL PHYSICAL SECTORS
sector_4k_see() {
	local wanted="$3 sectors, blocks $1/$2" found
	found="$(disk_fact xvda size) sectors, blocks $(disk_fact xvda queue/logical_block_size)/$(
		disk_fact xvda queue/physical_block_size)"
	[ "$found" = "$wanted" ] || {
		echo "xvda is: $found; should be: $wanted"
		return 1
	}
}

# sector_4k_last SEED LOGICAL BYTES: the last block of the disk, written and read.
sector_4k_last() {
	seeded_data "$1" "$2" >/tmp/data
	dd if=/tmp/data of=/dev/xvda bs="$2" seek=$(($3 / $2 - 1)) count=1 oflag=direct conv=notrunc 2>&1 || return 1
	[ "$(dd if=/dev/xvda bs="$2" skip=$(($3 / $2 - 1)) count=1 iflag=direct 2>/dev/null | sha256sum)" = \
		"$(sha256sum </tmp/data)" ] || {
		echo "the last block is not what was written"
		return 1
	}
}
