# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The life of a guest, and running commands in it through its agent.

guest_name=lab
guest_logs=/var/log/xen/console
guest_log=$guest_logs/guest-$guest_name.log

# xl_do COMMAND [ARGUMENT...]: xl must succeed.
xl_do() {
	xl "$@" >/tmp/xl.out 2>&1 || fail "xl $1 failed: $(tail -n 3 /tmp/xl.out | tr '\n' ' ')"
}

# What the scenario wants of its guest, a line of xl's file for each word.
guest_wishes() {
	eval "echo \${$(scenario_name)_guest:-}" | tr ' ' '\n'
}

# What all guests have in common.
guest_machine() {
	cat <<END
name = "$guest_name"
type = "$type"
memory = 768
vcpus = $vcpus
cpus = "1-$vcpus"
tsc_mode = "native"
on_crash = "preserve"
on_reboot = "destroy"
END
}

# guest_config KERNEL RAMDISK ARGUMENTS: a guest that is started without a boot loader.
guest_config() {
	guest_machine
	cat <<END
kernel = "$1"
ramdisk = "$2"
extra = "console=hvc0 tsc=reliable nokaslr mitigations=off panic=0 $3"
END
}

# What a debug kernel needs for itself comes on top, whoever named the memory.
guest_memory() {
	awk -F = -v more="$more_memory" '/^memory *=/ { $0 = "memory = " $2 + more } { print }'
}

guest_config_hvm() {
	cat <<END
device_model_override = "/usr/libexec/xen-qemu-system-i386"
vga = "none"
nographic = 1
serial = "none"
hpet = 0
xen_platform_pci = 1
END
}

# guest_start [KERNEL-ARGUMENT...]: a guest as the current plan entry asks for.
guest_start() {
	local starting=180 image=vmlinux guest_args="$*"
	if [ "$type" = hvm ]; then
		image=vmlinuz
		guest_args="$guest_args hpet=disable no_timer_check"
	fi
	{
		guest_config "/lab/guests/$kernel/$image" /tmp/guest.cpio \
			"loglevel=7 sysrq_always_enabled patience=$patience $kernel_args $guest_args"
		[ "$type" != hvm ] || guest_config_hvm
		guest_wishes
		echo "${guest_disk:-}"
	} | guest_memory >/tmp/guest.cfg
	{
		cat /lab/guests/programs.cpio "/lab/guests/$kernel/modules.cpio" /lab/guests/scripts.cpio
		[ "$type" = hvm ] || cat /lab/guests/big-programs.cpio
	} >/tmp/guest.cpio
	progress "starting a $type guest, kernel $kernel, $vcpus vCPU"
	rm -f /tmp/domid
	# A guest that is on its way in has another name for a while, but one log.
	ln -sf "${guest_log##*/}" "$guest_logs/guest-$guest_name--incoming.log"
	xl_do create /tmp/guest.cfg
	# QEMU, that an HVM guest has, wants to see it again when the guest is restored.
	[ "$type" = hvm ] || rm /tmp/guest.cpio
	xl domid $guest_name >/tmp/domid
	echo 0 >/tmp/seq
	# What an HVM guest boots from is copied byte by byte.
	[ "$type" != hvm ] || starting=480
	xs_wait "$starting" "/local/domain/$(cat /tmp/domid)/data/lab/ready" 1 ||
		fail "the guest did not come up"
}

guest_stop() {
	local name
	[ -n "$guest_id" ] || return 0
	for name in "$guest_name" "$guest_name--incoming" "$guest_name--migratedaway"; do
		xl destroy "$name" >/dev/null 2>&1
	done
	# Whoever called this in a subshell leaves no other trace of it.
	rm -f /tmp/domid
	domid=
	guest_log_keep
}

guest_log_keep() {
	cat "$guest_log" >>"/logs/guest-$guest_id.log" 2>/dev/null
	: >"$guest_log"
}

# guest_anew DISK [KERNEL-ARGUMENT...]: another guest for this scenario, that has the disk, as
# xl's files describe one, from its start.
guest_anew() {
	guest_disk="disk = [ '$1' ]"
	shift
	guest_stop
	guest_start "$@"
	domid=$(cat /tmp/domid)
}

# guest_within SECONDS COMMAND...: run shell code in the guest; its output and status.
guest_within() {
	local seconds="$1" agent="/local/domain/$domid/data/lab" seq answer rc chunks piece i
	shift
	seq=$(($(cat /tmp/seq) + 1))
	echo $seq >/tmp/seq
	xenstore write -R "$agent/command" "$seq $*"
	if ! xs_wait "$seconds" "$agent/done" "$seq *"; then
		xl sysrq "$domid" w >/dev/null 2>&1
		sleep 2
		echo "no answer from the guest within $((seconds * patience)) s to: $*"
		return 124
	fi
	answer=$(xs_read "$agent/done")
	rc=$(echo "$answer" | cut -d ' ' -f 2)
	chunks=$(echo "$answer" | cut -d ' ' -f 3)
	i=0
	while [ $i -lt "$chunks" ]; do
		piece=$(xs_read "$agent/out/$i")
		printf %s "${piece%.}"
		i=$((i + 1))
	done
	return "$rc"
}

# guest COMMAND..., guest_in SECONDS COMMAND...: as above; a failing command fails
# the scenario.
guest() { guest_in 60 "$@"; }
guest_in() {
	guest_within "$@" >/tmp/guest.out || fail "in the guest: $(tail -n 3 /tmp/guest.out)"
	cat /tmp/guest.out
}
