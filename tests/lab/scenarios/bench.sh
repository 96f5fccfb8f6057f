# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own driver and ours in turn, on null_blk behind xen-blkback; for
# `lab bench`, which judges the samples.

bench_rounds=3

scenario_bench() {
	local round=1 mode
	while [ $round -le $bench_rounds ]; do
		for mode in 1 0; do
			# Neither driver always comes first.
			if [ $(((round + mode) % 2)) -eq 0 ]; then
				bench_driver intree $round $mode
				bench_driver ours $round $mode
			else
				bench_driver ours $round $mode
				bench_driver intree $round $mode
			fi
		done
		progress "round $round of $bench_rounds is done"
		round=$((round + 1))
	done
}

# bench_driver DRIVER ROUND PERSISTENT
bench_driver() {
	local mode=persistent
	[ "$3" = 1 ] || mode=direct
	swap_to "$1" /dev/nullb0 "feature_persistent=$3"
	expect "$3" "$(features_agreed | sed 's/persistent=\(.\).*/\1/')" "the use of persistent grants"
	fact "scheduler of $1" "$(guest disk_fact xvda queue/scheduler | sed 's/.*\[\(.*\)\].*/\1/')"
	guest_in 180 rate xvda randread 4k 32 2000 >/dev/null # warm up
	sample "$1" "$2" $mode randread 4k 1 6000
	sample "$1" "$2" $mode randwrite 4k 1 6000
	sample "$1" "$2" $mode randread 4k 32 16000
	sample "$1" "$2" $mode randwrite 4k 32 16000
	sample "$1" "$2" $mode read 128k 8 2000
	sample "$1" "$2" $mode write 128k 8 2000
	# What is the driver's own, apart from the scheduler it starts with.
	guest 'echo none >/sys/block/xvda/queue/scheduler'
	sample "$1" "$2" "$mode, none" randread 4k 32 16000
	sample "$1" "$2" "$mode, none" randwrite 4k 32 16000
	swap_away
}
