/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layers: the second way to find the headers of a frame, from Wireshark's own dissection instead of the
 * frame's bytes. It knows every encapsulation that Wireshark knows (802.11, L2TP, GTP with odd ports, Decode
 * As ...), and costs more: Wireshark has to build a tree for every frame.
 *
 * Wireshark tells which fields are in a tree only on the first visit of a frame, and only if they were asked
 * for before. So they are asked for when a file is opened, and the layers found are kept if the frame can be
 * visited again.
 */
#ifndef WIRETRUTH_WIRESHARK_LAYERS_H
#define WIRETRUTH_WIRESHARK_LAYERS_H

#include "compat.h"

#include <wiretruth/packet.h>

/* Looks up Wireshark's protocols. In the protocol's handoff; `proto` is ours, under which layers are kept. */
void wt_layers_handoff(int proto);

/* Asks for what wt_layers_find() needs, for the post-dissector `handle`, or no longer if not `wanted`. For
 * each file. */
void wt_layers_want(dissector_handle_t handle, bool wanted);

/*
 * Fills `layers` from the dissection of `frame`, or from what was kept of it on its first visit; `keep` asks
 * to keep them now. False if there is no dissection to look at (the read filter of the GUI): then the frame's
 * bytes are all there is.
 */
bool wt_layers_find(const struct wt_frame *frame, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree,
                    bool keep, struct wt_layers *layers);

#endif
