# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# The initramfs of one kernel: it has the driver that modprobe would take, of the same sources and
# version, or it is made anew; and an image with a driver is never given up for one without.

image_matches() {
	if is module-from builtin; then
		is image-state read && is image-module '' && ! image_keeps_builtin_out
	else
		has_the_module && { ! is own builtin || image_keeps_builtin_out; }
	fi
}

# The one that modprobe takes, and not of another build; beside ours the kernel's own, if it has one.
has_the_module() {
	is image-state read && is module '?*' &&
		is image-module "$(bare "$(fact module)")" &&
		is image-srcversion "$(fact module-srcversion)" && is image-version "$(fact module-version)" &&
		is image-signed "$(fact module-signed)" &&
		{ ! is module-from ours || is own-file '' || is image-fallback yes; }
}

# An image without us is somebody else's business: some have no need of disks.
image_concerns_us() {
	[[ $changed ]] || is module-from ours || image_keeps_builtin_out || { is image-module '?*' && ! is image-module 'kernel/*'; }
}

settle_image() {
	local image

	image=$(fact image)
	image_concerns_us || return
	if is image ''; then
		say "it has no initramfs"
	elif is module-from none; then
		warn "modprobe finds no driver for Xen disks, so $image was left as it is"
	elif [[ $image == *.efi ]]; then
		image_matches ||
			warn "$image, a unified kernel image, came without $(what_is_in); to have it made again: $(fact rebuild)"
	else
		[[ $changed ]] || seal_image
		{ image_matches && [[ ! $changed ]]; } || remake "$image" || without_us
		is stale-copy '' ||
			warn "$(fact stale-copy), which a boot loader reads, was not made of $image. Make it again: $(fact copy-again)"
	fi
}

# remake IMAGE: make it anew, and go back to the one before unless the driver is in the new one.
remake() {
	local image=$1 old=$1.before-xen-blkfront kernel

	kernel=$(fact kernel)
	# No room needed, where the file system can link.
	if ! ln -f "$image" "$old" 2>/dev/null && ! cp -p "$image" "$old" 2>"$scratch/cp.log"; then
		rm -f "$old"
		warn "$image was left as it is, for want of room to keep it beside a new one" \
			"($(tail -n 1 "$scratch/cp.log")): remove a kernel, then run: xen-blkfront-update $kernel"
		return
	fi
	if make_image "$image" >"$scratch/image.log" 2>&1 && look_again "$kernel" && seal_image && image_matches; then
		rm -f "$old"
		say "$(what_is_in) is in ${image##*/}"
		return
	fi
	# One and the same where the tool has not come to replace it.
	if [[ $old -ef $image ]]; then
		rm -f "$old"
	else
		mv -f "$old" "$image"
		tell_boot_loader "$image"
	fi
	look_again "$kernel"
	warn "a new $image came without $(what_is_in); the one before was kept." \
		"To see why: $(fact rebuild). It ended with: $(tail -n 3 "$scratch/image.log")"
	! is image-module '' || is own builtin
}

what_is_in() {
	if is module ''; then
		echo "no driver of ours"
	else
		fact module
	fi
}

# Some keep a copy of the image where they read it, made after each new one.
tell_boot_loader() {
	[[ ! -d /etc/initramfs/post-update.d ]] ||
		run-parts --arg="$(fact kernel)" --arg="$1" /etc/initramfs/post-update.d >/dev/null 2>&1
}

# An image that never had a driver, and does not get ours: without ours the tools do as they are
# used to.
without_us() {
	keep_own failed "no initramfs could be made with it"
	put_in_order
	look_again "$(fact kernel)"
	remake "$(fact image)"
}

# Both tools end by renaming, or are made to, so that a link to the old image stays what it was.
make_image() {
	local kernel

	kernel=$(fact kernel)
	# dracut may bring a command of that name, which writes into the image that is there.
	if grep -qs mkinitramfs "$(command -v update-initramfs)"; then
		update-initramfs -u -k "$kernel"
	elif command -v dracut >/dev/null; then
		dracut --force "$1.new" "$kernel" && mv -f "$1.new" "$1" && tell_boot_loader "$1"
	else
		echo "neither initramfs-tools nor dracut is installed"
		return 1
	fi
}
