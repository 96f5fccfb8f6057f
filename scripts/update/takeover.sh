# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Kernels with the driver built in, which an admin may have run on ours: --take-over and --give-back.
#
# The module has another name there. The initramfs that has it, and only that one, tells its kernel not
# to start what is built in (scripts/doctor/bootconfig.sh); the command line only says that the initramfs
# may. So each kernel has either driver, whoever makes its initramfs anew, and without that word on the
# command line each has its own.

# Of those kernels, and `all` if it is for those to come, too.
taken=$records/taken-over
grub_settings=/etc/default/grub.d/xen-blkfront-dkms.cfg
no_command_line="its command line cannot be set from here: add the word bootconfig to it, then ask again"

# Says why this kernel cannot be taken over; fails if it can.
not_to_be_taken() {
	local kernel

	kernel=$(fact kernel)
	if ! is own builtin; then
		echo "its own driver is not built in: nothing is in the way of ours"
	elif [[ $(config "$kernel" BOOT_CONFIG) != y ]]; then
		echo "it takes no settings from its initramfs (CONFIG_BOOT_CONFIG)"
	elif [[ $(config "$kernel" KALLSYMS) != y ]]; then
		echo "it cannot be told to leave out a driver (CONFIG_KALLSYMS)"
	elif ! has_builtin_init; then
		echo "its System.map does not have $builtin_init, by which its driver is started"
	else
		return 1
	fi
}

has_builtin_init() {
	local kernel

	kernel=$(fact kernel)
	grep -qs " $builtin_init\$" "/boot/System.map-$kernel" "/lib/modules/$kernel/System.map" ||
		{ is running yes && grep -qs " $builtin_init\$" /proc/kallsyms; }
}

# The word by which kernels read what is in their initramfs; others take no notice of it.
set_command_line() {
	bootconfig_is_read default-arguments && return
	[[ -d ${grub_settings%/*} ]] && command -v update-grub >/dev/null || return
	# shellcheck disable=SC2016 # a variable of GRUB's settings
	printf '%s\n' "# Of xen-blkfront-update --take-over; --give-back removes it." \
		'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX bootconfig"' >"$grub_settings"
	make_menu
	bootconfig_is_read default-arguments
}

reset_command_line() {
	[[ -e $grub_settings ]] && ! compgen -G "$taken/*" >/dev/null || return 0
	rm -f "$grub_settings"
	make_menu
}

make_menu() {
	local before=$subject

	update-grub >"$scratch/grub.log" 2>&1 || warn "update-grub failed: $(tail -n 1 "$scratch/grub.log")"
	learn_boot
	about "$before"
}

# Those that came later, where all are to be taken over.
take_newcomer() {
	[[ -e $taken/all ]] && is own builtin && is taken-over no && ! not_to_be_taken >/dev/null || return 0
	: >"$taken/$(fact kernel)"
	learn taken-over yes
}

# take_over KERNEL
take_over() {
	local why

	look_again "$1"
	if ! why=$(not_to_be_taken); then
		if is image ''; then
			why="it has no initramfs"
		elif is image '*.efi'; then
			why="it boots from $(fact image), a unified kernel image, which is not made here"
		elif ! set_command_line; then
			why=$no_command_line
		fi
	fi
	if [[ $why ]]; then
		warn "cannot be taken over: $why"
		return
	fi
	mkdir -p "$taken"
	: >"$taken/$1"
	update "$1"
	if ! is next-boot ours; then
		warn "was not taken over, so it goes on with what is built in"
		give_back "$1"
	fi
}

# give_back KERNEL
give_back() {
	look_again "$1"
	changed=
	take_away
	# While dkms finds it by the name that it has there.
	[[ ! $(built_module) ]] || for_this_kernel remove "$version"
	rm -f "$taken/$1"
	add_source
	settle_rest
}

# For --take-over all and --give-back all.
all_at_once() {
	mkdir -p "$taken"
	if [[ $mode == take-over ]]; then
		: >"$taken/all"
	else
		rm -f "$taken/all"
	fi
}

kernels_at_once() {
	local kernel

	while read -r kernel; do
		about "kernel/$kernel"
		learn_kernels_own "$kernel"
		if is taken-over yes || { [[ $mode == take-over ]] && is own builtin; }; then
			echo "$kernel"
		fi
	done < <(installed_kernels)
}

# seal_again KERNEL: somebody has made its initramfs.
seal_again() {
	look_again "$1"
	! is taken-over yes || seal_image
}

# The image at hand has ours: from now on it leaves out what is built in.
seal_image() {
	local image

	image=$(fact image)
	is own builtin && is module-from ours && has_the_module && ! image_keeps_builtin_out || return 0
	add_to_bootconfig "$image" "kernel.initcall_blacklist += $builtin_init"
	look_again "$(fact kernel)"
}

# number N: as four bytes.
number() {
	# shellcheck disable=SC2059 # the format is made here
	printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}

# The kernel looks for the mark at the very end. Boot loaders fill up to a multiple of four bytes, and
# Xen's tools, where they load the initramfs themselves, up to a page.
bootconfig_align=4096

# add_to_bootconfig IMAGE LINE: the whole is that long that nobody fills it up; the text may end in NULs.
add_to_bootconfig() {
	local archives text=$scratch/bootconfig size pad

	archives=$(($(stat -Lc %s "$1") - $(bootconfig_size "$1")))
	{
		bootconfig_text "$1"
		echo "$2"
	} >"$text"
	size=$(stat -c %s "$text")
	pad=$(((bootconfig_align - (archives + size + 20) % bootconfig_align) % bootconfig_align))
	head -c "$pad" /dev/zero >>"$text"
	size=$((size + pad))
	truncate -s "$archives" "$1"
	{
		cat "$text"
		number "$size"
		number "$(od -An -v -tu1 -w1 "$text" | awk '{ sum += $1 } END { print sum }')"
		echo "$bootconfig_mark"
	} >>"$1"
}
