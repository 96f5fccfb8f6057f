/* SPDX-License-Identifier: GPL-2.0 */
/*
 * backend.h - a backend with a disk in memory, which insists on the protocol,
 * and by hand does what a backend must not.
 */
#ifndef XBF_UNIT_BACKEND_H
#define XBF_UNIT_BACKEND_H

#include "core/env.h"

#include <xen/interface/io/blkif.h>

#define BACKEND_DOMID	7
#define BACKEND_HANDLE	51712
#define BACKEND_SECTORS	(16u * 1024)

/**
 * struct backend - the other end of a ring
 * @sring: the shared pages
 * @size: number of slots
 * @req_cons: next request to read
 * @rsp_prod: next response to write
 * @disk: its content; BACKEND_SECTORS sectors
 * @keeps: it maps a frame once and never lets go
 * @status: what it answers to what it has done
 * @flushes: flushes and barriers served
 * @discarded: sectors
 * @secure: of these, securely
 */
struct backend {
	struct blkif_sring *sring;
	u32 size;
	u32 req_cons;
	u32 rsp_prod;
	unsigned char *disk;
	bool keeps;
	s16 status;
	u32 flushes;
	u64 discarded;
	u64 secure;
};

void backend_init(struct backend *b, struct blkif_sring *sring, u32 size, u32 start);
void backend_restart(struct backend *b, struct blkif_sring *sring, u32 size, u32 start);
void backend_exit(struct backend *b);
bool backend_next(struct backend *b, struct blkif_request *req);
void backend_answer(struct backend *b, u64 id, u8 op, s16 status);
void backend_publish(struct backend *b);
u64 backend_id(const struct blkif_request *req);
u8 backend_op(const struct blkif_request *req);
u32 backend_segments(const struct blkif_request *req, struct blkif_request_segment *segs);
void backend_do(struct backend *b, const struct blkif_request *req);
u32 backend_serve(struct backend *b);

#endif /* XBF_UNIT_BACKEND_H */
