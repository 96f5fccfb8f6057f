/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ring.h - the types of a ring, as far as the sizes of its slots are concerned.
 */
#ifndef MODEL_RING_H
#define MODEL_RING_H

#define DEFINE_RING_TYPES(name, request, response)	\
union name##_sring_entry {				\
	request req;					\
	response rsp;					\
}

#endif /* MODEL_RING_H */
