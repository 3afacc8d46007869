/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_offloads: -z wiretruth,offloads. Which offloads each host uses, in the words of ethtool -k, and what
 * shows it.
 *
 * What a host sends is captured before its offloads and shows them; what it receives is captured after them.
 * So a received super-frame speaks for the capturing host, the receiver as far as the capture tells. Software
 * and hardware look the same from here: generic-segmentation-offload does for NICs without
 * tcp-segmentation-offload what they would do. A packet that was captured twice without a change counts once. An offload that is off leaves no trace, so none is called off.
 */
#include "table.h"

enum {
    ROWS_MAX = 20000
};

enum column {
    COLUMN_HOST,
    COLUMN_OFFLOAD,
    COLUMN_FRAMES,
    COLUMN_FIRST,
    COLUMN_LARGEST,
    COLUMN_EVIDENCE,
    COLUMNS,
};

static const struct wt_column columns[COLUMNS] = {
    [COLUMN_HOST] = {.title = "Host", .cell = WT_CELL_TEXT},
    [COLUMN_OFFLOAD] = {.title = "Offload", .cell = WT_CELL_TEXT},
    [COLUMN_FRAMES] = {.title = "Frames", .cell = WT_CELL_COUNT},
    [COLUMN_FIRST] = {.title = "First frame", .cell = WT_CELL_COUNT},
    [COLUMN_LARGEST] = {.title = "Largest packet", .cell = WT_CELL_COUNT},
    [COLUMN_EVIDENCE] = {.title = "Evidence", .cell = WT_CELL_TEXT},
};

enum offload {
    OFFLOAD_CHECKSUM,
    OFFLOAD_CHECKSUM_IP,
    OFFLOAD_CHECKSUM_SCTP,
    OFFLOAD_TSO,
    OFFLOAD_TUNNEL,
    OFFLOAD_UDP,
    OFFLOAD_SCTP,
    OFFLOAD_GRO,
    OFFLOAD_GRO_LIST,
    OFFLOAD_LRO,
    OFFLOAD_UDP_GRO,
    OFFLOAD_EITHER,
    OFFLOADS,
};

static const struct {
    const char *name, *evidence;
} offloads[OFFLOADS] = {
    [OFFLOAD_CHECKSUM] = {"tx-checksumming", "transport checksums left for the NIC"},
    [OFFLOAD_CHECKSUM_IP] = {"tx-checksum-ipv4", "IPv4 header checksums left for the NIC (not by Linux)"},
    [OFFLOAD_CHECKSUM_SCTP] = {"tx-checksum-sctp", "SCTP checksums left for the NIC"},
    [OFFLOAD_TSO] = {"tcp-segmentation-offload",
                     "sent before segmentation (or generic-segmentation-offload)"},
    [OFFLOAD_TUNNEL] = {"tx-udp_tnl-segmentation", "sent in a tunnel before segmentation"},
    [OFFLOAD_UDP] = {"tx-udp-segmentation", "datagrams sent as one"},
    [OFFLOAD_SCTP] = {"tx-sctp-segmentation", "SCTP packets sent as one"},
    [OFFLOAD_GRO] = {"generic-receive-offload",
                     "received merged, with partial checksums; single ones complete"},
    [OFFLOAD_GRO_LIST] = {"rx-gro-list", "received merged, with a checksum left from a segment (or an LRO)"},
    [OFFLOAD_LRO] = {"large-receive-offload", "received merged, with a valid checksum (RSC on Windows)"},
    [OFFLOAD_UDP_GRO] = {"rx-udp-gro-forwarding", "datagrams received merged (or UDP_GRO of a socket)"},
    [OFFLOAD_EITHER] = {"tcp-segmentation-offload",
                        "super-frames, or generic-receive-offload of the capturing host"},
};

struct key {
    struct wt_address host;
    uint32_t offload;
};

WT_MAP_KEY(key, struct key)

static void count(struct wt_table *table, const struct wt_visit *visit, const struct wt_address *host,
                  enum offload offload)
{
    const struct key key = {*host, offload};
    char text[WT_ADDRESS_TEXT];
    bool added = false;
    struct wt_row *row = wt_rows_get(table->rows, &key, &added);

    if (added) {
        wt_address_text(host, text);
        wt_row_set_text(row, COLUMN_HOST, text);
        wt_row_set_text(row, COLUMN_OFFLOAD, offloads[offload].name);
        wt_row_set(row, COLUMN_FIRST, visit->frame.number);
        wt_row_set_text(row, COLUMN_EVIDENCE, offloads[offload].evidence);
    }
    wt_row_add(row, COLUMN_FRAMES, 1);
    wt_row_raise(row, COLUMN_LARGEST, visit->facts->l3_len);
}

static bool is_partial(const struct wt_packet *packet)
{
    return packet->l4_checksum == WT_CHECKSUM_PARTIAL || packet->l4_checksum == WT_CHECKSUM_PARTIAL_NO_LENGTH;
}

static enum offload offload_sent(const struct wt_packet *packet)
{
    if (packet->proto == WT_PROTO_UDP)
        return OFFLOAD_UDP;
    if (packet->proto == WT_PROTO_SCTP)
        return OFFLOAD_SCTP;
    if (packet->tunnel)
        return OFFLOAD_TUNNEL;
    return OFFLOAD_TSO;
}

static enum offload offload_received(const struct wt_packet *packet)
{
    if (packet->proto == WT_PROTO_UDP)
        return OFFLOAD_UDP_GRO;
    if (is_partial(packet))
        return OFFLOAD_GRO;
    return packet->l4_checksum == WT_CHECKSUM_BAD ? OFFLOAD_GRO_LIST : OFFLOAD_LRO;
}

static void count_super(struct wt_table *table, const struct wt_visit *visit, const struct wt_packet *packet)
{
    switch (visit->facts->direction) {
    case WT_DIRECTION_SENT:
        count(table, visit, &packet->src, offload_sent(packet));
        break;
    case WT_DIRECTION_RECEIVED:
        count(table, visit, &packet->dst, offload_received(packet));
        break;
    case WT_DIRECTION_UNKNOWN:
        count(table, visit, &packet->src,
              offload_sent(packet) == OFFLOAD_TSO ? OFFLOAD_EITHER : offload_sent(packet));
        break;
    }
}

/* Who receives what was not merged sees it as its sender's NIC left it, which says nothing of either's
 * offloads. */
static void count_checksums(struct wt_table *table, const struct wt_visit *visit,
                            const struct wt_packet *packet)
{
    if (visit->facts->direction == WT_DIRECTION_RECEIVED)
        return;
    if (is_partial(packet))
        count(table, visit, &packet->src, OFFLOAD_CHECKSUM);
    if (packet->ip_checksum == WT_CHECKSUM_UNFILLED)
        count(table, visit, &packet->src, OFFLOAD_CHECKSUM_IP);
    if (packet->proto == WT_PROTO_SCTP && packet->l4_checksum == WT_CHECKSUM_UNFILLED)
        count(table, visit, &packet->src, OFFLOAD_CHECKSUM_SCTP);
}

/* A UDP super-frame whose datagrams' size nothing told yet: how many they are is not known, that they are is. */
static bool is_unsized(const struct wt_visit *visit)
{
    for (const struct wt_finding *at = visit->findings; at; at = at->next)
        if (at->id == WT_FINDING_SUPERFRAME_UDP)
            return true;
    return false;
}

static void offloads_frame(struct wt_table *table, const struct wt_visit *visit)
{
    if (!visit->reading.packets || !visit->facts || wt_visit_is_copy(visit, UINT32_MAX))
        return;
    const struct wt_packet *packet = &visit->reading.packet[visit->reading.packets - 1];
    if (visit->facts->wire_frames > 1 || is_unsized(visit))
        count_super(table, visit, packet);
    count_checksums(table, visit, packet);
}

const struct wt_table_type wt_table_offloads = {
    .name = "wiretruth,offloads",
    .title = "Wire Truth: Offloads by host",
    .columns = {.column = columns,
                .count = COLUMNS,
                .key_size = sizeof(struct key),
                .key_hash = key_hash,
                .key_equal = key_equal,
                .limit = ROWS_MAX},
    .nothing = "No offload left a trace.",
    .frame = offloads_frame,
};
