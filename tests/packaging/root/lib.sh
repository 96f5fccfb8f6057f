# shellcheck shell=bash disable=SC2154 # variables of run
# SPDX-License-Identifier: GPL-2.0
#
# What the scenarios look at, without any help of ours: the tools of the distribution.

# check WHAT COMMAND...: the verdict on a command.
check() {
	local what=$1
	shift
	if "$@"; then
		printf '  ok   %s\n' "$scenario: $what" >&3
	else
		printf '  FAIL %s\n' "$scenario: $what" >&3
		failed=$((failed + 1))
	fi
}

step() {
	echo "=== $*"
}

# apt COMMAND...: what it said goes into $said too. The packages of both kernels are downloaded already.
apt() {
	step "apt-get $*"
	said=$(apt-get -y -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1) || {
		echo "$said"
		return 1
	}
	echo "$said"
}

apt_leaves_nothing_half_done() {
	[[ -z $(dpkg --audit) ]]
}

# says_once REGEX: whether one line of what was said is like that, and no other; a plus is a plus.
says_once() {
	(($(grep -cE "${1//+/[+]}" <<<"$said") == 1))
}

image_of() {
	echo "/boot/initrd.img-$1"
}

headers_of() {
	echo "linux-headers-$1"
}

# --- What the disk holds ----------------------------------------------------------------------

# The file modprobe loads for a Xen disk; nothing if it is not one. resolved KERNEL [OPTION...]
resolved() {
	local files

	files=$(modprobe "${@:2}" -S "$1" --show-depends xen:vbd |
		sed -n "s/^insmod \(.*\/$module.ko[^ ]*\).*/\1/p")
	echo "resolved: $files" >&2
	[[ $files == *$'\n'* ]] || echo "$files"
}

# resolves_below KERNEL FOLDER
resolves_below() {
	[[ $(resolved "$1") == */lib/modules/$1/$2/* ]]
}

# The one that brought its modules.
kernel_package_whole() {
	local owner bad

	owner=$(dpkg -S "*/lib/modules/$1/kernel/drivers/block/xen-blkfront.ko*" | cut -d : -f 1)
	bad=$(dpkg -V "$owner")
	echo "dpkg -V $owner: ${bad:-clean}"
	[[ $owner && -z $bad ]]
}

version_is() {
	[[ $(modinfo -F version "$(resolved "$1")") == "$2" ]]
}

# --- What the initramfs holds -----------------------------------------------------------------

plain() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*.zst) zstd -dqc "$1" ;;
	*) cat "$1" ;;
	esac
}

# unpack KERNEL: its image, and prints where.
unpack() {
	local dir

	dir=$(mktemp -d)
	if command -v unmkinitramfs >/dev/null; then
		unmkinitramfs "$(image_of "$1")" "$dir"
	else
		(cd "$dir" && lsinitrd --unpack "$(image_of "$1")") >&2
	fi
	# Microcode, where there is any, goes into a part of its own.
	[[ ! -d $dir/main ]] || dir=$dir/main
	echo "$dir"
}

# The initramfs of a kernel would load the very file that the disk's index names.
image_loads_the_same() {
	local dir in_image on_disk

	dir=$(unpack "$1")
	in_image=$(resolved "$1" -d "$dir")
	on_disk=$(resolved "$1")
	[[ -n $in_image && $(modinfo -F srcversion "$in_image") == $(modinfo -F srcversion "$on_disk") ]] &&
		same_module "$in_image" "$on_disk"
}

# dracut strips modules that are not signed.
same_module() {
	if ! command -v dracut >/dev/null; then
		cmp <(plain "$1") <(plain "$2")
	else
		[[ $(modinfo -F vermagic "$1") == $(modinfo -F vermagic "$2") ]]
	fi
}

# make_image KERNEL: as somebody does who knows nothing of us.
make_image() {
	if command -v dracut >/dev/null; then
		dracut --force "$(image_of "$1")" "$1"
	else
		update-initramfs -u -k "$1"
	fi
}

# From now on each making of an image leaves a line in /xbf/images.
count_images() {
	: >/xbf/images
	[[ ! -d /etc/initramfs-tools ]] ||
		install -m 755 /dev/stdin /etc/initramfs-tools/hooks/count <<-'END'
			#!/bin/sh
			[ "$1" = prereqs ] || echo "$version" >>/xbf/images
		END
}

# images_made KERNEL NUMBER: since this was asked last, or counting began.
images_made() {
	local made

	made=$(grep -cFx "$1" /xbf/images || true)
	sed -i "/^${1//+/[+]}$/d" /xbf/images
	echo "images made for $1: $made"
	((made == $2))
}

# --- The life of the package ------------------------------------------------------------------

nothing_left() {
	local left

	left=$(dkms status -m "$module" && ls -d /usr/src/"$module"-* /var/lib/dkms/"$module" \
		/lib/modules/*/updates/dkms/"$module"* /boot/*.before-* /var/lib/"$package" 2>/dev/null) || true
	echo "left: ${left:-nothing}"
	[[ -z $left ]]
}

nothing_left_after_purge() {
	local left

	left=$(find /etc /usr /var/lib \( -path /var/lib/dpkg -o -path /var/lib/apt -o -path '*/modules/*/kernel' \) \
		-prune -o -name '*xen-blkfront*' -print)
	echo "left: ${left:-nothing}"
	[[ -z $left ]]
}

# The package again as another version: repack VERSION NAME -> /xbf/NAME.deb. One that is called
# broken does not build.
repack() {
	local new=$1 tree=/xbf/$2 source

	dpkg-deb -R /xbf/"$package"_*.deb "$tree"
	source=$tree/usr/src/$module-$new
	mv "$tree/usr/src/$module-$version" "$source"
	sed -i "s/^Version: .*/Version: $new/" "$tree/DEBIAN/control"
	sed -i "s/^version=$version$/version=$new/" "$tree"/usr/sbin/xen-blkfront-*
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$new\"/" "$source/dkms.conf"
	echo "$new" >"$source/VERSION"
	[[ $2 != broken ]] || echo '#error broken on purpose' >>"$source/src/main.c"
	dpkg-deb -b "$tree" "$tree.deb"
}

# doctor_says REGEX: whether a line of what the doctor says is like that; KERNEL stands for itself.
doctor_says() {
	local told pattern=${1/KERNEL/${kernel//+/.}}

	told=$(xen-blkfront-doctor) || true
	echo "$told"
	grep -qE "$pattern" <<<"$told"
}

doctor_finds_nothing() {
	! doctor_says "^(problem|warning|unknown) KERNEL "
}

# check_ours WHEN VERSION [KERNEL]
check_ours() {
	local kernel=${3:-$kernel}

	check "$1: the module is built and installed by dkms" \
		grep -q "$kernel.*installed" <(dkms status -m "$module")
	check "$1: a Xen disk loads updates/dkms/$module.ko, and nothing else" \
		resolves_below "$kernel" updates/dkms
	check "$1: its version is $2" version_is "$kernel" "$2"
	check "$1: the kernel's own file is in its place, its package whole" kernel_package_whole "$kernel"
	check "$1: the initramfs loads that very module" image_loads_the_same "$kernel"
	check "$1: the doctor sees that the next boot uses it" \
		doctor_says "^KERNEL .* ours $2 +ours $2 +ours\$"
	check "$1: the doctor finds nothing wrong with this kernel" doctor_finds_nothing
	check "$1: no image is left beside it" no_leftover
}

no_leftover() {
	[[ -z $(find /boot -name '*.before-*' -o -name '*.new') ]]
}

# check_kernels_own WHEN [KERNEL]
check_kernels_own() {
	local kernel=${2:-$kernel}

	check "$1: a Xen disk loads the kernel's own driver" resolves_below "$kernel" kernel/drivers/block
	check "$1: the kernel's package is whole" kernel_package_whole "$kernel"
	check "$1: the initramfs loads the kernel's own driver" image_loads_the_same "$kernel"
	check "$1: no image is left beside it" no_leftover
}
