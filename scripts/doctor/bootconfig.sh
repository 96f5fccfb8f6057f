# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Settings of the kernel's behind the archives of its initramfs (its boot configuration): a text, its
# length and its sum in four bytes each, and a mark. A kernel reads them if `bootconfig` is on its
# command line, or if it was built to. By them one kernel leaves out the driver that is built into it,
# and only when it boots with the image that has ours.

bootconfig_mark='#BOOTCONFIG'
# What starts the driver that is built in.
builtin_init=xlblk_init

# bootconfig_size FILE: how many bytes of it are not archives.
bootconfig_size() {
	local size=0

	if [[ $(tail -c 12 "$1" | tr -d '\0') == "$bootconfig_mark" ]]; then
		size=$(tail -c 20 "$1" | head -c 4 | od -An -tu4)
		size=$((size + 20))
	fi
	echo "$size"
}

# bootconfig_text FILE
bootconfig_text() {
	local size

	size=$(bootconfig_size "$1")
	((size == 0)) || tail -c "$size" "$1" | head -c $((size - 20)) | tr -d '\0'
}

# The image keeps the driver that is built in from starting, when its settings are read.
image_keeps_builtin_out() {
	is image-bootconfig "*kernel.initcall_blacklist*$builtin_init*"
}

# bootconfig_is_read ARGUMENTS: whether the kernel does so with a command line, that of the next boot
# (default-arguments) or of this one (arguments).
bootconfig_is_read() {
	[[ $(config "$(fact kernel)" BOOT_CONFIG_FORCE) == y || " $(fact "$1" machine) " == *' bootconfig '* ]]
}

# The kernel that runs was to read the image's settings, and did not: it says which it has read.
bootconfig_went_unread() {
	local image booted

	image=$(stat -c %Y "$root$(fact image)" 2>/dev/null)
	booted=$(sed -n 's/^btime //p' "$root/proc/stat" 2>/dev/null)
	image_keeps_builtin_out && ((${image:-0} && ${image:-0} < ${booted:-0})) || return
	bootconfig_is_read arguments && exists /proc/bootconfig && ! grep -q "$builtin_init" "$root/proc/bootconfig"
}

# The driver that is built in does not start at the next boot.
builtin_is_kept_out() {
	is own builtin || return
	{ image_keeps_builtin_out && bootconfig_is_read default-arguments; } ||
		[[ " $(fact default-arguments machine)" =~ " initcall_blacklist="[^\ ]*$builtin_init ]]
}
