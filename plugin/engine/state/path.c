/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path.h"

enum {
    PATHS_MAX = 1 << 16,
};

WT_MAP_KEY(path, struct wt_path_key)

struct wt_map *wt_paths_new(void)
{
    return wt_map_new(sizeof(struct wt_path), sizeof(struct wt_path_key), PATHS_MAX, path_hash, path_equal);
}

struct wt_path_key wt_path_key(uint32_t interface, const struct wt_address *src, const struct wt_address *dst)
{
    return (struct wt_path_key){interface, *src, *dst};
}
