/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture of all devices can be crafted to have a new capture point with each frame, so there is room for so
 * many names and no more. Frames of one point follow each other: the one asked for last is remembered.
 */
#include "names.h"

#include "engine/state/map.h"
#include "escape.h"

enum {
    NAMES_MAX = 4096
};

struct name {
    struct wt_entry entry;
    uint32_t interface;
    char *text;
};

struct wt_names {
    struct wt_map *map; /* interface -> struct name */
    unsigned count;
    bool any;
    uint32_t last; /* interface known to have a name, if there is any */
};

WT_MAP_KEY(interface, uint32_t)

struct wt_names *wt_names_new(void)
{
    struct wt_names *names = g_new0(struct wt_names, 1);

    names->map =
        wt_map_new(sizeof(struct name), sizeof(uint32_t), NAMES_MAX, interface_hash, interface_equal);
    return names;
}

void wt_names_free(struct wt_names *names)
{
    if (!names)
        return;
    for (struct name *name = wt_map_oldest(names->map); name; name = wt_map_next(name))
        g_free(name->text);
    wt_map_free(names->map);
    g_free(names);
}

bool wt_names_lack(const struct wt_names *names, uint32_t interface)
{
    if (names->any && names->last == interface)
        return false;
    return names->count < NAMES_MAX && !wt_map_peek(names->map, &interface);
}

void wt_names_learn(struct wt_names *names, uint32_t interface, const char *text)
{
    if (!wt_names_lack(names, interface))
        return;
    struct name *name = wt_map_get(names->map, &interface);
    name->text = wt_escape(text);
    names->count++;
    names->any = true;
    names->last = interface;
}

const char *wt_names_of(const struct wt_names *names, uint32_t interface)
{
    const struct name *name = names ? wt_map_peek(names->map, &interface) : NULL;

    return name ? name->text : "";
}
