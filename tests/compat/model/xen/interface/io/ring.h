/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ring.h - the types of a ring.
 */
#ifndef MODEL_RING_H
#define MODEL_RING_H

#define DEFINE_RING_TYPES(name, request, response)	\
union name##_sring_entry {				\
	request req;					\
	response rsp;					\
};							\
							\
struct name##_sring {					\
	u32 req_prod, req_event;			\
	u32 rsp_prod, rsp_event;			\
	u8 pad[48];					\
	union name##_sring_entry ring[1];		\
}

#endif /* MODEL_RING_H */
