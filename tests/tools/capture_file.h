/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_file: the frames of a capture file, for tools that judge captures without a dissection. Read by wiretap,
 * Wireshark's own library for capture files, and numbered as the plugin numbers them.
 */
#ifndef WIRETRUTH_TEST_CAPTURE_FILE_H
#define WIRETRUTH_TEST_CAPTURE_FILE_H

#include <wiretruth/packet.h>

#include <stdbool.h>
#include <stdint.h>

struct capture_file;

/*
 * Reads `path`, NULL (and a line on standard error) if it is no capture. Of a file that is broken behind some
 * frames these are there, and a line on standard error says so.
 */
struct capture_file *capture_file_open(const char *path);

/* Puts the next frame into `frame`, valid until the file is closed. False at the end. */
bool capture_file_next(struct capture_file *file, struct wt_frame *frame);

/* The next frame is the first one again. */
void capture_file_rewind(struct capture_file *file);

void capture_file_close(struct capture_file *file);

#endif
