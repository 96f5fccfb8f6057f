// SPDX-License-Identifier: GPL-2.0
/*
 * disk-ioctls DEVICE - what a disk says to the ioctls that programs for old ask of it
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/cdrom.h>
#include <linux/hdreg.h>

static const char *outcome(int rc)
{
	return rc < 0 ? strerror(errno) : "ok";
}

int main(int argc, char **argv)
{
	struct cdrom_multisession session;
	struct hd_geometry geo;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: disk-ioctls DEVICE\n");
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_NONBLOCK);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	memset(&session, 0xff, sizeof(session));
	session.addr_format = CDROM_LBA;
	printf("cdrom-capability %s\n", outcome(ioctl(fd, CDROM_GET_CAPABILITY, 0)));
	printf("multisession %s", outcome(ioctl(fd, CDROMMULTISESSION, &session)));
	printf(" %d\n", session.xa_flag);
	printf("geometry %s", outcome(ioctl(fd, HDIO_GETGEO, &geo)));
	printf(" %d/%d\n", geo.heads, geo.sectors);
	return 0;
}
