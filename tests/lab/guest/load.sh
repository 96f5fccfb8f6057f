# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Verified I/O in the background, round after round: jobs of several kinds at once, each in
# a place of its own on the disk. All blocks of a job have one size: fio then also finds a
# block that an earlier round left.

load_dir=/tmp/load

load_small="bs=4k iodepth=32 offset=0 size=2m"
load_flush="bs=4k iodepth=1 offset=8m size=32k fsync=1"
load_large="bs=128k iodepth=8 offset=12m size=8m"
# More than the queues hold: most of it waits in the I/O scheduler.
load_queued="bs=128k iodepth=160 offset=12m size=24m"

# load_start XVDX SEED KIND...
load_start() {
	rm -rf $load_dir
	mkdir $load_dir
	load_run "$@" >/dev/null 2>&1 &
}

load_run() {
	local disk="$1" seed="$2" round=0
	shift 2
	until [ -e $load_dir/stop ]; do
		round=$((round + 1))
		load_jobs "$disk" $((seed + round)) "$@" | io_jobs load >$load_dir/said 2>&1 || {
			mv $load_dir/said $load_dir/failed
			return
		}
		echo $round >>$load_dir/rounds
	done
	: >$load_dir/ended
}

load_jobs() {
	local kind
	io_global "$1" "$2"
	shift 2
	for kind; do
		printf '%s\n' "[$kind]" rw=randwrite
		eval "printf '%s\n' \$load_$kind"
	done
}

# Until there is something in flight to lose.
load_busy() { wait_until 20 load_flies || load_why "nothing is in flight"; }
load_flies() { awk '{ n += $1 + $2 } END { exit n == 0 }' /sys/block/xvda/inflight; }

# A round ends that has not ended yet.
load_goes_on() {
	rm -f $load_dir/rounds
	load_wait rounds || load_why "I/O does not end"
}

load_stop() {
	: >$load_dir/stop
	load_wait ended || load_why "I/O does not end"
}

# load_wait FILE: until it is there, or fio has failed.
load_wait() {
	local tries=12
	until wait_until 5 load_has "$1"; do
		load_nudge
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
	done
	[ -e "$load_dir/$1" ]
}

# A signal, such as the freezer's, ends a wait of fio's libaio engine for several answers with
# some of them, and then it waits for as many as before. The rest, once there, is fetched by
# another signal.
load_nudge() {
	killall -STOP fio
	killall -CONT fio
}

load_has() { [ -e "$load_dir/$1" ] || [ -e $load_dir/failed ]; }

load_why() {
	load_evidence >/dev/console 2>/dev/null
	cat $load_dir/failed 2>/dev/null || echo "$1"
	return 1
}

# Who waits, and for whom: the program, the block layer, or the driver?
load_evidence() {
	local pid
	echo "lab: requests in flight: $(cat /sys/block/xvda/inflight)"
	cat /sys/kernel/debug/xen-blkfront/xvda/queues
	for pid in $(pidof fio); do
		grep -H . /proc/"$pid"/task/*/wchan
	done
}

# It met an error; or it was between two rounds just then, and ends on the fresh disk.
load_lost() {
	: >$load_dir/stop
	load_wait ended || [ -e $load_dir/failed ] || load_why "I/O still waits"
}
