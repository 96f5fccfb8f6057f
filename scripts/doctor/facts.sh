# shellcheck shell=bash disable=SC2034,SC2154 # variables of the other files
# SPDX-License-Identifier: GPL-2.0
#
# What is known of the machine, its kernels and its disks: facts about subjects. The gatherers learn
# them, the findings judge them, the outputs show them; there is no other state.

# A subject is `machine`, or KIND/NAME: `kernel/6.1.0-9-amd64`, `disk/xvda`, `unused/xvda:NODE`.
subjects=()
subject=
# facts["SUBJECT KEY"] and, in the order in which they were learned, keys[SUBJECT].
declare -A facts=() keys=()

# about SUBJECT: whom the functions below are about from now on.
about() {
	subject=$1
	[[ ${keys[$1]+known} ]] && return
	subjects+=("$1")
	keys[$1]=
}

# learn KEY VALUE
learn() {
	[[ ${facts[$subject $1]+known} ]] || keys[$subject]+=" $1"
	facts[$subject $1]=$2
}

# fact KEY [SUBJECT]
fact() {
	printf '%s\n' "${facts[${2:-$subject} $1]:-}"
}

# is KEY PATTERN: whether the subject's fact is like that; one that is not known is empty.
is() {
	# shellcheck disable=SC2053 # a pattern
	[[ ${facts[$subject $1]:-} == $2 ]]
}

# more KEY NUMBER: whether the subject's fact is a number, and larger.
more() {
	local value=${facts[$subject $1]:-}

	[[ $value =~ ^[0-9]+$ ]] && ((value > $2))
}

# the KEY PATTERN: the same about the machine.
the() {
	local subject=machine

	is "$@"
}

# all KIND: puts the subjects of a kind into the array `these`; fails if there are none.
all() {
	local one

	these=()
	for one in "${subjects[@]}"; do
		[[ $one != "$1" && $one != "$1"/* ]] || these+=("$one")
	done
	((${#these[@]}))
}

# --- Reading --------------------------------------------------------------------------------------
# All paths begin with $root, which is empty or the folder named by --root.

root=

# exists PATTERN: whether a file is there.
exists() {
	compgen -G "$root$1" >/dev/null
}

# line FILE: its first line; fails if it cannot be read.
line() {
	local text=''

	[[ -r $root$1 ]] || return
	IFS= read -r text 2>/dev/null <"$root$1"
	printf '%s\n' "$text"
}

# inside PATH: where a link leads, without leaving $root.
inside() {
	local path=$1 target

	while target=$(readlink "$root$path"); do
		[[ $target == /* ]] || target=${path%/*}/$target
		path=$target
	done
	printf '%s\n' "$path"
}

# settings DIR: the files of modprobe.d or depmod.d; /lib often is /usr/lib.
settings() {
	local dir

	for dir in etc run usr/lib lib; do
		[[ $dir == lib && $root/lib -ef $root/usr/lib ]] || compgen -G "$root/$dir/$1/*.conf"
	done
}

# ask NAME COMMAND...: what only the running machine can tell, if it has that command. Below --root
# it is what somebody saved in .doctor/NAME.
ask() {
	local name=$1
	shift

	if [[ $root ]]; then
		cat "$root/.doctor/$name" 2>/dev/null
	elif command -v "$1" >/dev/null; then
		timeout 10 "$@" 2>/dev/null
	else
		return 1
	fi
}

# has COMMAND: whether the machine has it.
has() {
	exists "/usr/sbin/$1" || exists "/usr/bin/$1" || exists "/sbin/$1" || exists "/bin/$1"
}

# --- Packed files ---------------------------------------------------------------------------------

# Who stops reading early ends the program before it, or, where the signal is ignored as in services
# of systemd's, makes it complain: hence their silence.

# packing FILE [OFFSET]: the command that unpacks what begins there; fails if there is none.
packing() {
	local magic

	magic=$(tail -c "+$((${2:-0} + 1))" "$1" 2>/dev/null | head -c 6 | od -An -v -tx1 | tr -d ' \n')
	case $magic in
	1f8b*) echo gzip ;;
	fd377a585a00) echo xz ;;
	28b52ffd*) echo zstd ;;
	02214c18*) echo lz4 ;;
	5d0000*) echo lzma ;;
	425a68*) echo bzip2 ;;
	894c5a4f*) echo lzop ;;
	30373037303[12] | 7f454c46*) echo cat ;;
	*) return 1 ;;
	esac
}

# unpacked COMMAND FILE [OFFSET]: what lies there, without its packing.
unpacked() {
	local skip=${3:-0}

	tail -c "+$((skip + 1))" "$2" 2>/dev/null |
		case $1 in
		cat) cat ;;
		*) "$1" -dc ;;
		esac 2>/dev/null
}

# learn_module PREFIX FILE: version, source checksum and signature of a module's file, and what it
# goes without on its kernel.
learn_module() {
	local tool key value lacks=

	tool=$(packing "$2") && command -v "$tool" >/dev/null || return
	while IFS='=' read -r key value; do
		if [[ $key == lacks ]]; then
			lacks+="${lacks:+, }$value"
		else
			learn "$1-$key" "$value"
		fi
	done < <(unpacked "$tool" "$2" | tr '\0' '\n' | LC_ALL=C grep -aE '^((src)?version|lacks)=')
	learn "$1-lacks" "$lacks"
	if [[ $(unpacked "$tool" "$2" | tail -c 28 | tr -d '\0') == '~Module signature appended~' ]]; then
		learn "$1-signed" yes
	else
		learn "$1-signed" no
	fi
}

# parameters FILE: the names of a module's parameters.
parameters() {
	local tool

	tool=$(packing "$1") && command -v "$tool" >/dev/null || return
	unpacked "$tool" "$1" | tr '\0' '\n' | sed -n 's/^parmtype=\([a-z_]*\):.*/\1/p'
}
