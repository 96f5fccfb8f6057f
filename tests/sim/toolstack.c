// SPDX-License-Identifier: GPL-2.0
/*
 * toolstack.c - what xl does to a vbd: it makes and removes directories.
 *
 * None of it switches tasks: to everybody else each is one transaction.
 */
#include <stdio.h>
#include <stdlib.h>

#include <xen/interface/io/xenbus.h>

#include "xen-model.h"

const char *sim_front_path(char *path, uint32_t vdev, const char *key)
{
	snprintf(path, SIM_PATH, SIM_GUEST "/device/vbd/%u%s%s", vdev, *key ? "/" : "", key);
	return path;
}

/* Where the frontend's directory says its backend is. */
const char *sim_back_path(char *path, uint32_t vdev, const char *key)
{
	const char *dir = sim_store_read(sim_front_path(path, vdev, "backend"));

	snprintf(path, SIM_PATH, "%s%s%s", dir ? dir : "/none", *key ? "/" : "", key);
	return path;
}

const char *sim_error_path(char *path, uint32_t vdev)
{
	snprintf(path, SIM_PATH, SIM_GUEST "/error/device/vbd/%u/error", vdev);
	return path;
}

static int read_state(const char *path)
{
	const char *value = sim_store_read(path);

	return value ? atoi(value) : XenbusStateUnknown;
}

int sim_front_state(uint32_t vdev)
{
	char path[SIM_PATH];

	return read_state(sim_front_path(path, vdev, "state"));
}

int sim_back_state(uint32_t vdev)
{
	char path[SIM_PATH];

	return read_state(sim_back_path(path, vdev, "state"));
}

static void make_backend(uint32_t vdev, uint16_t domid)
{
	char path[SIM_PATH], front[SIM_PATH];

	sim_front_path(front, vdev, "");
	sim_store_write(sim_back_path(path, vdev, "frontend"), "%s", front);
	sim_store_write(sim_back_path(path, vdev, "frontend-id"), "1");
	sim_store_write(sim_back_path(path, vdev, "online"), "1");
	sim_store_write(sim_back_path(path, vdev, "state"), "%d", XenbusStateInitialising);
	sim_note("toolstack: vbd %u is in the hands of domain %u", vdev, domid);
}

/* Whatever the driver wrote goes. */
void sim_vbd_hand_over(uint32_t vdev, uint16_t domid)
{
	char path[SIM_PATH];

	sim_store_quiet(true);
	sim_store_remove(sim_front_path(path, vdev, ""));
	sim_store_quiet(false);
	sim_store_write(sim_front_path(path, vdev, "backend"), "/local/domain/%u/backend/%s/1/%u",
			domid, sim_chance(4) ? "qdisk" : "vbd", vdev);
	make_backend(vdev, domid);
	sim_store_write(sim_front_path(path, vdev, "backend-id"), "%u", domid);
	sim_store_write(sim_front_path(path, vdev, "virtual-device"), "%u", vdev);
	sim_store_write(sim_front_path(path, vdev, "device-type"), "disk");
	if (sim_untrusted(vdev))
		sim_store_write(sim_front_path(path, vdev, "trusted"), "0");
	sim_store_write(sim_front_path(path, vdev, "state"), "%d", XenbusStateInitialising);
}

/* Also over what is there. */
void sim_vbd_create(uint32_t vdev, uint16_t domid)
{
	char path[SIM_PATH];

	sim_store_remove(sim_back_path(path, vdev, ""));
	sim_vbd_hand_over(vdev, domid);
}

void sim_vbd_detach(uint32_t vdev)
{
	char path[SIM_PATH];

	sim_note("toolstack: detaches vbd %u", vdev);
	sim_store_write(sim_back_path(path, vdev, "online"), "0");
	sim_store_write(sim_back_path(path, vdev, "state"), "%d", XenbusStateClosing);
}

void sim_vbd_destroy(uint32_t vdev)
{
	char path[SIM_PATH];

	sim_note("toolstack: destroys vbd %u", vdev);
	sim_store_remove(sim_back_path(path, vdev, ""));
	sim_store_remove(sim_front_path(path, vdev, ""));
}

void sim_vbd_forget(uint32_t vdev)
{
	sim_vbd_destroy(vdev);
}
