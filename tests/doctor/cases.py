# SPDX-License-Identifier: GPL-2.0
"""What can be found: for each finding, guests that have it and guests that nearly have it.

A case is a function of a healthy guest. What the doctor then finds must be just what EXPECT says:
names, each with its subject where that is not the only kernel, disk or machine there is.
"""

import os

from guest import (FEATURES, NEW, OLD, OURS, OWN, QUEUES, cpio, module, ours, unified)

CASES = []
MODULES = "/lib/modules/%s/" % NEW
DKMS = "/var/lib/dkms/xen-blkfront/"
EFI = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


def case(*expect):
    """The decorated function makes a guest in which just these findings are."""
    def add(function):
        CASES.append((function.__name__, function, set(expect)))
        return function
    return add


def without_ours(guest):
    """As before dkms built anything; the source is there."""
    guest.remove(MODULES + OURS)
    guest.remove(DKMS + "0.1.0/" + NEW)
    guest.remove(DKMS + "kernel-%s-x86_64" % NEW)
    guest.depmod(NEW, OWN)
    guest.image(NEW, {OWN: module()})
    guest.driver(None, "AAAA")


@case()
def healthy(_guest):
    pass


# --- Kernels ---------------------------------------------------------------------------------------

@case("no-driver", "dkms-file-lost", "image-without-driver")
def no_module_at_all(guest):
    guest.remove(MODULES + OURS)
    guest.remove(MODULES + OWN)
    guest.depmod(NEW, None)
    guest.image(NEW, {})


@case("kernel-file-moved")
def own_file_archived(guest):
    guest.remove(MODULES + OWN)
    guest.write(DKMS + "original_module/%s/x86_64/xen-blkfront.ko.xz" % NEW, module())
    guest.write(DKMS + "original_module/%s/x86_64/xen-blkfront.ko.xz.origin" % NEW, "x")


@case()
def own_file_archived_and_put_back(guest):
    guest.write(DKMS + "original_module/%s/x86_64/xen-blkfront.ko.xz" % NEW, module())


@case("depmod-empty")
def index_without_driver(guest):
    guest.depmod(NEW, None)


@case("depmod-empty")
def index_names_a_file_that_is_gone(guest):
    guest.depmod(NEW, "extra/xen-blkfront.ko")


@case("image-without-driver")
def image_without_driver(guest):
    guest.image(NEW, {"kernel/drivers/net/xen-netfront.ko": module()})


@case("image-without-driver")
def image_with_the_driver_of_another_kernel(guest):
    guest.image(NEW, {}, early={"usr/lib/modules/%s/%s" % (OLD, OURS): ours()})


@case()
def image_packed_with_gzip(guest):
    guest.image(NEW, {OURS: ours()}, packing="gzip")


@case()
def image_packed_with_xz_behind_microcode(guest):
    guest.image(NEW, {OURS: ours()}, packing="xz",
                early={"kernel/x86/microcode/AuthenticAMD.bin": b"TRAILER!!!" * 1000})


@case()
def image_not_packed(guest):
    guest.image(NEW, {OURS: ours()}, packing="none", prefix="lib/modules/")


@case()
def image_with_modules_in_its_first_archive(guest):
    guest.image(NEW, {}, early={"./usr/lib/modules/%s/%s" % (NEW, OURS): ours()})


@case()
def image_with_both_drivers(guest):
    guest.image(NEW, {OWN: module(), OURS: ours()})


@case("image-stale", "not-built")
def image_with_both_drivers_and_their_index_in_another_archive(guest):
    guest.depmod(NEW, OWN)
    guest.remove(MODULES + OURS)
    guest.remove(DKMS + "0.1.0/" + NEW)
    guest.remove(DKMS + "kernel-%s-x86_64" % NEW)
    guest.driver(None, "AAAA")
    folder = "usr/lib/modules/%s/" % NEW
    guest.image(NEW, {}, early={folder + OWN: module(), folder + OURS: ours()},
                more={folder + "modules.dep": ("%s:\n%s:\n" % (OURS, "kernel/fs/ext4/ext4.ko")).encode()})


@case()
def images_that_are_no_kernels_own(guest):
    """Rescue images and those of crash kernels are left out of it."""
    for name in ("/boot/vmlinuz-0-rescue-0123", "/boot/initramfs-0-rescue-0123.img",
                 "/boot/initramfs-%skdump.img" % NEW, "/var/lib/kdump/initrd.img-%s" % NEW):
        guest.write(name, cpio({}))


@case()
def image_of_an_entry_of_its_own(guest):
    """As kernel-install lays them out."""
    os.renames(guest.path("/boot/initrd.img-" + NEW), guest.path("/boot/0123/%s/initrd" % NEW))
    os.renames(guest.path("/boot/vmlinuz-" + NEW), guest.path("/boot/0123/%s/linux" % NEW))


@case("image-without-driver")
def image_without_driver_of_an_entry_of_its_own(guest):
    guest.image(NEW, {})
    image_of_an_entry_of_its_own(guest)


@case("image-damaged")
def image_cut_short(guest):
    with open(guest.path("/boot/initrd.img-" + NEW), "r+b") as file:
        file.truncate(300)


@case("image-damaged")
def image_of_zeros(guest):
    guest.write("/boot/initrd.img-" + NEW, bytes(5000))


@case("image-missing")
def image_missing(guest):
    guest.remove("/boot/initrd.img-" + NEW)


@case("image-stale")
def image_of_an_older_build(guest):
    guest.image(NEW, {OURS: ours("0.0.9", "0009")})


@case("image-stale")
def image_of_another_version_of_the_same_sources(guest):
    guest.image(NEW, {OURS: ours("0.0.9")})


@case("image-stale")
def image_with_the_kernels_own(guest):
    guest.image(NEW, {OWN: module()})


UNIFIED = "/boot/efi/EFI/Linux/id-%s.efi" % NEW
COPY = "/boot/efi/0123/%s/initrd.img-%s" % (NEW, NEW)


@case()
def image_in_a_unified_kernel(guest):
    guest.write(UNIFIED, unified(guest.read_bytes("/boot/initrd.img-" + NEW)))
    guest.remove("/boot/initrd.img-" + NEW)


@case("image-stale")
def image_in_a_unified_kernel_with_the_kernels_own(guest):
    guest.image(NEW, {OWN: module()})
    image_in_a_unified_kernel(guest)


@case("image-unreadable")
def image_not_in_a_unified_kernel(guest):
    guest.remove("/boot/initrd.img-" + NEW)
    guest.write(UNIFIED, "MZ")


@case()
def image_copied_for_boot_loaders(guest):
    image = guest.read_bytes("/boot/initrd.img-" + NEW)
    guest.write(COPY, image)
    guest.write(UNIFIED, unified(cpio({"kernel/x86/microcode/AuthenticAMD.bin": b""}) + image + bytes(-len(image) % 4)))


@case("copy-stale")
def image_newer_than_its_copy(guest):
    guest.write(COPY, guest.read_bytes("/boot/initrd.img-" + NEW)[:-1])


@case("copy-stale")
def image_newer_than_a_unified_kernel(guest):
    image = guest.read_bytes("/boot/initrd.img-" + NEW)
    guest.write(UNIFIED, unified(image[:-9] + bytes(9)))


@case("image-unreadable")
def image_with_modules_in_a_file_system(guest):
    guest.write("/boot/initrd.img-" + NEW, cpio({"squashfs-root.img": b"hsqs"}))


@case("built-in")
def built_in(guest):
    without_ours(guest)
    guest.remove(MODULES + OWN)
    guest.write(MODULES + "modules.builtin", "kernel/drivers/block/xen-blkfront.ko\n")
    guest.edit("/boot/config-" + NEW, "FRONTEND=m", "FRONTEND=y")
    guest.remove("/sys/module/xen_blkfront/initstate")


BESIDE = "updates/dkms/xen-blkfront-dkms.ko"
KEEP_OUT = "kernel.initcall_blacklist += xlblk_init\n"


@case()
def taken_over(guest):
    """Ours runs in the place of what is built in."""
    built_in(guest)
    guest.write(MODULES + BESIDE, ours())
    guest.write(DKMS + "0.1.0/%s/x86_64/module/xen-blkfront-dkms.ko" % NEW, ours())
    guest.link(DKMS + "kernel-%s-x86_64" % NEW, "0.1.0/%s/x86_64" % NEW)
    guest.depmod(NEW, BESIDE)
    guest.write("/var/lib/xen-blkfront-dkms/taken-over/" + NEW, "")
    guest.image(NEW, {BESIDE: ours()}, settings=KEEP_OUT)
    guest.menu([NEW], arguments="quiet bootconfig")
    for name, text in {"initstate": "live", "version": "0.1.0", "srcversion": "BBBB"}.items():
        guest.write("/sys/module/xen_blkfront_dkms/" + name, text + "\n")
    guest.remove("/sys/bus/xen/drivers/vbd/module")
    guest.link("/sys/bus/xen/drivers/vbd/module", "../../../../module/xen_blkfront_dkms")


@case()
def taken_over_by_an_image_that_is_not_packed(guest):
    taken_over(guest)
    guest.image(NEW, {BESIDE: ours()}, packing="none", settings="a = b\n" + KEEP_OUT)


@case()
def taken_over_by_a_kernel_that_needs_no_word(guest):
    taken_over(guest)
    guest.menu([NEW])
    guest.edit("/boot/config-" + NEW, "CONFIG_XEN", "CONFIG_BOOT_CONFIG_FORCE=y\nCONFIG_XEN")


@case("take-over-undone")
def taken_over_without_the_word_on_the_command_line(guest):
    taken_over(guest)
    guest.menu([NEW], arguments="nobootconfig")


@case("take-over-undone")
def taken_over_with_an_image_without_settings(guest):
    taken_over(guest)
    guest.image(NEW, {BESIDE: ours()})


def taken_over_and_booted(guest, read):
    """The built-in driver runs, after a boot with an image that was to keep it out."""
    taken_over(guest)
    guest.remove("/sys/module/xen_blkfront_dkms")
    guest.remove("/sys/bus/xen/drivers/vbd/module")
    guest.link("/sys/bus/xen/drivers/vbd/module", "../../../../module/xen_blkfront")
    guest.edit("/proc/cmdline", "quiet", "quiet bootconfig")
    guest.write("/proc/bootconfig", read)
    guest.age("/boot/initrd.img-" + NEW, 1000)
    guest.write("/proc/stat", "cpu  1 2 3 4\nbtime 2000\n")


@case("take-over-unread")
def taken_over_but_the_settings_went_unread(guest):
    taken_over_and_booted(guest, "")


@case()
def taken_over_but_another_driver_was_wanted(guest):
    taken_over_and_booted(guest, 'kernel.initcall_blacklist = "xlblk_init"\n')


@case()
def taken_over_and_not_yet_booted(guest):
    taken_over_and_booted(guest, "")
    guest.age("/boot/initrd.img-" + NEW, 3000)


@case()
def taken_over_and_booted_without_the_word(guest):
    taken_over_and_booted(guest, "")
    guest.edit("/proc/cmdline", " bootconfig", "")


@case("image-stale")
def taken_over_with_an_older_build_in_the_image(guest):
    taken_over(guest)
    guest.image(NEW, {BESIDE: ours("0.0.9", "0009")}, settings=KEEP_OUT)


@case("built-in-kept-out")
def taken_over_with_nothing_in_the_image(guest):
    taken_over(guest)
    guest.image(NEW, {}, settings=KEEP_OUT)


@case("built-in", "built-in-kept-out")
def built_in_and_kept_out_by_the_command_line(guest):
    built_in(guest)
    guest.image(NEW, {})
    guest.menu([NEW], arguments="initcall_blacklist=foo,xlblk_init")


@case()
def built_into_a_kernel_that_is_not_used(guest):
    guest.kernel(OLD, our=None)
    guest.edit("/boot/config-" + OLD, "FRONTEND=m", "FRONTEND=y")


@case("headers-missing")
def headers_missing(guest):
    without_ours(guest)
    guest.remove(MODULES + "build")


@case("headers-missing")
def headers_removed_but_for_the_link(guest):
    without_ours(guest)
    guest.remove("/usr/src/linux-headers-" + NEW)


@case()
def headers_removed_after_the_build(guest):
    guest.remove("/usr/src/linux-headers-" + NEW)


@case("build-failed")
def build_failed_by_its_log(guest):
    without_ours(guest)
    guest.write(DKMS + "0.1.0/build/make.log", "DKMS make.log for xen-blkfront-0.1.0 for kernel %s (x86_64)\n"
                "Mon\nsrc/main.c:7:2: error: broken\nmake: *** [all] Error 2\n" % NEW)


@case("build-failed")
def build_failed_by_the_record(guest):
    without_ours(guest)
    guest.write("/var/lib/xen-blkfront-dkms/failed/" + NEW, "no compiler\n")


@case("set-aside")
def kept_its_own_driver(guest):
    without_ours(guest)
    guest.write("/var/lib/xen-blkfront-dkms/kept/" + NEW, "too new\n")


@case("not-built")
def build_failed_for_another_kernel(guest):
    without_ours(guest)
    guest.write(DKMS + "0.1.0/build/make.log", "DKMS make.log for xen-blkfront-0.1.0 for kernel %s (x86_64)\n"
                "error: broken\n" % OLD)


@case("not-built")
def built_but_not_installed(guest):
    without_ours(guest)
    guest.write(DKMS + "0.1.0/%s/x86_64/module/xen-blkfront.ko" % NEW, ours())


@case("dkms-file-lost", "reboot-needed")
def dkms_file_lost(guest):
    guest.remove(MODULES + OURS)
    guest.depmod(NEW, OWN)
    guest.image(NEW, {OWN: module()})


@case("depmod-stale", "image-stale")
def depmod_was_not_run(guest):
    guest.depmod(NEW, OWN)


@case("depmod-stale", "image-stale")
def image_with_both_has_an_index_of_its_own(guest):
    guest.depmod(NEW, OWN)
    guest.image(NEW, {"modules.dep": OURS.encode() + b":\n", OWN: module(), OURS: ours(),
                      "modules.dep.bin": OWN.encode() + b":\n"})


@case("depmod-override", "image-stale")
def depmod_told_to_search_elsewhere(guest):
    guest.depmod(NEW, OWN)
    guest.write("/etc/depmod.d/local.conf", "search built-in updates\n")


@case("depmod-stale", "image-stale")
def image_with_both_has_an_index_of_its_own(guest):
    guest.depmod(NEW, OWN)
    guest.image(NEW, {"modules.dep": OURS.encode() + b":\n", OWN: module(), OURS: ours(),
                      "modules.dep.bin": OWN.encode() + b":\n"})


@case("depmod-override", "image-stale")
def depmod_told_to_override(guest):
    guest.depmod(NEW, OWN)
    guest.write("/etc/depmod.d/local.conf", "override xen-blkfront * weak-updates\n")


@case("depmod-stale", "image-stale")
def depmod_with_the_usual_search(guest):
    guest.depmod(NEW, OWN)
    guest.write("/etc/depmod.d/ubuntu.conf", "search updates ubuntu built-in\n")


# --- Signatures ------------------------------------------------------------------------------------

def install_ours(guest, signed):
    guest.write(MODULES + OURS, ours(signed=signed))
    guest.image(NEW, {OURS: ours(signed=signed)})
    guest.write("/var/lib/dkms/mok.pub", "certificate")


@case("unsigned")
def unsigned_and_enforced(guest):
    guest.write("/sys/module/module/parameters/sig_enforce", "Y\n")


@case("unsigned")
def unsigned_and_locked_down(guest):
    guest.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n")


@case("unsigned")
def unsigned_and_forced_by_the_kernel(guest):
    guest.write("/boot/config-" + NEW, "CONFIG_XEN_BLKDEV_FRONTEND=m\nCONFIG_MODULE_SIG_FORCE=y\n")


@case()
def unsigned_but_secure_boot_does_not_enforce(guest):
    guest.write(EFI, b"\x06\0\0\0\x01")


@case("key-missing")
def signed_and_not_enrolled(guest):
    guest.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    install_ours(guest, True)
    guest.write("/.doctor/mokutil", "/var/lib/dkms/mok.pub is not enrolled\n")


@case("key-unknown")
def signed_and_nobody_to_ask(guest):
    guest.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    install_ours(guest, True)


@case()
def signed_and_enrolled(guest):
    guest.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    install_ours(guest, True)
    guest.write("/.doctor/mokutil", "/var/lib/dkms/mok.pub is already enrolled\n")


@case()
def enforced_while_the_kernels_own_is_used(guest):
    without_ours(guest)
    guest.remove(DKMS + "0.1.0")
    guest.write("/sys/module/module/parameters/sig_enforce", "Y\n")
    guest.kernel(OLD)
    guest.write("/lib/modules/%s/%s" % (OLD, OURS), ours(signed=True))
    guest.image(OLD, {OURS: ours(signed=True)})
    guest.write("/.doctor/mokutil", "is already enrolled\n")
    guest.remove(DKMS + "0.1.0/source")


# --- The machine -----------------------------------------------------------------------------------

@case("wrong-parameter")
def parameter_that_does_not_exist(guest):
    guest.write("/etc/modprobe.d/xen.conf", "options xen-blkfront max_queues=2 max_segs=32\n")


@case("wrong-parameter")
def parameter_on_the_command_line_that_does_not_exist(guest):
    guest.edit("/proc/cmdline", "quiet", "xen_blkfront.nonsense=1")


@case()
def parameters_that_exist(guest):
    guest.write("/etc/modprobe.d/xen.conf", "options xen_blkfront max_queues=2 trusted=0\n")


@case("reboot-needed")
def the_kernels_own_still_runs(guest):
    guest.driver(None, "AAAA")


@case("reboot-needed")
def an_older_build_still_runs(guest):
    guest.driver("0.0.9", "0009")


@case("fell-back")
def fell_back(guest):
    guest.write("/var/lib/xen-blkfront-dkms/fallback", "root disk did not appear within 30 s\n")


@case("switched-off")
def switched_off_now(guest):
    guest.edit("/proc/cmdline", "quiet", "xen_blkfront_dkms=off")


@case("switched-off")
def switched_off_at_the_next_boot(guest):
    guest.menu([NEW], arguments="xen_blkfront_dkms=off")


@case("blocked")
def blocked_by_modprobe(guest):
    guest.write("/etc/modprobe.d/blacklist.conf", "blacklist xen_blkfront\n")


@case("blocked")
def blocked_by_the_command_line(guest):
    guest.edit("/proc/cmdline", "quiet", "module_blacklist=floppy,xen_blkfront")


@case("depmod-stale", "image-stale")
def image_with_both_has_an_index_of_its_own(guest):
    guest.depmod(NEW, OWN)
    guest.image(NEW, {"modules.dep": OURS.encode() + b":\n", OWN: module(), OURS: ours(),
                      "modules.dep.bin": OWN.encode() + b":\n"})


@case("depmod-override", "image-stale")
def depmod_told_by_a_vendor(guest):
    guest.depmod(NEW, OWN)
    guest.write("/usr/lib/depmod.d/vendor.conf", "search external built-in updates\n")


@case()
def others_are_blocked(guest):
    guest.write("/etc/modprobe.d/blacklist.conf", "# blacklist xen_blkfront\nblacklist xen_fbfront\n")


@case("load-refused")
def load_refused(guest):
    guest.write("/.doctor/dmesg", "[  1.0] xen_blkfront: version magic '6.0' should be '6.1'\n")


@case()
def loaded_without_a_signature(guest):
    guest.write("/.doctor/dmesg", "[  1.0] xen_blkfront: module verification failed: signature missing\n")


@case("host-kernel", "default-unknown")
def kernel_of_the_host(guest):
    guest.write("/proc/sys/kernel/osrelease", "6.12.9-1.qubes\n")
    guest.kernel(OLD)
    guest.remove("/boot/grub/grub.cfg")


@case()
def no_guest(guest):
    guest.write("/proc/sys/kernel/osrelease", "6.12.9-elsewhere\n")
    guest.remove("/sys/hypervisor")
    guest.remove("/sys/module/xen_blkfront")
    guest.remove("/sys/block")


@case()
def disk_of_a_guest_that_is_not_running(guest):
    for path in ("/proc", "/sys", "/.doctor"):
        guest.remove(path)


@case("not-installed")
def not_installed(guest):
    without_ours(guest)
    guest.remove(DKMS + "0.1.0")


@case("dkms-source-lost")
def dkms_source_lost(guest):
    guest.remove("/usr/src/xen-blkfront-0.1.0")


@case("boot-full")
def boot_full(guest):
    guest.edit("/.doctor/df", "42%", "90%")


@case()
def boot_nearly_full(guest):
    guest.edit("/.doctor/df", "42%", "89%")


@case("default-unknown")
def two_kernels_and_no_menu(guest):
    guest.kernel(OLD)
    guest.remove("/boot/grub/grub.cfg")


@case("emulated-disk")
def emulated_disk(guest):
    guest.write("/sys/hypervisor/guest_type", "HVM\n")
    guest.write("/sys/block/sda/device/model", "QEMU HARDDISK   \n")


@case()
def passed_through_disk(guest):
    guest.write("/sys/hypervisor/guest_type", "HVM\n")
    guest.write("/sys/block/sda/device/model", "Samsung SSD\n")


@case("grants-exhausted")
def grants_exhausted(guest):
    guest.write("/.doctor/dmesg", "[ 9.0] xen/grant-table: max_grant_frames reached cur=64\n")


@case("grants-low")
def grants_low(guest):
    guest.write("/sys/kernel/debug/xen-blkfront/grants", "used: 91\nbudget: 100\n")


@case()
def grants_nearly_low(guest):
    guest.write("/sys/kernel/debug/xen-blkfront/grants", "used: 90\nbudget: 100\n")


@case("kept-memory")
def kept_memory(guest):
    guest.write("/proc/meminfo", "MemTotal: 4000 kB\n")


@case()
def memory_kept_but_not_persistent(guest):
    guest.write("/proc/meminfo", "MemTotal: 4000 kB\n")
    guest.write("/sys/kernel/debug/xen-blkfront/xvda/features",
                FEATURES.replace("grants: persistent", "grants: direct"))


@case("debugfs-unmounted")
def debugfs_unmounted(guest):
    guest.remove("/sys/kernel/debug/xen-blkfront")


# --- Disks -----------------------------------------------------------------------------------------

def add_disk(guest, features=FEATURES, queues=QUEUES):
    guest.disk("xvdb", 51728, features, queues)


@case("disk-broken:xvdb")
def disk_broken(guest):
    add_disk(guest, FEATURES.replace("live", "broken"))


@case("disk-waits:xvdb")
def disk_away(guest):
    add_disk(guest, FEATURES.replace("live", "away"))


@case("disk-leaving:xvdb")
def disk_leaving(guest):
    add_disk(guest, FEATURES.replace("live", "leaving"))


@case("disk-late:xvdb")
def disk_late(guest):
    add_disk(guest, queues=QUEUES.replace("late 0", "late 2"))


@case("disk-pinned:xvdb")
def disk_pinned(guest):
    add_disk(guest, queues=QUEUES.replace("11/40/0", "11/40/3"))


@case("bad-node:xvdb")
def bad_node(guest):
    add_disk(guest, FEATURES.replace("max-ring-page-order: 4", "max-ring-page-order: 4 (clamped)"))


@case("foreign-driver")
def foreign_driver(guest):
    guest.remove("/sys/bus/xen/drivers/vbd/module")
    guest.link("/sys/bus/xen/drivers/vbd/module", "../../../../module/other_blkfront")
