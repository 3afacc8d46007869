/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_conversations: -z wiretruth,conversations. Each TCP connection has two rows, one for each direction;
 * a row tells of the segments and the windows that its source sent.
 *
 * The short form fits a screen of 120 columns with IPv4 addresses. -z wiretruth,conversations,wide has every
 * column. A display filter behind the name chooses the frames that count.
 *
 * MSS is what this source offered in its SYN (0 without the option or without the SYN), largest the payload
 * of its largest segment on the wire. Scale is offered/in force: "-" for no option, "?" for not known. The
 * windows it granted are scaled by the shift in force, raw where that is not known; flight is the most bytes
 * it had sent and not yet acknowledged. Zero counts how often it closed its window, retreats how often its
 * right edge moved left by more than rounding, beyond is the most bytes it sent behind the right edge of the
 * other side.
 *
 * A stall is a second or more in which bytes of this source were under way and nothing new was acknowledged.
 * Reports are path MTU reports that quote its packets; findings those of all areas, in its frames and in
 * those reports.
 */
#include "compat.h"

#include "conversation.h"
#include "table.h"

enum {
    ROWS_MAX = 20000,
    ENDPOINT_TEXT = WT_ADDRESS_TEXT + 8,
};

static const struct wt_sheet_column wide_columns[WT_CONVERSATION_COLUMNS] = {
    [WT_CONVERSATION_SOURCE] = {"Source", WT_CELL_TEXT},
    [WT_CONVERSATION_DESTINATION] = {"Destination", WT_CELL_TEXT},
    [WT_CONVERSATION_INTERFACE] = {"If", WT_CELL_COUNT},
    [WT_CONVERSATION_FRAMES] = {"Frames", WT_CELL_COUNT},
    [WT_CONVERSATION_MSS] = {"MSS", WT_CELL_COUNT},
    [WT_CONVERSATION_LARGEST] = {"Largest", WT_CELL_COUNT},
    [WT_CONVERSATION_SCALE] = {"Scale", WT_CELL_TEXT},
    [WT_CONVERSATION_WINDOW_MIN] = {"Win min", WT_CELL_COUNT},
    [WT_CONVERSATION_WINDOW_MAX] = {"Win max", WT_CELL_COUNT},
    [WT_CONVERSATION_WINDOW_END] = {"Win end", WT_CELL_COUNT},
    [WT_CONVERSATION_FLIGHT] = {"Flight", WT_CELL_COUNT},
    [WT_CONVERSATION_ZERO] = {"Zero", WT_CELL_COUNT},
    [WT_CONVERSATION_ZERO_TIME] = {"Zero ms", WT_CELL_COUNT},
    [WT_CONVERSATION_RETREATS] = {"Retreats", WT_CELL_COUNT},
    [WT_CONVERSATION_BEYOND] = {"Beyond", WT_CELL_COUNT},
    [WT_CONVERSATION_STALLS] = {"Stalls", WT_CELL_COUNT},
    [WT_CONVERSATION_STALL_TIME] = {"Stall ms", WT_CELL_COUNT},
    [WT_CONVERSATION_SUPER_FRAMES] = {"Super-frames", WT_CELL_COUNT},
    [WT_CONVERSATION_WIRE_FRAMES] = {"Wire frames", WT_CELL_COUNT},
    [WT_CONVERSATION_RIGHT_EDGE] = {"Right edge", WT_CELL_COUNT},
    [WT_CONVERSATION_REPORTS] = {"Reports", WT_CELL_COUNT},
    [WT_CONVERSATION_FINDINGS] = {"Findings", WT_CELL_COUNT},
};

/* The columns of the short form. */
static const enum wt_conversation_column chosen[] = {
    WT_CONVERSATION_SOURCE,   WT_CONVERSATION_DESTINATION, WT_CONVERSATION_MSS,    WT_CONVERSATION_LARGEST,
    WT_CONVERSATION_SCALE,    WT_CONVERSATION_WINDOW_MAX,  WT_CONVERSATION_FLIGHT, WT_CONVERSATION_ZERO,
    WT_CONVERSATION_RETREATS, WT_CONVERSATION_BEYOND,      WT_CONVERSATION_STALLS, WT_CONVERSATION_REPORTS,
    WT_CONVERSATION_FINDINGS,
};

static struct wt_sheet_column short_columns[array_length(chosen)];

static struct wt_conversation_form wide_form, short_form;

/* No padding: compared byte by byte. */
struct key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint16_t src_port, dst_port;
};

/* --- rows --- */

static void set_endpoint(const struct wt_conversation *view, struct wt_sheet_row *row,
                         enum wt_conversation_column column, const struct wt_address *host, uint16_t port)
{
    char text[WT_ADDRESS_TEXT], endpoint[ENDPOINT_TEXT];
    wt_address_text(host, text);
    snprintf(endpoint, sizeof(endpoint), wt_address_is_v4(host) ? "%s:%u" : "[%s]:%u", text, port);
    wt_conversation_set_text(view, row, column, endpoint);
}

static struct wt_sheet_row *row_of(const struct wt_conversation *view, const struct key *key)
{
    bool added = false;
    struct wt_sheet_row *row = wt_sheet_row(view->sheet, key, &added);

    if (wt_sheet_is_others(row)) {
        wt_conversation_set_text(view, row, WT_CONVERSATION_SOURCE, "all others");
    } else if (added) {
        set_endpoint(view, row, WT_CONVERSATION_SOURCE, &key->src, key->src_port);
        set_endpoint(view, row, WT_CONVERSATION_DESTINATION, &key->dst, key->dst_port);
        wt_conversation_set(view, row, WT_CONVERSATION_INTERFACE, key->interface);
        wt_conversation_set_text(view, row, WT_CONVERSATION_SCALE, "?/?");
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

static void count_findings(const struct wt_conversation *view, struct wt_sheet_row *row)
{
    const struct wt_visit *visit = view->visit;

    for (const struct wt_finding *finding = visit->findings; finding; finding = finding->next) {
        if (!finding->counted || !wt_visit_wants(visit, finding))
            continue;
        wt_conversation_add(view, row, WT_CONVERSATION_FINDINGS, 1);
        wt_conversation_add(view, row, WT_CONVERSATION_RETREATS, finding->id == WT_FINDING_WINDOW_RETRACTED);
        if (finding->id == WT_FINDING_WINDOW_EXCEEDED)
            wt_conversation_raise(view, row, WT_CONVERSATION_BEYOND, finding->value[0]);
    }
}

static void count_tcp(const struct wt_conversation *view, const struct wt_packet *packet)
{
    const struct key key = key_of(view->visit, packet), reverse = key_reverse(key);
    struct wt_sheet_row *row = row_of(view, &key);
    struct wt_sheet_row *other = row_of(view, &reverse);

    count_findings(view, row);
    if (wt_sheet_is_others(row)) {
        wt_conversation_add(view, row, WT_CONVERSATION_FRAMES, 1);
        return;
    }
    wt_conversation_segment(view, row, packet);
    if (!wt_sheet_is_others(other) && (packet->tcp.flags & WT_TCP_ACK) && !(packet->tcp.flags & WT_TCP_RST))
        wt_conversation_ack(view, other, &packet->tcp);
}

/* A report counts for the direction whose packet it quotes. */
static void count_report(const struct wt_conversation *view, const struct wt_packet *quote)
{
    const struct key key = key_of(view->visit, quote);
    struct wt_sheet_row *row = row_of(view, &key);

    wt_conversation_add(view, row, WT_CONVERSATION_REPORTS, 1);
    count_findings(view, row);
}

static void count_record(const struct wt_conversation *view)
{
    const struct wt_reading *reading = &view->visit->reading;
    const struct wt_packet *packet = reading->packets ? &reading->packet[reading->packets - 1] : NULL;

    if (!packet || !packet->has_l4)
        return;
    if (packet->proto == WT_PROTO_TCP)
        count_tcp(view, packet);
    else if (packet->icmp.report && reading->quotes && reading->quote[0].proto == WT_PROTO_TCP &&
             reading->quote[0].has_l4)
        count_report(view, &reading->quote[0]);
}

static void wide_packet(struct wt_sheet *sheet, const struct wt_visit *visit)
{
    const struct wt_conversation view = {sheet, &wide_form, visit};

    count_record(&view);
}

static void short_packet(struct wt_sheet *sheet, const struct wt_visit *visit)
{
    const struct wt_conversation view = {sheet, &short_form, visit};

    count_record(&view);
}

static void choose_columns(void)
{
    for (int i = 0; i < WT_CONVERSATION_COLUMNS; i++) {
        wide_form.at[i] = i;
        short_form.at[i] = -1;
    }
    for (int i = 0; i < (int)array_length(chosen); i++) {
        short_form.at[chosen[i]] = i;
        short_columns[i] = wide_columns[chosen[i]];
    }
}

/* tshark takes the name registered first that the argument of -z begins with, so the longer one comes first. */
void wt_table_conversations_register(void)
{
    static struct wt_sheet_type wide = {
        .name = "wiretruth,conversations,wide",
        .title = "Wire Truth: TCP conversations, all columns",
        .columns = wide_columns,
        .count = WT_CONVERSATION_COLUMNS,
        .key_size = sizeof(struct key),
        .data_size = sizeof(struct wt_conversation_memory),
        .limit = ROWS_MAX,
        .packet = wide_packet,
    };
    static struct wt_sheet_type brief = {
        .name = "wiretruth,conversations",
        .title = "Wire Truth: TCP conversations",
        .columns = short_columns,
        .count = array_length(chosen),
        .key_size = sizeof(struct key),
        .data_size = sizeof(struct wt_conversation_memory),
        .limit = ROWS_MAX,
        .packet = short_packet,
    };

    choose_columns();
    wt_sheet_register(&wide);
    wt_sheet_register(&brief);
}
