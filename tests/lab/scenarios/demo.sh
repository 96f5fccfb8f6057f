# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# For `lab demo`: show which module drives the disk, what it agreed on with the
# backend, that data arrives on both sides, and how it compares.

demo_rounds=2

scenario_demo() {
	integrity_disk
	demo_module
	demo_agreed
	integrity_on_disk
	swap_away
	stores_drop
	demo_compare
}

demo_module() {
	fact module_path "$(guest 'cat /lib/drivers/ours/origin')"
	fact version "$(guest 'cat /sys/module/xen_blkfront/version')"
	fact srcversion "$(guest 'cat /sys/module/xen_blkfront/srcversion')"
	fact kernel "$(guest 'uname -r')"
	fact sysfs "$(guest 'readlink -f /sys/block/xvda/device/driver/module')"
}

demo_agreed() {
	fact agreed "$(features_agreed)"
	fact flush "$(back xvda feature-flush-cache)"
	fact max_segments "$(guest disk_fact xvda queue/max_segments)"
	fact write_cache "$(guest disk_fact xvda queue/write_cache)"
	fact scheduler "$(guest disk_fact xvda queue/scheduler | sed 's/.*\[\(.*\)\].*/\1/')"
}

# The same disk, the same boot, the drivers in turn.
demo_compare() {
	local round=1 driver
	while [ $round -le $demo_rounds ]; do
		for driver in intree ours; do
			progress "round $round of $demo_rounds, driver: $driver"
			swap_to $driver /dev/nullb0
			sample $driver $round default randread 4k 32 8000
			sample $driver $round default randwrite 4k 32 8000
			swap_away
		done
		round=$((round + 1))
	done
}
