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

#include "sheet.h"
#include "table.h"

enum column {
    COLUMN_SOURCE,
    COLUMN_DESTINATION,
    COLUMN_INTERFACE,
    COLUMN_FRAMES,
    COLUMN_MSS,
    COLUMN_LARGEST,
    COLUMN_SCALE,
    COLUMN_WINDOW_MIN,
    COLUMN_WINDOW_MAX,
    COLUMN_WINDOW_END,
    COLUMN_FLIGHT,
    COLUMN_ZERO,
    COLUMN_ZERO_TIME,
    COLUMN_RETREATS,
    COLUMN_BEYOND,
    COLUMN_STALLS,
    COLUMN_STALL_TIME,
    COLUMN_SUPER_FRAMES,
    COLUMN_WIRE_FRAMES,
    COLUMN_RIGHT_EDGE,
    COLUMN_REPORTS,
    COLUMN_FINDINGS,
    COLUMNS,
};

enum {
    ROWS_MAX = 20000,
    MILLISECOND = 1000000,
    STALL_MIN = 1000 * MILLISECOND, /* the least retransmission timer of RFC 6298 2.4 */
    PROTOCOL_TCP = 6,
    ENDPOINT_TEXT = WT_ADDRESS_TEXT + 8,
};

static const struct wt_sheet_column wide_columns[COLUMNS] = {
    [COLUMN_SOURCE] = {"Source", WT_CELL_TEXT},
    [COLUMN_DESTINATION] = {"Destination", WT_CELL_TEXT},
    [COLUMN_INTERFACE] = {"If", WT_CELL_COUNT},
    [COLUMN_FRAMES] = {"Frames", WT_CELL_COUNT},
    [COLUMN_MSS] = {"MSS", WT_CELL_COUNT},
    [COLUMN_LARGEST] = {"Largest", WT_CELL_COUNT},
    [COLUMN_SCALE] = {"Scale", WT_CELL_TEXT},
    [COLUMN_WINDOW_MIN] = {"Win min", WT_CELL_COUNT},
    [COLUMN_WINDOW_MAX] = {"Win max", WT_CELL_COUNT},
    [COLUMN_WINDOW_END] = {"Win end", WT_CELL_COUNT},
    [COLUMN_FLIGHT] = {"Flight", WT_CELL_COUNT},
    [COLUMN_ZERO] = {"Zero", WT_CELL_COUNT},
    [COLUMN_ZERO_TIME] = {"Zero ms", WT_CELL_COUNT},
    [COLUMN_RETREATS] = {"Retreats", WT_CELL_COUNT},
    [COLUMN_BEYOND] = {"Beyond", WT_CELL_COUNT},
    [COLUMN_STALLS] = {"Stalls", WT_CELL_COUNT},
    [COLUMN_STALL_TIME] = {"Stall ms", WT_CELL_COUNT},
    [COLUMN_SUPER_FRAMES] = {"Super-frames", WT_CELL_COUNT},
    [COLUMN_WIRE_FRAMES] = {"Wire frames", WT_CELL_COUNT},
    [COLUMN_RIGHT_EDGE] = {"Right edge", WT_CELL_COUNT},
    [COLUMN_REPORTS] = {"Reports", WT_CELL_COUNT},
    [COLUMN_FINDINGS] = {"Findings", WT_CELL_COUNT},
};

/* The columns of the short form. */
static const enum column chosen[] = {
    COLUMN_SOURCE,     COLUMN_DESTINATION, COLUMN_MSS,      COLUMN_LARGEST,  COLUMN_SCALE,
    COLUMN_WINDOW_MAX, COLUMN_FLIGHT,      COLUMN_ZERO,     COLUMN_RETREATS, COLUMN_BEYOND,
    COLUMN_STALLS,     COLUMN_REPORTS,     COLUMN_FINDINGS,
};

static struct wt_sheet_column short_columns[array_length(chosen)];

/* Where each column stands in a form, or -1. */
struct form {
    int at[COLUMNS];
};

static struct form wide_form, short_form;

/* One form of the table at work. */
struct view {
    struct wt_sheet *sheet;
    const struct form *form;
    const struct wt_record *record;
};

/* No padding: compared byte by byte. */
struct key {
    uint32_t interface, tunnel;
    struct wt_address src, dst;
    uint16_t src_port, dst_port;
};

/* What a row remembers beside its cells. */
struct direction {
    int64_t zero_since, zero_time; /* the first only while the window is closed */
    int64_t progress, stall_time;  /* time of the last new acknowledgement; of stalls that ended */
    uint32_t next, acked, window_min;
    bool has_next, has_acked, has_window, zero, stalled;
};

/* --- cells --- */

static void set(const struct view *view, struct wt_sheet_row *row, enum column column, uint64_t value)
{
    if (view->form->at[column] >= 0)
        wt_sheet_set(row, (unsigned)view->form->at[column], value);
}

static void add(const struct view *view, struct wt_sheet_row *row, enum column column, uint64_t value)
{
    if (view->form->at[column] >= 0)
        wt_sheet_add(row, (unsigned)view->form->at[column], value);
}

static void raise_to(const struct view *view, struct wt_sheet_row *row, enum column column, uint64_t value)
{
    if (view->form->at[column] >= 0)
        wt_sheet_raise(row, (unsigned)view->form->at[column], value);
}

static void set_text(const struct view *view, struct wt_sheet_row *row, enum column column, const char *text)
{
    if (view->form->at[column] >= 0)
        wt_sheet_set_text(row, (unsigned)view->form->at[column], text);
}

/* --- rows --- */

static void set_endpoint(const struct view *view, struct wt_sheet_row *row, enum column column,
                         const struct wt_address *host, uint16_t port)
{
    char text[WT_ADDRESS_TEXT], endpoint[ENDPOINT_TEXT];
    wt_address_text(host, text);
    snprintf(endpoint, sizeof(endpoint), wt_address_is_v4(host) ? "%s:%u" : "[%s]:%u", text, port);
    set_text(view, row, column, endpoint);
}

static struct wt_sheet_row *row_of(const struct view *view, const struct key *key)
{
    bool added = false;
    struct wt_sheet_row *row = wt_sheet_row(view->sheet, key, &added);

    if (wt_sheet_is_others(row)) {
        set_text(view, row, COLUMN_SOURCE, "all others");
    } else if (added) {
        set_endpoint(view, row, COLUMN_SOURCE, &key->src, key->src_port);
        set_endpoint(view, row, COLUMN_DESTINATION, &key->dst, key->dst_port);
        set(view, row, COLUMN_INTERFACE, key->interface);
        set_text(view, row, COLUMN_SCALE, "?/?");
    }
    return row;
}

static struct key key_of(const struct wt_record *record, const struct wt_packet *packet)
{
    return (struct key){
        .interface = record->frame.interface,
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

/* --- windows --- */

static void offer_text(char *text, size_t size, int offer)
{
    if (offer == WT_OFFER_UNSEEN)
        g_strlcpy(text, "?", size);
    else if (offer == WT_SCALE_NONE)
        g_strlcpy(text, "-", size);
    else
        snprintf(text, size, "%d", offer);
}

static void count_scale(const struct view *view, struct wt_sheet_row *row, const struct wt_facts *facts)
{
    char offered[8], in_force[8], text[24];

    offer_text(offered, sizeof(offered), facts->scale_offer);
    offer_text(in_force, sizeof(in_force),
               facts->window_scale == WT_SCALE_NONE ? WT_OFFER_UNSEEN : facts->window_scale);
    snprintf(text, sizeof(text), "%s/%s", offered, in_force);
    set_text(view, row, COLUMN_SCALE, text);
}

static void count_zero(const struct view *view, struct wt_sheet_row *row, bool zero)
{
    struct direction *direction = wt_sheet_data(row);
    const int64_t now = view->record->frame.time;

    if (zero && !direction->zero) {
        direction->zero_since = now;
        add(view, row, COLUMN_ZERO, 1);
    } else if (!zero && direction->zero) {
        direction->zero_time += MAX(now - direction->zero_since, 0);
    }
    direction->zero = zero;
    set(view, row, COLUMN_ZERO_TIME,
        (uint64_t)(direction->zero_time + (zero ? MAX(now - direction->zero_since, 0) : 0)) / MILLISECOND);
}

static void count_window(const struct view *view, struct wt_sheet_row *row, const struct wt_facts *facts,
                         const struct wt_tcp *tcp)
{
    struct direction *direction = wt_sheet_data(row);
    const uint32_t window = (uint32_t)tcp->window << MAX(facts->window_scale, 0);

    if (!direction->has_window || window < direction->window_min)
        direction->window_min = window;
    direction->has_window = true;
    set(view, row, COLUMN_WINDOW_MIN, direction->window_min);
    raise_to(view, row, COLUMN_WINDOW_MAX, window);
    set(view, row, COLUMN_WINDOW_END, window);
    if (facts->has_right_edge)
        set(view, row, COLUMN_RIGHT_EDGE, facts->right_edge);
    count_zero(view, row, tcp->window == 0);
}

/* --- stalls --- */

/* Time in which bytes of `row` were under way; at the end of the capture a stall may be running still. */
static void count_stall(const struct view *view, struct wt_sheet_row *row, bool ends)
{
    struct direction *direction = wt_sheet_data(row);
    const bool under_way =
        direction->has_acked && direction->has_next && (int32_t)(direction->next - direction->acked) > 0;
    const int64_t lasted = view->record->frame.time - direction->progress;

    if (under_way && lasted >= STALL_MIN) {
        if (!direction->stalled)
            add(view, row, COLUMN_STALLS, 1);
        direction->stalled = true;
        set(view, row, COLUMN_STALL_TIME, (uint64_t)(direction->stall_time + lasted) / MILLISECOND);
    }
    if (ends && direction->stalled)
        direction->stall_time += lasted;
    if (ends || !under_way) {
        direction->stalled = false;
        direction->progress = view->record->frame.time;
    }
}

static void count_data(const struct view *view, struct wt_sheet_row *row, const struct wt_packet *packet)
{
    struct direction *direction = wt_sheet_data(row);
    const uint32_t end = packet->tcp.seq + packet->payload_len;

    count_stall(view, row, false);
    if (!direction->has_next || (int32_t)(end - direction->next) > 0 || (packet->tcp.flags & WT_TCP_SYN))
        direction->next = end;
    direction->has_next = true;
}

/* An acknowledgement, to the row whose data it acknowledges. */
static void count_ack(const struct view *view, struct wt_sheet_row *row, const struct wt_tcp *tcp)
{
    struct direction *direction = wt_sheet_data(row);
    const bool new =
        !direction->has_acked || (int32_t)(tcp->ack - direction->acked) > 0 || (tcp->flags & WT_TCP_SYN);

    count_stall(view, row, new);
    if (new)
        direction->acked = tcp->ack;
    direction->has_acked = true;
}

/* --- frames --- */

static void count_findings(const struct view *view, struct wt_sheet_row *row)
{
    const struct wt_record *record = view->record;

    for (const struct wt_finding *finding = record->findings; finding; finding = finding->next) {
        if (!finding->counted || !wt_record_wants(record, finding))
            continue;
        add(view, row, COLUMN_FINDINGS, 1);
        add(view, row, COLUMN_RETREATS, finding->id == WT_FINDING_WINDOW_RETRACTED);
        if (finding->id == WT_FINDING_WINDOW_EXCEEDED)
            raise_to(view, row, COLUMN_BEYOND, finding->value[0]);
    }
}

static void count_segment(const struct view *view, struct wt_sheet_row *row, const struct wt_packet *packet)
{
    const struct wt_facts *facts = view->record->facts;
    const uint16_t flags = packet->tcp.flags;

    add(view, row, COLUMN_FRAMES, 1);
    if ((flags & WT_TCP_SYN) && packet->tcp.has_mss)
        set(view, row, COLUMN_MSS, packet->tcp.mss);
    if (!(flags & WT_TCP_RST))
        count_data(view, row, packet);
    raise_to(view, row, COLUMN_LARGEST,
             facts && facts->segment_size ? facts->segment_size : packet->payload_len);
    add(view, row, COLUMN_WIRE_FRAMES, facts ? facts->wire_frames : 1);
    if (!facts || !facts->tcp)
        return;
    add(view, row, COLUMN_SUPER_FRAMES, facts->wire_frames > 1);
    count_scale(view, row, facts);
    if (facts->has_flight)
        raise_to(view, row, COLUMN_FLIGHT, facts->flight);
    if ((flags & WT_TCP_ACK) && !(flags & (WT_TCP_SYN | WT_TCP_RST)))
        count_window(view, row, facts, &packet->tcp);
}

static void count_tcp(const struct view *view, const struct wt_packet *packet)
{
    const struct key key = key_of(view->record, packet), reverse = key_reverse(key);
    struct wt_sheet_row *row = row_of(view, &key);
    struct wt_sheet_row *other = row_of(view, &reverse);

    count_findings(view, row);
    if (wt_sheet_is_others(row)) {
        add(view, row, COLUMN_FRAMES, 1);
        return;
    }
    count_segment(view, row, packet);
    if (!wt_sheet_is_others(other) && (packet->tcp.flags & WT_TCP_ACK) && !(packet->tcp.flags & WT_TCP_RST))
        count_ack(view, other, &packet->tcp);
}

/* A report counts for the direction whose packet it quotes. */
static void count_report(const struct view *view, const struct wt_packet *quote)
{
    const struct key key = key_of(view->record, quote);
    struct wt_sheet_row *row = row_of(view, &key);

    add(view, row, COLUMN_REPORTS, 1);
    count_findings(view, row);
}

static void count_record(const struct view *view)
{
    const struct wt_reading *reading = &view->record->reading;
    const struct wt_packet *packet = reading->packets ? &reading->packet[reading->packets - 1] : NULL;

    if (!packet || !packet->has_l4)
        return;
    if (packet->proto == PROTOCOL_TCP)
        count_tcp(view, packet);
    else if (packet->icmp.report && reading->quotes && reading->quote[0].proto == PROTOCOL_TCP &&
             reading->quote[0].has_l4)
        count_report(view, &reading->quote[0]);
}

static void wide_packet(struct wt_sheet *sheet, const struct wt_record *record)
{
    const struct view view = {sheet, &wide_form, record};

    count_record(&view);
}

static void short_packet(struct wt_sheet *sheet, const struct wt_record *record)
{
    const struct view view = {sheet, &short_form, record};

    count_record(&view);
}

static void choose_columns(void)
{
    for (int i = 0; i < COLUMNS; i++) {
        wide_form.at[i] = i;
        short_form.at[i] = -1;
    }
    for (int i = 0; i < (int)array_length(chosen); i++) {
        short_form.at[chosen[i]] = i;
        short_columns[i] = wide_columns[chosen[i]];
    }
}

/* tshark takes the name registered first that the argument of -z begins with, so the longer one comes first.
 */
void wt_table_conversations_register(void)
{
    static struct wt_sheet_type wide = {
        .name = "wiretruth,conversations,wide",
        .title = "Wire Truth: TCP conversations, all columns",
        .columns = wide_columns,
        .count = COLUMNS,
        .key_size = sizeof(struct key),
        .data_size = sizeof(struct direction),
        .limit = ROWS_MAX,
        .packet = wide_packet,
    };
    static struct wt_sheet_type brief = {
        .name = "wiretruth,conversations",
        .title = "Wire Truth: TCP conversations",
        .columns = short_columns,
        .count = array_length(chosen),
        .key_size = sizeof(struct key),
        .data_size = sizeof(struct direction),
        .limit = ROWS_MAX,
        .packet = short_packet,
    };

    choose_columns();
    wt_sheet_register(&wide);
    wt_sheet_register(&brief);
}
