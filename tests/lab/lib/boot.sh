# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# One boot of Xen and dom0 in QEMU, carrying out a plan.

# PV guests crash dom0 with SMAP emulated; the rest makes TCG slow or its user space
# crash with several CPUs; svm and npt carry PVH and HVM guests.
BOOT_CPU=max,-smap,-pku,-rdtscp,-erms,-xsave,-avx,-avx2,-f16c,-fma,+svm,+npt
BOOT_XEN="console=com1 com1=115200 loglvl=warning guest_loglvl=warning noreboot=1 bootscrub=0
	dom0_max_vcpus=1 dom0_vcpus_pin credit2_runqueue=cpu"
BOOT_DOM0="console=hvc0 loglevel=4 nokaslr mitigations=off"
BOOT_MEMORY=6144
BOOT_DOM0_MEMORY=3072

# boot_prepare RUN-DIR: dom0's memory file system from RUN-DIR/dom0.
boot_prepare() {
	local run=$1
	kernel_dir_of "$LAB_DOM0_KERNEL"
	pack "$run/dom0" "$run/job.cpio"
	cat "$(programs_cpio "${DOM0_PROGRAMS[@]}")" \
		"$(modules_cpio "$KERNEL_DIR" "${DOM0_MODULES[@]}")" "$run/job.cpio" >"$run/dom0.cpio"
	rm -r "$run/dom0" "$run/job.cpio"
	truncate -s 64M "$run/files.tar"
}

# boot_qemu RUN-DIR CPUS ACCELERATOR...: run until dom0 powers off. What is written to PLAN_DISKS
# is forgotten then. For a process of its own, which becomes QEMU and can be ended as such.
boot_qemu() {
	local run=$1 cpus=$2 disk disks=()
	shift 2
	for disk in "${PLAN_DISKS[@]}"; do
		disks+=(-drive "file=$disk,format=raw,if=virtio,cache=unsafe,snapshot=on")
	done
	kernel_dir_of "$LAB_DOM0_KERNEL"
	exec qemu-system-x86_64 "$@" -machine pc -cpu $BOOT_CPU -smp "$cpus" -m $BOOT_MEMORY \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$(tools_dir)/boot/xen" \
		-append "$(xargs <<<"$BOOT_XEN") dom0_mem=${BOOT_DOM0_MEMORY}M,max:${BOOT_DOM0_MEMORY}M" \
		-initrd "$KERNEL_DIR/vmlinux $BOOT_DOM0,$run/dom0.cpio" \
		-drive "file=$run/files.tar,format=raw,if=virtio,cache=unsafe" "${disks[@]}" \
		-serial "file:$run/console.log" -serial "file:$run/events.jsonl" \
		>"$run/qemu.log" 2>&1
}

# One emulator at a time: two starve each other until scenarios run out of time. QEMU has the lock,
# too: it lasts as long as the emulator.
boot_lock() {
	exec 8>"$CACHE/emulator.lock"
	flock -n 8 && return
	note "waiting for the emulator of another run on this machine"
	flock 8
}

# boot RUN-DIR CPUS SECONDS ACCELERATOR...: the whole boot, its progress told.
# BOOT_STATUS is 0 if every entry of the plan got the verdict it must.
boot() {
	local run=$1 cpus=$2 seconds=$3 qemu
	shift 3
	boot_lock
	: >"$run/events.jsonl"
	boot_qemu "$run" "$cpus" "$@" &
	qemu=$!
	BOOT_STATUS=0
	"$LAB/lib/follow" "$run" --pid "$qemu" --seconds "$seconds" || BOOT_STATUS=1
	wait "$qemu" || case $? in
	137 | 143) ;; # it was told to end
	*) note "QEMU failed; see $run/qemu.log" ;;
	esac
	exec 8>&-
	tar -C "$run" -xf "$run/files.tar" 2>/dev/null || note "dom0 left no log files; see $run/console.log"
	rm -f "$run/dom0.cpio" "$run/files.tar"
}
