# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Names, messages and caching shared by the lab's host side.

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$LAB/../.." && pwd)
: "${XBF_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/xen-blkfront-dkms}"
CACHE=$XBF_CACHE/lab
OUT=$TOP/out/lab
LAB_SUITE=bookworm # where Xen, dom0 and the guests' tools come from
LAB_DOM0_KERNEL=6.1
LAB_STARTED=$SECONDS

say() { printf '[%4ds] %s\n' $((SECONDS - LAB_STARTED)) "$*"; }
note() { say "$*" >&2; }
die() {
	echo "lab: $*" >&2
	exit 1
}

suite() { bash "$TOP/tests/lib/suite.sh" "$@"; }

# once DIR COMMAND...: let COMMAND fill DIR unless an earlier run finished it.
# COMMAND gets the folder to fill as its last argument.
once() {
	local dir=$1
	shift
	mkdir -p "${dir%/*}"
	(
		flock 9
		if [ -d "$dir" ]; then
			exit 0
		fi
		rm -rf "$dir.new"
		mkdir "$dir.new"
		"$@" "$dir.new"
		mv "$dir.new" "$dir"
	) 9>"$dir.lock"
}

# A short name for the contents of files and words.
digest() { sha256sum | cut -c 1-12; }
