# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Installed systems, that boot from their disk, say how it went, and switch themselves off.

# Scenarios with such guests have no other.
scenario_is_installed() { [ -n "$(eval "echo \${$(scenario_name)_installed:-}")" ]; }

# installed_config STATE ARGUMENT...
installed_config() {
	local dir="/lab/installed/$kernel" disk
	disk=$(cat "$dir/$1.disk")
	shift
	guest_config "$dir/vmlinux" /tmp/installed.cpio "root=/dev/xvda1 ro systemd.show_status=0 $*"
	cat <<END
on_poweroff = "destroy"
disk = [ "format=raw,vdev=xvda,access=w,script=block-lab,target=$disk" ]
END
}

# installed_boot STATE REPLACED [ARGUMENT...]: the system with our package (ours) or without it
# (removed), a driver put in the place of ours or "-"; returns when it has switched itself off.
installed_boot() {
	local dir="/lab/installed/$kernel" state="$1" replaced="$2"
	shift 2
	cat "$dir/$state.initrd" >/tmp/installed.cpio
	[ "$replaced" = - ] || cat "$dir/$replaced.cpio" >>/tmp/installed.cpio
	installed_config "$state" "$@" >/tmp/guest.cfg
	progress "a boot of the installed system ($state${replaced#-}) $*"
	guest_id=$id
	guest_log_keep
	xl_do create /tmp/guest.cfg
	rm /tmp/installed.cpio
	installed_ends || fail "the system did not start and switch itself off: $(
		tail -n 3 "$guest_log" | tr -d '\r' | tr '\n' ' ')"
	logs_look
	expect /dev/xvda1 "$(installed_said root)" "the root disk"
	expect "/root/data: OK" "$(installed_said data)" "what was read again"
}

# Asking costs time here: not as often as wait_until does.
installed_ends() {
	local tries=150
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
