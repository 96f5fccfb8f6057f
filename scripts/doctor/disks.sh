# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# Each Xen disk of the running guest: its driver, what was negotiated, and what the backend offers
# that is not used.

# Ours says it all in debugfs: lines "KEY: VALUE" and "node KEY: VALUE (NOTE)".
learn_features() {
	local key value

	while IFS=: read -r key value; do
		value=${value# }
		if [[ $key == 'node '* ]]; then
			[[ $value != *'('* ]] || learn bad-nodes "$(fact bad-nodes)${key#node } ${value#* } "
			learn "offered-${key#node }" "${value%% *}"
		else
			learn "$key" "$value"
		fi
	done <"$1"
}

# Words and numbers in turn, of each queue; grants are in use/all/quarantined.
learn_counters() {
	local key value

	while read -r key value; do
		learn "$key" "$value"
	done < <(awk '
		/^queue [0-9]+: gate/ {
			for (i = 3; i < NF; i += 2)
				if ($(i + 1) ~ /^[0-9]+$/)
					sum[$i] += $(i + 1)
				else if (split($(i + 1), part, "/") == 3) {
					sum["grants-in-use"] += part[1]
					sum["grants-held"] += part[2]
					sum["grants-quarantined"] += part[3]
				}
		}
		END {
			delete sum["req-prod"]
			delete sum["rsp-cons"]
			for (name in sum) print name, sum[name]
		}' "$1" | sort)
}

# xenstore_nodes NAME DIR: "KEY VALUE" of the nodes in a directory of xenstore.
xenstore_nodes() {
	ask "$1" xenstore-ls "$2" | sed -nE 's/^([a-z-]+) = "(.*)"$/\1 \2/p'
}

# Another driver says nothing; its nodes in xenstore tell some of it.
learn_from_xenstore() {
	local disk=$1 dir key value

	dir=$(readlink "$root/sys/block/$disk/device")
	dir=device/vbd/${dir##*vbd-}
	learn queues 1
	learn ring-page-order 0
	while read -r key value; do
		case $key in
		backend) dir=$value ;;
		multi-queue-num-queues) learn queues "$value" ;;
		ring-page-order) learn ring-page-order "$value" ;;
		feature-persistent) [[ $value != 1 ]] || learn grants persistent ;;
		esac
	done < <(xenstore_nodes "xenstore-front-$disk" "$dir")
	while read -r key value; do
		case $key in
		feature-* | max-* | multi-queue-* | discard-*) learn "offered-$key" "$value" ;;
		esac
	done < <(xenstore_nodes "xenstore-back-$disk" "$dir")
}

# limit NAME USED: why a number is no larger: a parameter, the CPUs, or nothing that we know.
limit() {
	local value

	value=$(line "$(fact driver-dir machine)/parameters/$1")
	if [[ $1 == max_queues ]] && ((${value:-0} == 0 || value > $2)); then
		(($(fact cpus machine) > $2)) || echo "the guest has $(fact cpus machine) CPUs"
	elif [[ $value == "$2" || $value == N ]]; then
		echo "parameter $1=$value"
	fi
}

# not_used NODE USED REASON...: notes an offer that is better than what is used.
not_used() {
	local offered disk why
	local node=$1 used=$2
	shift 2

	why=$*
	disk=$(fact disk)
	offered=$(fact "offered-$node")
	[[ $offered =~ ^[0-9]+$ && $used =~ ^[0-9]+$ ]] && ((offered > used)) || return 0
	about "unused/$disk:$node"
	learn disk "$disk"
	learn node "$node"
	learn offered "$offered"
	learn used "$used"
	learn why "${why:-the driver could not, or the backend declined it}"
	about "disk/$disk"
}

# What is worth having and is not had. A cache that is flushed needs no barriers.
learn_unused() {
	local number

	number=$(fact queues)
	[[ $number ]] || return 0
	not_used multi-queue-max-queues "$number" "$(limit max_queues "$number")"
	number=$(fact ring-page-order)
	not_used max-ring-page-order "$number" "$(limit max_ring_page_order "$number")"
	number=$(fact indirect-segments)
	not_used feature-max-indirect-segments "$number" "$(limit max_indirect_segments "$number")"
	is grants '' || is grants persistent || not_used feature-persistent 0 "$(limit feature_persistent 0)"
	! is flush none || not_used feature-flush-cache 0
	! is discard no || not_used feature-discard 0
}

learn_disk() {
	local disk=$1 dir=/sys/kernel/debug/xen-blkfront/$1 module

	about "disk/$disk"
	learn disk "$disk"
	module=$(readlink "$root/sys/block/$disk/device/driver/module")
	case ${module##*/} in
	xen_blkfront | xen_blkfront_dkms) learn driver "$(fact driver machine)" ;;
	'') learn driver "$(fact driver machine | sed '/^none$/s/.*/unknown/')" ;;
	*) learn driver "${module##*/}" ;;
	esac
	learn version "$(fact driver-version machine)"
	learn file "$(fact driver-file machine)"
	learn sectors "$(line "/sys/block/$disk/size")"
	learn read-only "$(line "/sys/block/$disk/ro")"
	if is driver ours && [[ -r $root$dir/features ]]; then
		learn_features "$root$dir/features"
		learn_counters "$root$dir/queues"
	elif is driver own || is driver builtin; then
		learn_from_xenstore "$disk"
	fi
	learn_unused
}

learn_disks() {
	local path

	while read -r path; do
		learn_disk "${path##*/}"
	done < <(compgen -G "$root/sys/block/xvd*")
}
