# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# What is said, and what is written down for the doctor and for the next run: for each kernel that
# keeps its own driver the reason, in failed/KERNEL if the driver did not build, else in kept/KERNEL.

records=/var/lib/xen-blkfront-dkms

# Of the kernel at hand.
say() {
	echo "xen-blkfront-dkms: ${subject#kernel/}: $*"
}

# For what somebody has to do something about.
warn() {
	needs_you=1
	say "WARNING: $*" >&2
}

# record failed|kept REASON
record() {
	forget_reason
	mkdir -p "$records/$1"
	echo "$2" >"$records/$1/${subject#kernel/}"
}

reason() {
	cat "$records"/{failed,kept}/"${subject#kernel/}" 2>/dev/null
}

failed_before() {
	[[ -e $records/failed/${subject#kernel/} ]]
}

set_aside_before() {
	[[ -e $records/kept/${subject#kernel/} ]]
}

forget_reason() {
	rm -f "$records"/{failed,kept}/"${subject#kernel/}"
}

forget_gone_kernels() {
	local file

	for file in "$records"/{failed,kept,taken-over}/*; do
		[[ $file == */all || -d /lib/modules/${file##*/}/kernel ]] || rm -f "$file"
	done
}
