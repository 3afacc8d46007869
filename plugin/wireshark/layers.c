/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "layers.h"

#include <epan/proto_data.h>

/* Only what the reader makes use of; other headers are passed by. */
static struct {
    const char *name;
    enum wt_layer_kind kind;
    int id;
} protocols[] = {
    {"eth", WT_LAYER_ETHERNET, -1}, {"vlan", WT_LAYER_VLAN, -1},    {"sll", WT_LAYER_SLL, -1},
    {"llc", WT_LAYER_LLC, -1},      {"pppoes", WT_LAYER_PPPOE, -1}, {"ppp", WT_LAYER_PPP, -1},
    {"gre", WT_LAYER_GRE, -1},      {"vxlan", WT_LAYER_VXLAN, -1},  {"geneve", WT_LAYER_GENEVE, -1},
    {"gtp", WT_LAYER_GTPU, -1},     {"ip", WT_LAYER_IPV4, -1},      {"ipv6", WT_LAYER_IPV6, -1},
    {"tcp", WT_LAYER_TCP, -1},      {"udp", WT_LAYER_UDP, -1},      {"udplite", WT_LAYER_UDPLITE, -1},
    {"sctp", WT_LAYER_SCTP, -1},    {"icmp", WT_LAYER_ICMP, -1},    {"icmpv6", WT_LAYER_ICMPV6, -1},
};

static int proto_wiretruth;

void wt_layers_handoff(int proto)
{
    proto_wiretruth = proto;
    for (unsigned i = 0; i < array_length(protocols); i++)
        protocols[i].id = proto_get_id_by_filter_name(protocols[i].name);
}

void wt_layers_want(dissector_handle_t handle, bool wanted)
{
    GArray *ids = NULL;

    if (wanted)
        ids = g_array_new(FALSE, FALSE, sizeof(int));
    for (unsigned i = 0; wanted && i < array_length(protocols); i++)
        if (protocols[i].id > 0)
            g_array_append_val(ids, protocols[i].id);
    set_postdissector_wanted_hfids(handle, ids);
}

/* One header as Wireshark found it. */
struct header {
    int place; /* rises from outer to inner */
    struct wt_layer layer;
};

static gint header_compare(gconstpointer a, gconstpointer b)
{
    return ((const struct header *)a)->place - ((const struct header *)b)->place;
}

/* Adds the headers of one protocol that lie in the frame itself; what Wireshark reassembled lies elsewhere. */
static void collect(GArray *headers, const GPtrArray *items, const tvbuff_t *tvb, enum wt_layer_kind kind)
{
    for (unsigned i = 0; items && i < items->len; i++) {
        const field_info *item = g_ptr_array_index(items, i);
        const struct header header = {item->total_layer_num, {kind, (uint32_t)item->start, false}};
        if (item->ds_tvb == tvb && item->start >= 0)
            g_array_append_val(headers, header);
    }
}

/* From outer to inner; all that follows an ICMP header is quoted by it. */
static void arrange(GArray *headers, const struct wt_frame *frame, struct wt_layers *layers)
{
    bool quoted = false, ip = false;

    g_array_sort(headers, header_compare);
    layers->count = 0;
    for (unsigned i = 0; i < headers->len && i < WT_LAYERS_MAX; i++) {
        struct wt_layer layer = g_array_index(headers, struct header, i).layer;
        if (layer.kind == WT_LAYER_SLL && frame->link_type == WT_LINK_SLL2)
            layer.kind = WT_LAYER_SLL2;
        layer.quoted = quoted;
        quoted |= layer.kind == WT_LAYER_ICMP || layer.kind == WT_LAYER_ICMPV6;
        ip |= layer.kind == WT_LAYER_IPV4 || layer.kind == WT_LAYER_IPV6;
        layers->layer[layers->count++] = layer;
    }
    layers->coverage = ip ? WT_COVERAGE_COMPLETE : WT_COVERAGE_NOT_IP;
    if (headers->len > WT_LAYERS_MAX)
        layers->coverage = WT_COVERAGE_TOO_DEEP;
}

static bool find_in_tree(const struct wt_frame *frame, const tvbuff_t *tvb, proto_tree *tree,
                         struct wt_layers *layers)
{
    GArray *headers = g_array_new(FALSE, FALSE, sizeof(struct header));
    bool any = false;

    for (unsigned i = 0; i < array_length(protocols); i++) {
        const GPtrArray *items = proto_get_finfo_ptr_array(tree, protocols[i].id);
        any |= items != NULL;
        collect(headers, items, tvb, protocols[i].kind);
    }
    if (any)
        arrange(headers, frame, layers);
    g_array_free(headers, TRUE);
    return any;
}

bool wt_layers_find(const struct wt_frame *frame, packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree,
                    bool keep, struct wt_layers *layers)
{
    const struct wt_layers *kept = p_get_proto_data(wmem_file_scope(), pinfo, proto_wiretruth, 0);

    if (kept) {
        *layers = *kept;
        return true;
    }
    if (pinfo->fd->visited || !tree || !find_in_tree(frame, tvb, tree, layers))
        return false;
    if (keep)
        p_add_proto_data(wmem_file_scope(), pinfo, proto_wiretruth, 0,
                         wmem_memdup(wmem_file_scope(), layers, sizeof *layers));
    return true;
}
