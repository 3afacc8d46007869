/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_conversations: -z wiretruth,conversations. Each TCP connection has two rows, one for each direction;
 * a row tells of the segments and the windows that its source sent.
 *
 * The short form fits a screen of 120 columns with IPv4 addresses. -z wiretruth,conversations,wide has every
 * column. A display filter behind the name chooses the frames that count.
 *
 * MSS is what this source offered in its SYN (blank without the option or without the SYN), largest segment the
 * payload of the largest one on the wire, however its NIC cut it. If is the interface, where there are several. Scale is offered/in force: "-" for no option, "?" for not known. The
 * windows it granted are scaled by the shift in force, raw where that is not known; flight is the most bytes
 * it had sent and not yet acknowledged. Zero counts how often it closed its window, retreats how often its
 * right edge moved left by more than rounding, beyond is the most bytes it sent behind the right edge of the
 * other side.
 *
 * A stall is a second or more in which bytes of this source were under way and nothing new was acknowledged.
 * Reports are path MTU reports that quote its packets; findings those of all areas, in its frames and in
 * those reports.
 */
#include "conversation.h"
#include "names.h"
#include "table.h"

#include <stdio.h>

enum {
    ROWS_MAX = 20000,
    ENDPOINT_TEXT = WT_ADDRESS_TEXT + 8,
};

static const struct wt_column columns[WT_CONVERSATION_COLUMNS] = {
    [WT_CONVERSATION_SOURCE] = {.title = "Source", .cell = WT_CELL_TEXT},
    [WT_CONVERSATION_DESTINATION] = {.title = "Destination", .cell = WT_CELL_TEXT},
    [WT_CONVERSATION_INTERFACE] = {.title = "If", .cell = WT_CELL_TEXT, .differs = true},
    [WT_CONVERSATION_FRAMES] = {.title = "Frames", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_MSS] = {.title = "MSS", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_LARGEST] = {.title = "Largest segment", .cell = WT_CELL_COUNT, .brief = "Largest"},
    [WT_CONVERSATION_SCALE] = {.title = "Scale", .cell = WT_CELL_TEXT},
    [WT_CONVERSATION_WINDOW_MIN] = {.title = "Win min", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_WINDOW_MAX] = {.title = "Win max", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_WINDOW_END] = {.title = "Win end", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_FLIGHT] = {.title = "Flight", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_ZERO] = {.title = "Zero", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_ZERO_TIME] = {.title = "Zero ms", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_RETREATS] = {.title = "Retreats", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_BEYOND] = {.title = "Beyond", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_STALLS] = {.title = "Stalls", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_STALL_TIME] = {.title = "Stall ms", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_SUPER_FRAMES] = {.title = "Super-frames", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_WIRE_FRAMES] = {.title = "Wire frames", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_RIGHT_EDGE] = {.title = "Right edge", .cell = WT_CELL_COUNT, .blank = true},
    [WT_CONVERSATION_REPORTS] = {.title = "Reports", .cell = WT_CELL_COUNT},
    [WT_CONVERSATION_FINDINGS] = {.title = "Findings", .cell = WT_CELL_COUNT},
};

/* Those of the short form. */
static const unsigned brief[] = {
    WT_CONVERSATION_SOURCE,  WT_CONVERSATION_DESTINATION, WT_CONVERSATION_INTERFACE,  WT_CONVERSATION_MSS,
    WT_CONVERSATION_LARGEST, WT_CONVERSATION_SCALE,       WT_CONVERSATION_WINDOW_MAX, WT_CONVERSATION_FLIGHT,
    WT_CONVERSATION_ZERO,    WT_CONVERSATION_RETREATS,    WT_CONVERSATION_BEYOND,     WT_CONVERSATION_STALLS,
    WT_CONVERSATION_REPORTS, WT_CONVERSATION_FINDINGS,
};

struct key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint16_t src_port, dst_port;
};

WT_MAP_KEY(key, struct key)

/* --- rows --- */

static void set_endpoint(struct wt_row *row, enum wt_conversation_column column,
                         const struct wt_address *host, uint16_t port)
{
    char text[WT_ADDRESS_TEXT], endpoint[ENDPOINT_TEXT];
    wt_address_text(host, text);
    snprintf(endpoint, sizeof(endpoint), wt_address_is_v4(host) ? "%s:%u" : "[%s]:%u", text, port);
    wt_row_set_text(row, column, endpoint);
}

static struct wt_row *row_of(struct wt_table *table, const struct key *key)
{
    bool added = false;
    struct wt_row *row = wt_rows_get(table->rows, key, &added);

    if (added) {
        set_endpoint(row, WT_CONVERSATION_SOURCE, &key->src, key->src_port);
        set_endpoint(row, WT_CONVERSATION_DESTINATION, &key->dst, key->dst_port);
        wt_row_set_text(row, WT_CONVERSATION_INTERFACE, wt_names_of(table->names, key->interface));
        wt_row_set_text(row, WT_CONVERSATION_SCALE, "?/?");
    }
    return row;
}

static struct key key_of(const struct wt_visit *visit, const struct wt_packet *packet)
{
    return (struct key){
        .interface = visit->frame.interface,
        .tunnel = packet->tunnel,
        .src = packet->src,
        .dst = packet->dst,
        .src_port = packet->src_port,
        .dst_port = packet->dst_port,
    };
}

static struct key key_reverse(struct key key)
{
    const struct key forward = key;

    key.src = forward.dst;
    key.dst = forward.src;
    key.src_port = forward.dst_port;
    key.dst_port = forward.src_port;
    return key;
}

/* --- frames --- */

static void count_findings(const struct wt_visit *visit, struct wt_row *row)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        if (!wt_visit_counts(visit, finding))
            continue;
        wt_row_add(row, WT_CONVERSATION_FINDINGS, 1);
        wt_row_add(row, WT_CONVERSATION_RETREATS, finding->id == WT_FINDING_WINDOW_RETRACTED);
        if (finding->id == WT_FINDING_WINDOW_EXCEEDED)
            wt_row_raise(row, WT_CONVERSATION_BEYOND, finding->value[0]);
    }
}

/* A NIC that cuts at the wrong size makes larger segments than its host asked for: a report about one tells, or an
 * acknowledgement, or the segment itself. */
static void count_cut(const struct wt_visit *visit, struct wt_row *row)
{
    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next)
        if (finding->counted && finding->id == WT_FINDING_SEGMENTATION_WRONG)
            wt_row_raise(row, WT_CONVERSATION_LARGEST, finding->value[0]);
}

static void count_tcp(struct wt_table *table, const struct wt_visit *visit, const struct wt_packet *packet)
{
    const struct key key = key_of(visit, packet), reverse = key_reverse(key);
    struct wt_row *row = row_of(table, &key);
    struct wt_row *other = row_of(table, &reverse);

    count_findings(visit, row);
    if (wt_row_is_others(row)) {
        wt_conversation_frame(visit, row);
        return;
    }
    count_cut(visit, packet->payload_len ? row : other);
    wt_conversation_segment(visit, row, packet);
    if (!wt_row_is_others(other) && (packet->tcp.flags & WT_TCP_ACK) && !(packet->tcp.flags & WT_TCP_RST))
        wt_conversation_ack(visit, other, &packet->tcp);
}

/* A report counts for the direction whose packet it quotes. */
static void count_report(struct wt_table *table, const struct wt_visit *visit, const struct wt_packet *quote)
{
    const struct key key = key_of(visit, quote);
    struct wt_row *row = row_of(table, &key);

    wt_row_add(row, WT_CONVERSATION_REPORTS, 1);
    count_findings(visit, row);
    count_cut(visit, row);
}

static void conversations_frame(struct wt_table *table, const struct wt_visit *visit)
{
    const struct wt_reading *reading = &visit->reading;
    const struct wt_packet *packet = reading->packets ? &reading->packet[reading->packets - 1] : NULL;

    if (!packet || !packet->has_l4 || (visit->facts && visit->facts->copy))
        return;
    if (packet->proto == WT_PROTO_TCP)
        count_tcp(table, visit, packet);
    else if (packet->icmp.report && reading->quotes && reading->quote[0].proto == WT_PROTO_TCP &&
             reading->quote[0].has_l4)
        count_report(table, visit, &reading->quote[0]);
}

#define COLUMNS                                                                                              \
    .column = columns, .count = WT_CONVERSATION_COLUMNS, .key_size = sizeof(struct key),                     \
    .key_hash = key_hash, .key_equal = key_equal, .data_size = sizeof(struct wt_conversation_memory),        \
    .limit = ROWS_MAX

const struct wt_table_type wt_table_conversations_wide = {
    .name = "wiretruth,conversations,wide",
    .title = "Wire Truth: TCP conversations, all columns",
    .columns = {COLUMNS},
    .nothing = "No TCP connection.",
    .frame = conversations_frame,
};

const struct wt_table_type wt_table_conversations = {
    .name = "wiretruth,conversations",
    .title = "Wire Truth: TCP conversations",
    .columns = {COLUMNS, .shown = brief, .shown_count = G_N_ELEMENTS(brief)},
    .nothing = "No TCP connection.",
    .frame = conversations_frame,
};
