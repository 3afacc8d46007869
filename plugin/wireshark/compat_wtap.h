/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat_wtap: what the libraries below epan name differently in 4.0, 4.4 and 4.6, for who reads files without dissecting.
 */
#ifndef WIRETRUTH_WIRESHARK_COMPAT_WTAP_H
#define WIRETRUTH_WIRESHARK_COMPAT_WTAP_H

#include <wireshark.h>
#include <ws_version.h>

#include <wiretap/wtap.h>

#define WT_WIRESHARK(major, minor)                                                                           \
    (WIRESHARK_VERSION_MAJOR > (major) ||                                                                    \
     (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Booleans behind a pointer, and returned by callbacks. */
#if WT_WIRESHARK(4, 3)
typedef bool wt_bool;
#else
typedef gboolean wt_bool;
#endif

/* A record that is read, and its bytes: since 4.5 they are a part of it. */
struct wt_record {
    wtap_rec rec;
#if !WT_WIRESHARK(4, 5)
    Buffer data;
#endif
};

enum {
    WT_RECORD_SIZE = 2048 /* bytes that there is room for at first */
};

static inline void wt_record_init(struct wt_record *record)
{
#if WT_WIRESHARK(4, 5)
    wtap_rec_init(&record->rec, WT_RECORD_SIZE);
#else
    wtap_rec_init(&record->rec);
    ws_buffer_init(&record->data, WT_RECORD_SIZE);
#endif
}

static inline void wt_record_free(struct wt_record *record)
{
    wtap_rec_cleanup(&record->rec);
#if !WT_WIRESHARK(4, 5)
    ws_buffer_free(&record->data);
#endif
}

static inline bool wt_record_read(wtap *wth, struct wt_record *record, int *error, char **why)
{
    int64_t offset = 0;
#if WT_WIRESHARK(4, 5)
    return wtap_read(wth, &record->rec, error, why, &offset);
#else
    return wtap_read(wth, &record->rec, &record->data, error, why, &offset);
#endif
}

static inline const uint8_t *wt_record_bytes(struct wt_record *record)
{
#if WT_WIRESHARK(4, 5)
    return ws_buffer_start_ptr(&record->rec.data);
#else
    return ws_buffer_start_ptr(&record->data);
#endif
}

/* The place of a record's interface among all of the file: each section numbers its own. */
static inline unsigned wt_record_interface(wtap *wth, const wtap_rec *rec)
{
    const unsigned number = rec->rec_header.packet_header.interface_id;
#if WT_WIRESHARK(4, 1)
    const unsigned section = rec->presence_flags & WTAP_HAS_SECTION_NUMBER ? rec->section_number : 0;
    return wtap_file_get_shb_global_interface_id(wth, section, number);
#else
    (void)wth;
    return number;
#endif
}

#endif
