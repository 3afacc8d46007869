/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "icmp.h"

enum {
    ICMP_HEADER = 8,
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_UNREACHABLE_TOO_BIG = 4, /* code: fragmentation needed and DF set */
    ICMP_SOURCE_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMPV6_UNREACHABLE = 1,
    ICMPV6_TOO_BIG = 2,
    ICMPV6_TIME_EXCEEDED = 3,
    ICMPV6_PARAMETER_PROBLEM = 4,
    ICMPV6_ECHO = 128,
    ICMPV6_ECHO_REPLY = 129,
    ICMPV6_REDIRECT = 137,
};

static bool v4_quotes(uint8_t type)
{
    return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
           type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

static bool v6_quotes(uint8_t type)
{
    return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER_PROBLEM;
}

/* Bytes of the quote where the message says so (RFC 4884 4: in words of 32 bits, or 64 for IPv6), else 0. */
static uint32_t quote_length(const struct wt_bytes *bytes, uint32_t offset, bool v6, uint8_t type)
{
    if (v6)
        return type == ICMPV6_TOO_BIG || type == ICMPV6_PARAMETER_PROBLEM
                   ? 0
                   : wt_bytes_u8(bytes, offset + 4) * 8U;
    return type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ? 0 : wt_bytes_u8(bytes, offset + 5) * 4U;
}

/* A redirect of IPv6 quotes in its last option (RFC 4861 4.6.3), behind two addresses. */
static bool find_redirected(const struct wt_bytes *bytes, uint32_t offset, uint32_t end,
                            struct wt_icmp_quote *quote)
{
    enum {
        FIXED = 40,
        OPTION_REDIRECTED = 4
    };
    for (uint32_t at = offset + FIXED; wt_bytes_hold(bytes, at, 8) && at < end;) {
        uint32_t length = wt_bytes_u8(bytes, at + 1) * 8U;
        if (length == 0 || length > end - at)
            return false;
        if (wt_bytes_u8(bytes, at) == OPTION_REDIRECTED) {
            *quote = (struct wt_icmp_quote){at + 8, at + length};
            return true;
        }
        at += length;
    }
    return false;
}

bool wt_icmp_find_quote(const struct wt_bytes *bytes, uint32_t offset, uint32_t end, bool v6,
                        struct wt_icmp_quote *quote)
{
    uint8_t type = wt_bytes_u8(bytes, offset);
    if (v6 && type == ICMPV6_REDIRECT)
        return find_redirected(bytes, offset, end, quote);
    if ((v6 ? !v6_quotes(type) : !v4_quotes(type)) || end < offset || end - offset <= ICMP_HEADER)
        return false;
    uint32_t length = quote_length(bytes, offset, v6, type), left = end - offset - ICMP_HEADER;
    quote->offset = offset + ICMP_HEADER;
    quote->end = length && length < left ? quote->offset + length : end;
    return true;
}

static void read_v4(const struct wt_bytes *bytes, uint32_t offset, struct wt_icmp *icmp)
{
    icmp->error = v4_quotes(icmp->type);
    icmp->report = icmp->type == ICMP_UNREACHABLE && icmp->code == ICMP_UNREACHABLE_TOO_BIG;
    if (icmp->report)
        icmp->mtu = wt_bytes_u16(bytes, offset + 6);
}

static void read_v6(const struct wt_bytes *bytes, uint32_t offset, struct wt_icmp *icmp)
{
    icmp->error = v6_quotes(icmp->type);
    icmp->report = icmp->type == ICMPV6_TOO_BIG;
    if (icmp->report)
        icmp->mtu = wt_bytes_u32(bytes, offset + 4);
}

static bool is_echo(uint8_t type, bool v6)
{
    return v6 ? type == ICMPV6_ECHO || type == ICMPV6_ECHO_REPLY
              : type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
}

void wt_icmp_read(const struct wt_bytes *bytes, uint32_t offset, bool v6, struct wt_icmp *icmp)
{
    *icmp = (struct wt_icmp){.type = wt_bytes_u8(bytes, offset), .code = wt_bytes_u8(bytes, offset + 1)};
    if (v6)
        read_v6(bytes, offset, icmp);
    else
        read_v4(bytes, offset, icmp);
    if (is_echo(icmp->type, v6)) {
        icmp->id = wt_bytes_u16(bytes, offset + 4);
        icmp->seq = wt_bytes_u16(bytes, offset + 6);
    }
}
