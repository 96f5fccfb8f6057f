# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The lab's own control: page faults and processes in a guest without a disk and without a
# driver. What dies here, dies of the emulator, of Xen or of the guest's kernel.

bare_summary="a guest without any disk or driver, under load: the lab's own control"

scenario_bare() {
	guest_in $((60 + 60 * cycles)) bare_load $((20 * cycles))
}

# In the guest, for so many seconds.
bare_load() {
	bare_end=$(($(date +%s) + $1))
	for bare_worker in 1 2 3 4; do
		bare_work &
	done
	wait
}

bare_work() {
	while [ "$(date +%s)" -lt "$bare_end" ]; do
		sha256sum /bin/busybox >/dev/null
		echo 3 >/proc/sys/vm/drop_caches
		dd if=/dev/zero of=/dev/null bs=64k count=200 2>/dev/null
	done
}
