// SPDX-License-Identifier: GPL-2.0
/*
 * serve.c - a ring in the hands of a backend that honours blkif.h, and takes
 * the frontend at its word: a request that is malformed breaks a rule.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"

#define US	1000ull
#define MS	(1000 * US)
#define SEC	(1000 * MS)

static bool is_rw(uint8_t op)
{
	return op == BLKIF_OP_READ || op == BLKIF_OP_WRITE;
}

static bool is_writing(uint8_t op)
{
	return op != BLKIF_OP_READ;
}

static void __attribute__((format(printf, 3, 4), noreturn))
malformed(const struct lane *lane, uint64_t id, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sim_broken("blkif", "vbd %u ring %u request %#llx: %s", lane->be->vdev, lane->nr,
		   (unsigned long long)id, text);
}

/* ---- mapping ---- */

static bool is_zero(const uint8_t *from, const uint8_t *end)
{
	while (from < end && !*from)
		from++;
	return from == end;
}

/* Whoever is not trusted looks at all there is to see in a page. */
static void look_around(const struct lane *lane, const struct job *job, const struct seg *seg)
{
	const uint8_t *end = seg->page + SIM_FRAME_SIZE;
	const uint8_t *first = end, *after = end;

	if (is_writing(job->op)) {
		first = seg->page + seg->first * SIM_SECTOR;
		after = seg->page + (seg->last + 1) * SIM_SECTOR;
	}
	if (!is_zero(seg->page, first) || !is_zero(after, end))
		malformed(lane, job->id,
			  "an untrusted backend sees what is not its own by reference %u",
			  seg->ref);
}

/* Maps one page, or finds it mapped already. */
static uint8_t *map(struct lane *lane, sim_ref ref, bool write, bool *kept)
{
	const struct backend *be = lane->be;
	uint8_t *page;

	*kept = false;
	if (!be->persistent) {
		page = sim_grant_map(ref, be->domid, write);
		if (page && !write && !sim_grant_is_readonly(ref))
			sim_broken("grants", "domain %u is to read by reference %u, and may write",
				   be->domid, ref);
		return page;
	}
	if (ref < SIM_NR_REFS && lane->kept[ref]) {
		*kept = true;
		return lane->kept[ref];
	}
	page = sim_grant_map(ref, be->domid, true);
	if (page && lane->nr_kept < SIM_MAX_KEPT) {
		lane->kept[ref] = page;
		lane->nr_kept++;
		*kept = true;
	}
	return page;
}

static void drop_kept(struct lane *lane, sim_ref ref)
{
	sim_grant_unmap(ref, lane->be->domid);
	lane->kept[ref] = NULL;
	lane->nr_kept--;
}

static void unmap(struct lane *lane, sim_ref ref, bool kept)
{
	if (!kept)
		sim_grant_unmap(ref, lane->be->domid);
	else if (sim_chance(64))
		drop_kept(lane, ref);
}

/*
 * A page that cannot be mapped is a mistake of the frontend's, unless it does
 * not want the request any more: it may break its disk at any time.
 */
static void no_page(struct lane *lane, struct job *job, sim_ref ref)
{
	if (sim_backend_wanted(lane->be))
		malformed(lane, job->id, "reference %u is not granted as operation %u needs it",
			  ref, job->op);
	job->failed = true;
}

static void map_segs(struct lane *lane, struct job *job)
{
	unsigned int i;

	for (i = 0; i < job->nr_segs; i++) {
		struct seg *seg = &job->segs[i];

		seg->page = NULL;
		if (job->failed)
			continue;
		if (seg->first > seg->last || seg->last >= SIM_FRAME_SIZE / SIM_SECTOR)
			malformed(lane, job->id, "segment %u has sectors %u to %u", i, seg->first,
				  seg->last);
		seg->page = map(lane, seg->ref, !is_writing(job->op), &seg->kept);
		if (!seg->page)
			no_page(lane, job, seg->ref);
		else if (lane->be->untrusted)
			look_around(lane, job, seg);
		job->nr_sectors += seg->last - seg->first + 1;
	}
}

static void unmap_segs(struct lane *lane, struct job *job)
{
	unsigned int i;

	for (i = 0; i < job->nr_segs; i++)
		if (job->segs[i].page)
			unmap(lane, job->segs[i].ref, job->segs[i].kept);
}

/* ---- taking a request ---- */

static void copy_segs(struct job *job, unsigned int at, const struct blkif_request_segment *from,
		      unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		job->segs[at + i] = (struct seg){
			.ref = from[i].gref, .first = from[i].first_sect, .last = from[i].last_sect,
		};
}

static void check_handle(const struct lane *lane, uint64_t id, uint16_t handle)
{
	if (handle != (uint16_t)lane->be->vdev)
		malformed(lane, id, "it is for vbd %u", handle);
}

static void take_direct(struct lane *lane, struct job *job, const struct blkif_request *req)
{
	struct blkif_request_segment segs[BLKIF_MAX_SEGMENTS_PER_REQUEST];

	job->op = req->operation;
	job->id = req->u.rw.id;
	job->sector = req->u.rw.sector_number;
	job->nr_segs = req->u.rw.nr_segments;
	check_handle(lane, job->id, req->u.rw.handle);
	if (job->nr_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST || (!job->nr_segs && is_rw(job->op)))
		malformed(lane, job->id, "%u segments", job->nr_segs);
	memcpy(segs, req->u.rw.seg, sizeof(segs));
	copy_segs(job, 0, segs, job->nr_segs);
}

static void take_indirect(struct lane *lane, struct job *job, const struct blkif_request *req)
{
	const unsigned int per_page = SIM_FRAME_SIZE / sizeof(struct blkif_request_segment);
	unsigned int i, nr;

	job->op = req->u.indirect.indirect_op;
	job->id = req->u.indirect.id;
	job->sector = req->u.indirect.sector_number;
	job->nr_segs = req->u.indirect.nr_segments;
	check_handle(lane, job->id, req->u.indirect.handle);
	if (!is_rw(job->op) || !job->nr_segs || job->nr_segs > lane->be->offer.max_indirect)
		malformed(lane, job->id, "indirect, operation %u with %u segments, offered are %u",
			  job->op, job->nr_segs, lane->be->offer.max_indirect);
	for (i = 0; i < job->nr_segs && !job->failed; i += nr) {
		sim_ref ref = req->u.indirect.indirect_grefs[i / per_page];
		bool kept;
		void *page = map(lane, ref, false, &kept);

		nr = job->nr_segs - i < per_page ? job->nr_segs - i : per_page;
		if (!page) {
			no_page(lane, job, ref);
			break;
		}
		copy_segs(job, i, page, nr);
		unmap(lane, ref, kept);
	}
}

static void take_discard(struct lane *lane, struct job *job, const struct blkif_request *req)
{
	job->op = req->operation;
	job->id = req->u.discard.id;
	job->sector = req->u.discard.sector_number;
	job->nr_sectors = req->u.discard.nr_sectors;
	if (!lane->be->offer.discard || !job->nr_sectors ||
	    (req->u.discard.flag & BLKIF_DISCARD_SECURE && !lane->be->offer.secure))
		malformed(lane, job->id, "discard of %llu sectors, flag %u",
			  (unsigned long long)job->nr_sectors, req->u.discard.flag);
}

/* Is it what was offered, and on the disk? */
static void check_job(const struct lane *lane, struct job *job)
{
	const struct sim_offer *offer = &lane->be->offer;
	unsigned int unit = offer->sector_size / SIM_SECTOR;

	if ((job->op == BLKIF_OP_FLUSH_DISKCACHE && !offer->flush) ||
	    (job->op == BLKIF_OP_WRITE_BARRIER && !offer->barrier) ||
	    (job->op > BLKIF_OP_FLUSH_DISKCACHE && job->op != BLKIF_OP_DISCARD))
		malformed(lane, job->id, "operation %u was not offered", job->op);
	/* What was written before the disk became read-only ends in an error. */
	if (is_writing(job->op) && offer->readonly && job->nr_sectors)
		job->failed = true;
	if (job->nr_sectors && (job->sector % unit || job->nr_sectors % unit))
		malformed(lane, job->id, "%llu sectors at %llu, the disk's have %u bytes",
			  (unsigned long long)job->nr_sectors, (unsigned long long)job->sector,
			  offer->sector_size);
	if (job->sector + job->nr_sectors > offer->sectors && !job->failed)
		malformed(lane, job->id, "%llu sectors at %llu, the disk has %llu",
			  (unsigned long long)job->nr_sectors, (unsigned long long)job->sector,
			  (unsigned long long)offer->sectors);
}

static uint64_t draw_due(struct lane *lane)
{
	const struct sim_offer *offer = &lane->be->offer;
	uint64_t due = sim_now() + sim_random(100 * US);

	if (offer->slow && sim_chance(offer->slow))
		due += sim_random(20 * MS);
	if (!offer->reorder && due < lane->due)
		due = lane->due;
	lane->due = due;
	return due;
}

static void take(struct lane *lane, const struct blkif_request *req)
{
	struct job *job;
	unsigned int i;

	for (i = 0; lane->jobs[i].state != JOB_FREE; i++)
		;
	job = &lane->jobs[i];
	job->nr_sectors = 0;
	job->nr_segs = 0;
	job->failed = false;
	if (req->operation == BLKIF_OP_INDIRECT)
		take_indirect(lane, job, req);
	else if (req->operation == BLKIF_OP_DISCARD)
		take_discard(lane, job, req);
	else
		take_direct(lane, job, req);
	map_segs(lane, job);
	check_job(lane, job);
	job->state = JOB_BUSY;
	job->taken = sim_now();
	job->due = draw_due(lane);
	lane->order[lane->nr_jobs++] = i;
}

/* A barrier is alone: all before it is done, nothing after it has begun. */
static bool must_wait(const struct lane *lane, uint8_t op)
{
	unsigned int i;

	for (i = 0; i < lane->nr_jobs; i++) {
		const struct job *job = &lane->jobs[lane->order[i]];

		if (job->state == JOB_BUSY &&
		    (op == BLKIF_OP_WRITE_BARRIER || job->op == BLKIF_OP_WRITE_BARRIER))
			return true;
	}
	return false;
}

/* Who answered twice cannot count any more: the ring would look overfull to it. */
static bool takes_more(const struct lane *lane)
{
	return lane->be->repeats != HAS_REPEATED;
}

static bool take_requests(struct lane *lane)
{
	struct blkif_sring *view = sim_ring_view(lane->ring);
	struct blkif_request req;
	bool found = false;
	uint32_t prod;

	sim_ring_look(lane->ring);
	prod = view->req_prod;
	sim_back_rmb(lane->ring);
	if (lane->dead || !takes_more(lane))
		return false;
	if (prod - lane->rsp_prod > lane->size)
		malformed(lane, 0, "%u requests in a ring of %u", prod - lane->rsp_prod,
			  lane->size);
	/* Jobs that wait to be unmapped are answered, but still take room. */
	while (lane->req_cons != prod && lane->nr_jobs < lane->size) {
		memcpy(&req, &view->ring[lane->req_cons & (lane->size - 1)].req, sizeof(req));
		if (must_wait(lane, req.operation))
			break;
		lane->req_cons++;
		take(lane, &req);
		found = true;
	}
	return found;
}

/* ---- doing what it asks, and answering ---- */

static void move_data(struct lane *lane, struct job *job)
{
	uint64_t sector = job->sector;
	unsigned int i;

	for (i = 0; i < job->nr_segs; i++) {
		struct seg *seg = &job->segs[i];
		unsigned int nr = seg->last - seg->first + 1;
		uint8_t *data = seg->page + seg->first * SIM_SECTOR;

		if (is_writing(job->op))
			sim_storage_write(lane->be->vdev, sector, data, nr);
		else
			sim_storage_read(lane->be->vdev, sector, data, nr);
		sector += nr;
	}
}

static void carry_out(struct lane *lane, struct job *job)
{
	uint32_t vdev = lane->be->vdev;

	if (job->failed)
		return;
	if (job->op == BLKIF_OP_DISCARD)
		sim_storage_write(vdev, job->sector, NULL, job->nr_sectors);
	else if (job->op == BLKIF_OP_FLUSH_DISKCACHE || job->op == BLKIF_OP_WRITE_BARRIER)
		sim_storage_flush(vdev);
	move_data(lane, job);
	if (job->op == BLKIF_OP_WRITE_BARRIER)
		sim_storage_flush(vdev);
}

static bool may_decline(uint8_t op)
{
	return op == BLKIF_OP_FLUSH_DISKCACHE || op == BLKIF_OP_WRITE_BARRIER ||
	       op == BLKIF_OP_DISCARD;
}

/* Does it, or not; says with which status. */
static int16_t execute(struct lane *lane, struct job *job)
{
	struct backend *be = lane->be;

	if (job->failed || (be->offer.errors && sim_chance(be->offer.errors))) {
		be->errors++;
		/* What became of it nobody knows. */
		if (sim_chance(2))
			carry_out(lane, job);
		return BLKIF_RSP_ERROR;
	}
	if (be->offer.declines && may_decline(job->op) && sim_chance(be->offer.declines)) {
		/* Who has no flush has no cache. */
		if (job->op != BLKIF_OP_DISCARD) {
			be->cacheless = true;
			sim_storage_write_through(be->vdev, true);
		}
		return BLKIF_RSP_EOPNOTSUPP;
	}
	carry_out(lane, job);
	return BLKIF_RSP_OKAY;
}

static void put_answer(struct lane *lane, struct blkif_sring *view, uint64_t id, uint8_t op,
		       int16_t status)
{
	struct blkif_response *rsp = &view->ring[lane->rsp_prod++ & (lane->size - 1)].rsp;
	struct backend *be = lane->be;

	be->answers[be->nr_answers++ % SIM_MAX_ANSWERS] =
		(struct answer){ .at = sim_now(), .id = id, .op = op };
	rsp->id = id;
	rsp->operation = op;
	rsp->status = status;
}

static void free_job(struct lane *lane, unsigned int at)
{
	lane->jobs[lane->order[at]].state = JOB_FREE;
	lane->nr_jobs--;
	memmove(&lane->order[at], &lane->order[at + 1],
		(lane->nr_jobs - at) * sizeof(lane->order[0]));
}

/* Unmaps before it answers, or, if it likes to keep things, later. */
static void finish(struct lane *lane, unsigned int at)
{
	struct job *job = &lane->jobs[lane->order[at]];

	if (job->state == JOB_BUSY) {
		int16_t status = execute(lane, job);

		put_answer(lane, sim_ring_view(lane->ring), job->id, job->op, status);
		if (lane->be->offer.keeps_mapped && !lane->be->persistent && !lane->stop &&
		    sim_chance(4)) {
			job->state = JOB_ANSWERED;
			job->due = sim_now() + sim_random(50 * MS);
			return;
		}
	}
	unmap_segs(lane, job);
	free_job(lane, at);
}

/* What a request had for an answer whose tag, the lower half of the id, this one has now. */
static const struct answer *find_earlier(const struct backend *be, const struct job *job)
{
	unsigned int i;

	for (i = 0; i < SIM_MAX_ANSWERS && i < be->nr_answers; i++) {
		const struct answer *answer = &be->answers[i];

		if ((uint32_t)answer->id == (uint32_t)job->id && answer->op == job->op &&
		    answer->at < job->taken)
			return answer;
	}
	return NULL;
}

/* Answers again what was answered long ago, while another request has its tag. */
static void repeat_answer(struct lane *lane)
{
	const struct answer *answer = NULL;
	unsigned int i;

	for (i = 0; i < lane->nr_jobs && !answer; i++)
		if (lane->jobs[lane->order[i]].state == JOB_BUSY)
			answer = find_earlier(lane->be, &lane->jobs[lane->order[i]]);
	if (!answer)
		return;
	sim_note("the backend of vbd %u answers twice: id %#llx", lane->be->vdev,
		 (unsigned long long)answer->id);
	put_answer(lane, sim_ring_view(lane->ring), answer->id, answer->op, BLKIF_RSP_OKAY);
	lane->be->repeats = HAS_REPEATED;
}

static void publish(struct lane *lane)
{
	struct blkif_sring *view = sim_ring_view(lane->ring);
	uint32_t old = view->rsp_prod;

	if (old == lane->rsp_prod)
		return;
	sim_back_wmb(lane->ring);
	view->rsp_prod = lane->rsp_prod;
	sim_back_mb(lane->ring);
	sim_ring_look(lane->ring);
	if (lane->dead || lane->rsp_prod - view->rsp_event >= lane->rsp_prod - old)
		return;
	lane->told = sim_now();
	lane->forgot = lane->be->offer.forgets_events && sim_chance(50);
	if (lane->forgot)
		sim_note("the backend of vbd %u forgets an event", lane->be->vdev);
	else
		sim_event_send(lane->port);
}

static bool finish_due(struct lane *lane)
{
	bool found = false;
	unsigned int i = 0;

	while (i < lane->nr_jobs) {
		struct job *job = &lane->jobs[lane->order[i]];
		unsigned int before = lane->nr_jobs;

		if (job->due > sim_now() && !lane->stop) {
			i++;
			continue;
		}
		finish(lane, i);
		found = true;
		if (lane->nr_jobs == before)
			i++;
	}
	if (lane->be->repeats == REPEATS_SOON && !lane->stop)
		repeat_answer(lane);
	publish(lane);
	return found;
}

/* ---- the task ---- */

static uint64_t next_due(const struct lane *lane)
{
	uint64_t due = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < lane->nr_jobs; i++)
		if (lane->jobs[lane->order[i]].due < due)
			due = lane->jobs[lane->order[i]].due;
	return due;
}

/*
 * Idle for long: is it because one side told the other too early, or not at all?
 * The driver would find out when a request is late, but in a fair world none is.
 * True: an event came after all.
 */
static bool check_idle(struct lane *lane)
{
	/* While user space freezes, xenwatch cannot tell the driver that we are back. */
	if (lane->dead || lane->stop || lane->forgot || sim_event_lost_at() > lane->told ||
	    sim_users_frozen() || !sim_backend_wanted(lane->be) ||
	    !sim_ring_missed(lane->ring, lane->req_cons, lane->rsp_prod))
		return false;
	/* Or is it just being sent? */
	sim_sleep(MS + SIM_MOST_STOLEN);
	if (lane->dead || lane->stop || sim_events_sent(lane->port) != lane->heard)
		return true;
	malformed(lane, 0, "an event that was due was never sent");
	return false;
}

/* Sleeps until something is due or an event comes in; asks for one first. */
static void rest(struct lane *lane)
{
	struct blkif_sring *view = sim_ring_view(lane->ring);
	uint64_t due = next_due(lane);

	if (!lane->be->stalled) {
		lane->heard = sim_events_sent(lane->port);
		view->req_event = lane->req_cons + 1;
		sim_back_mb(lane->ring);
		sim_ring_look(lane->ring);
		if (lane->dead || lane->stop)
			return;
		if (view->req_prod != lane->req_cons && !lane->nr_jobs && takes_more(lane))
			return;
		if (due != UINT64_MAX) {
			sim_wait_until(&lane->wait, due);
			return;
		}
		if (sim_wait_until(&lane->wait, sim_now() + 5 * SEC))
			return;
		if (check_idle(lane))
			return;
	}
	/* Looking at the ring takes its time. */
	if (!lane->dead && !lane->stop)
		sim_wait(&lane->wait);
}

static void let_go(struct lane *lane)
{
	sim_ref ref;

	/* Lanes stop one after the other; the module waits some ten seconds before it goes. */
	if (lane->be->offer.hoards && !lane->dead)
		sim_sleep(sim_random(8000 / lane->be->nr_lanes) * MS);
	if (lane->dead)
		return;
	for (ref = 0; lane->nr_kept; ref++)
		if (lane->kept[ref])
			drop_kept(lane, ref);
	sim_event_unlisten(lane->port, &lane->wait);
	sim_ring_detach(lane->ring);
}

static void serve(void *arg)
{
	struct lane *lane = arg;
	bool worked;

	while (!lane->dead && !(lane->stop && !lane->nr_jobs)) {
		worked = false;
		if (!lane->be->stalled && !lane->stop)
			worked = take_requests(lane);
		if (!lane->dead && (!lane->be->stalled || lane->stop))
			worked |= finish_due(lane);
		if (!worked && !lane->dead && !lane->stop)
			rest(lane);
	}
	let_go(lane);
	sim_ring_free(lane->ring);
	free(lane->jobs);
	free(lane->kept);
	lane->jobs = NULL;
	lane->kept = NULL;
	lane->here = false;
	sim_wake(&lane->be->wait);
}

/* The ring, its port and its backend are set; takes up what is unanswered. */
void sim_lane_start(struct lane *lane)
{
	struct blkif_sring *view = sim_ring_view(lane->ring);

	lane->rsp_prod = view->rsp_prod;
	lane->req_cons = view->rsp_prod;
	lane->jobs = calloc(lane->size, sizeof(*lane->jobs));
	lane->kept = calloc(SIM_NR_REFS, sizeof(*lane->kept));
	lane->here = true;
	sim_event_listen(lane->port, &lane->wait);
	sim_spawn("blkback", SIM_OUTSIDE, serve, lane);
}

void sim_lane_stop(struct lane *lane)
{
	lane->stop = true;
	sim_wake(&lane->wait);
	sim_wait_for(&lane->be->wait, !lane->here);
}

/*
 * The lane dies, or the guest leaves it behind: of what it had taken some is
 * done, some is not. The memory of a guest that migrates is copied while it
 * runs: an answer may be in it although the data read is not.
 */
void sim_lane_leave(struct lane *lane, bool moved)
{
	struct blkif_sring *view;
	unsigned int i;

	if (!lane->here || lane->dead)
		return;
	lane->dead = true;
	view = sim_ring_view(lane->ring);
	for (i = 0; i < lane->nr_jobs; i++) {
		struct job *job = &lane->jobs[lane->order[i]];

		if (job->state != JOB_BUSY || job->failed || sim_chance(2))
			continue;
		if (is_writing(job->op) || !moved || sim_chance(2))
			carry_out(lane, job);
		if (sim_chance(2))
			put_answer(lane, view, job->id, job->op, BLKIF_RSP_OKAY);
	}
	view->rsp_prod = lane->rsp_prod;
	sim_ring_detach(lane->ring);
	sim_wake(&lane->wait);
}
