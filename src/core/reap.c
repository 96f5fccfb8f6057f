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
static void worsen(struct xbf_shadow *sh, s16 status)
{
	if (status != BLKIF_RSP_EOPNOTSUPP || sh->op == BLKIF_OP_READ || sh->op == BLKIF_OP_WRITE)
		sh->status = XBF_ST_ERROR;
	else if (sh->status == XBF_ST_OK)
		sh->status = XBF_ST_NOTSUPP;
}

/* The request that a response answers, if that was its last part; NULL: there is none. */
static struct xbf_shadow *take_response(const struct xbf_shadows *shadows,
					const struct blkif_response *rsp, struct xbf_reaped *out)
{
	u64 id = env_read64(&rsp->id);
	u8 op = env_read8(&rsp->operation);
	s16 status = env_read16((const u16 *)&rsp->status);
	struct xbf_shadow *sh;
	u32 part;

	sh = xbf_shadow_match(shadows, id, op, &part);
	if (!likely(sh)) {
		out->verdict = XBF_REAP_BAD_RSP;
		out->id = id;
		out->op = op;
		return NULL;
	}
	if (!likely(status == BLKIF_RSP_OKAY))
		worsen(sh, status);
	sh->parts -= part;
	return sh;
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
	const struct xbf_shadows *shadows = ring->shadows;
	struct blkif_sring *sring = ring->sring;
	u32 cons = ring->rsp_cons;
	struct xbf_shadow *sh;
	u32 prod;

	out->done.head = NULL;
	out->nr = cons;
	out->verdict = XBF_REAP_FINE;
	if (ring->gate != XBF_GATE_RUN) {
		out->verdict = XBF_REAP_SHUT;
		goto out;
	}
	do {
		prod = env_read32(&sring->rsp_prod);
		/* Responses are read after the index that covers them. */
		env_rmb();
		if (prod - cons > env_read32(&ring->req_pushed) - cons) {
			out->verdict = XBF_REAP_BAD_PROD;
			out->prod = prod;
			break;
		}
		for (; cons != prod; cons++) {
			sh = take_response(shadows, &sring->ring[cons & ring->mask].rsp, out);
			if (!sh)
				goto out;
			if (likely(!sh->parts))
				xbf_list_add(&out->done, sh);
		}
		/* Pairs with the acquire in xbf_ring_free(): slots may be reused. */
		env_store_release(&ring->rsp_cons, cons);
	} while (xbf_ring_rearm(ring));
out:
	out->nr = cons - out->nr;
}
