# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# What is in an initramfs. It is read here, without the distribution's own lister, which may not be
# installed, differs between distributions, and does not tell which build of a module is in there.
#
# An initramfs is one cpio archive or several, each padded with NULs; only the last one is packed.
# The header of a file in an archive is 110 characters, followed by its name and, aligned to four
# bytes, its contents.

cpio_header='07070[12][0-9A-Fa-f]{104}'
scratch=

# images_of KERNEL: the paths of its initramfs: first the one that is made, then what boot loaders may read
# in its place, which are copies of it or unified kernel images.
images_of() {
	local pattern path

	for pattern in "/boot/initrd.img-$1" "/boot/initramfs-$1.img" "/boot/initrd-$1" \
		{/boot,/boot/efi,/efi}"/*/$1/initrd"{,".img-$1"} {/boot,/boot/efi,/efi}"/EFI/Linux/*$1*.efi"; do
		while read -r path; do
			echo "${path#"$root"}"
		done < <(compgen -G "$root$pattern")
	done
}

# number_at FILE OFFSET BYTES
number_at() {
	local number

	number=$(od -An "-tu$3" -j "$2" -N "$3" "$1" 2>/dev/null)
	echo $((number))
}

# unified_initramfs FILE: what a unified kernel image has in the section of that name; fails if it has
# none. Its table of sections has 40 bytes for each, and stands behind its headers.
unified_initramfs() {
	local headers table at

	headers=$(number_at "$1" 60 4)
	table=$((headers + 24 + $(number_at "$1" $((headers + 20)) 2)))
	at=$(tail -c "+$((table + 1))" "$1" | head -c $((40 * $(number_at "$1" $((headers + 6)) 2))) |
		LC_ALL=C grep -abo -m 1 '\.initrd')
	[[ $at ]] || return
	at=$((table + ${at%%:*}))
	tail -c "+$(($(number_at "$1" $((at + 20)) 4) + 1))" "$1" | head -c "$(number_at "$1" $((at + 8)) 4)"
}

# image_parts FILE: "OFFSET COMMAND" of each archive; fails at what it does not know.
image_parts() {
	local offset=0 tool end gap size

	size=$(stat -Lc %s "$1")
	while ((offset < size)); do
		tool=$(packing "$1" "$offset") || return
		echo "$offset $tool"
		[[ $tool == cat ]] || return 0
		end=$(tail -c "+$((offset + 1))" "$1" 2>/dev/null |
			LC_ALL=C grep -abo -m 1 -E "${cpio_header}TRAILER!!!" | head -n 1)
		[[ $end ]] || return
		offset=$((offset + ${end%%:*} + 121))
		gap=$(LC_ALL=C cmp -i "$offset:0" "$1" /dev/zero 2>/dev/null |
			sed 's/.* \(byte\|char\) \([0-9]*\),.*/\2/')
		# NULs up to the end.
		[[ $gap ]] || return 0
		offset=$((offset + gap - 1))
	done
}

# entries TOOL FILE OFFSET REGEX: "OFFSET:HEADER+NAME" of the files whose names match, in that archive;
# fails if it is damaged.
entries() {
	(
		set -o pipefail
		unpacked "$1" "$2" "$3" |
			{ LC_ALL=C grep -abo -E "$cpio_header(\./)?($4)" || (($? == 1)); }
	)
}

# extract TOOL FILE OFFSET ENTRY: the contents of such an entry.
extract() {
	local at=${4%%:*} header=${4#*:} start

	start=$((at + (110 + 0x${header:94:8} + 3) / 4 * 4))
	unpacked "$1" "$2" "$3" | tail -c "+$((start + 1))" 2>/dev/null | head -c $((0x${header:54:8}))
}

# Without the suffix of a packing, which some tools undo in the image.
bare() {
	echo "${1%.ko*}.ko"
}

# The driver in an index of modprobe's (modules.dep).
indexed() {
	sed -nE 's/^(([^:]*\/)?xen-blkfront(-dkms)?\.ko(\.[a-z0-9]+)?):.*/\1/p' | head -n 1
}

# Of the image at hand: where its drivers are, which of them its index names, and which came last.
declare -A image_drivers=()
image_listed='' image_last=''

# read_image_part TOOL FILE OFFSET REGEX: what one archive has. Some tools put the modules into one, and
# their index into another.
read_image_part() {
	local said entry header name

	said=$(entries "$@") || {
		learn image-state damaged
		return
	}
	for entry in $said; do
		header=${entry#*:}
		name=${header:110}
		# Another name that begins like that.
		((${#name} + 1 == 0x${header:94:8})) || continue
		case $name in
		*/modules.dep) image_listed=$(extract "$1" "$2" "$3" "$entry" | indexed) ;;
		*/intree/*) learn image-fallback yes ;;
		*-root.img) learn image-state "modules are in $name" ;;
		*)
			image_last=$(bare "${name#*lib/modules/*/}")
			image_drivers[$image_last]="$1 $3 $entry"
			;;
		esac
	done
}

# learn_image_module FILE: the driver that it would load. With several in there its own index decides, or
# the disk's where it has none.
learn_image_module() {
	local name tool offset entry

	for name in "$(bare "$image_listed")" "$(bare "$(fact module)")" "$image_last"; do
		read -r tool offset entry <<<"${image_drivers[${name:-none}]:-}"
		[[ ! $entry ]] || break
	done
	[[ $entry ]] || return 0
	learn image-module "$name"
	extract "$tool" "$1" "$offset" "$entry" >"$scratch/module"
	learn_module image "$scratch/module"
}

# learn_image KERNEL
learn_image() {
	local images file

	learn image ""
	learn image-fallback no
	learn image-bootconfig ""
	learn stale-copy ""
	mapfile -t images < <(images_of "$1")
	((${#images[@]})) || return
	learn image "${images[0]}"
	file=$root${images[0]}
	if [[ ! -r $file ]]; then
		learn image-state "only root may read it"
	elif [[ $file != *.efi ]]; then
		learn_stale_copy "$file" "${images[@]:1}"
		learn_image_contents "$1" "$file"
	elif unified_initramfs "$file" >"$scratch/unified"; then
		learn_image_contents "$1" "$scratch/unified"
	else
		learn image-state "a unified kernel image without an initramfs"
	fi
}

# learn_stale_copy FILE COPY...: one that was made of another initramfs.
learn_stale_copy() {
	local copy

	for copy in "${@:2}"; do
		is_copy "$root$copy" "$1" || learn stale-copy "$copy"
	done
}

# is_copy COPY FILE: in a unified kernel image there may be microcode before it, and up to three NULs behind.
is_copy() {
	local size pad

	[[ $1 == *.efi ]] || {
		cmp -s "$1" "$2"
		return
	}
	unified_initramfs "$1" >"$scratch/unified" || return
	size=$(stat -Lc %s "$2")
	for pad in 0 1 2 3; do
		tail -c $((size + pad)) "$scratch/unified" | head -c "$size" | cmp -s - "$2" && return
	done
	return 1
}

# learn_image_contents KERNEL FILE
learn_image_contents() {
	local file=$2 offset tool parts version behind

	behind=$(bootconfig_size "$file")
	if ((behind)); then
		learn image-bootconfig "$(bootconfig_text "$file" | tr '\n' ' ')"
		head -c "-$behind" "$file" >"$scratch/archives"
		file=$scratch/archives
	fi
	if ! parts=$(image_parts "$file"); then
		learn image-state damaged
		return
	fi
	learn image-state read
	version=${1//./[.]}
	version=${version//+/[+]}
	image_drivers=() image_listed='' image_last=''
	while read -r offset tool; do
		if command -v "$tool" >/dev/null; then
			read_image_part "$tool" "$file" "$offset" \
				"(usr/)?lib/modules/$version/([[:alnum:]/_.+-]*/xen-blkfront(-dkms)?\.ko(\.[a-z0-9]+)?|modules\.dep)|usr/lib/xen-blkfront-dkms/intree/xen-blkfront\.ko|(squashfs|squash|erofs)-root\.img"
		else
			learn image-state "$tool is not installed"
		fi
	done <<<"$parts"
	learn_image_module "$file"
}
