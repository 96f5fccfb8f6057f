# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Installed systems: Debian with systemd, its own kernel and initramfs tool, on a disk image. Our
# package is installed and removed in it by dpkg; kernel and initramfs are what it left in /boot.

INSTALLED_SECTORS=$((3 * 1024 * 2048))
INSTALLED_START=2048

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
		apt-get install -y --no-install-recommends /var/tmp/debs/*.deb
		rm -r /var/tmp/debs
		apt-get clean' >"$log" 2>&1 || die "cannot install the system; see $log"
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

# installed_save TREE RELEASE DIR: as the next boot finds it.
installed_save() {
	local tree=$1 release=$2 dir=$3
	mkdir -p "$dir"
	cp "$tree/boot/initrd.img-$release" "$dir/initrd.img"
	# Another archive may follow, and starts at a multiple of four.
	truncate -s %4 "$dir/initrd.img"
	truncate -s $((INSTALLED_SECTORS * 512)) "$dir/disk"
	echo "start=$INSTALLED_START, type=83, bootable" | sfdisk -q "$dir/disk"
	mke2fs -q -F -t ext4 -E offset=$((INSTALLED_START * 512)),lazy_itable_init=1,nodiscard -O ^metadata_csum \
		-d "$tree" "$dir/disk" $(((INSTALLED_SECTORS - INSTALLED_START) / 2))k
}

# installed_make BASE DEB RELEASE LABEL DIR: with our package, and after it was removed.
installed_make() {
	local base=$1 deb=$2 release=$3 label=$4 dir=$5 log tree=$5/tree
	log=$(tree_log "$dir")
	note "installing and removing $(basename "$deb") in the system of $release (log: $log)"
	cp -a "$base" "$tree"
	installed_settle "$tree"
	cp "$deb" "$tree/var/tmp/"
	# shellcheck disable=SC2016 # the tree's shell expands it
	in_tree "$tree" sh -euc 'apt-get install -y "/var/tmp/$1"; rm "/var/tmp/$1"' \
		install "$(basename "$deb")" >"$log" 2>&1 || die "the package does not install; see $log"
	"$LAB/lib/kernel-elf" "$(kernel_image "$tree" "$release")" "$dir/vmlinux"
	installed_broken "$tree" "$release" "$label" "$dir"
	installed_save "$tree" "$release" "$dir/ours"
	in_tree "$tree" apt-get remove -y xen-blkfront-dkms >>"$log" 2>&1 ||
		die "the package cannot be removed; see $log"
	installed_save "$tree" "$release" "$dir/removed"
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

# installed_system LABEL: folder with vmlinux, the archives, and ours/ and removed/ with disk and
# initrd.img; of a kernel the last one is kept.
installed_system() {
	local base deb dir release image version
	read -r _ _ image _ version <<<"$(kernel_line "$1")"
	base=$CACHE/installed/${image#linux-image-}_$version
	once "$base" installed_make_base "$1"
	deb=$(package_file)
	release=$(cat "$(kernel_dir "$1")/release")
	dir=$base-$({ package_digest "$deb"; cat "$LAB"/installed/* "$LAB/lib/installed.sh"; } | digest)
	if [ ! -d "$dir" ]; then
		find "$CACHE/installed" -maxdepth 1 -name "${base##*/}-*" \
			-exec rm -rf {} +
	fi
	once "$dir" installed_make "$base" "$deb" "$release" "$1"
	echo "$dir"
}

# plan_installed LABEL: bring it into dom0.
plan_installed() {
	local dir to=$RUN/dom0/lab/installed/$1 state
	# They boot several times.
	PLAN_SECONDS=$((PLAN_SECONDS + 600))
	[ ! -d "$to" ] || return 0
	dir=$(installed_system "$1")
	mkdir -p "$to"
	ln -s "$dir/vmlinux" "$dir"/*.cpio "$to/"
	for state in ours removed; do
		ln -s "$dir/$state/initrd.img" "$to/$state.initrd"
		plan_disk "$dir/$state/disk" "$to/$state.disk"
	done
}
