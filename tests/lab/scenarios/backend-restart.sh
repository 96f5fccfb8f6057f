# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The backend goes away under load and comes back: unbound and bound, its module loaded
# anew (the ring stays, and blkback takes up what it had not answered); closed by its own
# side and opened again; and made anew by the toolstack, as after a crash of its domain,
# in another directory and where it was (a new ring, and what was in flight is sent again).
#
# Finds a driver that starts a new ring on a backend that went on with the old one, that
# gives the disk up when the backend closes while it stays online, that does not see that
# its state was set back or its backend is another, or that loses or doubles what was in flight.

backend_restart_summary="backend unbound and bound, module reloaded, closed, made anew, under load"
backend_restart_class="backends"

scenario_backend_restart() {
	load_begin "small flush large"
	restart_bound
	restart_module
	restart_closed
	restart_anew
}

restart_bound() {
	local round
	for round in 1 2; do
		progress "backend: unbound and bound, $round of 2"
		backend_unbind xvda
		sleep 1
		backend_bind xvda
		load_goes_on "unbind and bind $round"
	done
}

restart_module() {
	progress "backend: module unloaded and loaded"
	blkback_reload max_queues=4
	load_goes_on "a reload of blkback"
}

# The toolstack has no part in it: the device stays online.
restart_closed() {
	progress "backend: closed while online"
	backend_unbind xvda
	xenstore write "$(back_dir xvda)/state" 6
	sleep 1
	backend_bind xvda
	load_goes_on "a close and open of the backend"
	disk_connected xvda
}

# Kernels whose xenbus unregisters such a device itself leave no choice: errors, and a
# fresh disk of the same name.
restart_anew() {
	progress "backend: made anew, elsewhere"
	backend_anew xvda 99999
	disk_connected xvda
	# What the guest says takes a while to reach its log.
	if wait_until 5 guest_said "state reset occurred"; then
		guest_in 90 load_lost
		guest disk_appears xvda
		guest_in 180 io_short xvda "$seed"
		disk_compare xvda "$load_mib" /store/load "on the fresh disk"
		fact "after the reset" "a fresh disk"
		restart_at_home
		guest disk_appears xvda
	else
		load_goes_on "the toolstack made the backend anew, elsewhere"
		restart_at_home
		load_goes_on "the toolstack made the backend anew"
		load_end
		fact "after the reset" "the same disk"
	fi
}

restart_at_home() {
	progress "backend: made anew"
	backend_anew xvda
	disk_connected xvda
}
