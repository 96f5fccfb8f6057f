# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Installed systems, that boot from their disk, say how it went, and switch themselves off.

# Scenarios with such guests have no other.
scenario_is_installed() { [ -n "$(eval "echo \${$(scenario_name)_installed:-}")" ]; }

# installed_config STATE ARGUMENT...: kernel and initramfs are taken out of the image for it.
installed_config() {
	local dir="/lab/installed/$kernel" state="$1"
	shift
	guest_config "$dir/vmlinux-$(cat "$dir/$state.release")" /tmp/installed.cpio \
		"root=/dev/xvda1 ro systemd.show_status=0 $*"
	cat <<END
on_poweroff = "destroy"
disk = [ "format=raw,vdev=xvda,access=w,script=block-lab,target=$(cat "$dir/$state.disk")" ]
END
}

# installed_config_bios STATE: the guest has the emulated disk only, and finds all it needs there.
installed_config_bios() {
	guest_machine
	guest_config_hvm
	cat <<END
on_poweroff = "destroy"
boot = "c"
disk = [ "format=raw,vdev=hda,access=w,target=$(cat "/lab/installed/$kernel/$1.disk")" ]
END
}

# installed_boot STATE REPLACED [ARGUMENT...]: the system in that state (with our package: ours, or small;
# with another kernel: upgraded; without our package: removed), a driver put in the place of ours or "-".
installed_boot() {
	local dir="/lab/installed/$kernel" state="$1" replaced="$2"
	shift 2
	cat "$dir/$state.initrd" >/tmp/installed.cpio
	[ "$replaced" = - ] || cat "$dir/$replaced.cpio" >>/tmp/installed.cpio
	installed_config "$state" "$@" >/tmp/guest.cfg
	progress "a boot of the installed system ($state${replaced#-}) $*"
	installed_start "$state"
}

# installed_boot_bios STATE: the same by BIOS and GRUB.
installed_boot_bios() {
	installed_config_bios "$1" >/tmp/guest.cfg
	progress "a boot of the installed system ($1) by BIOS and GRUB"
	installed_start "$1"
}

# installed_start STATE: returns when it has switched itself off, and has the right kernel, disk and data.
installed_start() {
	guest_id=$id
	guest_log_keep
	xl_do create /tmp/guest.cfg
	rm -f /tmp/installed.cpio
	installed_ends || fail "the system did not start and switch itself off: $(
		tail -n 3 "$guest_log" | tr -d '\r' | tr '\n' ' ')"
	logs_look
	expect "$(cat "/lab/installed/$kernel/$1.release")" "$(installed_said release)" "the kernel"
	expect /dev/xvda1 "$(installed_said root)" "the root disk"
	expect "/root/data: OK" "$(installed_said data)" "what was read again"
}

# Asking costs time here: not as often as wait_until does.
installed_ends() {
	local tries=150
	# An HVM guest's BIOS reads the disk a sector at a time.
	[ "$type" != hvm ] || tries=600
	while xl domid "$guest_name" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 2
	done
}

# installed_said WHAT: what it said under that heading.
installed_said() { tr -d '\r' <"$guest_log" | sed -n "s/^.*lab: $1: //p"; }

# A kernel that complains fails the scenario, although the log is of one boot only.
logs_look() {
	local complaint
	complaint=$(grep -E -m 1 "$complaints" "$guest_log" | tr -d '\r')
	[ -z "$complaint" ] || fail "guest log: $complaint"
}
