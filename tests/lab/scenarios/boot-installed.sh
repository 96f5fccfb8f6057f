# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# An installed system with our package boots from a Xen disk on our driver, and does so with another
# kernel that apt has installed since; on the kernel's own when the kernel's command line says so, and on
# that again after the package was removed.
#
# Finds an initramfs without a driver, or with the wrong one, a kernel's installation that leaves ours
# behind, and a switch that does not.

boot_installed_summary="an installed system: root on our driver, also after a kernel upgrade; switched off, package removed"
boot_installed_types="pv pvh"
boot_installed_kernels="6.1 6.12"
boot_installed_installed="yes"

# boot_installed_ours STATE
boot_installed_ours() {
	installed_boot "$1" -
	expect_like '^[0-9]+[.][0-9]' "$(installed_said driver)" "the driver's version ($1)"
	expect "" "$(installed_said record)" "the record of a fallback ($1)"
	expect_like '^xvda +ours ' "$(installed_said doctor)" "what the doctor says of the disk ($1)"
}

scenario_boot_installed() {
	boot_installed_ours ours
	boot_installed_ours upgraded
	installed_boot upgraded - xen_blkfront_dkms=off
	expect "the kernel's own" "$(installed_said driver)" "the driver, switched off,"
	expect_like "xen_blkfront_dkms=off: loading the kernel's own" "$(installed_said kernel)" "the kernel's log"
	expect "" "$(installed_said record)" "the record of a fallback, switched off,"
	expect_like 'xen_blkfront_dkms=off' "$(installed_said doctor)" "what the doctor says of the switch"
	installed_boot removed -
	expect "the kernel's own" "$(installed_said driver)" "the driver, without our package,"
}
