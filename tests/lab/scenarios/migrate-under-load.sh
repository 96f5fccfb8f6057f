# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Live migration, to the same host, with requests in flight. Unlike after a restore, old
# and new backend exist side by side for a while.
#
# Finds what saverestore-under-load finds, and a driver that lets go of the old backend's
# pages, or waits for it, when it resumes.

migrate_under_load_summary="live migration with verified I/O in flight"
migrate_under_load_class="moves"
migrate_under_load_types="pvh"
migrate_under_load_guest="memory=400"

scenario_migrate_under_load() {
	local cycle=0
	load_begin "small flush large"
	while [ $cycle -lt "$cycles" ]; do
		cycle=$((cycle + 1))
		progress "migration: $cycle of $cycles"
		guest_migrate
		load_goes_on "migration $cycle"
	done
	load_end
}
