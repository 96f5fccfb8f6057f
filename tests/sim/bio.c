// SPDX-License-Identifier: GPL-2.0
/*
 * bio.c - a submitter's I/O on its way to requests: checked as the block layer
 * checks it, cut by the limits of the moment, merged, plugged.
 */
#include "block.h"

/* As many requests as a plug holds before it is sent. */
#define PLUG_MAX	32

struct plug {
	struct rq_list list;
	unsigned int nr;
};

static unsigned int nr_bios;

int blk_status_to_errno(blk_status_t status)
{
	switch (status) {
	case BLK_STS_OK:
		return 0;
	case BLK_STS_NOTSUPP:
		return -EOPNOTSUPP;
	case BLK_STS_RESOURCE:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* ---- ending ---- */

static void io_put(struct sim_io *io)
{
	if (--io->parts)
		return;
	sim_progress();
	io->done(io);
}

static void bio_hold_pages(const struct bio *bio, int delta)
{
	struct req_iterator iter = { bio, 0 };
	struct bio alone = *bio;
	struct bio_vec bv;

	alone.next = NULL;
	iter.bio = &alone;
	while (blk_next_segment(&iter, &bv))
		bv.bv_page->requests += delta;
}

void bio_end(struct bio *bio, blk_status_t status)
{
	struct sim_io *io = bio->io;

	bio_hold_pages(bio, -1);
	if (status && !io->status)
		io->status = blk_status_to_errno(status);
	nr_bios--;
	free(bio);
	io_put(io);
}

void bio_check_clean(void)
{
	if (nr_bios)
		sim_broken("each request completes exactly once", "%u have not", nr_bios);
}

/* ---- payload: the driver touches it only while a request has it ---- */

static char *payload(struct page *page, size_t offset, size_t len)
{
	if (!page->requests)
		sim_broken("payload belongs to its owner once the request has ended",
			   "%zu bytes at %zu are copied", len, offset);
	if (offset + len > PAGE_SIZE)
		sim_broken("payload is within its page", "%zu bytes at %zu", len, offset);
	return (char *)page->addr + offset;
}

void memcpy_from_page(void *to, struct page *page, size_t offset, size_t len)
{
	sim_point();
	memcpy(to, payload(page, offset, len), len);
}

void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t len)
{
	sim_point();
	memcpy(payload(page, offset, len), from, len);
}

/* ---- cutting ---- */

static u32 most_sectors(const struct queue_limits *lim, enum req_op op)
{
	switch (op) {
	case REQ_OP_DISCARD:
		return lim->max_hw_discard_sectors;
	case REQ_OP_SECURE_ERASE:
		return lim->max_secure_erase_sectors;
	default:
		return lim->max_sectors;
	}
}

/* How many segments a run of a submitter's bytes has. */
static u32 nr_segments(const struct sim_io *io, sector_t sector, u32 nr_sectors)
{
	u32 from = io->first_offset + ((sector - io->sector) << SECTOR_SHIFT);
	u32 to = from + (nr_sectors << SECTOR_SHIFT);

	return io->pages ? DIV_ROUND_UP(to, PAGE_SIZE) - (from >> PAGE_SHIFT) : 0;
}

/* How much of the I/O from @sector on fits into one request. */
static u32 fitting(const struct queue_limits *lim, const struct sim_io *io, enum req_op op,
		   sector_t sector, u32 rest)
{
	u32 block = lim->logical_block_size >> SECTOR_SHIFT;
	u32 nr = min(rest, most_sectors(lim, op));
	u32 from = (io->first_offset + ((sector - io->sector) << SECTOR_SHIFT)) & ~PAGE_MASK;

	if (io->pages)
		nr = min_t(u32, nr, (lim->max_segments * PAGE_SIZE - from) >> SECTOR_SHIFT);
	if (nr < rest)
		nr = round_down(nr, block);
	if (!nr)
		sim_broken("limits let something through", "%u segments, %u sectors",
			   lim->max_segments, most_sectors(lim, op));
	return nr;
}

unsigned short blk_rq_nr_phys_segments(struct request *rq)
{
	const struct bio *bio;
	unsigned short nr = 0;

	for (bio = rq->bio; bio; bio = bio->next)
		nr += nr_segments(bio->io, bio->sector, bio->nr_sectors);
	return nr;
}

/* ---- plugs ---- */

static void plug_send(struct request_queue *q, struct plug *plug)
{
	struct plug now = *plug;

	*plug = (struct plug){};
	if (now.nr)
		mq_issue_plug(q, &now.list, now.nr);
}

static struct blk_mq_hw_ctx *my_hctx(struct request_queue *q)
{
	/* A task mostly stays where it is. */
	static unsigned int cpu;

	if (sim_chance(8))
		cpu = sim_random(64);
	/* Of those that are online. */
	return q->hctxs[cpu % sim_nr_cpus % q->nr_hw_queues];
}

static struct request *get_request(struct request_queue *q, struct plug *plug)
{
	struct blk_mq_hw_ctx *hctx = my_hctx(q);
	struct blk_mq_tags *tags;
	struct request *rq;

	while (!(rq = request_get(hctx))) {
		plug_send(q, plug);
		sim_waits_for_io("a tag");
		tags = q->elevator ? hctx->sched_tags : hctx->tags;
		rq = request_get(hctx);
		if (rq)
			break;
		sim_wait(&tags->wait);
		hctx = my_hctx(q);
	}
	return rq;
}

static void add_bio(struct request *rq, struct bio *bio)
{
	if (rq->biotail)
		rq->biotail->next = bio;
	else
		rq->bio = bio;
	rq->biotail = bio;
	rq->nr_sectors += bio->nr_sectors;
}

/* Adds to the last request of the plug what goes on where that ends. */
static bool merge(struct request_queue *q, struct plug *plug, struct bio *bio, unsigned int flags)
{
	const struct queue_limits *lim = &q->limits;
	struct request *rq = plug->list.tail;
	u32 segments;

	if (!q->merges || !plug->nr || !bio->io->pages || rq->cmd_flags != flags ||
	    flags & (REQ_FUA | REQ_PREFLUSH) || rq->sector + rq->nr_sectors != bio->sector)
		return false;
	segments = nr_segments(bio->io, bio->sector, bio->nr_sectors);
	if (rq->nr_sectors + bio->nr_sectors > lim->max_sectors ||
	    blk_rq_nr_phys_segments(rq) + segments > lim->max_segments)
		return false;
	add_bio(rq, bio);
	return true;
}

static void send_bio(struct request_queue *q, struct plug *plug, struct bio *bio,
		     unsigned int flags)
{
	struct request *rq;

	bio_hold_pages(bio, 1);
	nr_bios++;
	bio->io->parts++;
	if (merge(q, plug, bio, flags))
		return;
	rq = get_request(q, plug);
	rq->cmd_flags = flags;
	rq->sector = bio->sector;
	rq->nr_sectors = 0;
	rq->bio = NULL;
	rq->biotail = NULL;
	rq->in_sequence = false;
	add_bio(rq, bio);
	if (flags & (REQ_FUA | REQ_PREFLUSH) && flush_insert(rq))
		return;
	rq_list_add_tail(&plug->list, rq);
	if (++plug->nr == PLUG_MAX)
		plug_send(q, plug);
}

/* ---- checking ---- */

static unsigned int flags_of(const struct request_queue *q, const struct sim_io *io)
{
	static const enum req_op ops[] = {
		[SIM_READ] = REQ_OP_READ,	[SIM_WRITE] = REQ_OP_WRITE,
		[SIM_FLUSH] = REQ_OP_WRITE,	[SIM_DISCARD] = REQ_OP_DISCARD,
		[SIM_ERASE] = REQ_OP_SECURE_ERASE,
	};
	unsigned int flags = ops[io->op];

	if (!(q->limits.features & BLK_FEAT_WRITE_CACHE))
		return flags;
	if (io->preflush || io->op == SIM_FLUSH)
		flags |= REQ_PREFLUSH;
	if (io->fua)
		flags |= REQ_FUA;
	return flags;
}

/* Why the block layer itself refuses an I/O. */
static int refuse(const struct sim_disk *disk, const struct sim_io *io, unsigned int flags)
{
	const struct queue_limits *lim = &disk->q.limits;

	if (io->sector + io->nr_sectors > disk->gd.capacity)
		return -EIO;
	if ((io->sector | io->nr_sectors) & ((lim->logical_block_size >> SECTOR_SHIFT) - 1))
		return -EINVAL;
	if (io->op != SIM_FLUSH && !most_sectors(lim, flags & REQ_OP_MASK))
		return -EOPNOTSUPP;
	return 0;
}

static void send_io(struct sim_disk *disk, struct plug *plug, struct sim_io *io)
{
	struct request_queue *q = &disk->q;
	unsigned int flags = flags_of(q, io);
	sector_t sector = io->sector;
	u32 rest = io->nr_sectors;
	struct bio *bio;

	io->status = refuse(disk, io, flags);
	if (io->status || (io->op == SIM_FLUSH && !(flags & REQ_PREFLUSH)))
		return;
	do {
		bio = calloc(1, sizeof(*bio));
		bio->io = io;
		bio->sector = sector;
		bio->nr_sectors =
			rest ? fitting(&q->limits, io, flags & REQ_OP_MASK, sector, rest) : 0;
		sector += bio->nr_sectors;
		rest -= bio->nr_sectors;
		send_bio(q, plug, bio, flags);
		sim_point();
	} while (rest);
}

void sim_submit(struct sim_disk *disk, struct sim_io **ios, unsigned int nr)
{
	struct request_queue *q = &disk->q;
	struct plug plug = {};
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct sim_io *io = ios[i];

		io->status = -EIO;
		/* Ours, so that it does not end while it is being sent. */
		io->parts = 1;
		/* Who waits for the queue first sends what it may be waiting for. */
		while (q->freeze_depth && !q->dying) {
			plug_send(q, &plug);
			queue_wait_thaw(q);
		}
		if (queue_enter(q)) {
			send_io(disk, &plug, io);
			queue_exit(q);
		}
		io_put(io);
	}
	plug_send(q, &plug);
}
