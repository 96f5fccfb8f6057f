# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The driver is updated without a reboot: unbound, unloaded and loaded again with disks
# attached, which dom0 has no part in.
#
# Finds a driver that leaves a disk in a state from which no driver can take it back, or
# that gives disks other names or other data when it does.

reload_summary="rebind, and unload and load with two disks attached; names and data stay"
reload_class="plugging"
reload_mib=16

scenario_reload() {
	disk_attach xvda "$(store_file a $reload_mib)"
	disk_attach xvdd "$(store_file d $reload_mib)"
	driver_load
	reload_back
	guest_in 180 io_short xvda "$seed"
	guest_in 180 io_short xvdd $((seed + 1))
	progress "reload: unbind and bind"
	guest reload_unbind xvda 51712
	guest reload_bind 51712
	reload_back
	progress "reload: unload and load"
	guest 'reload_unbind xvda 51712 && reload_unbind xvdd 51760'
	driver_unload
	driver_load
	reload_back
	disk_compare xvda $reload_mib /store/a "after the reload"
	disk_compare xvdd $reload_mib /store/d "after the reload"
}

reload_back() {
	disk_connected xvda
	disk_connected xvdd
	guest 'disk_appears xvda && disk_appears xvdd'
}

# In the guest: by the number xenbus knows.
reload_unbind() { echo "vbd-$2" >/sys/bus/xen/drivers/vbd/unbind && disk_gone "$1"; }
reload_bind() { echo "vbd-$1" >/sys/bus/xen/drivers/vbd/bind; }
