# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# An installed system whose driver of ours cannot be used boots on the kernel's own all the same,
# and remembers why: built for another kernel, cut off, not signed for a kernel that wants that,
# or one that loads and refuses the root disk.
#
# Finds an initramfs that knows one driver only.

boot_broken_summary="an installed system: our driver does not load, or brings no root disk"
boot_broken_types="pv pvh"
boot_broken_kernels="6.1 6.12"
boot_broken_installed="yes"

# boot_broken_by REPLACED REASON [ARGUMENT]
boot_broken_by() {
	installed_boot ours "$1" "$3"
	expect "the kernel's own" "$(installed_said driver)" "the driver with: $1 $3"
	expect_like "$2" "$(installed_said record)" "the record with: $1 $3"
	expect_like "$2" "$(installed_said kernel)" "the kernel's log with: $1 $3"
	expect_like '^warning .*fell-back' "$(installed_said doctor)" "what the doctor finds with: $1 $3"
	expect_like "$2" "$(installed_said doctor)" "the reason that the doctor gives with: $1 $3"
}

scenario_boot_broken() {
	boot_broken_by refuses 'the root disk did not appear within'
	boot_broken_by vermagic 'does not load: .*(Invalid module format|Exec format error)'
	boot_broken_by cut 'does not load: .*(Invalid|Exec format error)'
	boot_broken_by - 'does not load: .*(Key was rejected|Required key not available)' module.sig_enforce=1
	installed_boot ours -
	expect_like '^[0-9]+[.][0-9]' "$(installed_said driver)" "the driver's version, at last,"
}
