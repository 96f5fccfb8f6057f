# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The guest is suspended again and again with requests in flight: for a checkpoint, after
# which it goes on as if nothing had been, and to be saved and restored.
#
# Finds a driver that loses requests or sends them twice, that sends old data again, or
# that takes a suspend that was cancelled for a move, and starts a ring the backend has
# gone far in.

saverestore_under_load_summary="checkpoints, save and restore with verified I/O in flight"
saverestore_under_load_class="moves"
saverestore_under_load_guest="memory=400"
saverestore_under_load_cycles="20"

scenario_saverestore_under_load() {
	local cycle=0
	load_begin "small flush large"
	while [ $cycle -lt "$cycles" ]; do
		cycle=$((cycle + 1))
		progress "save and restore: cycle $cycle of $cycles"
		guest_checkpoint
		load_goes_on "checkpoint $cycle"
		guest_save
		guest_restore
		load_goes_on "restore $cycle"
	done
	load_end
}
