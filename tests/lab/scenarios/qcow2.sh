# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The same as qdisk, on a qcow2 image: what dom0 compares is what qemu-img finds in it.

qcow2_summary="smoke, integrity, discard, resize, save and restore on QEMU's qdisk backend, qcow2"
qcow2_class="data"
qcow2_guest="memory=400"

scenario_qcow2() {
	backend=qcow2
	qdisk_data
	qdisk_discard
	qdisk_grow
	qdisk_saverestore
}
