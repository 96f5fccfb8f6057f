# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# The machine: what sort of guest it is, which driver runs, which modules its kernel accepts.

# Nothing else of a command line is kept: it may hold secrets.
known_arguments='(xen_blkfront|module|modprobe|initcall|bootconfig|lockdown|xen|root|BOOT_IMAGE)[A-Za-z0-9_.-]*'

# harmless_arguments COMMAND-LINE: those that matter here.
harmless_arguments() {
	tr -s ' \t' '\n' <<<"$1" | grep -E "^$known_arguments(=|\$)" | tr '\n' ' ' | sed 's/ $//'
}

learn_xen() {
	local type=none

	if [[ $(line /sys/hypervisor/type) == xen ]]; then
		type=$(line /sys/hypervisor/guest_type) || type=unknown
		[[ $(line /proc/xen/capabilities) != *control_d* ]] || type=dom0
	elif ! exists /proc/sys/kernel/osrelease; then
		type=unknown
	fi
	learn guest "$type"
	[[ $type == none || $type == unknown ]] ||
		learn xen "$(line /sys/hypervisor/version/major).$(line /sys/hypervisor/version/minor)$(line /sys/hypervisor/version/extra)"
}

learn_distribution() {
	local name=unknown

	if has dpkg-query; then
		name=debian
	elif has zypper; then
		name=suse
	elif has rpm; then
		name=redhat
	fi
	learn distribution "$name"
}

# The driver that runs now: `ours` says its version, the kernel's own has none.
learn_running_driver() {
	local dir=/sys/module/xen_blkfront

	# Beside one that is built in and was not started.
	! exists "${dir}_dkms/initstate" || dir+=_dkms
	learn driver-dir "$dir"
	if ! exists "$dir"; then
		learn driver none
	elif ! exists "$dir/initstate"; then
		learn driver builtin
	elif exists "$dir/version"; then
		learn driver ours
		learn driver-version "$(line "$dir/version")"
	else
		learn driver own
	fi
	exists "$dir/srcversion" && learn driver-srcversion "$(line "$dir/srcversion")"
}

# Does the kernel that runs refuse modules that are not signed? Whether Secure Boot is on says less:
# some kernels do not care, and guests without firmware enforce by other means.
learn_enforcement() {
	local enforced=no efi=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c

	exists /proc/sys/kernel/osrelease || enforced=unknown
	[[ $(line /sys/module/module/parameters/sig_enforce) != Y ]] || enforced=yes
	[[ $(line /sys/kernel/security/lockdown) != *'['[ic]*']'* ]] || enforced=yes
	learn signatures-enforced "$enforced"
	if exists "$efi"; then
		learn secure-boot "$(tail -c 1 "$root$efi" | od -An -tu1 | tr -d ' ' | sed 's/^0$/off/; s/^1$/on/')"
	else
		learn secure-boot absent
	fi
}

# The certificate that dkms signs with, and whether the firmware's list has it.
learn_key() {
	local file=/var/lib/dkms/mok.pub conf said

	for conf in "$root"/etc/dkms/framework.conf "$root"/etc/dkms/framework.conf.d/*.conf; do
		[[ -r $conf ]] || continue
		said=$(sed -n 's/^mok_certificate="\{0,1\}\([^"]*\).*/\1/p' "$conf" | tail -n 1)
		[[ ! $said ]] || file=$said
	done
	learn key "$file"
	said=$(ask mokutil mokutil --test-key "$root$file")
	case $said in
	*'is already enrolled'*) learn key-state enrolled ;;
	*'enrollment request'*) learn key-state requested ;;
	*'is not enrolled'*) learn key-state missing ;;
	*) learn key-state unknown ;;
	esac
}

learn_log() {
	local log

	log=$(ask dmesg dmesg) || return
	learn grants-exhausted "$(grep -c 'max_grant_frames reached' <<<"$log")"
	learn refused "$(grep -E 'xen_blkfront: (version magic|disagrees about version|Unknown symbol)' <<<"$log" |
		tail -n 1 | sed 's/^\[[^]]*\] *//')"
}

# How much of the guest's grant table the disks use; the driver says it, the kernel does not.
learn_grants() {
	local dir=/sys/kernel/debug key value budget

	if ! exists "$dir"; then
		learn debugfs absent
	elif [[ ! -r $root$dir || ! -x $root$dir ]]; then
		learn debugfs closed
	elif ! exists "$dir/*"; then
		learn debugfs unmounted
	else
		learn debugfs open
	fi
	while IFS=': ' read -r key value; do
		learn "grants-$key" "$value"
	done < <(cat "$root$dir/xen-blkfront/grants" 2>/dev/null)
	budget=$(fact grants-budget)
	((${budget:-0} == 0)) || learn grants-percent $((100 * $(fact grants-used) / budget))
}

learn_memory() {
	learn memory-kib "$(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' "$root/proc/meminfo" 2>/dev/null)"
	learn cpus "$(grep -c '^processor' "$root/proc/cpuinfo" 2>/dev/null)"
}

# What else decides on the driver at boot.
learn_settings() {
	local conf name='xen[-_]blkfront'
	local blacklisted=" (module_blacklist|modprobe\\.blacklist)=[^ ]*$name"

	# The file with the setting, so that the remedy can name it.
	while read -r conf; do
		grep -qE "^[[:space:]]*(blacklist[[:space:]]+${name}[[:space:]]*$|install[[:space:]]+${name}[[:space:]])" \
			"$conf" && learn blocked-by "${conf#"$root"}"
		learn options "$(fact options)$(sed -nE "s/^[[:space:]]*options[[:space:]]+${name}[[:space:]]+//p" "$conf" |
			tr -s ' \t\n' ' ')"
	done < <(settings modprobe.d)
	learn arguments "$(harmless_arguments "$(line /proc/cmdline)")"
	[[ " $(fact arguments)" =~ $blacklisted ]] &&
		learn blocked-by "the kernel command line"
	learn options "$(fact options)$(tr ' ' '\n' <<<"$(fact arguments)" |
		sed -n 's/^xen_blkfront\.//p' | tr '\n' ' ')"
	learn fallback "$(line /var/lib/xen-blkfront-dkms/fallback)"
}

learn_boot_partition() {
	local used

	used=$(ask df df -P /boot | awk 'NR == 2 { sub(/%/, "", $5); print $5 }')
	learn boot-used-percent "$used"
}

# Disks of the emulated controllers that an HVM guest should have unplugged.
learn_emulated_disks() {
	local disk

	for disk in "$root"/sys/block/[sh]d[a-z]; do
		[[ $(line "${disk#"$root"}/device/model") == "QEMU HARDDISK"* ]] || continue
		learn emulated-disks "$(fact emulated-disks) ${disk##*/}"
	done
}

learn_machine() {
	about machine
	learn kernel "$(line /proc/sys/kernel/osrelease)"
	learn_xen
	learn_distribution
	learn_running_driver
	learn_enforcement
	learn_key
	learn_settings
	learn_log
	learn_grants
	learn_memory
	learn_boot_partition
	learn_emulated_disks
}
