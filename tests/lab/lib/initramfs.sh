# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The memory file systems of dom0 and guests. Linux unpacks archives that were
# appended to each other, so what seldom changes (programs, modules) is packed
# once and kept, and what changes with every run (scripts, the plan) is added.

DOM0_PROGRAMS=(bin/busybox usr/lib/xen-4.17/bin/xl usr/lib/xen-4.17/bin/xenstored
	usr/lib/xen-4.17/bin/xenconsoled usr/lib/xen-4.17/bin/xen-init-dom0
	usr/lib/xen-4.17/bin/libxl-save-helper usr/bin/xenstore
	usr/libexec/xen-qemu-system-i386 usr/bin/qemu-img sbin/losetup sbin/e2fsck sbin/dmsetup
	# What an HVM guest starts with.
	usr/lib/xen-4.17/boot/hvmloader usr/share/seabios/bios.bin usr/share/seabios/bios-256k.bin
	usr/share/qemu/linuxboot.bin usr/share/qemu/linuxboot_dma.bin usr/share/qemu/kvmvapic.bin usr/share/qemu/keymaps/en-us)
DOM0_MODULES=(xen-privcmd xenfs xen-evtchn xen-gntdev xen-gntalloc virtio_pci virtio_blk
	loop xen-blkback null_blk ext4 dm-mod dm-delay)
GUEST_PROGRAMS=(bin/busybox usr/bin/xenstore sbin/mke2fs sbin/e2fsck)
# Big with its libraries, and an HVM guest's memory file system is loaded byte by byte.
GUEST_BIG_PROGRAMS=(usr/bin/fio sbin/resize2fs sbin/dmsetup sbin/mdadm)
GUEST_MODULES=(ext4 dm-mod raid1)

# pack DIR ARCHIVE: links are followed, so that big files need no second copy.
pack() {
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -oL -H newc --quiet -R 0:0) >"$2"
}

# pack_programs TOOLS ARCHIVE-DIR PROGRAM...
pack_programs() {
	local tools=$1 dir=${*: -1}
	local programs=("${@:2:$#-2}")
	copy_programs "$tools" "$dir/root" "${programs[@]}"
	pack "$dir/root" "$dir/cpio"
	rm -r "$dir/root"
}

# programs_cpio PROGRAM...: the archive that holds them and their libraries.
programs_cpio() {
	local tools dir
	tools=$(tools_dir)
	dir=$CACHE/cpio/programs-$(echo "$tools $*" | digest)
	once "$dir" pack_programs "$tools" "$@"
	echo "$dir/cpio"
}

pack_modules() {
	local kernel=$1 dir=${*: -1}
	local modules=("${@:2:$#-2}")
	copy_modules "$kernel" "$dir/root/lib/lab-modules" "${modules[@]}"
	pack "$dir/root" "$dir/cpio"
	rm -r "$dir/root"
}

# modules_cpio KERNEL-DIR MODULE...: /lib/lab-modules with those modules.
modules_cpio() {
	local dir
	dir=$CACHE/cpio/modules-$(echo "$*" | digest)
	once "$dir" pack_modules "$@"
	echo "$dir/cpio"
}

# dom0_scripts DIR: what dom0 runs, as it stands in the checkout now.
dom0_scripts() {
	mkdir -p "$1"/{proc,sys,dev,tmp,run,var/lib/xen,var/log/xen,etc/xen/scripts,usr/share}
	cp "$LAB/dom0/init" "$1/init"
	cp "$LAB/dom0/block-lab" "$1/etc/xen/scripts/block-lab"
	# The one that is taken when none is named: QEMU emulates no disk that has a script.
	ln -s block-lab "$1/etc/xen/scripts/block"
	cp -r "$LAB/dom0" "$LAB/shared" "$LAB/scenarios" "$1/lab/"
	mkdir -p "$1/lab/backend"
	cp -r "$LAB/backend/profiles" "$1/lab/backend/"
	install -D "$(small_program "$LAB/dom0/deafen.c" -static)" "$1/lab/bin/deafen"
	install -D "$(small_program "$LAB/shared/foreign-pages.c" -static)" "$1/lab/bin/foreign-pages"
	install -D "$(own_backend_program)" "$1/lab/bin/own-backend"
	: >"$1/etc/xen/xl.conf"
}

# guest_scripts ARCHIVE
guest_scripts() {
	local dir
	dir=$(mktemp -d)
	mkdir -p "$dir"/{proc,sys,dev,tmp,run,lab,mnt}
	cp "$LAB/guest/init" "$dir/init"
	cp -r "$LAB/guest" "$LAB/shared" "$LAB/scenarios" "$dir/lab/"
	install -D "$(small_program "$LAB/guest/disk-ioctls.c")" "$dir/lab/bin/disk-ioctls"
	install -D "$(small_program "$LAB/shared/foreign-pages.c" -static)" "$dir/lab/bin/foreign-pages"
	pack "$dir" "$1"
	rm -r "$dir"
}

# guest_kernel DIR LABEL MODULES DRIVER...: kernel, modules (besides those that all guests have)
# and the drivers under test.
guest_kernel() {
	local dir=$1 label=$2 modules=("${GUEST_MODULES[@]}") driver tmp
	# shellcheck disable=SC2206 # a word for each
	modules+=($3)
	shift 3
	kernel_dir_of "$label"
	mkdir -p "$dir"
	ln -s "$KERNEL_DIR"/vmlinu[xz] "$KERNEL_DIR/release" "$dir/"
	tmp=$(mktemp -d)
	for driver; do
		mkdir -p "$tmp/lib/drivers/$driver"
		driver_module "$driver" "$label" "$tmp/lib/drivers/$driver"
	done
	pack "$tmp" "$tmp.cpio"
	cat "$(modules_cpio "$KERNEL_DIR" "${modules[@]}")" "$tmp.cpio" >"$dir/modules.cpio"
	rm -r "$tmp" "$tmp.cpio"
}
