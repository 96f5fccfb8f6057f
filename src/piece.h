/* SPDX-License-Identifier: GPL-2.0 */
/*
 * piece.h - the payload of a request, cut where grants are cut.
 */
#ifndef XBF_PIECE_H
#define XBF_PIECE_H

#include <linux/blk-mq.h>

#include "core/env.h"

/*
 * A piece is the part of a segment that lies in one 4 KiB frame; with 4 KiB
 * pages that is the segment. @body is done for @nr_ of them, after @skip_.
 */
#define for_each_piece(rq_, skip_, nr_, page_, off_, len_, body)		\
do {										\
	struct req_iterator iter_;						\
	struct bio_vec bv_;							\
	u32 skipped_ = 0, seen_ = 0;						\
										\
	rq_for_each_segment(bv_, rq_, iter_) {					\
		struct page *page_ = bv_.bv_page;				\
		u32 off_ = bv_.bv_offset;					\
		u32 rest_ = bv_.bv_len;						\
		u32 len_;							\
										\
		for (; rest_ && seen_ < (nr_); off_ += len_, rest_ -= len_) {	\
			len_ = min_t(u32, rest_, XBF_FRAME_SIZE -		\
				     (off_ & (XBF_FRAME_SIZE - 1)));		\
			if (skipped_ != (skip_)) {				\
				skipped_++;					\
				continue;					\
			}							\
			seen_++;						\
			body;							\
		}								\
	}									\
} while (0)

#endif /* XBF_PIECE_H */
