// SPDX-License-Identifier: GPL-2.0
/*
 * events.c - see events.h. Included by src/compat.c.
 */
#include "compat/events.h"

#ifndef XBF_HAVE_LATEEOI
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/* So many events in a row may be for nothing; more, and the channel is masked. */
#define FREE_EVENTS	1
/* It is masked twice as long with each, up to about a second. */
#define MAX_SHIFT	7

/**
 * struct channel - an event channel that we listen to
 * @list: link in the list of all
 * @irq: it as an interrupt
 * @handler: the driver's
 * @data: of @handler
 * @spurious: events in a row for nothing; interrupt
 * @unmask: ends a time in which it is masked
 */
struct channel {
	struct list_head list;
	unsigned int irq;
	irq_handler_t handler;
	void *data;
	unsigned int spurious;
	struct delayed_work unmask;
};

static DEFINE_SPINLOCK(lock);
static LIST_HEAD(channels);

/* What the handler that runs on this CPU has said. */
static DEFINE_PER_CPU(unsigned int, said);

static void unmask(struct work_struct *work)
{
	/* What has come meanwhile is still pending. */
	enable_irq(container_of(to_delayed_work(work), struct channel, unmask)->irq);
}

static void mask_for_a_while(struct channel *channel)
{
	unsigned int shift = min_t(unsigned int, channel->spurious - FREE_EVENTS - 1, MAX_SHIFT);

	disable_irq_nosync(channel->irq);
	schedule_delayed_work(&channel->unmask, msecs_to_jiffies(8 << shift));
}

static irqreturn_t handle(int irq, void *data)
{
	struct channel *channel = data;
	irqreturn_t ret;

	/* The first event may come before whoever binds has been told. */
	channel->irq = irq;
	this_cpu_write(said, 0);
	ret = channel->handler(irq, channel->data);
	if (!(this_cpu_read(said) & XEN_EOI_FLAG_SPURIOUS))
		channel->spurious = 0;
	else if (++channel->spurious > FREE_EVENTS)
		mask_for_a_while(channel);
	return ret;
}

/**
 * xbf_event_handled() - the driver's handler is done
 * @flags: XEN_EOI_FLAG_SPURIOUS: there was nothing to do
 *
 * Only within the handler: interrupts are off.
 */
void xbf_event_handled(unsigned int flags)
{
	this_cpu_write(said, flags);
}

/**
 * xbf_event_bind() - listen to an event channel
 * @port: its number
 * @handler: called with each event
 * @flags: of an interrupt
 * @name: of the interrupt
 * @data: for @handler
 *
 * Return: the interrupt, or an error.
 */
int xbf_event_bind(evtchn_port_t port, irq_handler_t handler, unsigned long flags, const char *name,
		   void *data)
{
	struct channel *channel = kzalloc(sizeof(*channel), GFP_NOIO);
	int irq;

	if (!channel)
		return -ENOMEM;
	channel->handler = handler;
	channel->data = data;
	INIT_DELAYED_WORK(&channel->unmask, unmask);
	irq = bind_evtchn_to_irqhandler(port, handle, flags, name, channel);
	if (irq < 0) {
		kfree(channel);
		return irq;
	}
	channel->irq = irq;
	spin_lock_irq(&lock);
	list_add(&channel->list, &channels);
	spin_unlock_irq(&lock);
	return irq;
}

static struct channel *take(unsigned int irq, void *data)
{
	struct channel *channel, *found = NULL;

	spin_lock_irq(&lock);
	list_for_each_entry(channel, &channels, list)
		if (channel->irq == irq && channel->data == data)
			found = channel;
	if (found)
		list_del(&found->list);
	spin_unlock_irq(&lock);
	return found;
}

#undef unbind_from_irqhandler

/**
 * xbf_event_unbind() - listen to an event channel no more
 * @irq: what xbf_event_bind() returned
 * @data: as it was given
 *
 * No handler runs when this returns. May sleep.
 */
void xbf_event_unbind(unsigned int irq, void *data)
{
	struct channel *channel = take(irq, data);

	if (!channel)
		return;
	/* Off for good: nobody starts the work again once it is cancelled. */
	disable_irq(irq);
	cancel_delayed_work_sync(&channel->unmask);
	unbind_from_irqhandler(irq, channel);
	kfree(channel);
}
#endif /* !XBF_HAVE_LATEEOI */
