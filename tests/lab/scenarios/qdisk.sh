# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's own backend: no indirect descriptors, no persistent grants, one queue.

qdisk_summary="smoke and integrity on QEMU's qdisk backend"
qdisk_class="data"

scenario_qdisk() {
	backend=qdisk
	scenario_smoke
	disks_end
	integrity_disk
	expect qdisk "$(back_dir xvda | cut -d / -f 6)" "the kind of backend"
	expect 11 "$(guest disk_fact xvda queue/max_segments)" "max_segments"
	integrity_on_disk
}
