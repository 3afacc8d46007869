/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. Packetization layer path MTU discovery finds the size by trial (RFC 4821 for TCP, RFC 8899 for
 * datagrams). Downward: after several time-outs the same bytes are sent again in a smaller packet, and no
 * report asked for that size (Linux tcp_mtu_probing: 1024 bytes of payload, then half of it each time).
 * Upward: one single larger packet after the sender had settled on a size; QUIC pads one datagram and goes on
 * with the old size until that is acknowledged.
 *
 * Evidence. Downward: three sendings in the larger size, and a step of at least 32 bytes, since TCP options
 * come and go; for datagrams, sixteen of one smaller size (1200 bytes at least) and none of the settled one
 * between them. Upward for datagrams: four in a row of exactly the settled size, 1200 bytes at least (the
 * least that QUIC starts with, RFC 9000 14.1), DF set, and the old size again behind the larger one; without
 * that last condition every application that begins with small messages would be probing.
 *
 * Traps: a sender that shrinks to just what a report allowed obeys. The last segment of a burst is shorter
 * without meaning anything; it has another sequence number. Media streams vary their size all the time.
 */
#include "probing.h"

#include "engine/size/segmentation.h"
#include "path_record.h"
#include "trouble.h"

enum {
    PROBING_STEP = 32,
    PROBING_ROUNDING = 16,
    PROBING_SETTLED = 4,  /* datagrams of one size */
    PROBING_LOWERED = 16, /* the same size fewer times may be one datagram sent again and again */
    PROBING_LEAST = 1200,
    PROBING_COUNT_MAX = 255,
};

static void probing_tell(struct wt_context *context)
{
    struct wt_path_record *record = wt_path_record_get(context, &context->packet->src, &context->packet->dst);
    record->link_mtu = context->facts->link_mtu;
    wt_path_judge(record, WT_PATH_PROBED);
}

void wt_probing_judge_lowered(struct wt_context *context, struct wt_trouble *trouble, uint32_t before,
                              uint32_t size)
{
    const struct wt_told *told = &trouble->told;
    bool as_told = told->mtu && size <= told->mtu && size + PROBING_ROUNDING > told->mtu;
    if (as_told || size + PROBING_STEP > before)
        return;
    trouble->lowered = size;
    trouble->probe_size = 0;
    wt_find(context, WT_FINDING_PMTU_PROBING, .value = {size, before});
    if (trouble->stall.frame)
        wt_relate(context, WT_RELATION_ORIGINAL, trouble->stall.frame, 0);
    probing_tell(context);
}

/* TCP: larger than the size that it settled on; the second of that size is no trial any more. */
static void probing_judge_segment(struct wt_context *context)
{
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    uint32_t size = wt_segmentation_wire_l3(context);
    if (!trouble || trouble->lowered == 0 || context->facts->wire_frames > 1 ||
        size < trouble->lowered + PROBING_STEP)
        return;
    if (size == trouble->probe_size) {
        trouble->lowered = size;
        return;
    }
    trouble->probe_size = size;
    wt_find(context, WT_FINDING_PMTU_PROBING, .most = WT_AT_MOST(WT_SEVERITY_NOTE),
            .reason = WT_REASON_PROBING_UPWARD, .value = {size, trouble->lowered});
    probing_tell(context);
}

/* A datagram larger than the settled size. */
static void probing_take_larger(struct wt_context *context, struct wt_side_reports *reports, uint32_t size)
{
    bool settled = reports->full >= PROBING_SETTLED && reports->passed >= PROBING_LEAST;
    struct wt_trouble *trouble =
        settled ? wt_trouble_open(context->engine, context->flow, context->sender) : NULL;
    if (trouble && trouble->probe_size != size) {
        trouble->probe = context->frame->number;
        trouble->probe_size = size;
        return;
    }
    if (trouble)
        trouble->probe = 0;
    reports->passed = (uint16_t)MIN(size, WT_L3_FIELD_MAX);
    reports->full = 1;
}

/* Several of one smaller size, and none of the settled one between: that is the settled one now. */
static void probing_take_smaller(struct wt_context *context, struct wt_side_reports *reports, uint32_t size)
{
    if (reports->full < PROBING_SETTLED || size < PROBING_LEAST || size < reports->lower)
        return;
    reports->lower_count = size == reports->lower ? reports->lower_count + 1 : 1;
    reports->lower = (uint16_t)size;
    if (reports->lower_count < PROBING_LOWERED)
        return;
    uint32_t before = reports->passed;
    const struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    bool as_told = trouble && trouble->told.mtu && size <= trouble->told.mtu;
    reports->passed = reports->lower;
    reports->full = PROBING_SETTLED;
    reports->lower = reports->lower_count = 0;
    if (as_told || size + PROBING_STEP > before)
        return;
    wt_find(context, WT_FINDING_PMTU_PROBING, .value = {size, before});
    probing_tell(context);
}

static void probing_judge_datagram(struct wt_context *context)
{
    struct wt_side_reports *reports = &wt_context_side(context)->reports;
    const struct wt_packet *packet = context->packet;
    if (!packet->df || packet->fragment || context->facts->wire_frames > 1)
        return;
    if (packet->l3_len > reports->passed) {
        probing_take_larger(context, reports, packet->l3_len);
        return;
    }
    if (packet->l3_len < reports->passed) {
        probing_take_smaller(context, reports, packet->l3_len);
        return;
    }
    reports->lower = reports->lower_count = 0;
    reports->full = (uint8_t)MIN(reports->full + 1, PROBING_COUNT_MAX);
    struct wt_trouble *trouble = wt_trouble_of(context->engine, context->flow, context->sender);
    if (!trouble || trouble->probe == 0)
        return;
    wt_find(context, WT_FINDING_PMTU_PROBING, .shown_in = trouble->probe,
            .value = {trouble->probe_size, reports->passed});
    trouble->probe = 0;
    probing_tell(context);
}

void wt_probing_judge(struct wt_context *context)
{
    if (context->packet->payload_len == 0)
        return;
    if (wt_context_is_tcp(context))
        probing_judge_segment(context);
    else if (context->flow->key.proto == WT_PROTO_UDP)
        probing_judge_datagram(context);
}
