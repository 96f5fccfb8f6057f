# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A guest kernel from a tree that the user has built, named by KDIR. Its label is
# "tree-" and the name of the folder; the driver is built for it on this machine, by the
# compiler CC where one is named.

OWN_TREE=${KDIR:-}
OWN_TREE_CC=${CC:-}
# They are meant for that driver alone, not for what else is built here.
unset KDIR CC MAKEFLAGS

# own_tree LABEL: whether it is that one.
own_tree() { [ -n "$OWN_TREE" ] && [ "$1" = "$(own_tree_label)" ]; }

own_tree_label() { echo "tree-$(basename "$OWN_TREE")"; }

own_tree_check() {
	local file
	for file in Makefile vmlinux modules.order; do
		[ -e "$OWN_TREE/$file" ] ||
			die "KDIR: $OWN_TREE has no $file: build its vmlinux and its modules first"
	done
}

# own_tree_take DIR
own_tree_take() {
	local log
	log=$OUT/$(own_tree_label).log
	note "taking the kernel built in $OWN_TREE"
	mkdir -p "$OUT"
	make -s -C "$OWN_TREE" INSTALL_MOD_PATH="$1" modules_install >"$log" 2>&1 ||
		die "the modules of $OWN_TREE cannot be installed; see $log"
	cp "$OWN_TREE/include/config/kernel.release" "$1/release"
	objcopy -S "$OWN_TREE/vmlinux" "$1/vmlinux"
	# What an HVM guest starts.
	[ ! -e "$OWN_TREE/arch/x86/boot/bzImage" ] ||
		cp "$OWN_TREE/arch/x86/boot/bzImage" "$1/vmlinuz"
}

# own_tree_dir: as kernel_dir; another one after the tree was built again.
own_tree_dir() {
	local dir
	own_tree_check
	dir=$CACHE/kernels/$(own_tree_label)-$(stat -c '%n %Y %s' "$OWN_TREE/vmlinux" | digest)
	once "$dir" own_tree_take
	echo "$dir"
}

# own_tree_record: what the run showed, for docs/kernels.md.
own_tree_record() {
	local commit file
	file=$TOP/tests/matrix/booted/$(basename "$OWN_TREE")
	commit=$(git -c safe.directory="$TOP" -C "$TOP" describe --always --dirty --abbrev=10)
	"$LAB/lib/record-booted" "$RUN" "$commit" "${KERNEL_ARGS:-}" "$file"
	say "recorded: ${file#"$TOP/"}; scripts/gen-docs puts it into docs/kernels.md"
}
