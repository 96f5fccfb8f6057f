// SPDX-License-Identifier: GPL-2.0
/*
 * event.c - event channels, and the interrupts that the guest binds to them.
 *
 * An interrupt's handler runs as a task of its own, as if on another CPU, but
 * never twice at once. As the kernel has it for late EOI: the channel stays
 * masked until the handler says xen_irq_lateeoi(), once.
 */
#include <errno.h>
#include <string.h>

#include <asm/xen/hypercall.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "xen-model.h"

#define NR_PORTS	256u
#define NR_IRQS		256u
#define FIRST_PORT	8u
#define FIRST_IRQ	32u

/**
 * struct port - the guest's end of a channel
 * @domain: whose the other end is to be
 * @irq: bound to it; 0: none
 * @listener: the other end; NULL: nobody has bound it yet
 * @sent: events that went to it
 * @moved: it was open, and not bound yet, when the guest was moved
 */
struct port {
	bool open;
	uint16_t domain;
	unsigned int irq;
	struct sim_wait *listener;
	unsigned int sent;
	bool moved;
};

/**
 * struct irq - an interrupt
 * @port: 0: the channel is gone, the guest was moved
 * @pending: an event came in that no handler has begun to look at
 * @running: the handler's task exists
 * @dying: being unbound: no handler begins any more
 * @eois: what this run of the handler said
 */
struct irq {
	bool used, pending, running, dying;
	unsigned int port, eois;
	irq_handler_t handler;
	const char *name;
	void *data;
	struct sim_wait idle;
};

static struct port ports[NR_PORTS];
static struct irq irqs[NR_IRQS];
static uint32_t lost_one_in;
static uint64_t lost_at;

static struct irq *irq_of(unsigned int nr, const char *what)
{
	if (nr >= NR_IRQS || !irqs[nr].used)
		sim_broken("events", "%s: there is no interrupt %u", what, nr);
	return &irqs[nr];
}

static bool is_lost(const struct irq *irq, const char *whose)
{
	if (!lost_one_in || !sim_chance(lost_one_in))
		return false;
	sim_note("an event to the %s is lost (%s)", whose, irq->name);
	lost_at = sim_now();
	return true;
}

unsigned int sim_events_sent(sim_port port)
{
	return ports[port].sent;
}

uint64_t sim_event_lost_at(void)
{
	return lost_at;
}

/* ---- the kernel's interface ---- */

int HYPERVISOR_event_channel_op(int op, void *arg)
{
	struct evtchn_alloc_unbound *alloc = arg;
	unsigned int i;

	sim_point();
	if (op != EVTCHNOP_alloc_unbound || alloc->dom != DOMID_SELF)
		sim_broken("events", "operation %d is not known here", op);
	for (i = FIRST_PORT; i < NR_PORTS && ports[i].open; i++)
		;
	if (i == NR_PORTS)
		return -ENOSPC;
	ports[i] = (struct port){ .open = true, .domain = alloc->remote_dom };
	alloc->port = i;
	return 0;
}

int xenbus_alloc_evtchn(struct xenbus_device *dev, evtchn_port_t *port)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = dev->otherend_id };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);

	*port = alloc.port;
	return err;
}

int xenbus_free_evtchn(struct xenbus_device *dev, evtchn_port_t port)
{
	(void)dev;
	sim_point();
	if (port < NR_PORTS && ports[port].moved)
		return 0;
	if (port >= NR_PORTS || !ports[port].open || ports[port].irq)
		sim_broken("events", "port %u is closed, but is not open or still bound", port);
	ports[port].open = false;
	return 0;
}

int bind_evtchn_to_irqhandler_lateeoi(evtchn_port_t port, irq_handler_t handler,
				      unsigned long flags, const char *name, void *data)
{
	unsigned int i;

	(void)flags;
	sim_point();
	if (port >= NR_PORTS || (!ports[port].open && !ports[port].moved) || ports[port].irq)
		sim_broken("events", "port %u is bound, but is not open or bound already", port);
	if (sim_alloc_fails && sim_chance(sim_alloc_fails))
		return -ENOMEM;
	for (i = FIRST_IRQ; i < NR_IRQS && irqs[i].used; i++)
		;
	if (i == NR_IRQS)
		return -ENOSPC;
	irqs[i] = (struct irq){
		.used = true, .handler = handler, .name = name, .data = data,
	};
	/* A port of the host that the guest was on leads nowhere. */
	if (ports[port].open) {
		irqs[i].port = port;
		ports[port].irq = i;
	}
	return i;
}

void unbind_from_irqhandler(unsigned int nr, void *data)
{
	struct irq *irq = irq_of(nr, "unbind");

	if (irq->data != data || irq->dying)
		sim_broken("events", "interrupt %u is unbound twice or by a stranger", nr);
	irq->dying = true;
	sim_point();
	sim_wait_for(&irq->idle, !irq->running);
	if (irq->port)
		ports[irq->port] = (struct port){ .open = false };
	irq->used = false;
}

void xen_irq_lateeoi(unsigned int nr, unsigned int flags)
{
	struct irq *irq = irq_of(nr, "EOI");

	(void)flags;
	sim_point();
	if (!irq->running || ++irq->eois > 1)
		sim_broken("events", "an EOI too many for interrupt %u (%s)", nr, irq->name);
}

void notify_remote_via_irq(int nr)
{
	struct irq *irq = irq_of(nr, "notify");

	sim_point();
	if (!irq->port || !ports[irq->port].listener)
		return;
	if (is_lost(irq, "backend"))
		return;
	ports[irq->port].sent++;
	sim_wake(ports[irq->port].listener);
}

int irq_from_evtchn(evtchn_port_t port)
{
	return port < NR_PORTS && ports[port].open && ports[port].irq ? (int)ports[port].irq : -1;
}

/* ---- the other end ---- */

static bool is_open(sim_port port)
{
	return port < NR_PORTS && ports[port].open;
}

static void run(void *arg)
{
	struct irq *irq = arg;

	while (irq->pending && !irq->dying) {
		irq->pending = false;
		irq->eois = 0;
		/* An upcall orders all that comes after it. */
		sim_front_rmb();
		irq->handler(irq - irqs, irq->data);
		if (irq->eois != 1)
			sim_broken("events", "interrupt %s was handled without an EOI", irq->name);
		sim_point();
	}
	irq->running = false;
	sim_wake(&irq->idle);
}

void sim_event_send(sim_port port)
{
	struct irq *irq;

	sim_point();
	if (!is_open(port) || !ports[port].irq)
		return;
	irq = &irqs[ports[port].irq];
	if (irq->dying)
		return;
	if (is_lost(irq, "frontend"))
		return;
	irq->pending = true;
	if (irq->running)
		return;
	irq->running = true;
	sim_spawn(irq->name, SIM_IRQ, run, irq);
}

void sim_event_listen(sim_port port, struct sim_wait *place)
{
	if (is_open(port))
		ports[port].listener = place;
}

/* By now the port may be another's. */
void sim_event_unlisten(sim_port port, const struct sim_wait *place)
{
	if (is_open(port) && ports[port].listener == place)
		ports[port].listener = NULL;
}

bool sim_event_valid(sim_port port, uint16_t domain)
{
	return is_open(port) && ports[port].domain == domain;
}

void sim_event_lose(uint32_t one_in)
{
	lost_one_in = one_in;
}

/* ---- the world ---- */

void sim_events_moved(void)
{
	unsigned int i;

	for (i = 0; i < NR_PORTS; i++)
		ports[i] = (struct port){ .moved = ports[i].open && !ports[i].irq };
	for (i = 0; i < NR_IRQS; i++) {
		irqs[i].port = 0;
		irqs[i].pending = false;
	}
}

void sim_events_reset(void)
{
	memset(ports, 0, sizeof(ports));
	memset(irqs, 0, sizeof(irqs));
	lost_one_in = 0;
	lost_at = 0;
}

void sim_events_check_clean(void)
{
	unsigned int i;

	for (i = 0; i < NR_IRQS; i++)
		if (irqs[i].used)
			sim_broken("leak", "interrupt %u (%s) is still bound", i, irqs[i].name);
	for (i = 0; i < NR_PORTS; i++)
		if (ports[i].open)
			sim_broken("leak", "event channel %u is still open", i);
}
