// SPDX-License-Identifier: GPL-2.0
/*
 * reap.c - the consumer's side of a ring (Xen public headers ring.h, blkif.h).
 *
 * The backend may write to the shared pages at any time. So each field of a
 * response is read exactly once, into private memory; only the copy is checked
 * and used.
 */
#include "reap.h"

/* "Not supported" is an answer only to what a backend may decline. */
static u8 rsp_status(u8 op, s16 status)
{
	if (status == BLKIF_RSP_OKAY)
		return XBF_ST_OK;
	if (status == BLKIF_RSP_EOPNOTSUPP && op != BLKIF_OP_READ && op != BLKIF_OP_WRITE)
		return XBF_ST_NOTSUPP;
	return XBF_ST_ERROR;
}

/* Takes the response at the consumer's index; false: nothing waits for it. */
static bool take_response(struct xbf_ring *ring, u32 cons, struct xbf_reaped *out)
{
	const struct blkif_response *rsp = &ring->sring->ring[cons & ring->mask].rsp;
	u64 id = env_read64(&rsp->id);
	u8 op = env_read8(&rsp->operation);
	u8 status = rsp_status(op, (s16)env_read16((const u16 *)&rsp->status));
	struct xbf_shadow *sh;
	u32 part;

	sh = xbf_shadow_match(ring->shadows, id, op, &part);
	if (!sh) {
		out->verdict = XBF_REAP_BAD_RSP;
		out->id = id;
		out->op = op;
		return false;
	}
	if (status > sh->status)
		sh->status = status;
	sh->parts &= ~(1u << part);
	if (!sh->parts)
		xbf_list_add(&out->done, sh);
	return true;
}

/**
 * xbf_reap() - take all responses off a ring and re-arm its event
 * @ring: the ring; consumer lock held
 * @out: filled in; what it lists is the caller's to complete
 *
 * After a violation nothing more is taken; what was matched before it is
 * listed all the same.
 */
void xbf_reap(struct xbf_ring *ring, struct xbf_reaped *out)
{
	u32 cons = ring->rsp_cons;
	u32 prod, nr;

	out->done.head = NULL;
	out->nr = 0;
	out->verdict = XBF_REAP_FINE;
	if (ring->gate != XBF_GATE_RUN) {
		out->verdict = XBF_REAP_SHUT;
		return;
	}
	do {
		prod = env_read32(&ring->sring->rsp_prod);
		/* Responses are read after the index that covers them. */
		env_rmb();
		nr = prod - cons;
		if (nr > env_read32(&ring->req_pushed) - cons) {
			out->verdict = XBF_REAP_BAD_PROD;
			out->prod = prod;
			return;
		}
		for (; nr; nr--, cons++)
			if (!take_response(ring, cons, out))
				return;
		out->nr += cons - ring->rsp_cons;
		/* Pairs with the acquire in xbf_ring_free(): slots may be reused. */
		env_store_release(&ring->rsp_cons, cons);
	} while (xbf_ring_rearm(ring));
}
