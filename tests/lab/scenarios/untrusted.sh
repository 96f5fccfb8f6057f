# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# A disk whose backend is not trusted: everything goes through pages of the driver's.

untrusted_summary="trusted=0 in xenstore and as a parameter: verified I/O through bounce pages"
untrusted_class="data"

scenario_untrusted() {
	disk_attach xvda "$(store_file data 16)"
	xenstore write "$(front_dir xvda)/trusted" 0
	driver_load feature_persistent=0
	untrusted_io
	disk_attach xvda "$(store_file data 16)"
	driver_load trusted=0 feature_persistent=0
	untrusted_io
}

untrusted_io() {
	disk_arrives xvda
	guest untrusted_known
	features_io 512
}

# In the guest: the driver says so itself, in its debugfs file or in the log.
untrusted_known() {
	local features=/sys/kernel/debug/xen-blkfront/xvda/features
	grep -q /sys/kernel/debug /proc/mounts || mount -t debugfs debugfs /sys/kernel/debug
	if [ -e $features ]; then
		grep '^trusted:' $features
		grep -q '^trusted: 0$' $features
	else
		dmesg | grep 'blkfront: xvda:' | tail -n 1 | grep -o 'bounce buffer: enabled'
	fi || {
		echo "the driver does not say that it bounces"
		return 1
	}
}
