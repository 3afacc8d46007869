/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INTERFACES_MAX = 64,
    PCAP_HEADER = 24,
    PCAP_RECORD = 16,
    BLOCK_INTERFACE = 1,
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    OPTION_FLAGS = 2,
    OPTION_RESOLUTION = 9,
};

static const uint32_t block_section = 0x0a0d0d0a;

struct interface {
    enum wt_link_type link_type;
    uint32_t snaplen;
    int64_t ticks; /* a second */
};

struct capture_file {
    uint8_t *data;
    size_t size, at;
    bool swapped, pcapng;
    uint32_t frames;
    uint32_t first; /* interface of this section, counted through the file */
    unsigned interfaces;
    struct interface interface[INTERFACES_MAX];
};

static uint16_t u16(const struct capture_file *file, size_t at)
{
    const uint8_t *p = file->data + at;
    return (uint16_t)(file->swapped ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static uint32_t u32(const struct capture_file *file, size_t at)
{
    uint32_t first = u16(file, at), second = u16(file, at + 2);
    return file->swapped ? first << 16 | second : second << 16 | first;
}

static enum wt_link_type link_type(uint32_t dlt)
{
    switch (dlt) {
    case 0:   /* NULL */
    case 108: /* LOOP */
        return WT_LINK_NULL;
    case 1:
        return WT_LINK_ETHERNET;
    case 9:
    case 50:  /* PPP with HDLC framing */
    case 104: /* Cisco HDLC */
        return WT_LINK_PPP;
    case 12: /* RAW as some systems number it */
    case 14:
    case 101:
    case 228:
    case 229:
        return WT_LINK_RAW_IP;
    case 113:
        return WT_LINK_SLL;
    case 276:
        return WT_LINK_SLL2;
    default:
        return WT_LINK_UNKNOWN;
    }
}

static bool read_whole(struct capture_file *file, FILE *stream)
{
    if (fseek(stream, 0, SEEK_END) != 0)
        return false;
    long size = ftell(stream);
    if (size < PCAP_HEADER || fseek(stream, 0, SEEK_SET) != 0)
        return false;
    file->size = (size_t)size;
    file->data = malloc(file->size);
    return file->data && fread(file->data, 1, file->size, stream) == file->size;
}

static bool read_magic(struct capture_file *file)
{
    static const uint32_t micro = 0xa1b2c3d4, nano = 0xa1b23c4d;
    if (u32(file, 0) == block_section) {
        file->pcapng = true;
        return true;
    }
    uint32_t magic = u32(file, 0);
    if (magic != micro && magic != nano) {
        file->swapped = true;
        magic = u32(file, 0);
    }
    file->interface[0].link_type = link_type(u32(file, 20) & 0xffff);
    file->interface[0].ticks = magic == nano ? 1000000000 : 1000000;
    file->at = PCAP_HEADER;
    return magic == micro || magic == nano;
}

struct capture_file *capture_file_open(const char *path)
{
    struct capture_file *file = calloc(1, sizeof *file);
    FILE *stream = fopen(path, "rb");
    bool good = file && stream && read_whole(file, stream) && read_magic(file);
    if (stream)
        fclose(stream);
    if (good)
        return file;
    fprintf(stderr, "%s: no capture file\n", path);
    capture_file_close(file);
    return NULL;
}

void capture_file_close(struct capture_file *file)
{
    if (file)
        free(file->data);
    free(file);
}

static bool give_frame(struct capture_file *file, struct wt_frame *frame, size_t at, uint32_t captured,
                       uint32_t length, uint64_t ticks, const struct interface *interface)
{
    *frame = (struct wt_frame){
        .number = ++file->frames,
        .link_type = interface->link_type,
        .length = length < captured ? captured : length,
        .captured = captured,
        .bytes = file->data + at,
    };
    uint64_t second = interface->ticks ? (uint64_t)interface->ticks : 1000000;
    frame->time = (int64_t)(ticks / second * 1000000000 + ticks % second * (1000000000 / second));
    return true;
}

static bool next_record(struct capture_file *file, struct wt_frame *frame)
{
    size_t at = file->at;
    if (file->size - at < PCAP_RECORD)
        return false;
    uint32_t captured = u32(file, at + 8), length = u32(file, at + 12);
    if (captured > file->size - at - PCAP_RECORD)
        return false;
    file->at = at + PCAP_RECORD + captured;
    uint64_t ticks = (uint64_t)u32(file, at) * (uint64_t)file->interface[0].ticks + u32(file, at + 4);
    return give_frame(file, frame, at + PCAP_RECORD, captured, length, ticks, &file->interface[0]);
}

/* Where the value of the option `code` stands between `at` and `end`; 0 if it is not there. */
static size_t find_option(const struct capture_file *file, size_t at, size_t end, uint16_t code)
{
    while (end - at >= 4) {
        uint16_t kind = u16(file, at), length = u16(file, at + 2);
        size_t step = 4 + ((size_t)length + 3) / 4 * 4;
        if (kind == 0 || step > end - at)
            return 0;
        if (kind == code && length > 0)
            return at + 4;
        at += step;
    }
    return 0;
}

static void add_interface(struct capture_file *file, size_t at, size_t end)
{
    if (file->interfaces == INTERFACES_MAX || end - at < 20)
        return;
    struct interface *interface = &file->interface[file->interfaces++];
    interface->link_type = link_type(u16(file, at + 8));
    interface->snaplen = u32(file, at + 12);
    interface->ticks = 1000000;
    size_t resolution = find_option(file, at + 16, end - 4, OPTION_RESOLUTION);
    if (resolution && file->data[resolution] <= 9)
        for (interface->ticks = 1; file->data[resolution]; file->data[resolution]--)
            interface->ticks *= 10;
}

static bool give_enhanced(struct capture_file *file, struct wt_frame *frame, size_t at, size_t end)
{
    uint32_t number = u32(file, at + 8), captured = u32(file, at + 20);
    if (number >= file->interfaces || captured > end - at - 32)
        return false;
    uint64_t ticks = (uint64_t)u32(file, at + 12) << 32 | u32(file, at + 16);
    give_frame(file, frame, at + 28, captured, u32(file, at + 24), ticks, &file->interface[number]);
    frame->interface = file->first + number;
    size_t options = at + 28 + ((size_t)captured + 3) / 4 * 4;
    size_t flags = options < end - 4 ? find_option(file, options, end - 4, OPTION_FLAGS) : 0;
    if (flags)
        frame->direction = (enum wt_direction)(
            (unsigned[]){0, WT_DIRECTION_RECEIVED, WT_DIRECTION_SENT, 0})[u32(file, flags) & 3];
    return true;
}

static bool give_simple(struct capture_file *file, struct wt_frame *frame, size_t at, size_t end)
{
    uint32_t length = u32(file, at + 8), left = (uint32_t)(end - at - 16);
    uint32_t snaplen = file->interface[0].snaplen;
    uint32_t captured = snaplen && snaplen < length ? snaplen : length;
    if (file->interfaces == 0 || captured > left)
        return false;
    give_frame(file, frame, at + 12, captured, length, 0, &file->interface[0]);
    frame->interface = file->first;
    return true;
}

static bool begin_section(struct capture_file *file, size_t at)
{
    if (file->size - at < 28)
        return false;
    file->first += file->interfaces;
    file->interfaces = 0;
    file->swapped = file->data[at + 8] == 0x1a;
    return true;
}

static bool next_block(struct capture_file *file, struct wt_frame *frame)
{
    while (file->size - file->at >= 12) {
        size_t at = file->at;
        uint32_t type = u32(file, at);
        if (type == block_section && !begin_section(file, at))
            return false;
        uint32_t length = u32(file, at + 4);
        if (length < 12 || length > file->size - at)
            return false;
        file->at = at + length;
        if (type == BLOCK_INTERFACE)
            add_interface(file, at, file->at);
        else if (type == BLOCK_ENHANCED && length >= 32)
            return give_enhanced(file, frame, at, file->at);
        else if (type == BLOCK_SIMPLE && length >= 16)
            return give_simple(file, frame, at, file->at);
    }
    return false;
}

bool capture_file_next(struct capture_file *file, struct wt_frame *frame)
{
    return file->pcapng ? next_block(file, frame) : next_record(file, frame);
}
