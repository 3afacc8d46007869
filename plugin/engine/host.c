/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

enum {
    HOSTS_MAX = 1 << 16
};

WT_TABLE_KEY(host, struct wt_host_key)

struct wt_table *wt_hosts_new(void)
{
    return wt_table_new(sizeof(struct wt_host), sizeof(struct wt_host_key), HOSTS_MAX, host_hash, host_equal);
}

struct wt_host_key wt_host_key(uint32_t interface, const struct wt_address *address)
{
    return (struct wt_host_key){interface, *address};
}

bool wt_checksum_is_partial(enum wt_checksum checksum)
{
    return checksum == WT_CHECKSUM_PARTIAL || checksum == WT_CHECKSUM_PARTIAL_NO_LENGTH;
}

void wt_host_learn(struct wt_host *host, enum wt_checksum checksum, bool super_frame)
{
    bool partial = wt_checksum_is_partial(checksum);
    if (super_frame)
        host->merged_partial += partial;
    else if (partial)
        host->single_partial++;
    else if (checksum == WT_CHECKSUM_VALID)
        host->single_complete++;
}

static bool host_is_local(const struct wt_host *host)
{
    return host->single_partial > 0;
}

static bool host_is_remote(const struct wt_host *host)
{
    return host->single_partial == 0 && host->single_complete > 0 && host->merged_partial > 0;
}

enum wt_direction wt_host_direction(const struct wt_host *src, const struct wt_host *dst)
{
    bool sent = host_is_local(src) || host_is_remote(dst);
    bool received = host_is_local(dst) || host_is_remote(src);
    if (sent == received)
        return WT_DIRECTION_UNKNOWN;
    return sent ? WT_DIRECTION_SENT : WT_DIRECTION_RECEIVED;
}
