/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen/xenbus.h - the kernel's xenstore client and bus; see store.c, xenbus.c.
 */
#ifndef XBF_SIM_XENBUS_H
#define XBF_SIM_XENBUS_H

#include <linux/completion.h>
#include <linux/device.h>
#include <linux/types.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/io/xenbus.h>

struct xenbus_watch {
	const char *node;
	unsigned int nr_pending;
	bool (*will_handle)(struct xenbus_watch *watch, const char *path, const char *token);
	void (*callback)(struct xenbus_watch *watch, const char *path, const char *token);
};

struct xenbus_device {
	const char *devicetype;
	const char *nodename;
	const char *otherend;
	bool vanished;
	int otherend_id;
	struct xenbus_watch otherend_watch;
	struct device dev;
	enum xenbus_state state;
};

#define to_xenbus_device(device)	container_of(device, struct xenbus_device, dev)

struct xenbus_device_id {
	char devicetype[32];
};

struct xenbus_driver {
	const char *name;
	const struct xenbus_device_id *ids;
	bool allow_rebind;
	bool not_essential;
	int (*probe)(struct xenbus_device *dev, const struct xenbus_device_id *id);
	void (*otherend_changed)(struct xenbus_device *dev, enum xenbus_state state);
	void (*remove)(struct xenbus_device *dev);
	int (*suspend)(struct xenbus_device *dev);
	int (*resume)(struct xenbus_device *dev);
	int (*is_ready)(struct xenbus_device *dev);
};

int xenbus_register_frontend(struct xenbus_driver *drv);
void xenbus_unregister_driver(struct xenbus_driver *drv);

struct xenbus_transaction {
	u32 id;
};

#define XBT_NIL			((struct xenbus_transaction){ 0 })

int xenbus_transaction_start(struct xenbus_transaction *t);
int xenbus_transaction_end(struct xenbus_transaction t, bool abort);
void *xenbus_read(struct xenbus_transaction t, const char *dir, const char *node,
		  unsigned int *len);
int xenbus_write(struct xenbus_transaction t, const char *dir, const char *node,
		 const char *string);
int xenbus_exists(struct xenbus_transaction t, const char *dir, const char *node);
int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node);
int xenbus_scanf(struct xenbus_transaction t, const char *dir, const char *node, const char *fmt,
		 ...) __attribute__((format(scanf, 4, 5)));
int xenbus_printf(struct xenbus_transaction t, const char *dir, const char *node, const char *fmt,
		  ...) __attribute__((format(printf, 4, 5)));
int xenbus_gather(struct xenbus_transaction t, const char *dir, ...);
unsigned int xenbus_read_unsigned(const char *dir, const char *node, unsigned int fallback);

int register_xenbus_watch(struct xenbus_watch *watch);
void unregister_xenbus_watch(struct xenbus_watch *watch);

int xenbus_switch_state(struct xenbus_device *dev, enum xenbus_state state);
enum xenbus_state xenbus_read_driver_state(const struct xenbus_device *dev, const char *path);
int xenbus_frontend_closed(struct xenbus_device *dev);
const char *xenbus_strstate(enum xenbus_state state);
void xenbus_dev_error(struct xenbus_device *dev, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void xenbus_dev_fatal(struct xenbus_device *dev, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port);
int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port);

#endif /* XBF_SIM_XENBUS_H */
