/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Theory. A stack with checksum offload leaves the pseudo-header sum for the NIC: with the length of the
 * segment (Linux, __tcp_v4_send_check; Windows checksum offload; FreeBSD) or without it (Windows LSO, FreeBSD
 * TSO drivers). Such a sum, or a zero where a NIC fills one in, says where the frame was captured and is an
 * artefact, unless it came from the wire (leak.c, request.c).
 *
 * A wrong sum that is none of these is damage, unless offloading explains it: a frame merged by LRO or
 * fraglist GRO keeps the first segment's sum. What else may explain it is in cause.c.
 *
 * Traps: a fragment or a truncated packet cannot be verified; what an ICMP error quotes is not judged; a
 * tunnel's outer sum may count on the inner one being completed. The reader takes care of these and says
 * "unverifiable" or "valid". SCTP has a CRC, not a sum: zero means unfilled, and there is no partial form.
 */
#include "engine/detector.h"

#include "burst.h"
#include "cause.h"
#include "edited.h"
#include "fate.h"
#include "garbled.h"
#include "leak.h"
#include "request.h"
#include "sums.h"

static void checksum_tell_leak(const struct wt_context *context)
{
    const bool zero = context->packet->l4_checksum == WT_CHECKSUM_UNFILLED;
    wt_find(context, zero ? WT_FINDING_CHECKSUM_UNFILLED : WT_FINDING_CHECKSUM_PARTIAL,
            .most = WT_AT_MOST(WT_SEVERITY_NOTE), .reason = WT_REASON_SUM_MAY_HAVE_LEAKED, .value = {0});
}

static void checksum_judge_left(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    if (wt_checksum_is_partial(packet->l4_checksum))
        wt_find(context, WT_FINDING_CHECKSUM_PARTIAL, .value = {0});
    if (packet->ip_checksum == WT_CHECKSUM_UNFILLED || packet->l4_checksum == WT_CHECKSUM_UNFILLED)
        wt_find(context, WT_FINDING_CHECKSUM_UNFILLED, .value = {0});
}

/* Says what it can of wrong sums, and waits for what becomes of the packet. `told`: of its own one it was said. */
static void checksum_judge_wrong(struct wt_context *context, bool told)
{
    const struct wt_packet *packet = context->packet;
    const bool header = packet->ip_checksum == WT_CHECKSUM_BAD;
    const bool own = packet->l4_checksum == WT_CHECKSUM_BAD && !told;
    bool noted = false;
    if (context->super_frame)
        return;
    if (own)
        noted |= wt_cause_judge(context, false);
    if (header)
        noted |= wt_cause_judge(context, true);
    if (own || header || wt_sums_is_cut(context))
        wt_fate_await(context, noted);
}

/* A TCP packet whose sums are right, as far as they are known. */
static bool checksum_is_clean(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    return wt_context_is_tcp(context) && packet->l4_checksum == WT_CHECKSUM_VALID &&
           packet->ip_checksum != WT_CHECKSUM_BAD && packet->ip_checksum != WT_CHECKSUM_UNFILLED &&
           !wt_sums_is_cut(context);
}

static void checksum_judge_unclean(struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    bool ordinary = packet->l4_checksum == WT_CHECKSUM_VALID || packet->l4_checksum == WT_CHECKSUM_ABSENT;
    if (wt_burst_judge(context) || wt_garbled_judge(context))
        return;
    if (ordinary)
        wt_leak_judge(context);
    const bool leak = !ordinary && wt_leak_suspect(context);
    const bool left = wt_checksum_is_partial(packet->l4_checksum);
    if (leak || (left && wt_sums_are_leaked(context)))
        checksum_tell_leak(context);
    else if (!wt_edited_judge(context))
        checksum_judge_left(context);
    checksum_judge_wrong(context, leak);
    wt_fate_learn(context);
    wt_request_judge(context);
}

static void checksum_judge(struct wt_context *context)
{
    if (!checksum_is_clean(context)) {
        checksum_judge_unclean(context);
        return;
    }
    wt_leak_judge(context);
    wt_fate_learn(context);
    wt_request_judge(context);
}

static void checksum_count(uint8_t *count)
{
    *count = (uint8_t)(*count + (*count < UINT8_MAX));
}

/* Counts the packet's checksum for its sender. */
static void checksum_take(const struct wt_context *context)
{
    const struct wt_packet *packet = context->packet;
    wt_host_learn(context->src, packet, false);
    if (!context->flow || packet->l4_checksum != WT_CHECKSUM_VALID)
        return;
    struct wt_side_segments *own = &wt_context_side(context)->segments;
    checksum_count(packet->payload_len ? &own->intact : &own->intact_bare);
}

/* A partial checksum on a small packet makes its sender local at once, so that the first frame is directed
 * too. */
static void checksum_learn(struct wt_context *context)
{
    if (context->packet->payload_len == 0)
        checksum_take(context);
}

/* After the judgement, which asks what was known before. A super-frame was learnt from at once. */
static void checksum_remember(struct wt_context *context)
{
    if (context->packet->payload_len > 0 && !context->super_frame)
        checksum_take(context);
}

static void *sums_new(void)
{
    struct wt_sums *sums = g_new0(struct wt_sums, 1);
    sums->causes = wt_causes_new();
    sums->fates = wt_fates_new();
    sums->requests = wt_requests_new();
    sums->leaks = wt_leaks_new();
    sums->bursts = wt_bursts_new();
    sums->blanks = wt_blanks_new();
    sums->leakers = wt_sums_leakers_new();
    sums->trusts = wt_sums_trusts_new();
    return sums;
}

static void sums_free(void *kept)
{
    struct wt_sums *sums = kept;
    wt_map_free(sums->causes);
    wt_map_free(sums->fates);
    wt_map_free(sums->requests);
    wt_map_free(sums->leaks);
    wt_map_free(sums->bursts);
    wt_map_free(sums->blanks);
    wt_map_free(sums->leakers);
    wt_map_free(sums->trusts);
    g_free(sums);
}

const struct wt_detector wt_checksum_detector = {
    .name = "checksum",
    .keeper = WT_KEEPER_SUMS,
    .create = sums_new,
    .free = sums_free,
    .learn = checksum_learn,
    .judge = checksum_judge,
    .remember = checksum_remember,
};
