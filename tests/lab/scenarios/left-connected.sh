# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The driver finds disks that are connected to somebody who is no more, with what the
# backend has mapped: as a crash kernel does, or one that was started without a reboot.
# Who leaves them so is a driver of ours that was taught to, and is unloaded.
#
# Finds a driver that waits for a backend which thinks that all is well, or that goes on
# with a ring that is no longer its own.

left_connected_summary="disks that another left connected are taken over, with their data"
left_connected_class="plugging"
left_connected_drivers="mutant-never-closed"

scenario_left_connected() {
	disk_attach xvda "$(store_file a "$reload_mib")"
	disk_attach xvdd "$(store_file d "$reload_mib")"
	driver_load_as $left_connected_drivers
	reload_back
	guest_in 180 io_short xvda "$seed"
	progress "left connected: unbind, unload, and load another"
	guest 'reload_unbind xvda 51712 && reload_unbind xvdd 51760'
	driver_unload
	expect "4 4" "$(front xvda state) $(back xvda state)" "what is left of states of frontend and backend"
	driver_load
	reload_back
	disk_compare xvda "$reload_mib" /store/a "taken over"
	guest_in 180 io_short xvda $((seed + 1))
	guest_in 180 io_short xvdd $((seed + 2))
	disk_compare xvda "$reload_mib" /store/a "after all"
	disk_compare xvdd "$reload_mib" /store/d "after all"
}
