# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Installed systems: Debian with systemd, its own kernel, initramfs tool and GRUB, on a disk image. Our
# package is installed, kept through another kernel and removed in it by apt; kernels and initramfs
# are what that left in /boot.

INSTALLED_SECTORS=$((3 * 1024 * 2048))
INSTALLED_START=2048
# As GRUB finds its file system again.
INSTALLED_UUID=6b6c6f62-7866-4d72-9a58-656e646b6d73

# installed_make_base LABEL DIR
installed_make_base() {
	local label=$1 dir=$2 suite image log names
	read -r _ suite image _ <<<"$(kernel_line "$label")"
	log=$(tree_log "$dir")
	note "installing a system with $image: systemd, initramfs-tools (log: $log)"
	cp -a "$(tree_base "$label")/." "$dir"
	mapfile -t names < <(suite depends "$suite" "$image" 'linux-(binary|modules|base)-[0-9].*')
	mapfile -t names < <(suite fetch "$suite" "$image" "${names[@]}")
	mkdir -p "$dir/var/tmp/debs"
	cp "${names[@]}" "$dir/var/tmp/debs/"
	in_tree "$dir" sh -euc 'apt-get update -qq
		apt-get install -y --no-install-recommends initramfs-tools zstd udev systemd-sysv
		apt-get install -y --no-install-recommends grub-pc-bin grub2-common
		apt-get install -y --no-install-recommends /var/tmp/debs/*.deb
		rm -r /var/tmp/debs
		apt-get clean' >"$log" 2>&1 || die "cannot install the system; see $log"
	installed_grub "$dir" >>"$log" 2>&1 || die "GRUB cannot be installed; see $log"
}

# installed_grub TREE: as grub-install leaves it, which wants a disk to look at. There is none yet: what
# it and update-grub ask about the disk is answered by grub-probe.
installed_grub() {
	# Arguments that are the lab's; the rest is update-grub's.
	cat >"$1/etc/default/grub" <<-'END'
		GRUB_DEFAULT=0
		GRUB_TIMEOUT=0
		GRUB_TERMINAL=console
		GRUB_DISABLE_OS_PROBER=true
		GRUB_CMDLINE_LINUX="console=hvc0 tsc=reliable hpet=disable no_timer_check nokaslr mitigations=off panic=0 systemd.show_status=0"
	END
	install -m 755 /dev/stdin "$1/var/tmp/grub-probe" <<-END
		#!/bin/sh
		case "\$*" in
		*target=device*) echo /dev/xvda1 ;;
		*target=fs_uuid*) echo $INSTALLED_UUID ;;
		*target=fs*) echo ext2 ;;
		*target=partmap*) echo msdos ;;
		*target=abstraction*) ;;
		*target=hints_string*) echo "--hint-bios=hd0,msdos1" ;;
		*) exit 1 ;;
		esac
	END
	in_tree "$1" sh -euc 'dpkg-divert --local --rename --add /usr/sbin/grub-probe
		mv /var/tmp/grub-probe /usr/sbin/
		mkdir -p /boot/grub/i386-pc
		cp /usr/lib/grub/i386-pc/*.mod /usr/lib/grub/i386-pc/*.lst /boot/grub/i386-pc/
		grub-mkimage -O i386-pc -p "(hd0,msdos1)/boot/grub" \
			-o /boot/grub/i386-pc/core.img biosdisk part_msdos ext2
		update-grub'
}

# What the lab wants of it: a boot without what is slow here, and a report at its end.
installed_settle() {
	local unit
	echo "/dev/xvda1 / ext4 errors=remount-ro 0 1" >"$1/etc/fstab"
	echo lab >"$1/etc/hostname"
	# Made often, and kept for a day.
	echo "COMPRESSLEVEL=1" >"$1/etc/initramfs-tools/conf.d/lab"
	for unit in getty@ serial-getty@ console-getty systemd-networkd systemd-timesyncd \
		systemd-binfmt systemd-hwdb-update e2scrub_reap; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit.service"
	done
	for unit in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit.timer"
	done
	install -m 755 "$LAB/installed/report" "$1/usr/local/sbin/lab-report"
	install -m 644 "$LAB/installed/report.service" "$1/etc/systemd/system/lab-report.service"
	mkdir -p "$1/etc/systemd/system/multi-user.target.wants"
	ln -sf ../lab-report.service "$1/etc/systemd/system/multi-user.target.wants/"
}

# installed_save TREE RELEASE DIR STATE: as the next boot finds it.
installed_save() {
	local tree=$1 release=$2 elf=$3/vmlinux-$2 dir=$3/$4
	mkdir -p "$dir"
	[ -e "$elf" ] || "$LAB/lib/kernel-elf" "$(kernel_image "$tree" "$release")" "$elf"
	echo "$release" >"$dir/release"
	cp "$tree/boot/initrd.img-$release" "$dir/initrd.img"
	# Another archive may follow, and starts at a multiple of four.
	truncate -s %4 "$dir/initrd.img"
	truncate -s $((INSTALLED_SECTORS * 512)) "$dir/disk"
	echo "start=$INSTALLED_START, type=83, bootable" | sfdisk -q "$dir/disk"
	# Where GRUB's installer would put them: it starts from the first sector and goes on with the next.
	dd if="$tree/usr/lib/grub/i386-pc/boot.img" of="$dir/disk" bs=440 count=1 conv=notrunc status=none
	dd if="$tree/boot/grub/i386-pc/core.img" of="$dir/disk" bs=512 seek=1 conv=notrunc status=none
	mke2fs -q -F -t ext4 -E offset=$((INSTALLED_START * 512)),lazy_itable_init=1,nodiscard -O ^metadata_csum \
		-U "$INSTALLED_UUID" -d "$tree" "$dir/disk" $(((INSTALLED_SECTORS - INSTALLED_START) / 2))k
}

# installed_make BASE DEB RELEASE LABEL DIR: with our package, then with another kernel, and after the
# package was removed.
installed_make() {
	local base=$1 deb=$2 release=$3 label=$4 dir=$5 log tree=$5/tree second
	log=$(tree_log "$dir")
	note "installing and removing $(basename "$deb") in the system of $release (log: $log)"
	installed_with_package "$base" "$deb" "$tree" "$log"
	installed_broken "$tree" "$release" "$label" "$dir"
	installed_save "$tree" "$release" "$dir" ours
	installed_small "$tree" "$release" >>"$log" 2>&1 || die "no smaller initramfs can be made; see $log"
	installed_save "$tree" "$release" "$dir" small
	# The same kernel built for clouds.
	second=${release%-amd64}-cloud-amd64
	note "installing $second in it"
	installed_second "$tree" "$label" "$second" >>"$log" 2>&1 ||
		die "another kernel cannot be installed; see $log"
	installed_save "$tree" "$second" "$dir" upgraded
	in_tree "$tree" apt-get remove -y xen-blkfront-dkms >>"$log" 2>&1 ||
		die "the package cannot be removed; see $log"
	installed_save "$tree" "$second" "$dir" removed
	rm -r "$tree"
}

# installed_with_package BASE DEB TREE LOG
installed_with_package() {
	local tree=$3 log=$4
	cp -a "$1" "$tree"
	installed_settle "$tree"
	cp "$2" "$tree/var/tmp/"
	# shellcheck disable=SC2016 # the tree's shell expands it
	in_tree "$tree" sh -euc 'apt-get install -y "/var/tmp/$1"; rm "/var/tmp/$1"' \
		install "$(basename "$2")" >"$log" 2>&1 || die "the package does not install; see $log"
}

# installed_small TREE RELEASE: its initramfs has only the modules that are asked for, as ours is. For
# firmware, which reads 100 KB of an emulated disk in a second here, and less on a machine that is busy.
installed_small() {
	# shellcheck disable=SC2016 # the tree's shell expands it
	in_tree "$1" sh -euc 'echo MODULES=list >/etc/initramfs-tools/conf.d/small
		cp /etc/initramfs-tools/modules /var/tmp/
		echo ext4 >>/etc/initramfs-tools/modules
		update-initramfs -u -k "$1"
		mv /var/tmp/modules /etc/initramfs-tools/
		rm /etc/initramfs-tools/conf.d/small' small "$2"
}

# installed_second TREE LABEL RELEASE: as an upgrade brings a kernel, with its headers.
installed_second() {
	local tree=$1 suite names
	read -r _ suite _ <<<"$(kernel_line "$2")"
	mapfile -t names < <(suite fetch "$suite" "linux-image-$3" "linux-headers-$3")
	mkdir "$tree/var/tmp/debs"
	cp "${names[@]}" "$tree/var/tmp/debs/"
	in_tree "$tree" sh -euc 'apt-get install -y /var/tmp/debs/*.deb; rm -r /var/tmp/debs'
}

# installed_make_taken BASE DEB LABEL DIR: with a kernel of the lab's that has the driver built in, run on
# ours, as an admin asks for it. Its files are where a package would put them; GRUB could not start it.
installed_make_taken() {
	local base=$1 deb=$2 label=$3 dir=$4 log tree=$4/tree release
	log=$(tree_log "$dir")
	kernel_dir_of "$label"
	release=$(cat "$KERNEL_DIR/release")
	note "having the kernel $release, whose driver is built in, run on ours (log: $log)"
	installed_with_package "$base" "$deb" "$tree" "$log"
	cp -a "$KERNEL_DIR/lib/modules/$release" "$tree/lib/modules/"
	cp "$KERNEL_DIR/vmlinux" "$tree/boot/vmlinuz-$release"
	cp "$KERNEL_DIR/System.map" "$tree/boot/System.map-$release"
	cp "$KERNEL_DIR/config" "$tree/boot/config-$release"
	# What its headers are.
	# shellcheck disable=SC2016 # the tree's shell expands it
	TREE_BIND=$CACHE/debug in_tree "$tree" sh -euc '
		depmod "$1"
		update-initramfs -c -k "$1"
		update-grub
		xen-blkfront-update --take-over "$1"' take-over "$release" >>"$log" 2>&1 ||
		die "the kernel cannot be taken over; see $log"
	cp "$KERNEL_DIR/vmlinux" "$dir/vmlinux-$release"
	installed_save "$tree" "$release" "$dir" taken
	# The word that GRUB's menu got for it.
	sed -n "s|^[[:space:]]*linux[[:space:]]*/boot/vmlinuz-$release .* \(bootconfig\).*|\1|p" \
		"$tree/boot/grub/grub.cfg" | head -n 1 >"$dir/taken/arguments"
	rm -r "$tree"
}

# installed_broken TREE RELEASE LABEL DIR: archives that, appended to the initramfs, put a driver
# in the place of ours: of another kernel, cut off, or one that refuses every disk.
installed_broken() {
	local tree=$1 release=$2 label=$3 dir=$4 module tmp
	module=$(tree_module "$tree" "$release")
	tmp=$(mktemp -d)
	plain_module "$module" "$tmp/ours.ko"
	# Kernels whose symbols have versions do not look at the release.
	sed 's/\(vermagic=[^ ]*\) SMP/\1 SXP/' "$tmp/ours.ko" >"$tmp/vermagic.ko"
	head -c 20000 "$tmp/ours.ko" >"$tmp/cut.ko"
	mkdir "$tmp/refuses"
	driver_build refuses "$label" "$tmp/refuses" "$LAB/installed/refuses.patch"
	mv "$tmp/refuses/xen-blkfront.ko" "$tmp/refuses.ko"
	for kind in vermagic cut refuses; do
		installed_replace "$tmp/$kind.ko" "${module#"$tree"}" "$dir/$kind.cpio"
	done
	rm -r "$tmp"
}

# installed_replace MODULE PATH ARCHIVE
installed_replace() {
	local root path=${2#/usr}
	root=$(mktemp -d)
	mkdir -p "$root/usr${path%/*}"
	case $path in
	*.xz) xz --check=crc32 -c "$1" >"$root/usr$path" ;;
	*) cp "$1" "$root/usr$path" ;;
	esac
	pack "$root" "$3"
	rm -r "$root"
}

# installed_system LABEL: folder with kernels, archives that put another driver in, and for each state of
# the system a folder with disk, initrd.img and the release of its kernel; of a kernel the last one is kept.
installed_system() {
	local label=$1 base deb dir image version
	# A kernel of the lab's goes into the system of the one whose source it is.
	read -r _ _ image _ version <<<"$(kernel_line "${DEBUG_OF[$label]:-$label}")"
	base=$CACHE/installed/${image#linux-image-}_$version+$(declare -f installed_make_base installed_grub | digest)
	once "$base" installed_make_base "${DEBUG_OF[$label]:-$label}"
	deb=$(package_file)
	kernel_dir_of "$label"
	dir=$base-$label-$({ echo "$KERNEL_DIR"; package_digest "$deb"; cat "$LAB"/installed/* "$LAB/lib/installed.sh"; } | digest)
	if [ ! -d "$dir" ]; then
		find "$CACHE/installed" -maxdepth 1 -name "${base##*/}-$label-*" \
			-exec rm -rf {} +
	fi
	if debug_kernel "$label"; then
		once "$dir" installed_make_taken "$base" "$deb" "$label"
	else
		once "$dir" installed_make "$base" "$deb" "$(cat "$KERNEL_DIR/release")" "$label"
	fi
	echo "$dir"
}

# plan_installed LABEL TYPE: bring it into dom0.
plan_installed() {
	local dir to=$RUN/dom0/lab/installed/$1 state
	# They boot several times, or slowly.
	PLAN_SECONDS=$((PLAN_SECONDS + 600))
	[ "$2" != hvm ] || PLAN_SECONDS=$((PLAN_SECONDS + 600))
	[ ! -d "$to" ] || return 0
	dir=$(installed_system "$1")
	mkdir -p "$to"
	ln -s "$dir"/vmlinux-* "$to/"
	find "$dir" -maxdepth 1 -name '*.cpio' -exec ln -s -t "$to" {} +
	for state in "$dir"/*/; do
		state=$(basename "$state")
		ln -s "$dir/$state/initrd.img" "$to/$state.initrd"
		ln -s "$dir/$state/release" "$to/$state.release"
		[ ! -e "$dir/$state/arguments" ] || ln -s "$dir/$state/arguments" "$to/$state.arguments"
		plan_disk "$dir/$state/disk" "$to/$state.disk"
	done
}
