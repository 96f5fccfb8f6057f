# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Verified I/O with fio, in the guest.

io_global() {
	cat <<END
[global]
filename=/dev/$1
allow_file_create=0
direct=1
thread=1
ioengine=libaio
verify=crc32c
verify_fatal=1
do_verify=1
randseed=$2
iodepth=16
END
}

# io_jobs NAME: a job file from standard input; quiet unless it fails.
io_jobs() {
	cat >"/tmp/$1.fio"
	fio --output="/tmp/$1.out" "/tmp/$1.fio" || {
		grep -E 'verify|err=|error|failed' "/tmp/$1.out" | head -n 5
		return 1
	}
}

# io_short XVDX SEED: a few seconds; every size once.
io_short() {
	{
		io_global "$1" "$2"
		cat <<END
[small]
rw=randwrite
bsrange=${3:-512}-16k
blockalign=${3:-512}
offset=0
size=1m
[large]
rw=randwrite
bsrange=4k-1m
blockalign=4k
offset=4m
size=8m
[mixed]
rw=randrw
bs=4k
offset=1m
size=1m
END
	} | io_jobs short
}

# io_flushes XVDX SEED COUNT: COUNT fsyncs, one after each write, then COUNT writes that
# are stable at once. With fsync=1 alone fio has none after the last write.
io_flushes() {
	{
		io_global "$1" "$2"
		cat <<END
iodepth=1
bs=4k
io_size=$(($3 * 4))k
size=1m
offset=2m
[fsync]
rw=randwrite
fsync=1
end_fsync=1
[dsync]
stonewall
rw=randwrite
ioengine=psync
sync=dsync
END
	} | io_jobs flushes
}

# disk_flush XVDX: whatever the disk's cache holds is stored.
disk_flush() { dd if=/dev/null of="/dev/$1" conv=notrunc,fsync 2>/dev/null; }

# disk_sums XVDX MIB: the disk by regions, read past every cache.
disk_sums() {
	echo 3 >/proc/sys/vm/drop_caches
	region_sums "/dev/$1" "$2" direct
}
