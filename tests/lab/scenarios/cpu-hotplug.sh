# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# CPUs of the guest come and go under a busy disk, by the toolstack's word and by the
# guest's own: more than there were when the disk connected, then one for all queues, then
# off and on in a loop.
#
# Finds a driver that has queues for CPUs that are not there, that ties a queue's work or
# its event to a CPU that may go, or that keeps a CPU from going because a request of its
# queue does not end.

cpu_hotplug_summary="CPUs off and on under load, by guest and toolstack; more queues asked for than CPUs"
cpu_hotplug_class="resources"
cpu_hotplug_guest="maxvcpus=4"

scenario_cpu_hotplug() {
	load_begin "small flush large" max_queues=8
	expect "$vcpus" "$(front xvda multi-queue-num-queues)" "the number of queues with $vcpus of 4 CPUs"
	cpu_set 4
	cpu_set 1
	cpu_set 4
	progress "cpu: off and on by the guest"
	guest_in 120 cpu_turns $((cycles + 1))
	load_goes_on "CPUs went off and on"
	load_end
}

# cpu_set COUNT: so many, says the toolstack.
cpu_set() {
	progress "cpu: $1 of 4"
	xl_do vcpu-set --ignore-host "$domid" "$1"
	guest "cpu_count $1"
	load_goes_on "a change to $1 CPUs"
}

# In the guest. What appears is switched on, as udev would do it.
cpu_count() {
	wait_until 30 cpu_counted "$1" || {
		echo "CPUs online: $(cat /sys/devices/system/cpu/online); there should be $1"
		return 1
	}
}

cpu_counted() {
	local file
	for file in /sys/devices/system/cpu/cpu[0-9]*/online; do
		[ "$(cat "$file")" = 1 ] || echo 1 >"$file"
	done
	[ "$(grep -c ^processor /proc/cpuinfo)" -eq "$1" ]
}

# cpu_turns ROUNDS: each on its own, then all at once, but the first.
cpu_turns() {
	local round=0
	while [ $round -lt "$1" ]; do
		round=$((round + 1))
		cpu_turn 1 && cpu_turn 2 && cpu_turn 3 && cpu_turn 3 2 1 || return 1
	done
}

# cpu_turn CPU...
cpu_turn() {
	local cpu
	for cpu; do
		echo 0 >"/sys/devices/system/cpu/cpu$cpu/online" || return 1
	done
	usleep 200000
	for cpu; do
		echo 1 >"/sys/devices/system/cpu/cpu$cpu/online" || return 1
	done
}
