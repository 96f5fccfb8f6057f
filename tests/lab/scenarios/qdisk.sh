# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# QEMU's own backend: no indirect descriptors, no persistent grants, one queue.

qdisk_summary="the integrity scenario on QEMU's qdisk backend"

scenario_qdisk() {
	progress "qdisk: seed $seed"
	truncate -s "${integrity_mib}"M /store/data
	seeded_data "$seed" 8388608 | dd of=/store/data bs=1M conv=notrunc 2>/dev/null
	qdisk_backend
	disk_attach_qdisk xvda /store/data
	driver_load
	disk_connected xvda
	expect qdisk "$(back_dir xvda | cut -d / -f 6)" "the kind of backend"
	guest disk_appears xvda
	expect 11 "$(guest disk_fact xvda queue/max_segments)" "max_segments"
	integrity_on_disk
}

# A PV or PVH guest that started without such a disk has no QEMU yet. xl wants to
# know of it, and ends it with the guest.
qdisk_backend() {
	local node=/local/domain/"$domid"/image/device-model-pid
	[ -z "$(xs_read "$node")" ] || return 0
	/usr/libexec/xen-qemu-system-i386 -xen-domid "$domid" -xen-attach -machine xenpv \
		-display none -nodefaults -no-user-config -monitor none -serial none -parallel none \
		-daemonize -pidfile /run/qdisk.pid -D /logs/qemu-qdisk.log >/tmp/out 2>&1 ||
		fail "cannot start QEMU as disk backend: $(tail -n 2 /tmp/out)"
	xenstore write "$node" "$(cat /run/qdisk.pid)"
}
