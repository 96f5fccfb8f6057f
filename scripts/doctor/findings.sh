# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# What can be wrong. A finding is a row of the table and the function of its name, which says whether
# the subject at hand has it. In messages and remedies, {KEY} is a fact of the subject, or else of
# the machine.

# What is safe to do for the admin is marked `fix`; its remedy is a command.
names=()
declare -A scope=() level=() fixable=() message=() remedy=()

# finding NAME SCOPE LEVEL fix|advice MESSAGE REMEDY
finding() {
	names+=("$1")
	scope[$1]=$2 level[$1]=$3 fixable[$1]=$4 message[$1]=$5 remedy[$1]=$6
}

# --- Kernels: what a boot would find --------------------------------------------------------------

finding no-driver kernel problem advice \
	'neither modprobe nor the kernel has a driver for Xen disks: do not boot this kernel' \
	'{get-kernel}'
no_driver() {
	is own module && is own-file '' && is our-file ''
}

finding depmod-empty kernel problem fix \
	"modprobe's index names no driver for Xen disks, although one is there: do not boot this kernel" \
	'depmod -a {kernel} && {rebuild}'
depmod_empty() {
	is module-from none && is own module && { is own-file '?*' || is our-file '?*'; }
}

finding kernel-file-moved kernel warning fix \
	"the kernel's own driver was moved away by dkms, so there is nothing to fall back on" \
	'mkdir -p /lib/modules/{kernel}/kernel/drivers/block && cp -p {own-archived} /lib/modules/{kernel}/kernel/drivers/block/ && depmod -a {kernel}'
kernel_file_moved() {
	is own-file '' && is own-archived '?*'
}

finding image-without-driver kernel problem fix \
	'{image} has no driver for Xen disks: do not boot this kernel' \
	'{rebuild}'
image_without_driver() {
	is image-state read && is image-module '' && is own module
}

finding image-damaged kernel problem fix \
	'{image} cannot be unpacked' \
	'{rebuild}'
image_damaged() {
	is image-state damaged
}

finding image-missing kernel problem fix \
	'this kernel has no initramfs, and its driver for Xen disks is a module' \
	'{rebuild}'
image_missing() {
	is image '' && is own module && exists "/boot/vmlinuz-$(fact kernel)"
}

finding image-stale kernel warning fix \
	'{image} holds another build of the driver ({image-module} {image-version}) than the disk ({module} {module-version})' \
	'{rebuild}'
image_stale() {
	{ is own module || is module-from ours; } && is image-state read && is image-module '?*' &&
		! is module-from none || return
	! is image-module "$(bare "$(fact module)")" || ! is image-srcversion "$(fact module-srcversion)" ||
		! is image-version "$(fact module-version)"
}

finding copy-stale kernel warning fix \
	'{stale-copy}, which a boot loader reads, was not made of {image}' \
	'{copy-again}'
copy_stale() {
	is stale-copy '?*'
}

finding image-unreadable kernel unknown advice \
	'cannot see what is in {image}: {image-state}' \
	'run this as root, with the tool that unpacks the image installed'
image_unreadable() {
	is image '?*' && ! is image-state read && ! is image-state damaged
}

finding built-in kernel warning advice \
	'the driver is built into this kernel and cannot be replaced: the package has no effect' \
	'xen-blkfront-update --take-over {kernel} (see xen-blkfront-update(8)); or boot a kernel that has the driver as a module'
built_in() {
	is own builtin && is taken-over no && boots && ! is dkms none
}

finding take-over-undone kernel warning fix \
	"this kernel is to run on our driver, but its next boot takes the one that is built in" \
	'xen-blkfront-update {kernel}'
take_over_undone() {
	is taken-over yes && is next-boot builtin && is failure '' && is kept ''
}

finding take-over-unread kernel warning advice \
	'this kernel did not read the settings that {image} carries, so the driver that is built in runs' \
	'xen-blkfront-update {kernel}, and reboot; if it says so again, whoever loads the initramfs changes its length: dmesg | grep -i bootconfig'
take_over_unread() {
	is taken-over yes && is running yes && the driver builtin && ! is next-boot builtin && bootconfig_went_unread
}

finding built-in-kept-out kernel problem advice \
	'the driver that is built in is kept from starting, and no other is there: do not boot this kernel' \
	'remove bootconfig and initcall_blacklist=xlblk_init from the kernel command line, then: xen-blkfront-update {kernel}'
built_in_kept_out() {
	is own builtin && is next-boot nothing
}

# It runs now, or will after the next reboot.
boots() {
	is running yes || is default yes
}

finding headers-missing kernel warning advice \
	'the headers of this kernel are not installed, so our driver is not built for it' \
	'{get-headers}'
headers_missing() {
	unbuilt && is headers no
}

finding build-failed kernel warning advice \
	'our driver did not build for this kernel: {failure}' \
	'read {failure-log}; after mending it: xen-blkfront-update {kernel}'
build_failed() {
	unbuilt && is headers yes && is failure '?*'
}

finding set-aside kernel warning advice \
	"this kernel keeps its own driver: {kept}" \
	'where that has changed: xen-blkfront-update {kernel}'
set_aside() {
	unbuilt && is headers yes && is kept '?*'
}

finding not-built kernel warning fix \
	'our driver is not installed for this kernel (dkms: {dkms}), although its headers are there' \
	'xen-blkfront-update {kernel}'
not_built() {
	unbuilt && is headers yes && is failure '' && is kept ''
}

unbuilt() {
	is own module && is our-file '' && { is dkms added || is dkms built; }
}

finding dkms-file-lost kernel warning fix \
	'dkms says that our driver is installed for this kernel, but its file is gone' \
	'dkms install --force -m xen-blkfront -v {dkms-version} -k {kernel}'
dkms_file_lost() {
	is dkms installed && is our-file ''
}

finding depmod-stale kernel warning fix \
	"modprobe's index names the kernel's own driver, although ours is there" \
	'depmod -a {kernel} && {rebuild}'
depmod_stale() {
	is module-from own && is our-file '?*' && is depmod-override ''
}

finding depmod-override kernel warning advice \
	"{depmod-override} makes modprobe prefer the kernel's own driver to ours" \
	'remove that line, then: depmod -a {kernel} && {rebuild}'
depmod_override() {
	is module-from own && is our-file '?*' && is depmod-override '?*'
}

finding unsigned kernel problem advice \
	'this kernel takes signed modules only, and {module} has no signature: it will not load' \
	'give dkms a key (dkms generate_mok; mokutil --import {key}), then: dkms install --force -m xen-blkfront -v {dkms-version} -k {kernel} && {rebuild}'
unsigned() {
	enforces && is module-signed no
}

finding key-missing kernel problem advice \
	'this kernel takes signed modules only, and the key {key} of {module} is not enrolled: it will not load' \
	'mokutil --import {key}, choose a password, reboot, and confirm with it in the blue screen before the boot'
key_missing() {
	enforces && is module-signed yes && { the key-state missing || the key-state requested; }
}

finding key-unknown kernel unknown advice \
	'this kernel takes signed modules only; whether the key {key} of {module} is enrolled cannot be told' \
	'mokutil --test-key {key}'
key_unknown() {
	enforces && is module-signed yes && the key-state unknown
}

enforces() {
	is signatures-enforced yes && is module-from ours
}

finding wrong-parameter kernel warning advice \
	'the driver has no parameter {wrong-parameter}, which modprobe.d or the kernel command line sets' \
	'correct or remove it: modinfo -p xen-blkfront lists those that there are'
wrong_parameter() {
	local option wrong known

	is module-from ours && the options '?*' && boots || return
	known=" $(parameters "$root/lib/modules/$(fact kernel)/$(fact module)" | tr '\n' ' ')"
	[[ $known != ' ' ]] || return
	for option in $(fact options machine); do
		[[ $known == *" ${option%%=*} "* ]] || wrong+="${wrong+, }${option%%=*}"
	done
	learn wrong-parameter "${wrong:-}"
	[[ ${wrong:-} ]]
}

# --- The machine ----------------------------------------------------------------------------------

finding reboot-needed machine note advice \
	'the disks run on another driver than the one that this kernel would take at its next boot' \
	'reboot'
reboot_needed() {
	local running

	is driver ours || is driver own || return
	running=kernel/$(fact kernel)
	local subject=$running

	is module-srcversion '?*' && ! is module-srcversion "$(fact driver-srcversion machine)" &&
		{ ! is image-state read || is image-srcversion "$(fact module-srcversion)"; }
}

finding fell-back machine warning advice \
	"an earlier boot went on with the kernel's own driver, because ours did not bring the root disk: {fallback}" \
	'report it with --report; after an update that mends it: rm /var/lib/xen-blkfront-dkms/fallback'
fell_back() {
	is fallback '?*'
}

finding switched-off machine warning advice \
	"xen_blkfront_dkms=off on the kernel command line: the kernel's own driver is used" \
	'remove it from GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub (or grub2-mkconfig -o /boot/grub2/grub.cfg)'
switched_off() {
	[[ " $(fact arguments) $(fact default-arguments) " == *' xen_blkfront_dkms=off '* ]]
}

finding blocked machine problem advice \
	'the driver of Xen disks is kept from loading by {blocked-by}' \
	'remove that line, then make the initramfs again'
blocked() {
	is blocked-by '?*'
}

finding load-refused machine problem advice \
	'the kernel refused a module: {refused}' \
	'dkms install --force for this kernel, then make its initramfs again'
load_refused() {
	is refused '?*'
}

finding host-kernel machine warning advice \
	'the kernel that runs, {kernel}, is not in /boot: kernel and initramfs probably come from the host, and our driver is used only if they hold it' \
	'choose a kernel of the guest in the host (Qubes: an empty kernel property; xl: pygrub or PVGRUB), or mount /boot'
host_kernel() {
	is_guest && ! exists "/boot/vmlinu[xz]-$(fact kernel)" && ! exists "/boot/Image-$(fact kernel)" &&
		! exists "/boot/*/$(fact kernel)/linux" && ! exists "/boot/efi/*/$(fact kernel)/linux" &&
		! exists "/boot/efi/EFI/Linux/*$(fact kernel)*.efi"
}

is_guest() {
	is guest '?*' && ! is guest none && ! is guest unknown && ! is guest dom0
}

finding not-installed machine warning advice \
	'our driver is not installed: neither dkms nor any kernel here has it' \
	'install the package xen-blkfront-dkms'
not_installed() {
	local kernel subject

	all kernel
	for kernel in "${these[@]}"; do
		subject=$kernel
		is dkms none && is our-file '' || return
	done
}

finding dkms-source-lost machine warning advice \
	'dkms cannot find the source of its module xen-blkfront, which makes each of its runs fail' \
	'install the package xen-blkfront-dkms again, or: dkms remove -m xen-blkfront --all'
dkms_source_lost() {
	local link

	for link in "$root"/var/lib/dkms/xen-blkfront/*/source; do
		[[ ! -L $link ]] || exists "$(inside "${link#"$root"}")" || return 0
	done
	return 1
}

finding boot-full machine warning advice \
	'/boot is {boot-used-percent} % full: the next initramfs may not fit' \
	'remove kernels that are no longer used: apt-get autoremove, or dnf remove --oldinstallonly'
boot_full() {
	more boot-used-percent 89
}

finding default-unknown machine note advice \
	'cannot tell which kernel the next boot takes' \
	'compare with the boot menu, or with what the host boots'
default_unknown() {
	is default-kernel '' && all kernel && ((${#these[@]} > 1))
}

finding emulated-disk machine warning advice \
	'these disks go by an emulated controller, which is slow:{emulated-disks}' \
	'remove xen_emul_unplug from the kernel command line, and see that the kernel has xen-platform-pci'
emulated_disk() {
	is guest HVM && is emulated-disks '?*'
}

finding grants-exhausted machine problem advice \
	'the grant table was full {grants-exhausted} times: disks or network cards had to wait, or failed' \
	"raise max_grant_frames in the guest's configuration in the host (Xen's default for all guests: gnttab_max_frames)"
grants_exhausted() {
	more grants-exhausted 0
}

finding grants-low machine warning advice \
	'the disks use {grants-percent} % of what the grant table allows them ({grants-used} of {grants-budget}): large requests are split, and wait' \
	"raise max_grant_frames in the guest's configuration in the host, or set max_queues or max_indirect_segments lower"
grants_low() {
	more grants-percent 90
}

finding kept-memory machine note advice \
	"persistent grants keep more than a twentieth of the guest's memory" \
	'echo "options xen-blkfront feature_persistent=0" >/etc/modprobe.d/xen-blkfront.conf, then make the initramfs again and reboot'
kept_memory() {
	local disk held=0

	all disk
	for disk in "${these[@]}"; do
		[[ $(fact grants "$disk") == persistent ]] && held=$((held + 10#0$(fact grants-held "$disk")))
	done
	# Of 4 KiB each.
	more memory-kib 0 && ((held * 4 * 20 > $(fact memory-kib)))
}

finding debugfs-unmounted machine unknown fix \
	'debugfs is not mounted, so the driver cannot be asked about its disks' \
	'mount -t debugfs none /sys/kernel/debug'
debugfs_unmounted() {
	is driver ours && is debugfs unmounted
}

finding debugfs-closed machine unknown advice \
	'the driver cannot be asked about its disks: only root may' \
	'run this as root'
debugfs_closed() {
	is driver ours && is debugfs closed
}

# --- Disks ----------------------------------------------------------------------------------------

finding disk-broken disk problem advice \
	'the backend broke the protocol, or did not answer in time: I/O of this disk fails' \
	"dmesg | grep '{disk}:' says why; detach and attach the disk in the host"
disk_broken() {
	is state broken
}

finding disk-waits disk warning advice \
	'the disk waits for its backend (state {state}): I/O on it hangs' \
	'look at domain {backend-domain} in the host: is the backend running, and its storage there?'
disk_waits() {
	is state away || is state returning
}

finding disk-leaving disk note advice \
	'the host wants to detach this disk; that waits for its last user' \
	'unmount it, or see who has it open: lsblk /dev/{disk}'
disk_leaving() {
	is state leaving
}

finding disk-late disk warning advice \
	'{late} times requests were late: an event was lost, or the storage is slow' \
	"dmesg | grep '{disk}:', and look at the storage of domain {backend-domain}"
disk_late() {
	more late 0
}

finding disk-pinned disk warning advice \
	'the backend keeps {grants-quarantined} pages mapped that it should have let go' \
	'detach and attach the disk to get the memory back; tell who runs the backend'
disk_pinned() {
	more grants-quarantined 0
}

finding bad-node disk warning advice \
	'the backend offers values that make no sense: {bad-nodes}' \
	'tell who runs the backend; the driver goes on without them'
bad_node() {
	is bad-nodes '?*'
}

finding foreign-driver disk note advice \
	'this disk is driven by {driver}, which is neither ours nor the kernel'"'"'s xen-blkfront' \
	'none is needed if that is on purpose'
foreign_driver() {
	is driver '?*' && ! is driver ours && ! is driver own && ! is driver builtin && ! is driver unknown
}

# --- Judging --------------------------------------------------------------------------------------

# filled TEXT: with facts in the place of {KEY}.
filled() {
	local rest=$1 text='' key

	while [[ $rest =~ \{([a-z-]+)\} ]]; do
		key=${BASH_REMATCH[1]}
		text+=${rest%%"{$key}"*}
		text+=${facts[$subject $key]-${facts[machine $key]:-}}
		rest=${rest#*"{$key}"}
	done
	printf '%s\n' "$text$rest"
}

# What was found, in parallel: name, subject, message, remedy.
found=() found_in=() found_message=() found_remedy=()

judge() {
	local name wanted

	for wanted in problem warning unknown note; do
		for name in "${names[@]}"; do
			[[ ${level[$name]} == "$wanted" ]] || continue
			all "${scope[$name]}"
			for subject in "${these[@]}"; do
				"${name//-/_}" || continue
				found+=("$name")
				found_in+=("$subject")
				found_message+=("$(filled "${message[$name]}")")
				found_remedy+=("$(filled "${remedy[$name]}")")
			done
		done
	done
}

# count LEVEL: how many of it there are.
count() {
	local name number=0

	for name in "${found[@]}"; do
		[[ ${level[$name]} != "$1" ]] || number=$((number + 1))
	done
	echo "$number"
}

# The exit status: 2 for problems, 1 for warnings, 3 for something that could not be told.
status() {
	if (($(count problem))); then
		echo 2
	elif (($(count warning))); then
		echo 1
	elif (($(count unknown))); then
		echo 3
	else
		echo 0
	fi
}
