/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture_file: the frames of a pcap or pcapng file, for tools and tests that must not depend on Wireshark.
 *
 * Understands both byte orders, several sections and interfaces, enhanced and simple packet blocks; no
 * compression.
 */
#ifndef WIRETRUTH_TEST_CAPTURE_FILE_H
#define WIRETRUTH_TEST_CAPTURE_FILE_H

#include <wiretruth/packet.h>

#include <stdbool.h>
#include <stdint.h>

struct capture_file;

/* Opens `path`, NULL (and a line on standard error) if it is no capture. */
struct capture_file *capture_file_open(const char *path);

/* Puts the next frame into `frame`, valid until the file is closed. False at the end or at a broken record. */
bool capture_file_next(struct capture_file *file, struct wt_frame *frame);

void capture_file_close(struct capture_file *file);

#endif
