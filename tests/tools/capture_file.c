/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_file.h"

#include "command/reader.h"

#include <glib.h>
#include <stdio.h>

struct capture_file {
    GArray *frames;   /* struct wt_frame */
    GPtrArray *bytes; /* of each frame; NULL for one without any */
    guint at;
};

static void complain(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
}

static void read_frames(struct capture_file *file, struct wt_reader *reader)
{
    struct wt_frame frame;

    while (wt_reader_next(reader, &frame, 1, NULL)) {
        frame.bytes = g_memdup2(frame.bytes, frame.captured);
        g_ptr_array_add(file->bytes, (gpointer)frame.bytes);
        g_array_append_val(file->frames, frame);
    }
}

struct capture_file *capture_file_open(const char *path)
{
    char *why = NULL;
    struct wt_reader *reader = wt_reader_open(path, &why, NULL);

    if (!reader) {
        complain(path, why);
        g_free(why);
        return NULL;
    }
    struct capture_file *file = g_new0(struct capture_file, 1);
    file->frames = g_array_new(FALSE, FALSE, sizeof(struct wt_frame));
    file->bytes = g_ptr_array_new_with_free_func(g_free);
    read_frames(file, reader);
    if (wt_reader_error(reader))
        complain(path, wt_reader_error(reader));
    wt_reader_close(reader);
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
