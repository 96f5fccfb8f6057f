# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Disks come and go while another one is busy; their names are used again each time.
#
# Finds a driver that holds up one disk with the work of another, that forgets a name, a
# minor number, a grant or an event channel each time, or that lets a disk go before its
# last write has arrived.

hotplug_summary="attach and detach in a loop beside a disk under load; names used again"
hotplug_class="plugging"

scenario_hotplug() {
	local round=0 rounds=$((cycles + 1)) one two
	load_begin "small large"
	one=$(store_file one 8)
	two=$(store_file two 8)
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		progress "hotplug: round $round of $rounds"
		hotplug_attach xvdb "$one" $((seed + round))
		hotplug_attach xvdc "$two" $((seed - round))
		disk_detach xvdb
		disk_detach xvdc
		hotplug_arrived one $((seed + round))
		hotplug_arrived two $((seed - round))
	done
	load_goes_on "all this"
	load_end
}

hotplug_attach() {
	disk_attach "$1" "$2"
	disk_arrives "$1"
	guest "seeded_data $3 262144 | dd of=/dev/$1 bs=64k iflag=fullblock oflag=direct 2>/dev/null"
}

hotplug_arrived() {
	expect "$(seeded_data "$2" 262144 | sha256sum)" "$(head -c 262144 "/store/$1" | sha256sum)" \
		"what the guest's last write left in $1"
}
