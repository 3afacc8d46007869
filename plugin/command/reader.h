/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader: the frames of a capture file, one after the other, for programs that do not dissect. Read by wiretap,
 * Wireshark's own library for capture files, and numbered as Wireshark numbers them.
 */
#ifndef WIRETRUTH_COMMAND_READER_H
#define WIRETRUTH_COMMAND_READER_H

#include <wiretruth/packet.h>

#include <stdbool.h>

struct wt_reader;
struct wt_names;

/*
 * Opens the file at `path`, "-" for standard input. NULL if it cannot be read: then `why` is the reason, to be freed, and
 * `foreign` (may be NULL) tells whether it is that the file is no capture.
 */
struct wt_reader *wt_reader_open(const char *path, char **why, bool *foreign);
void wt_reader_close(struct wt_reader *reader);

/*
 * Whether a file of which nobody said that it is a capture is one: wiretap reads pictures and texts too, and takes some other
 * files for captures of formats that it knows by little. What is no pcap or pcapng file has to be named as a capture.
 */
bool wt_reader_is_capture(const struct wt_reader *reader);

/*
 * Puts up to `most` frames into `frames` and returns how many; 0 at the end. Their bytes are valid until the next call.
 * Names of capture points are learnt to `names`, which may be NULL. `most` is WT_READER_AHEAD or less.
 */
enum {
    WT_READER_AHEAD = 32
};
unsigned wt_reader_next(struct wt_reader *reader, struct wt_frame *frames, unsigned most,
                        struct wt_names *names);

/* Why the file ended before its end; NULL if it did not. Belongs to the reader. */
const char *wt_reader_error(const struct wt_reader *reader);

/* Frames that the capture itself dropped, by the statistics of its interfaces that were read so far (pcapng, 4.6). */
uint64_t wt_reader_dropped(const struct wt_reader *reader);

/* How much of the file was read, from 0 to 1; 0 where its size is not known. */
double wt_reader_done(const struct wt_reader *reader);

#endif
