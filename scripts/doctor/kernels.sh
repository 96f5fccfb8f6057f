# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Each installed kernel: its own driver, our build for it, which of the two modprobe takes, and what
# the next boot of it would find.

# config KERNEL SYMBOL: y, m or the text; n if it is not set; fails without a configuration.
config() {
	local file value

	for file in "/boot/config-$1" "/lib/modules/$1/config" \
		"$(inside "/lib/modules/$1/build")/include/config/auto.conf" \
		"$(inside "/lib/modules/$1/build")/.config"; do
		[[ -r $root$file ]] || continue
		value=$(sed -n "s/^CONFIG_$2=//p" "$root$file")
		echo "${value:-n}"
		return
	done
	return 1
}

# first PATTERN: the first file of that kernel that matches, as a path below its folder.
first() {
	local path

	path=$(compgen -G "$root/lib/modules/$(fact kernel)/$1" | head -n 1)
	[[ $path ]] && echo "${path#"$root/lib/modules/$(fact kernel)/"}"
}

# What this kernel has of its own: a module, something built in, or nothing.
learn_kernels_own() {
	local kernel=$1 value

	learn own-file "$(first 'kernel/drivers/block/xen-blkfront.ko*')"
	value=$(config "$kernel" XEN_BLKDEV_FRONTEND)
	if [[ $value == y ]] ||
		grep -qs '/xen-blkfront\.ko$' "$root/lib/modules/$kernel/modules.builtin"; then
		learn own builtin
	elif [[ $value == m || -n $(fact own-file) ]]; then
		learn own module
	else
		learn own none
	fi
	# Where dkms keeps it, having moved it away.
	value=$(compgen -G "$root/var/lib/dkms/xen-blkfront/original_module/$kernel/*/xen-blkfront.ko*" |
		grep -v '\.origin$' | head -n 1)
	learn own-archived "${value#"$root"}"
	# Ours is to run in the place of what is built in.
	learn taken-over "$(exists "/var/lib/xen-blkfront-dkms/taken-over/$kernel" && echo yes || echo no)"
}

learn_headers() {
	local build

	build=$(inside "/lib/modules/$1/build")
	if exists "$build/Makefile" && { exists "$build/include/config/auto.conf" || exists "$build/.config"; }; then
		learn headers yes
	else
		learn headers no
	fi
	case $(fact distribution machine)/$1 in
	debian/*) learn get-headers "apt-get install linux-headers-$1" ;;
	suse/*) learn get-headers "zypper install kernel-${1##*-}-devel" ;;
	*/*uek*) learn get-headers "dnf install kernel-uek-devel-$1" ;;
	*) learn get-headers "dnf install 'kernel-devel-uname-r == $1'" ;;
	esac
	case $(fact distribution machine) in
	debian) learn get-kernel "apt-get install --reinstall $(kernels_package "$1")" ;;
	suse) learn get-kernel "zypper install --force kernel-${1##*-}" ;;
	*) learn get-kernel "dnf reinstall 'kernel*-$1'" ;;
	esac
}

# kernels_package KERNEL: the Debian package that its modules came with.
kernels_package() {
	local owner

	owner=$(dpkg-query ${root:+--root="$root"} -S \
		"*/lib/modules/$1/kernel/drivers/block/xen-blkfront.ko*" 2>/dev/null | head -n 1)
	owner=${owner%%:*}
	echo "${owner:-linux-image-$1}"
}

# What dkms did; its folders say it, with the module's state: added, built, installed.
learn_dkms() {
	local kernel=$1 tree=/var/lib/dkms/xen-blkfront path version state=none

	path=$(compgen -G "$root$tree/*/source" | sort -V | tail -n 1)
	[[ $path ]] || path=$(find "$root$tree" -mindepth 2 -maxdepth 2 -name source 2>/dev/null | head -n 1)
	if [[ $path ]]; then
		version=${path%/source}
		version=${version##*/}
		state=added
		! exists "$tree/$version/$kernel/*/module/xen-blkfront*.ko*" || state=built
	fi
	path=$(compgen -G "$root$tree/kernel-$kernel-*" | head -n 1)
	if [[ $path ]]; then
		state=installed
		version=$(readlink "$path")
		version=${version%%/*}
	fi
	learn dkms "$state"
	learn dkms-version "${version:-}"
	learn_failure "$kernel" "$tree/${version:-}/build/make.log"
}

# learn_failure KERNEL LOG: why there is no build: as the package recorded it, or in the log that
# dkms leaves behind.
learn_failure() {
	local log=$2

	learn failure "$(line "/var/lib/xen-blkfront-dkms/failed/$1")"
	learn kept "$(line "/var/lib/xen-blkfront-dkms/kept/$1")"
	learn failure-log ""
	if [[ $(line "$log") == *" for kernel $1 "* ]]; then
		learn failure-log "$log"
		is failure '?*' ||
			learn failure "$(grep -m 1 -E '(error|Error|\*\*\*)[ :]' "$root$log" || echo "it did not end")"
	fi
}

# The file that modprobe takes, by the index; and what lies in the folders.
learn_module_files() {
	local kernel=$1 ours listed

	ours=$(find "$root/lib/modules/$kernel/" -mindepth 2 -name 'xen-blkfront*.ko*' \
		! -path "$root/lib/modules/$kernel/kernel/*" 2>/dev/null | head -n 1)
	learn our-file "${ours#"$root/lib/modules/$kernel/"}"
	listed=$(indexed 2>/dev/null <"$root/lib/modules/$kernel/modules.dep")
	# Another module of the name of what is built in would not be loaded.
	! is own builtin || [[ $listed == */xen-blkfront-dkms.ko* ]] || listed=
	learn module "$listed"
	if is own builtin && [[ ! $listed ]]; then
		learn module-from builtin
		return
	elif [[ ! $listed ]] || ! exists "/lib/modules/$kernel/$listed"; then
		learn module-from none
		return
	elif [[ $listed == kernel/* ]]; then
		learn module-from own
	else
		learn module-from ours
	fi
	learn_module module "$root/lib/modules/$kernel/$listed"
}

# A line of depmod's configuration that puts the kernel's own driver before ours.
learn_depmod_override() {
	local file

	learn depmod-override ""
	while read -r file; do
		# The search order: what comes first wins, and dkms installs in updates or extra.
		awk -v ours="$(fact our-file)" '
			BEGIN { sub(/\/.*/, "", ours) }
			$1 == "override" && $2 ~ /^xen[-_]blkfront$/ && $4 !~ "^(" ours ")" { found = 1 }
			$1 == "search" {
				for (i = 2; i <= NF; i++) {
					if ($i == "built-in") { found = 1; exit }
					if ($i == ours || $i ~ "^" ours "/") exit
				}
			}
			END { exit !found }' "$file" && learn depmod-override "${file#"$root"}"
	done < <(settings depmod.d)
}

learn_rebuild() {
	local image=${2:-/boot/initramfs-$1.img}

	learn copy-again "kernel-install add $1 /boot/vmlinuz-$1 $image"
	if [[ $image == *.efi ]]; then
		learn rebuild "kernel-install add $1 /boot/vmlinuz-$1"
	elif has update-initramfs && [[ $2 ]]; then
		learn rebuild "update-initramfs -u -k $1"
	elif has update-initramfs; then
		learn rebuild "update-initramfs -c -k $1"
	else
		learn rebuild "dracut --force $image $1"
	fi
}

# Would this kernel refuse modules without a signature? Settings of the next boot are taken to be
# those of this one.
learn_kernel_enforcement() {
	learn signatures-enforced "$(fact signatures-enforced machine)"
	[[ $(config "$1" MODULE_SIG_FORCE) != y ]] || learn signatures-enforced yes
}

# What a boot of it would run: ours, the kernel's own, builtin, nothing, or unknown.
learn_next() {
	local next=unknown

	if is own builtin && ! builtin_is_kept_out; then
		next=builtin
	elif { is image '?*' && ! is image-state read; } || is stale-copy '?*'; then
		next=unknown
	elif is image '?*'; then
		case $(fact image-module) in
		'') next=nothing ;;
		kernel/*) next=own ;;
		*) next=ours ;;
		esac
	elif is module-from none || is module-from builtin; then
		next=nothing
	else
		next=$(fact module-from)
	fi
	learn next-boot "$next"
}

# learn_kernel_modules KERNEL: all but its initramfs, which takes long to read.
learn_kernel_modules() {
	local kernel=$1

	about "kernel/$kernel"
	learn kernel "$kernel"
	learn running "$([[ $kernel == "$(fact kernel machine)" ]] && echo yes || echo no)"
	learn default "$([[ $kernel == "$(fact default-kernel machine)" ]] && echo yes || echo no)"
	learn_kernels_own "$kernel"
	learn_headers "$kernel"
	learn_dkms "$kernel"
	learn_module_files "$kernel"
	learn_depmod_override
	learn_kernel_enforcement "$kernel"
}

# learn_kernel KERNEL
learn_kernel() {
	learn_kernel_modules "$1"
	learn_image "$1"
	learn_rebuild "$1" "$(fact image)"
	learn_next
}

# The file that the running driver was loaded from: the one of the same sources.
learn_running_file() {
	local checksum kernel file

	about machine
	learn driver-file ""
	checksum=$(fact driver-srcversion)
	kernel=$(fact kernel)
	[[ $checksum ]] || return
	for file in "$root/lib/modules/$kernel/"{"$(fact our-file "kernel/$kernel")","$(fact own-file "kernel/$kernel")"}; do
		[[ -f $file ]] || continue
		about candidate
		learn_module file "$file"
		if is file-srcversion "$checksum"; then
			about machine
			learn driver-file "${file#"$root"}"
			return
		fi
	done
	about machine
}

learn_kernels() {
	local dir

	while read -r dir; do
		learn_kernel "${dir##*/}"
	done < <(compgen -G "$root/lib/modules/*/kernel" | sed 's|/kernel$||' | sort -V)
	learn_running_file
}
