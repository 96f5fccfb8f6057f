# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Which kernel the next boot takes, and with which arguments, as far as files can tell: GRUB's menu,
# with or without entries of their own (BLS), or systemd-boot's entries.

# Lines "POSITION TAB ID TAB TITLE TAB KERNEL TAB ARGUMENTS" of a GRUB menu.
grub_entries() {
	awk '
		function quoted(text,   mark) {
			if (!match(text, /["\047]/)) return ""
			mark = substr(text, RSTART, 1)
			text = substr(text, RSTART + 1)
			return substr(text, 1, index(text, mark) - 1)
		}
		$1 == "menuentry" || $1 == "submenu" {
			title = quoted($0)
			id = ""
			if (match($0, /(--id|menuentry_id_option)[ \t]+/))
				id = quoted(substr($0, RSTART + RLENGTH))
			position = prefix count[depth]++
			kind[++level] = $1
			if ($1 == "submenu") {
				above[++depth] = prefix
				prefix = position ">"
				count[depth] = 0
			}
			next
		}
		/\{[ \t]*$/ { kind[++level] = "other"; next }
		/^[ \t]*\}/ {
			if (kind[level--] == "submenu")
				prefix = above[depth--]
			next
		}
		$1 ~ /^linux(16|efi)?$/ && kind[level] == "menuentry" {
			path = $2
			$1 = $2 = ""
			print position "\t" id "\t" title "\t" path "\t" $0
		}' "$1"
}

# The same of entries in files of their own, the newest first.
bls_entries() {
	local file number=0

	while read -r file; do
		awk -v position="$number" -v id="$(basename "$file" .conf)" '
			{ key = $1; sub(/^[^ \t]+[ \t]+/, "") }
			key == "title" { title = $0 }
			key == "linux" { path = $0 }
			key == "options" { arguments = arguments " " $0 }
			END { print position "\t" id "\t" title "\t" path "\t" arguments }' "$file"
		number=$((number + 1))
	done < <(compgen -G "$1/*.conf" | sort -rV)
}

# kernel_of PATH: the version in the name of a kernel's file, or of its folder.
kernel_of() {
	local name=${1##*/}

	if [[ $name == linux ]]; then
		name=${1%/linux}
		echo "${name##*/}"
	else
		echo "${name#*-}"
	fi
}

# environment FILE NAME: a variable of a GRUB environment block.
environment() {
	sed -n "s/^$2=//p" "$1" 2>/dev/null | head -n 1
}

# grub_default MENU: what it is told to start.
grub_default() {
	local next value

	next=$(environment "${1%/*}/grubenv" next_entry)
	value=$(sed -n 's/^[ \t]*set default="\{0,1\}\([^"]*\)"\{0,1\}[ \t]*$/\1/p' "$1" |
		grep -v '{next_entry}' | tail -n 1)
	# shellcheck disable=SC2016 # a variable of GRUB
	[[ $value != '${saved_entry}' ]] || value=$(environment "${1%/*}/grubenv" saved_entry)
	echo "${next:-${value:-0}}"
}

# choose ENTRIES WANTED: the entry that is named by its position, id or title, alone or below those
# of its submenus.
choose() {
	awk -F '\t' -v wanted="$2" '
		BEGIN { last = wanted; sub(/.*>/, "", last) }
		$1 == wanted || $2 == last || $3 == last { print; exit }' <<<"$1"
}

learn_boot() {
	local menu entries wanted entry path arguments dir

	about machine
	learn boot-loader unknown
	learn default-kernel ""
	for menu in "$root"/boot/grub2/grub.cfg "$root"/boot/grub/grub.cfg "$root"/boot/efi/EFI/*/grub.cfg; do
		[[ -r $menu ]] || continue
		learn boot-loader grub
		wanted=$(grub_default "$menu")
		entries=$(grub_entries "$menu")
		! grep -q '^[ \t]*blscfg' "$menu" || entries=$(bls_entries "$root/boot/loader/entries")
		break
	done
	if is boot-loader unknown; then
		for dir in "$root"/boot/loader "$root"/boot/efi/loader "$root"/efi/loader; do
			[[ -d $dir/entries ]] || continue
			learn boot-loader systemd-boot
			wanted=$(sed -n 's/^default[ \t]*//p' "$dir/loader.conf" 2>/dev/null)
			entries=$(bls_entries "$dir/entries")
			# A pattern of names.
			wanted=$(cut -f 2 <<<"$entries" | while read -r id; do
				# shellcheck disable=SC2053 # a pattern
				[[ $id.conf == ${wanted:-*} || $id == ${wanted:-*} ]] && echo "$id"
			done | head -n 1)
			break
		done
	fi
	[[ ${entries:-} ]] || return 0
	entry=$(choose "$entries" "$wanted")
	path=$(cut -f 4 <<<"$entry")
	arguments=$(cut -f 5 <<<"$entry")
	learn default-kernel "$(kernel_of "$path")"
	learn default-arguments "$(harmless_arguments "$arguments")"
}
