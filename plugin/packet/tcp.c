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
    FLAGS_MASK = 0x1ff, /* with the ninth flag, AE or NS */
};

static void read_sack(const struct wt_bytes *bytes, uint32_t at, uint32_t length, struct wt_tcp *tcp)
{
    if (length < 10 || (length - 2) % 8)
        return;
    tcp->sacks = 0;
    for (uint32_t block = at + 2; block + 8 <= at + length && tcp->sacks < WT_SACKS_MAX; block += 8) {
        tcp->sack[tcp->sacks].left = wt_bytes_u32(bytes, block);
        tcp->sack[tcp->sacks].right = wt_bytes_u32(bytes, block + 4);
        tcp->sacks++;
    }
}

/* An option of another length than its definition is ignored, as Linux does (tcp_parse_options). */
static void read_option(const struct wt_bytes *bytes, uint32_t at, uint32_t length, struct wt_tcp *tcp)
{
    uint8_t kind = wt_bytes_u8(bytes, at);
    if (kind == OPTION_MSS && length == 4) {
        tcp->has_mss = true;
        tcp->mss = wt_bytes_u16(bytes, at + 2);
    } else if (kind == OPTION_SCALE && length == 3) {
        tcp->scale = wt_bytes_u8(bytes, at + 2);
    } else if (kind == OPTION_SACK_PERMITTED && length == 2) {
        tcp->sack_permitted = true;
    } else if (kind == OPTION_SACK) {
        read_sack(bytes, at, length, tcp);
    } else if (kind == OPTION_TIMESTAMP && length == 10) {
        tcp->has_timestamp = true;
        tcp->timestamp = wt_bytes_u32(bytes, at + 2);
        tcp->timestamp_echo = wt_bytes_u32(bytes, at + 6);
    }
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
        tcp->options_cut = !wt_bytes_hold(bytes, at, length);
        if (tcp->options_cut)
            return;
        read_option(bytes, at, length, tcp);
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
    if (tcp->options_len)
        read_options(bytes, offset + WT_TCP_HEADER, offset + tcp->header_len, tcp);
    return true;
}
