/* SPDX-License-Identifier: GPL-2.0-or-later */
/* syn: SYN segments seen twice: offers that changed, or that a device removed; what hosts use. */
#ifndef WIRETRUTH_WINDOW_SYN_H
#define WIRETRUTH_WINDOW_SYN_H

#include "engine/context.h"

struct wt_map *wt_window_syns_new(void);
struct wt_map *wt_window_hints_new(void);

/* Has the processor fetch where a SYN will be looked for; it changes nothing. */
void wt_window_expect(const void *windows, const struct wt_packet *packet);

/* Compares the SYN of this frame with the same one seen before. */
void wt_window_syn(struct wt_context *context);

/* Settles which of several SYN offers, or of several answers, was taken. */
void wt_window_settle(struct wt_context *context);

/* Asks for a hint about the sender, when there may be a new one. */
void wt_window_hint(struct wt_context *context);

#endif
