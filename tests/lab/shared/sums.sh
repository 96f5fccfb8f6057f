# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Comparing a disk in the guest with its backing store in dom0, region by region,
# so that a difference has a place.

region_mib=4

# region_sums FILE MIB [DD-FLAG]: a line "OFFSET-IN-MIB SHA256" per region.
region_sums() {
	local at=0
	while [ $at -lt "$2" ]; do
		echo "$at $(dd if="$1" bs=1M skip=$at count=$region_mib ${3:+iflag=$3} 2>/dev/null |
			sha256sum | cut -d ' ' -f 1)"
		at=$((at + region_mib))
	done
}

# seeded_data SEED BYTES: lines that nowhere repeat, other ones for other seeds.
seeded_data() { seq "$((1000000000 + $1 % 1000000 * 1000))" 1999999999 | head -c "$2"; }
