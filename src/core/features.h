/* SPDX-License-Identifier: GPL-2.0 */
/*
 * features.h - what the backend says in xenstore, validated.
 *
 * connect.c reads the raw strings and reports what was wrong. What a single one
 * is worth says its row in node.c; here they are compared with each other.
 */
#ifndef XBF_CORE_FEATURES_H
#define XBF_CORE_FEATURES_H

#include "node.h"

/**
 * struct xbf_features - validated values
 * @val: indexed by enum xbf_node, up to XBF_NR_FEATURES
 * @note: what became of each
 */
struct xbf_features {
	u64 val[XBF_NR_FEATURES];
	u8 note[XBF_NR_FEATURES];
};

enum xbf_note xbf_feature_set(struct xbf_features *f, enum xbf_node node, const char *raw);
bool xbf_features_check(struct xbf_features *f);
u32 xbf_features_ring_order(const struct xbf_features *f);
u32 xbf_features_info(const struct xbf_features *f);

#endif /* XBF_CORE_FEATURES_H */
