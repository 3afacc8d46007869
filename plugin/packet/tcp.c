/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tcp.h"

enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMP = 8,
    TIMESTAMP_ALIGNED = 0x0101080a, /* two NOPs, then kind and length (RFC 7323 appendix A) */
    TIMESTAMP_ALIGNED_LEN = 12,
    FLAGS_MASK = 0x1ff, /* with the ninth flag, AE or NS */
};

static void read_sack(const uint8_t *option, uint32_t length, struct wt_tcp *tcp)
{
    if (length < 10 || (length - 2) % 8)
        return;
    tcp->sacks = 0;
    for (uint32_t block = 2; block + 8 <= length && tcp->sacks < WT_SACKS_MAX; block += 8) {
        tcp->sack[tcp->sacks].left = wt_load32(option + block);
        tcp->sack[tcp->sacks].right = wt_load32(option + block + 4);
        tcp->sacks++;
    }
}

static void read_timestamp(const uint8_t *option, struct wt_tcp *tcp)
{
    tcp->has_timestamp = true;
    tcp->timestamp = wt_load32(option + 2);
    tcp->timestamp_echo = wt_load32(option + 6);
}

/*
 * Reads an option, all of whose `length` bytes are there. One of another length than its definition is
 * ignored, as Linux does (tcp_parse_options).
 */
static void read_option(const uint8_t *option, uint32_t length, struct wt_tcp *tcp)
{
    uint8_t kind = option[0];
    if (kind == OPTION_MSS && length == 4) {
        tcp->has_mss = true;
        tcp->mss = wt_load16(option + 2);
    } else if (kind == OPTION_SCALE && length == 3) {
        tcp->scale = option[2];
    } else if (kind == OPTION_SACK_PERMITTED && length == 2) {
        tcp->sack_permitted = true;
    } else if (kind == OPTION_SACK) {
        read_sack(option, length, tcp);
    } else if (kind == OPTION_TIMESTAMP && length == 10) {
        read_timestamp(option, tcp);
    }
}

/* Reads the timestamp as most segments have it, in one piece: how many bytes of options that were. */
static uint32_t read_aligned_timestamp(const struct wt_bytes *bytes, uint32_t at, uint32_t length,
                                       struct wt_tcp *tcp)
{
    if (length < TIMESTAMP_ALIGNED_LEN)
        return 0;
    const uint8_t *options = wt_bytes_span(bytes, at, TIMESTAMP_ALIGNED_LEN);
    if (!options || wt_load32(options) != TIMESTAMP_ALIGNED)
        return 0;
    read_timestamp(options + 2, tcp);
    return TIMESTAMP_ALIGNED_LEN;
}

/* A length that contradicts itself ends the options; so does the end of what was captured, which is told. */
static void read_options(const struct wt_bytes *bytes, uint32_t at, uint32_t end, struct wt_tcp *tcp)
{
    while (at < end) {
        uint8_t kind = wt_bytes_u8(bytes, at);
        uint32_t head = kind == OPTION_END || kind == OPTION_NOP ? 1 : 2;
        uint32_t length = head == 1 ? 1 : wt_bytes_u8(bytes, at + 1);
        if (head > end - at)
            return;
        tcp->options_cut = !wt_bytes_hold(bytes, at, head);
        if (tcp->options_cut || kind == OPTION_END || length < head || length > end - at)
            return;
        const uint8_t *option = wt_bytes_span(bytes, at, length);
        tcp->options_cut = !option;
        if (!option)
            return;
        read_option(option, length, tcp);
        at += length;
    }
}

bool wt_tcp_read(const struct wt_bytes *bytes, uint32_t offset, uint32_t length, struct wt_tcp *tcp)
{
    const uint8_t *header = wt_bytes_span(bytes, offset, WT_TCP_HEADER);
    if (!header)
        return false;
    uint16_t word = wt_load16(header + 12);
    *tcp = (struct wt_tcp){
        .seq = wt_load32(header + 4),
        .ack = wt_load32(header + 8),
        .flags = word & FLAGS_MASK,
        .window = wt_load16(header + 14),
        .header_len = (uint8_t)((word >> 12) * 4),
        .scale = WT_SCALE_NONE,
    };
    if (tcp->header_len < WT_TCP_HEADER || tcp->header_len > length)
        return false;
    tcp->options_len = (uint8_t)(tcp->header_len - WT_TCP_HEADER);
    uint32_t at = offset + WT_TCP_HEADER;
    at += read_aligned_timestamp(bytes, at, tcp->options_len, tcp);
    read_options(bytes, at, offset + tcp->header_len, tcp);
    return true;
}
