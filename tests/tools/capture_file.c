/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_file.h"

#include "wireshark/wtap_frame.h"

#include <stdio.h>
#include <wsutil/wslog.h>

struct capture_file {
    GArray *frames;   /* struct wt_frame */
    GPtrArray *bytes; /* of each frame; NULL for one without any */
    guint at;
};

/* --- what wiretap of 4.6 does otherwise: a record holds its bytes --- */

#if WT_WIRESHARK(4, 5)
struct record {
    wtap_rec rec;
};

static void record_init(struct record *record)
{
    wtap_rec_init(&record->rec, 2048);
}

static bool record_read(wtap *wtap, struct record *record, int *error, char **why)
{
    int64_t offset = 0;
    return wtap_read(wtap, &record->rec, error, why, &offset);
}

static const uint8_t *record_bytes(struct record *record)
{
    return ws_buffer_start_ptr(&record->rec.data);
}

static void record_free(struct record *record)
{
    wtap_rec_cleanup(&record->rec);
}
#else
struct record {
    wtap_rec rec;
    Buffer data;
};

static void record_init(struct record *record)
{
    wtap_rec_init(&record->rec);
    ws_buffer_init(&record->data, 2048);
}

static bool record_read(wtap *wtap, struct record *record, int *error, char **why)
{
    int64_t offset = 0;
    return wtap_read(wtap, &record->rec, &record->data, error, why, &offset);
}

static const uint8_t *record_bytes(struct record *record)
{
    return ws_buffer_start_ptr(&record->data);
}

static void record_free(struct record *record)
{
    wtap_rec_cleanup(&record->rec);
    ws_buffer_free(&record->data);
}
#endif

/* --- files --- */

static void complain(const char *path, int error, char *why)
{
    fprintf(stderr, "%s: %s%s%s\n", path, wtap_strerror(error), why ? ": " : "", why ? why : "");
    g_free(why);
}

/* Frames are numbered as in Wireshark, so each record counts. */
static void add_record(struct capture_file *file, uint32_t number, struct record *record)
{
    struct wt_frame frame;
    if (!wt_wtap_fill(&frame, &record->rec, record_bytes(record)))
        return;
    frame.number = number;
    frame.bytes = g_memdup2(frame.bytes, frame.captured);
    g_ptr_array_add(file->bytes, (gpointer)frame.bytes);
    g_array_append_val(file->frames, frame);
}

static void read_records(struct capture_file *file, wtap *wtap, const char *path)
{
    struct record record;
    int error = 0;
    char *why = NULL;
    record_init(&record);
    for (uint32_t number = 1; record_read(wtap, &record, &error, &why); number++) {
        add_record(file, number, &record);
        wtap_rec_reset(&record.rec);
    }
    record_free(&record);
    if (error)
        complain(path, error, why);
}

/* Without a level, wiretap logs what it does at length. */
static void start_wiretap(void)
{
    static bool started;
    if (started)
        return;
    started = true;
    ws_log_set_level(LOG_LEVEL_WARNING);
    wtap_init(false);
}

struct capture_file *capture_file_open(const char *path)
{
    int error = 0;
    char *why = NULL;
    start_wiretap();
    wtap *wtap = wtap_open_offline(path, WTAP_TYPE_AUTO, &error, &why, false);
    if (!wtap) {
        complain(path, error, why);
        return NULL;
    }
    struct capture_file *file = g_new0(struct capture_file, 1);
    file->frames = g_array_new(FALSE, FALSE, sizeof(struct wt_frame));
    file->bytes = g_ptr_array_new_with_free_func(g_free);
    read_records(file, wtap, path);
    wtap_close(wtap);
    return file;
}

void capture_file_close(struct capture_file *file)
{
    if (!file)
        return;
    g_array_free(file->frames, TRUE);
    g_ptr_array_free(file->bytes, TRUE);
    g_free(file);
}

bool capture_file_next(struct capture_file *file, struct wt_frame *frame)
{
    if (file->at == file->frames->len)
        return false;
    *frame = g_array_index(file->frames, struct wt_frame, file->at++);
    return true;
}

void capture_file_rewind(struct capture_file *file)
{
    file->at = 0;
}
