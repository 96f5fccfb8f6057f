# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Busy disks in a guest whose grant table holds a fraction of what they would like to
# have in flight.
#
# Finds a driver that fails I/O when there are no grant references, that lets one disk
# keep all of them, that waits for one with nothing in flight that would give it back, or
# that cannot connect a disk then.

grant_starvation_summary="eight busy disks and a grant table of a few frames"
grant_starvation_class="resources"
grant_starvation_guest="max_grant_frames=4"

scenario_grant_starvation() {
	many_begin 8 8
	many_io bs=256k iodepth=16 size=7m
	many_io bs=4k iodepth=64 size=1m
	many_compare
	many_end
}
