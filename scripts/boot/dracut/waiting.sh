#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Read by dracut twice a second while the root disk is missing, for minutes.
/usr/lib/xen-blkfront-dkms/boot-driver waiting 30
