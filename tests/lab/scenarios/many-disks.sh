# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# 32 disks at once: the 16 with the old numbers and 16 with the extended ones.
#
# Finds a driver that mixes up names, minor numbers or stores, or that takes so much for
# each disk that nothing is left for the last.

many_disks_summary="32 disks with I/O on all of them, the right store behind each name"
many_disks_class="resources"

scenario_many_disks() {
	many_begin 32 4
	many_io bs=16k iodepth=8 size=1m
	many_compare
	many_end
}
