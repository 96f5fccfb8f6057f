# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# What the doctor does beyond looking: --fix and --report.

# --- Mending --------------------------------------------------------------------------------------

# agreed QUESTION: yes only if somebody says so.
agreed() {
	local answer=

	printf '%s [y/N] ' "$1"
	if [[ $yes ]]; then
		echo y
		return
	fi
	read -r answer || echo
	[[ $answer == [yY]* ]]
}

# Below --root the command is the other system's own, and acts on that.
mend() {
	if [[ $root ]]; then
		chroot "$root" sh -c "$1"
	else
		sh -c "$1"
	fi
}

# Carry out the remedies that are safe, each after asking; the same one only once. Then look again.
fix() {
	local i ran=''
	local -A seen=()

	for i in "${!found[@]}"; do
		[[ ${fixable[${found[i]}]} == fix && ! ${seen[${found_remedy[i]}]+seen} ]] || continue
		seen[${found_remedy[i]}]=1
		printf '\n%s: %s\n    %s\n' "${found_in[i]#*/}" "${found_message[i]}" "${found_remedy[i]}"
		if ! agreed "Run this?"; then
			echo "left as it is"
			continue
		fi
		ran=1
		if mend "${found_remedy[i]}"; then
			echo "done"
		else
			echo "FAILED"
		fi
	done
	((${#seen[@]})) || echo "nothing to fix that is safe to fix by itself"
	[[ $ran ]] || return "$(status)"
	printf '\nAfter that:\n\n'
	bash "${BASH_SOURCE[-1]}" ${root:+--root "$root"}
}

# --- Support bundle -------------------------------------------------------------------------------

# What goes into a bundle as it is: nothing that could hold a secret, and no key.
harmless=(
	/etc/os-release /proc/version /proc/meminfo /proc/cpuinfo /proc/modules /proc/sys/kernel/osrelease
	'/sys/hypervisor/*' '/sys/hypervisor/version/*' '/sys/hypervisor/properties/*' /proc/xen/capabilities
	'/sys/module/xen_blkfront*/*' '/sys/module/xen_blkfront*/parameters/*'
	/sys/module/module/parameters/sig_enforce /sys/kernel/security/lockdown
	'/sys/block/xvd*/queue/*' '/sys/kernel/debug/xen-blkfront/*' '/sys/kernel/debug/xen-blkfront/*/*'
	'/etc/modprobe.d/*xen*' '/etc/depmod.d/*' '/etc/dkms/framework.conf'
	'/var/lib/dkms/xen-blkfront/*/build/make.log' '/var/lib/dkms/xen-blkfront/*/*/*/log/make.log'
	'/var/lib/xen-blkfront-dkms/*' '/var/lib/xen-blkfront-dkms/failed/*' '/var/lib/xen-blkfront-dkms/kept/*'
)

# copy PATTERN DIR: the files that match, as they read; those of sysfs have no size.
copy() {
	local file

	while read -r file; do
		[[ -f $file && -r $file ]] || continue
		file=${file#"$root"}
		mkdir -p "$2${file%/*}"
		cat "$root$file" >"$2$file" 2>/dev/null
	done < <(compgen -G "$root$1")
}

# Lines of the kernel log that concern disks or Xen.
disk_log() {
	ask dmesg dmesg | grep -iE 'xen|xvd|vbd|grant|blkfront|I/O error'
}

# report FILE: everything that helps somebody else, in one archive that only its owner may read.
report() {
	local name=xen-blkfront-report pattern

	command -v tar >/dev/null || die "--report needs tar"
	umask 077
	mkdir "$scratch/$name"
	for pattern in "${harmless[@]}"; do
		copy "$pattern" "$scratch/$name/root"
	done
	show_text >"$scratch/$name/doctor.txt"
	show_json >"$scratch/$name/doctor.json"
	disk_log >"$scratch/$name/dmesg.txt"
	ls -lR "$root"/var/lib/dkms/xen-blkfront "$root"/boot >"$scratch/$name/files.txt" 2>/dev/null
	# Never over a file, or by a link, that somebody else has put there.
	set -o noclobber
	tar -C "$scratch" -czf - "$name" >"$1" || die "could not write $1 (a file of that name is not replaced)"
	set +o noclobber
	echo "$1 holds what the doctor saw. Have a look before you send it:"
	tar -tzf "$1" | sed -n 's|^[^/]*/\([^/]*\)$|    \1|p' | sed '/^ *$/d'
	echo "    and copies of small files below root/"
}
