/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns and what they mean are explained in table_conversations.c. */
#include "conversation.h"

#include <stdio.h>

enum {
    MILLISECOND = 1000000,
    STALL_MIN = 1000 * MILLISECOND, /* the least retransmission timer of RFC 6298 2.4 */
};

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

static void count_scale(struct wt_row *row, const struct wt_facts *facts)
{
    char offered[8], in_force[8], text[24];

    offer_text(offered, sizeof(offered), facts->scale_offer);
    offer_text(in_force, sizeof(in_force),
               facts->window_scale == WT_SCALE_NONE ? WT_OFFER_UNSEEN : facts->window_scale);
    snprintf(text, sizeof(text), "%s/%s", offered, in_force);
    wt_row_set_text(row, WT_CONVERSATION_SCALE, text);
}

/* Times are what a file says: added up they may be longer than a number holds. */
static int64_t longer(int64_t time, int64_t since, int64_t now)
{
    const int64_t lasted = MAX(now - since, 0);

    return time > INT64_MAX - lasted ? INT64_MAX : time + lasted;
}

static uint64_t milliseconds(int64_t time)
{
    return (uint64_t)time / MILLISECOND;
}

static void count_zero(const struct wt_visit *visit, struct wt_row *row, bool zero)
{
    struct wt_conversation_memory *direction = wt_row_data(row);
    const int64_t now = visit->frame.time;

    if (zero && !direction->zero) {
        direction->zero_since = now;
        wt_row_add(row, WT_CONVERSATION_ZERO, 1);
    } else if (!zero && direction->zero) {
        direction->zero_time = longer(direction->zero_time, direction->zero_since, now);
    }
    direction->zero = zero;
    wt_row_set(
        row, WT_CONVERSATION_ZERO_TIME,
        milliseconds(zero ? longer(direction->zero_time, direction->zero_since, now) : direction->zero_time));
}

static void count_window(const struct wt_visit *visit, struct wt_row *row, const struct wt_facts *facts,
                         const struct wt_tcp *tcp)
{
    struct wt_conversation_memory *direction = wt_row_data(row);
    const uint32_t window = (uint32_t)tcp->window << MAX(facts->window_scale, 0);

    if (!direction->has_window || window < direction->window_min)
        direction->window_min = window;
    direction->has_window = true;
    wt_row_set(row, WT_CONVERSATION_WINDOW_MIN, direction->window_min);
    wt_row_raise(row, WT_CONVERSATION_WINDOW_MAX, window);
    wt_row_set(row, WT_CONVERSATION_WINDOW_END, window);
    if (facts->has_right_edge)
        wt_row_set(row, WT_CONVERSATION_RIGHT_EDGE, facts->right_edge);
    count_zero(visit, row, tcp->window == 0);
}

/* --- stalls --- */

/* Time in which bytes of `row` were under way; at the end of the capture a stall may be running still. */
static void count_stall(const struct wt_visit *visit, struct wt_row *row, bool ends)
{
    struct wt_conversation_memory *direction = wt_row_data(row);
    const bool under_way =
        direction->has_acked && direction->has_next && (int32_t)(direction->next - direction->acked) > 0;
    const int64_t now = visit->frame.time;

    if (under_way && now - direction->progress >= STALL_MIN) {
        if (!direction->stalled)
            wt_row_add(row, WT_CONVERSATION_STALLS, 1);
        direction->stalled = true;
        wt_row_set(row, WT_CONVERSATION_STALL_TIME,
                   milliseconds(longer(direction->stall_time, direction->progress, now)));
    }
    if (ends && direction->stalled)
        direction->stall_time = longer(direction->stall_time, direction->progress, now);
    if (ends || !under_way) {
        direction->stalled = false;
        direction->progress = now;
    }
}

static void count_data(const struct wt_visit *visit, struct wt_row *row, const struct wt_packet *packet)
{
    struct wt_conversation_memory *direction = wt_row_data(row);
    const uint32_t end = packet->tcp.seq + packet->payload_len;

    count_stall(visit, row, false);
    if (!direction->has_next || (int32_t)(end - direction->next) > 0 || (packet->tcp.flags & WT_TCP_SYN))
        direction->next = end;
    direction->has_next = true;
}

/* An acknowledgement, to the row whose data it acknowledges. */
void wt_conversation_ack(const struct wt_visit *visit, struct wt_row *row, const struct wt_tcp *tcp)
{
    struct wt_conversation_memory *direction = wt_row_data(row);
    const bool new =
        !direction->has_acked || (int32_t)(tcp->ack - direction->acked) > 0 || (tcp->flags & WT_TCP_SYN);

    count_stall(visit, row, new);
    if (new)
        direction->acked = tcp->ack;
    direction->has_acked = true;
}

/* --- segments --- */

void wt_conversation_frame(const struct wt_visit *visit, struct wt_row *row)
{
    const struct wt_facts *facts = visit->facts;

    wt_row_add(row, WT_CONVERSATION_FRAMES, 1);
    wt_row_add(row, WT_CONVERSATION_WIRE_FRAMES, facts ? facts->wire_frames : 1);
    wt_row_add(row, WT_CONVERSATION_SUPER_FRAMES, facts && facts->tcp && facts->wire_frames > 1);
}

void wt_conversation_segment(const struct wt_visit *visit, struct wt_row *row, const struct wt_packet *packet)
{
    const struct wt_facts *facts = visit->facts;
    const uint16_t flags = packet->tcp.flags;

    wt_conversation_frame(visit, row);
    if ((flags & WT_TCP_SYN) && packet->tcp.has_mss)
        wt_row_set(row, WT_CONVERSATION_MSS, packet->tcp.mss);
    if (!(flags & WT_TCP_RST))
        count_data(visit, row, packet);
    wt_row_raise(row, WT_CONVERSATION_LARGEST,
                 facts && facts->segment_size ? facts->segment_size : packet->payload_len);
    if (!facts || !facts->tcp)
        return;
    count_scale(row, facts);
    if (facts->has_flight)
        wt_row_raise(row, WT_CONVERSATION_FLIGHT, facts->flight);
    if ((flags & WT_TCP_ACK) && !(flags & (WT_TCP_SYN | WT_TCP_RST)))
        count_window(visit, row, facts, &packet->tcp);
}
