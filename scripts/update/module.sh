# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Our module for one kernel: built by dkms where it can be, installed where the kernel will take it.
# dkms is never asked to do this by itself (AUTOINSTALL is empty in dkms.conf): what it takes for a
# failure, and then stops a kernel's installation for, differs between its releases.

dkms_tree=/var/lib/dkms/xen-blkfront

# Its output is for those who look into a failure.
run_dkms() {
	dkms "$1" -m xen-blkfront "${@:2}" >"$scratch/dkms.log" 2>&1
}

for_this_kernel() {
	run_dkms "$1" -v "$2" -k "$(fact kernel)" "${@:3}"
}

# The module that dkms has built of this version.
built_module() {
	compgen -G "$dkms_tree/$version/$(fact kernel)/*/module/xen-blkfront*.ko*" | head -n 1
}

# Built before this kernel's interface came, or came again?
outdated() {
	[[ $(find -L "/lib/modules/$(fact kernel)/build/Module.symvers" -cnewer "$1" 2>/dev/null) ]]
}

# Is the kernel within the range that this version was tested with?
in_range() {
	local first=${supported% *} last=${supported#* } series

	[[ $(fact kernel) =~ ^[0-9]+\.[0-9]+ ]] || return
	series=${BASH_REMATCH[0]}
	printf '%s\n' "$first" "$series" "$last" | sort -CV
}

# Says why this kernel keeps its own driver; fails if there is no reason known beforehand.
own_is_kept() {
	if is own builtin && is taken-over no; then
		echo "what is built in cannot be replaced (but see --take-over in xen-blkfront-update(8))"
	elif is own none; then
		echo "it was built without one"
	elif ! in_range; then
		echo "this package ($version) is for Linux ${supported/ / to }"
	elif is headers no && [[ ! $(built_module) ]]; then
		echo "the headers of this kernel are missing; to have the driver built: $(fact get-headers)"
	else
		return 1
	fi
}

# What went wrong, in a line.
build_error() {
	local log=$dkms_tree/$version/build/make.log

	[[ -r $log ]] || log=$scratch/dkms.log
	grep -m 1 -E '(error|Error|\*\*\*)[ :]' "$log" || tail -n 1 "$log"
}

build() {
	local module

	module=$(built_module)
	if [[ $module ]]; then
		outdated "$module" || return 0
		for_this_kernel remove "$version"
		changed=1
		look_again "$(fact kernel)"
	fi
	add_source
	say "building the driver"
	for_this_kernel build "$version" && [[ $(built_module) ]]
}

# Away from where modprobe looks; what was built stays with dkms.
take_away() {
	is dkms installed || return
	for_this_kernel uninstall "$(fact dkms-version)" ||
		warn "dkms could not take the driver away: $(tail -n 1 "$scratch/dkms.log")"
	changed=1
	look_again "$(fact kernel)"
}

# keep_own failed|kept REASON
keep_own() {
	take_away
	record "$1" "$2"
}

put_in() {
	if is dkms installed && [[ $(fact dkms-version) == "$version" ]] && is our-file '?*'; then
		return
	fi
	# Another version, or a file that is gone.
	take_away
	for_this_kernel install "$version" || return
	changed=1
}

settle_module() {
	local why

	take_newcomer
	if why=$(own_is_kept); then
		keep_own kept "$why"
	elif ! build; then
		why=$(build_error)
		keep_own failed "$why"
		warn "the driver did not build, so this kernel keeps its own: $why." \
			"To try again: xen-blkfront-update $(fact kernel); all of it: $dkms_tree/$version/build/make.log"
	elif why=$(distrusted "$(built_module)"); then
		keep_own kept "$why"
	elif is taken-over yes && ! set_command_line; then
		keep_own kept "$no_command_line"
	elif ! put_in; then
		why="dkms could not install the driver: $(tail -n 1 "$scratch/dkms.log")"
		keep_own failed "$why"
		warn "$why"
	else
		forget_reason
	fi
}

# Newer dkms moves the kernel's own file away, which takes it from package checks, from initramfs
# tools that search by directory, and from those who want it back. Ours wins by its place.
put_kernel_file_back() {
	local file origin

	for file in "$dkms_tree/original_module/$(fact kernel)"/*/xen-blkfront.ko*; do
		[[ -f $file && $file != *.origin ]] || continue
		origin=/lib/modules/$(fact kernel)/kernel/drivers/block/${file##*/}
		[[ ! -r $file.origin ]] || origin=$(head -n 1 "$file.origin")
		if [[ -e $origin ]]; then
			# The kernel's package brought a newer one since: that is what to restore.
			cmp -s "$file" "$origin" || cp -p "$origin" "$file"
		elif ! { mkdir -p "${origin%/*}" && cp -p "$file" "$origin"; }; then
			warn "could not put the kernel's own driver back: cp -p $file $origin"
		fi
	done
}

put_in_order() {
	put_kernel_file_back
	depmod -a "$(fact kernel)"
}

# It goes with the last kernel's module, too.
add_source() {
	[[ -e $dkms_tree/$version/source ]] || run_dkms add -v "$version" || cat "$scratch/dkms.log" >&2
}

# dkms' knowledge of all versions goes, after their modules went.
remove_source() {
	local link

	for link in "$dkms_tree"/*/source; do
		[[ -L $link ]] || continue
		link=${link%/source}
		run_dkms remove -v "${link##*/}" --all || cat "$scratch/dkms.log" >&2
	done
	[[ $module_only ]] || rm -rf "$records"
}
