# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A plan: what one boot does, entry after entry. Entries for the same kernel, type
# and number of vCPUs share a guest if they follow each other.

# Scenarios to choose from have a summary; demo, bench and blktests have commands of their own.
# The shell has no hyphens in names.
mapfile -t SCENARIOS < <(sed -n 's/^\([a-z0-9_]*\)_summary=.*/\1/p' "$LAB"/scenarios/*.sh | tr _ -)

# HVM guests start slowly.
SCENARIOS_HVM="smoke filesystem saverestore-under-load hvm-unplug boot-grub"

# scenario_says SCENARIO WHAT: what its file says of itself: summary, class, types, guest ...
scenario_says() { sed -n "s/^${1//-/_}_$2=\"\(.*\)\"$/\1/p" "$LAB/scenarios/$1.sh"; }

# scenario_runs SCENARIO TYPE KERNEL: whether it can, in such a guest.
scenario_runs() {
	local types kernels
	kernels=$(scenario_says "$1" kernels)
	# The one that has the driver built in is for that alone.
	[ "$3" != built-in ] || [ -n "$kernels" ] || return 1
	[[ " ${kernels:-$3} " == *" $3 "* ]] || return 1
	types=$(scenario_says "$1" types)
	if [ "$2" = hvm ]; then
		types=none
		[[ " $SCENARIOS_HVM " != *" $1 "* ]] || types=hvm
	fi
	[[ " ${types:-$2} " == *" $2 "* ]]
}

# scenarios_of TYPE KERNEL: all that run in such a guest. Those that want a guest of their
# own come last, those that want the same one together.
scenarios_of() {
	local scenario
	for scenario in "${SCENARIOS[@]}"; do
		! scenario_runs "$scenario" "$@" || echo "$(scenario_says "$scenario" guest) $scenario"
	done | sort -s -k 1,1 -t ' ' | awk '{ print $NF }'
}

# plan_begin NAME: a new run folder, known as RUN.
plan_begin() {
	RUN=$OUT/$1
	rm -rf "$RUN"
	mkdir -p "$RUN/dom0/lab/plan" "$RUN/dom0/lab/guests"
	plan_kernels=()
	plan_modules=()
	PLAN_DISKS=()
	PLAN_CPUS=1
	PLAN_SECONDS=120
	: >"$RUN/plan"
}

# plan_add SCENARIO KERNEL TYPE DRIVER [VCPUS [MODULE-ARGS [BACKEND]]]
# A mutant's entry is in order if its scenario fails, for the reason that the mutant gives.
plan_add() {
	local scenario=$1 kernel=$2 type=$3 driver=$4 vcpus=${5:-} module_args=${6:-} backend=${7:-blkback} installed
	local id verdict=PASS seed=${SEED:-$RANDOM$RANDOM} cycles=${LAB_CYCLES:-2}
	local patience=1 more_memory=0 kernel_args=${KERNEL_ARGS:-}
	[[ " ${SCENARIOS[*]} demo bench blktests " == *" $scenario "* ]] || die "no scenario '$scenario'; there are: ${SCENARIOS[*]}"
	[[ $type == @(pv|pvh|hvm) ]] || die "unknown type '$type'; there are: pv, pvh, hvm"
	plan_backend "$backend"
	installed=$(scenario_says "$scenario" installed)
	# docs/testing.md says why installed systems have one.
	[ -n "$vcpus" ] || vcpus=$([ -n "$installed" ] && echo 1 || echo 2)
	[[ $vcpus == [1-9] ]] || die "a guest can have 1 to 9 vCPUs, not '$vcpus'"
	[[ $cycles == [1-9]*([0-9]) ]] || die "LAB_CYCLES is a number, not '$cycles'"
	scenario_runs "$scenario" "$type" "$kernel" ||
		die "scenario '$scenario' does not run in $type guests with $kernel; there are: $(scenarios_of "$type" "$kernel" | xargs)"
	if debug_kernel "$kernel"; then
		[[ " ${DEBUG_TYPES[$kernel]} " == *" $type "* ]] ||
			die "kernel '$kernel' does not start in $type guests; it does in: ${DEBUG_TYPES[$kernel]}"
	fi
	if debug_closely "$kernel"; then
		patience=$DEBUG_PATIENCE more_memory=$DEBUG_MEMORY kernel_args="$DEBUG_ARGS $kernel_args"
	fi
	kernel_dir_of "$kernel"
	id=$(printf '%02d-%s' $(($(wc -l <"$RUN/plan") + 1)) "$scenario-$kernel-$type-$driver")
	[[ $driver != mutant-* ]] || verdict="FAIL $(mutant_says "${driver#mutant-}" Reason)"
	echo "$id $verdict" >>"$RUN/plan"
	echo "$id $scenario $kernel $type $driver" >>"$RUN/entries"
	declare -p id scenario kernel type driver vcpus module_args backend seed cycles \
		patience more_memory kernel_args |
		sed 's/^declare -- //' >"$RUN/dom0/lab/plan/$id"
	[ $((vcpus + 1)) -le "$PLAN_CPUS" ] || PLAN_CPUS=$((vcpus + 1))
	PLAN_SECONDS=$((PLAN_SECONDS + (400 + 60 * cycles) * patience))
	if [ -n "$installed" ]; then
		# Its guests have kernel and driver of their own.
		plan_installed "$kernel" "$type"
		return
	fi
	# shellcheck disable=SC2046 # a word for each
	plan_drivers "$kernel" "$driver" $(scenario_says "$scenario" drivers)
	plan_modules[$kernel]="${plan_modules[$kernel]:-} $(scenario_says "$scenario" modules)"
}
declare -A plan_kernels=() plan_modules=()

# plan_backend NAME: whether there is such a backend.
plan_backend() {
	local profiles=("$LAB"/backend/profiles/*)
	[[ " blkback qdisk qcow2 ${profiles[*]/#"$LAB/backend/profiles/"/own-} " == *" $1 "* ]] ||
		die "unknown backend '$1'; there are: blkback qdisk qcow2 ${profiles[*]/#"$LAB/backend/profiles/"/own-}"
}

# plan_drivers KERNEL DRIVER...: drivers that guests with that kernel shall find.
plan_drivers() {
	plan_kernels[$1]="${plan_kernels[$1]:-} ${*:2}"
}

# plan_disk IMAGE FILE: dom0 has the image as a virtio disk, of which nothing is kept after the
# run, and finds its name in the file.
plan_disk() {
	# vda holds what dom0 leaves behind.
	local letters=bcdefghijklmnopqrstuvwxyz
	echo "/dev/vd${letters:${#PLAN_DISKS[@]}:1}" >"$2"
	PLAN_DISKS+=("$1")
}

# plan_run: build what the entries need, boot, tell where the logs are. The outcome is
# in BOOT_STATUS, not in the status: else a caller that looks at it would switch off
# the shell's own care about errors in here.
plan_run() {
	local label drivers
	say "$(wc -l <"$RUN/plan") scenario(s) in one boot of Xen"
	for label in "${!plan_kernels[@]}"; do
		mapfile -t drivers < <(xargs -n 1 <<<"${plan_kernels[$label]}" | sort -u)
		guest_kernel "$RUN/dom0/lab/guests/$label" "$label" \
			"$(xargs -n 1 <<<"${plan_modules[$label]:-}" | sort -u | xargs)" "${drivers[@]}"
	done
	ln -s "$(programs_cpio "${GUEST_PROGRAMS[@]}")" "$RUN/dom0/lab/guests/programs.cpio"
	ln -s "$(programs_cpio "${GUEST_BIG_PROGRAMS[@]}")" "$RUN/dom0/lab/guests/big-programs.cpio"
	guest_scripts "$RUN/dom0/lab/guests/scripts.cpio"
	dom0_scripts "$RUN/dom0"
	boot_prepare "$RUN"
	boot "$RUN" "$PLAN_CPUS" "$PLAN_SECONDS" "${PLAN_ACCELERATOR[@]}"
	say "logs of Xen, dom0 and guests: $RUN"
}
PLAN_ACCELERATOR=(-accel "tcg,thread=multi")
