/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queue-limits.h - limits and features of a queue, set as one structure.
 */
#ifndef XBF_COMPAT_QUEUE_LIMITS_H
#define XBF_COMPAT_QUEUE_LIMITS_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

#ifdef XBF_HAVE_LIMITS_SETTERS
/*
 * Up to 6.10 a queue has a function per limit, and what is a feature today is
 * a flag of the queue. This structure stands in for the kernel's own, which
 * has no features; its members mean what they mean in the newest kernel: zero
 * is "the default".
 */
struct xbf_queue_limits {
	unsigned int features;
	unsigned long seg_boundary_mask;
	unsigned int max_hw_sectors;
	unsigned int max_segment_size;
	unsigned int physical_block_size;
	unsigned int logical_block_size;
	unsigned int io_min;
	unsigned int io_opt;
	unsigned int max_hw_discard_sectors;
	unsigned int max_secure_erase_sectors;
	unsigned int discard_granularity;
	unsigned int discard_alignment;
	unsigned short max_segments;
	unsigned int dma_alignment;
};

#define BLK_FEAT_WRITE_CACHE	(1u << 0)
#define BLK_FEAT_FUA		(1u << 1)
#define BLK_FEAT_ROTATIONAL	(1u << 2)

static inline void xbf_queue_flag(struct request_queue *q, unsigned int flag, bool on)
{
#ifdef XBF_HAVE_BLK_QUEUE_FLAG_SET
	if (on)
		blk_queue_flag_set(flag, q);
	else
		blk_queue_flag_clear(flag, q);
#else
	/* Up to 4.16 */
	spin_lock_irq(q->queue_lock);
	if (on)
		queue_flag_set(flag, q);
	else
		queue_flag_clear(flag, q);
	spin_unlock_irq(q->queue_lock);
#endif
}

#ifdef XBF_HAVE_WRITE_CACHE
static inline void xbf_limits_set_cache(struct request_queue *q, bool cached, bool fua)
{
	blk_queue_write_cache(q, cached, fua);
}

static inline unsigned int xbf_limits_get_cache(struct request_queue *q)
{
	return (test_bit(QUEUE_FLAG_WC, &q->queue_flags) ? BLK_FEAT_WRITE_CACHE : 0) |
	       (test_bit(QUEUE_FLAG_FUA, &q->queue_flags) ? BLK_FEAT_FUA : 0);
}
#else
/* Up to 4.6. FUA without a cache to flush is none. */
static inline void xbf_limits_set_cache(struct request_queue *q, bool cached, bool fua)
{
	blk_queue_flush(q, cached ? REQ_FLUSH | (fua ? REQ_FUA : 0) : 0);
}

static inline unsigned int xbf_limits_get_cache(struct request_queue *q)
{
	return (q->flush_flags & REQ_FLUSH ? BLK_FEAT_WRITE_CACHE : 0) |
	       (q->flush_flags & REQ_FUA ? BLK_FEAT_FUA : 0);
}
#endif

#if defined(XBF_HAVE_QUEUE_FLAG_DISCARD) && !defined(XBF_HAVE_QUEUE_FLAG_SECERASE)
/* Up to 4.6 */
#define QUEUE_FLAG_SECERASE	QUEUE_FLAG_SECDISCARD
#endif

static inline unsigned int xbf_limits_get_discard(struct request_queue *q)
{
#ifdef XBF_HAVE_MAX_HW_DISCARD_SECTORS
	return q->limits.max_hw_discard_sectors;
#else
	/* Up to 4.2 */
	return q->limits.max_discard_sectors;
#endif
}

#ifdef XBF_HAVE_LIMITS_UPDATE
/* 6.9 and 6.10. The kernel puts its defaults for what is zero. */
static inline int xbf_limits_set_numbers(struct request_queue *q,
					 const struct xbf_queue_limits *lim)
{
	struct queue_limits own = queue_limits_start_update(q);

	own.seg_boundary_mask = lim->seg_boundary_mask;
	own.max_hw_sectors = lim->max_hw_sectors;
	own.max_segment_size = lim->max_segment_size;
	own.physical_block_size = lim->physical_block_size;
	own.logical_block_size = lim->logical_block_size;
	own.io_min = lim->io_min;
	own.io_opt = lim->io_opt;
	own.max_hw_discard_sectors = lim->max_hw_discard_sectors;
	own.max_secure_erase_sectors = lim->max_secure_erase_sectors;
	own.discard_granularity = lim->discard_granularity;
	own.discard_alignment = lim->discard_alignment;
	own.max_segments = lim->max_segments;
	own.dma_alignment = lim->dma_alignment;
	return queue_limits_commit_update(q, &own);
}
#else
/* Up to 6.8. Up to 5.18 discard and secure erase are also flags of the queue. */
static inline void xbf_limits_set_discard(struct request_queue *q,
					  const struct xbf_queue_limits *lim)
{
	blk_queue_max_discard_sectors(q, lim->max_hw_discard_sectors);
	q->limits.discard_granularity = lim->discard_granularity;
	q->limits.discard_alignment = lim->discard_alignment;
#ifdef XBF_HAVE_QUEUE_FLAG_DISCARD
	xbf_queue_flag(q, QUEUE_FLAG_DISCARD, lim->max_hw_discard_sectors);
	xbf_queue_flag(q, QUEUE_FLAG_SECERASE, lim->max_secure_erase_sectors);
#endif
#ifdef XBF_HAVE_MAX_SECURE_ERASE_SECTORS
	blk_queue_max_secure_erase_sectors(q, lim->max_secure_erase_sectors);
#endif
}

static inline int xbf_limits_set_numbers(struct request_queue *q,
					 const struct xbf_queue_limits *lim)
{
	blk_queue_logical_block_size(q, lim->logical_block_size ?: SECTOR_SIZE);
	blk_queue_physical_block_size(q, max(lim->physical_block_size,
					     lim->logical_block_size ?: SECTOR_SIZE));
	blk_queue_io_min(q, lim->io_min);
	blk_queue_io_opt(q, lim->io_opt);
	blk_queue_max_hw_sectors(q, lim->max_hw_sectors ?: BLK_SAFE_MAX_SECTORS);
	blk_queue_segment_boundary(q, lim->seg_boundary_mask ?: BLK_SEG_BOUNDARY_MASK);
	blk_queue_max_segment_size(q, lim->max_segment_size ?: BLK_MAX_SEGMENT_SIZE);
	blk_queue_max_segments(q, lim->max_segments ?: BLK_MAX_SEGMENTS);
	blk_queue_dma_alignment(q, lim->dma_alignment ?: SECTOR_SIZE - 1);
	xbf_limits_set_discard(q, lim);
#ifdef XBF_HAVE_BOUNCE_LIMIT
	/* Up to 5.12: what we cannot reach we copy ourselves. */
	blk_queue_bounce_limit(q, BLK_BOUNCE_ANY);
#endif
	return 0;
}
#endif

static inline int xbf_limits_set(struct request_queue *q, const struct xbf_queue_limits *lim)
{
	xbf_limits_set_cache(q, lim->features & BLK_FEAT_WRITE_CACHE, lim->features & BLK_FEAT_FUA);
	xbf_queue_flag(q, QUEUE_FLAG_NONROT, !(lim->features & BLK_FEAT_ROTATIONAL));
	return xbf_limits_set_numbers(q, lim);
}

static inline struct xbf_queue_limits xbf_limits_get(struct request_queue *q)
{
	struct xbf_queue_limits lim = {
		.seg_boundary_mask = q->limits.seg_boundary_mask,
		.max_hw_sectors = q->limits.max_hw_sectors,
		.max_segment_size = q->limits.max_segment_size,
		.physical_block_size = q->limits.physical_block_size,
		.logical_block_size = q->limits.logical_block_size,
		.io_min = q->limits.io_min,
		.io_opt = q->limits.io_opt,
		.max_hw_discard_sectors = xbf_limits_get_discard(q),
		.discard_granularity = q->limits.discard_granularity,
		.discard_alignment = q->limits.discard_alignment,
		.max_segments = q->limits.max_segments,
		.dma_alignment = queue_dma_alignment(q),
	};

	lim.features = xbf_limits_get_cache(q);
	if (!test_bit(QUEUE_FLAG_NONROT, &q->queue_flags))
		lim.features |= BLK_FEAT_ROTATIONAL;
#ifdef XBF_HAVE_QUEUE_FLAG_DISCARD
	if (test_bit(QUEUE_FLAG_SECERASE, &q->queue_flags))
		lim.max_secure_erase_sectors = xbf_limits_get_discard(q);
#endif
#ifdef XBF_HAVE_MAX_SECURE_ERASE_SECTORS
	lim.max_secure_erase_sectors = q->limits.max_secure_erase_sectors;
#endif
	return lim;
}

static inline int xbf_limits_commit_frozen(struct request_queue *q,
					   const struct xbf_queue_limits *lim)
{
	int ret;

	blk_mq_freeze_queue(q);
	ret = xbf_limits_set(q, lim);
	blk_mq_unfreeze_queue(q);
	return ret;
}

#define queue_limits				xbf_queue_limits
#define queue_limits_start_update(q)		xbf_limits_get(q)
#define queue_limits_commit_update_frozen(q, l)	xbf_limits_commit_frozen(q, l)

#elif !defined(XBF_HAVE_LIMITS_COMMIT_FROZEN)
/* 6.11 and early 6.12 leave the freezing to the driver. */
static inline int xbf_limits_commit_frozen(struct request_queue *q, struct queue_limits *lim)
{
	int ret;

	blk_mq_freeze_queue(q);
	ret = queue_limits_commit_update(q, lim);
	blk_mq_unfreeze_queue(q);
	return ret;
}

#define queue_limits_commit_update_frozen(q, l)	xbf_limits_commit_frozen(q, l)
#endif

#endif /* XBF_COMPAT_QUEUE_LIMITS_H */
