/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request.h - what a request is, and what becomes of it.
 */
#ifndef XBF_COMPAT_REQUEST_H
#define XBF_COMPAT_REQUEST_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

/* --- What it does --------------------------------------------------------- */

#ifndef XBF_HAVE_REQ_OP
/* Up to 4.7 flags say what a request does; there may be some of the newer names. */
#undef req_op
#undef REQ_OP_READ
#undef REQ_OP_WRITE
#undef REQ_OP_FLUSH
#undef REQ_OP_DISCARD
#undef REQ_OP_SECURE_ERASE
#define REQ_OP_READ		0
#define REQ_OP_WRITE		1
#define REQ_OP_FLUSH		2
#define REQ_OP_DISCARD		3
#define REQ_OP_SECURE_ERASE	5
#define XBF_REQ_OP_OTHER	(-1)

static inline int xbf_req_op(const struct request *rq)
{
	if (rq->cmd_type != REQ_TYPE_FS)
		return XBF_REQ_OP_OTHER;
	if (rq->cmd_flags & REQ_FLUSH)
		return REQ_OP_FLUSH;
	if (rq->cmd_flags & REQ_DISCARD)
		return rq->cmd_flags & REQ_SECURE ? REQ_OP_SECURE_ERASE : REQ_OP_DISCARD;
	/* Only a drive that says it can is asked to write the same block many times. */
	return rq_data_dir(rq) == WRITE ? REQ_OP_WRITE : REQ_OP_READ;
}

#define req_op(rq)	xbf_req_op(rq)
#endif

/* --- Where it belongs ----------------------------------------------------- */

#ifdef XBF_HAVE_RQ_MQ_HCTX
static inline struct blk_mq_hw_ctx *xbf_rq_hctx(const struct request *rq)
{
	return rq->mq_hctx;
}

static inline void xbf_rq_set_hctx(struct request *rq, struct blk_mq_hw_ctx *hctx)
{
}
#else
/* Up to 4.20 the driver has to remember it, in a place that is the driver's. */
static inline struct blk_mq_hw_ctx *xbf_rq_hctx(const struct request *rq)
{
	return rq->special;
}

static inline void xbf_rq_set_hctx(struct request *rq, struct blk_mq_hw_ctx *hctx)
{
	rq->special = hctx;
}
#endif

#ifndef XBF_HAVE_SEGMENT_COPIES
/* Up to 3.13 the kernel hands out pointers to its own segments. */
#undef rq_for_each_segment
#define rq_for_each_segment(bv, rq, iter)				\
	__rq_for_each_bio((iter).bio, rq)				\
		for ((iter).i = (iter).bio->bi_idx;			\
		     (iter).i < (iter).bio->bi_vcnt &&			\
		     ((bv) = (iter).bio->bi_io_vec[(iter).i], true);	\
		     (iter).i++)
#endif

/* --- Its end -------------------------------------------------------------- */

#ifndef XBF_HAVE_BLK_STATUS_T
/* Up to 4.12 */
typedef int blk_status_t;

#define BLK_STS_OK	0
#define BLK_STS_NOTSUPP	(-EOPNOTSUPP)
#define BLK_STS_IOERR	(-EIO)
#endif

#ifdef XBF_HAVE_EH_DONE
static inline bool xbf_rq_is_out(const struct request *rq)
{
	return true;
}
#else
/*
 * Up to 4.17 nobody keeps a request from ending, and from being another one by then,
 * while its timeout is handled.
 */
static inline bool xbf_rq_is_out(const struct request *rq)
{
	return READ_ONCE(rq->tag) >= 0 && READ_ONCE(rq->special);
}
#endif

#ifndef XBF_HAVE_COMPLETE_REMOTE
static inline bool blk_mq_complete_request_remote(struct request *rq)
{
#ifdef XBF_HAVE_EH_DONE
	/* 4.18 to 5.7 the kernel completes the request in any case, here or there. */
	blk_mq_complete_request(rq);
	return true;
#else
	/*
	 * Up to 4.17 it drops a completion that comes while the request's timeout is
	 * handled, and the request would never end. So it ends here, by our own hand.
	 */
	return false;
#endif
}
#endif

#endif /* XBF_COMPAT_REQUEST_H */
