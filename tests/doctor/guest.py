# SPDX-License-Identifier: GPL-2.0
"""A guest's files in a folder, as the doctor reads them with --root: healthy, unless told otherwise."""

import gzip
import lzma
import os
import subprocess

OLD = "6.1.0-8-amd64"
NEW = "6.1.0-9-amd64"
OURS = "updates/dkms/xen-blkfront.ko"
OWN = "kernel/drivers/block/xen-blkfront.ko"

FEATURES = """\
state: live
backend-domain: 0
queues: 4
ring-page-order: 3
depth: 256
grants: persistent
trusted: 1
indirect-segments: 256
max-segments: 256
flush: flush
discard: yes
node trusted: 1
node max-ring-page-order: 4
node multi-queue-max-queues: 4
node sectors: 41943040
node info: 0
node feature-flush-cache: 1
node feature-barrier: 1
node feature-persistent: 1
node feature-max-indirect-segments: 256
node feature-discard: 1
node discard-secure: 0
"""

QUEUES = """\
# grants are in use/all/quarantined
queue 0: gate run in-flight 1 req-prod 10 rsp-cons 9 requests 10 responses 9 pushes 3 notifies 2 \
interrupts 4 late 0 parked 0 limbo 0 again 0 grants 11/40/0 indirect 0/2/0
queue 1: gate run in-flight 0 req-prod 5 rsp-cons 5 requests 5 responses 5 pushes 5 notifies 5 \
interrupts 4 late 0 parked 0 limbo 0 again 0 grants 0/11/0 indirect 0/1/0
queue 2: goes by the ring of queue 0
"""

PARAMETERS = {"max_indirect_segments": "256", "max_queues": "4", "max_ring_page_order": "3",
              "feature_persistent": "Y", "trusted": "Y"}


def module(version=None, srcversion="AAAA", signed=False, lacks=()):
    """What the doctor looks at in a module's file: its texts, and the mark of a signature."""
    texts = ["license=GPL", "srcversion=" + srcversion, "vermagic=6.1.0 SMP",
             "parm=max_queues:Most rings", "parmtype=max_queues:uint", "parmtype=trusted:bool"]
    texts += ["lacks=" + feature for feature in lacks]
    if version:
        texts.insert(0, "version=" + version)
    data = b"\x7fELF" + bytes(60) + "\0".join(texts).encode() + bytes(61)
    return data + b"~Module signature appended~\n" if signed else data


def ours(version="0.1.0", srcversion="BBBB", signed=False, lacks=()):
    return module(version, srcversion, signed, lacks)


def cpio(files, pad=512):
    """An archive in the format of an initramfs."""
    out = b""
    for name, data in [*files.items(), ("TRAILER!!!", b"")]:
        fields = [1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out + bytes(-len(out) % pad)


def unified(initramfs):
    """A unified kernel image: a program for UEFI with what is in it in sections, the last one here the initramfs."""
    contents = [(b".cmdline", b"root=/dev/xvda1"), (b".linux", b"MZ.initrd"), (b".initrd", initramfs)]
    headers = (b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + bytes(2) +
               len(contents).to_bytes(2, "little") + bytes(12) + (16).to_bytes(2, "little") + bytes(2) + bytes(16))
    table, body, start = b"", b"", 512
    for name, data in contents:
        padded = data + bytes(-len(data) % 512)
        numbers = [len(data), 4096, len(padded), start + len(body), 0, 0, 0, 0]
        table += name.ljust(8, b"\0") + b"".join(number.to_bytes(4, "little") for number in numbers)
        body += padded
    return (headers + table).ljust(start, b"\0") + body


def boot_config(text, archives):
    """What stands behind the archives of an initramfs, as the kernel reads it."""
    data = text.encode()
    data += bytes(-(len(archives) + len(data)) % 4)
    return data + len(data).to_bytes(4, "little") + sum(data).to_bytes(4, "little") + b"#BOOTCONFIG\n"


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout


PACKERS = {"gzip": gzip.compress, "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
           "zstd": zstd, "none": bytes}


class Guest:
    """Each method leaves a file or a link; paths are those of the guest."""

    def __init__(self, root):
        self.root = root
        self.write("/proc/sys/kernel/osrelease", NEW + "\n")
        self.write("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-%s root=/dev/xvda1 ro quiet\n" % NEW)
        self.write("/proc/meminfo", "MemTotal:        2014400 kB\nMemFree: 1 kB\n")
        self.write("/proc/cpuinfo", "processor\t: 0\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\n")
        self.write("/proc/xen/capabilities", "")
        for name, text in {"type": "xen", "guest_type": "PV", "version/major": "4",
                           "version/minor": "17", "version/extra": ".5"}.items():
            self.write("/sys/hypervisor/" + name, text + "\n")
        self.write("/sys/module/module/parameters/sig_enforce", "N\n")
        self.write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
        self.write("/usr/bin/dpkg-query", "")
        self.write("/usr/sbin/update-initramfs", "#!/bin/sh\n")
        self.write("/.doctor/dmesg", "[    0.1] Booting paravirtualized kernel on Xen\n")
        self.write("/.doctor/df", "Filesystem 1024-blocks Used Available Capacity Mounted on\n"
                   "/dev/xvda1 1000 420 580 42% /\n")
        self.driver("0.1.0", "BBBB")
        self.write("/sys/kernel/debug/xen-blkfront/grants", "used: 128\nbudget: 8192\n")
        self.disk("xvda", 51712)
        self.kernel(NEW)
        self.menu([NEW])

    def path(self, name):
        return self.root + name

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.islink(path):
            os.unlink(path)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def age(self, name, seconds):
        """When the file was written, in seconds since 1970."""
        os.utime(self.path(name), (seconds, seconds))

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def read_bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def edit(self, name, old, new):
        text = self.read(name)
        assert old in text, "%s has no %s" % (name, old)
        self.write(name, text.replace(old, new))

    def link(self, name, target):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        os.symlink(target, self.path(name))

    def remove(self, name):
        path = self.path(name)
        if os.path.isdir(path) and not os.path.islink(path):
            subprocess.run(["rm", "-r", path], check=True)
        else:
            os.unlink(path)

    def driver(self, version, srcversion):
        """The module that runs."""
        self.write("/sys/module/xen_blkfront/initstate", "live\n")
        self.write("/sys/module/xen_blkfront/srcversion", srcversion + "\n")
        if version:
            self.write("/sys/module/xen_blkfront/version", version + "\n")
        elif os.path.exists(self.path("/sys/module/xen_blkfront/version")):
            self.remove("/sys/module/xen_blkfront/version")
        for name, value in PARAMETERS.items():
            self.write("/sys/module/xen_blkfront/parameters/" + name, value + "\n")

    def disk(self, name, number, features=FEATURES, queues=QUEUES):
        self.write("/sys/block/%s/size" % name, "41943040\n")
        self.write("/sys/block/%s/ro" % name, "0\n")
        self.link("/sys/block/%s/device" % name, "../../devices/vbd-%d" % number)
        self.link("/sys/devices/vbd-%d/driver" % number, "../../bus/xen/drivers/vbd")
        if not os.path.islink(self.path("/sys/bus/xen/drivers/vbd/module")):
            self.link("/sys/bus/xen/drivers/vbd/module", "../../../../module/xen_blkfront")
        self.write("/sys/kernel/debug/xen-blkfront/%s/features" % name, features)
        self.write("/sys/kernel/debug/xen-blkfront/%s/queues" % name, queues)

    def kernel(self, kernel, own=module(), our=ours(), headers=True):
        """An installed kernel, with our module built by dkms if there is one."""
        modules = "/lib/modules/" + kernel
        self.write("/boot/vmlinuz-" + kernel, "")
        self.write("/boot/config-" + kernel, "CONFIG_XEN_BLKDEV_FRONTEND=m\n# CONFIG_MODULE_SIG_FORCE is not set\n")
        self.write(modules + "/modules.builtin", "kernel/fs/ext4/ext4.ko\n")
        self.write("%s/%s" % (modules, OWN), own)
        self.write("/usr/src/xen-blkfront-0.1.0/dkms.conf", "")
        if not os.path.islink(self.path("/var/lib/dkms/xen-blkfront/0.1.0/source")):
            self.link("/var/lib/dkms/xen-blkfront/0.1.0/source", "/usr/src/xen-blkfront-0.1.0")
        if headers:
            self.headers(kernel)
        if our:
            self.write("%s/%s" % (modules, OURS), our)
            self.write("/var/lib/dkms/xen-blkfront/0.1.0/%s/x86_64/module/xen-blkfront.ko" % kernel, our)
            self.link("/var/lib/dkms/xen-blkfront/kernel-%s-x86_64" % kernel, "0.1.0/%s/x86_64" % kernel)
        self.depmod(kernel, OURS if our else OWN)
        self.image(kernel, {OURS: our} if our else {OWN: own})

    def headers(self, kernel):
        self.link("/lib/modules/%s/build" % kernel, "/usr/src/linux-headers-" + kernel)
        self.write("/usr/src/linux-headers-%s/Makefile" % kernel, "")
        self.write("/usr/src/linux-headers-%s/.config" % kernel, "CONFIG_XEN_BLKDEV_FRONTEND=m\n")

    def depmod(self, kernel, listed):
        self.write("/lib/modules/%s/modules.dep" % kernel,
                   "kernel/fs/ext4/ext4.ko:\n" + ("%s:\n" % listed if listed else ""))

    def image(self, kernel, modules, packing="zstd", early=None, prefix="usr/lib/modules/", more=None,
              settings=None):
        """An initramfs; early is what its first archive has, which is not packed; more comes last; settings
        are those of the kernel's behind it."""
        full = {prefix + kernel + "/" + name: data for name, data in modules.items()}
        archive = cpio({"init": b"#!/bin/sh\n", "bin/busybox": b"070701TRAILER!!!" * 9, **full,
                        "etc/fstab": b"", **(more or {})})
        first = cpio(early) if early else b""
        whole = first + PACKERS[packing](archive)
        self.write("/boot/initrd.img-" + kernel, whole + (boot_config(settings, whole) if settings else b""))

    def menu(self, kernels, default="0", arguments=""):
        """A GRUB menu: the first kernel alone, then all of them in a submenu."""
        entry = ("menuentry 'Debian, with Linux {0}' --class os $menuentry_id_option 'linux-{0}' {{\n"
                 "\tif [ x$grub_platform = xxen ]; then insmod gzio; fi\n"
                 "\tlinux\t/vmlinuz-{0} root=/dev/xvda1 ro {1}\n\tinitrd\t/initrd.img-{0}\n}}\n")
        text = "function load_video {\n  insmod all_video\n}\n"
        text += "if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\nelse\n"
        text += "   set default=\"%s\"\nfi\n" % default
        text += entry.format(kernels[0], arguments).replace("'linux-", "'simple-")
        text += "submenu 'Advanced options' $menuentry_id_option 'advanced' {\n"
        text += "".join(entry.format(kernel, arguments) for kernel in kernels) + "}\n"
        self.write("/boot/grub/grub.cfg", text)
