/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seed FOLDER CAPTURE...   writes inputs for the fuzz targets from captures, into FOLDER/reader,
 * FOLDER/frames and FOLDER/engine, which must exist: frames cut to some bytes behind the headers; windows of
 * WINDOW frames that overlap by half; the same windows as acts. libFuzzer's -merge=1 picks the few that
 * matter.
 */
#include "act.h"

#include "../tools/capture_file.h"

#include <glib.h>
#include <string.h>

enum {
    WINDOW = 24,
    SNAP = 110, /* headers of a tunnel and a little */
    SNAP_ERROR = 200,
    MICROSECOND = 1000,
    TICK = 100000,
    ENDS = 16,
};

/* The small world of acts, and which of its numbers stand for what in the capture. */
struct world {
    struct wt_address address[ENDS];
    uint16_t port[ENDS];
    unsigned addresses, ports;
};

static void write_file(const char *folder, const char *kind, const GByteArray *bytes)
{
    char *name = g_compute_checksum_for_data(G_CHECKSUM_SHA1, bytes->data, bytes->len);
    char *path = g_strdup_printf("%s/%s/%.12s", folder, kind, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes->data, 1, bytes->len, file) != bytes->len || fclose(file) != 0)
        g_error("cannot write %s", path);
    g_free(path);
    g_free(name);
}

static void put(GByteArray *bytes, const void *data, unsigned length)
{
    g_byte_array_append(bytes, data, length);
}

static void put_u16(GByteArray *bytes, uint32_t value)
{
    const uint8_t two[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    put(bytes, two, sizeof two);
}

static uint32_t kept_bytes(const struct wt_frame *frame, const struct wt_reading *reading)
{
    return MIN(frame->captured, reading->quotes ? SNAP_ERROR : SNAP);
}

static void seed_reader(const char *folder, const struct wt_frame *frame, const struct wt_reading *reading)
{
    GByteArray *bytes = g_byte_array_new();
    uint32_t captured = kept_bytes(frame, reading);
    const uint8_t link_type = (uint8_t)frame->link_type;
    put(bytes, &link_type, 1);
    put_u16(bytes, MIN(frame->length - captured, 0xfeffU));
    put(bytes, frame->bytes, captured);
    write_file(folder, "reader", bytes);
    g_byte_array_free(bytes, TRUE);
}

static void seed_frame(GByteArray *bytes, const struct wt_frame *frame, const struct wt_reading *reading,
                       int64_t ago)
{
    uint32_t captured = kept_bytes(frame, reading);
    const uint8_t head[2] = {(uint8_t)((unsigned)frame->link_type | frame->interface << 4),
                             (uint8_t)((unsigned)frame->direction | (ago < 0 ? 0x80U : 0))};
    put(bytes, head, sizeof head);
    put_u16(bytes, (uint32_t)MIN(ABS(ago) / TICK, UINT16_MAX));
    put_u16(bytes, MIN(frame->length - captured, (uint32_t)UINT16_MAX));
    put_u16(bytes, captured);
    put(bytes, frame->bytes, captured);
}

static unsigned world_end(struct world *world, const struct wt_address *address)
{
    for (unsigned i = 0; i < world->addresses; i++)
        if (wt_address_equal(&world->address[i], address))
            return i;
    if (world->addresses == ENDS)
        return ENDS - 1;
    world->address[world->addresses] = *address;
    return world->addresses++;
}

static unsigned world_port(struct world *world, uint16_t port)
{
    for (unsigned i = 0; i < world->ports; i++)
        if (world->port[i] == port)
            return i;
    if (world->ports == ENDS)
        return ENDS - 1;
    world->port[world->ports] = port;
    return world->ports++;
}

static uint8_t act_kind_of(const struct wt_packet *packet)
{
    switch (packet->proto) {
    case 6:
        return ACT_TCP;
    case 17:
        return ACT_UDP;
    case 132:
        return ACT_SCTP;
    case 136:
        return ACT_UDPLITE;
    case 1:
    case 58:
        return packet->icmp.report ? ACT_REPORT : ACT_ECHO;
    default:
        return ACT_OTHER;
    }
}

static void act_take_tcp(struct act *act, const struct wt_tcp *tcp)
{
    act->seq = tcp->seq;
    act->ack = tcp->ack;
    act->flags |= tcp->flags & 0xfff;
    act->window = tcp->window;
    act->mss = tcp->mss;
    act->scale = (uint8_t)tcp->scale;
    act->options = (uint8_t)((tcp->has_mss ? ACT_MSS : 0) | (tcp->scale != WT_SCALE_NONE ? ACT_SCALE : 0) |
                             (tcp->has_timestamp ? ACT_TIMESTAMP : 0) |
                             (tcp->sack_permitted ? ACT_SACK_PERMITTED : 0) | (tcp->sacks ? ACT_SACK : 0));
    act->stamp = tcp->timestamp;
    act->echo = tcp->timestamp_echo;
    act->sack_left = tcp->sack[0].left;
    act->sack_right = tcp->sack[0].right;
}

static uint8_t act_bits_of(const struct wt_packet *packet)
{
    return (uint8_t)((packet->version == 6 ? ACT_V6 : 0) | (packet->df ? ACT_DF : 0) |
                     (packet->more_fragments ? ACT_MORE_FRAGMENTS : 0) |
                     (packet->length_zero ? ACT_LENGTH_ZERO : 0) |
                     (packet->length_short ? ACT_LENGTH_SHORT : 0) | (packet->tunnel ? ACT_TUNNEL : 0) |
                     (packet->has_id ? ACT_HAS_ID : 0));
}

static void seed_act(GByteArray *bytes, struct world *world, const struct wt_frame *frame,
                     const struct wt_reading *reading, int64_t ago)
{
    const struct wt_packet *packet = &reading->packet[reading->packets - 1];
    struct act act = {
        .kind = (uint8_t)(act_kind_of(packet) | frame->interface << 4),
        .ends = (uint8_t)(world_end(world, &packet->src) | world_end(world, &packet->dst) << 4),
        .ports = (uint8_t)(world_port(world, packet->src_port) | world_port(world, packet->dst_port) << 4),
        .bits = act_bits_of(packet),
        .time = (int32_t)CLAMP(ago / MICROSECOND, INT32_MIN, INT32_MAX),
        .flags = (uint16_t)((unsigned)frame->direction << 14),
        .payload = (uint16_t)(packet->payload_len < 0xf000 ? packet->payload_len
                                                           : 0xf000 + (packet->payload_len >> 10)),
        .id = (uint16_t)packet->id,
        .mtu = packet->icmp.report ? packet->icmp.mtu : packet->fragment_offset,
        .ttl = packet->ttl,
        .sums = (uint8_t)((unsigned)packet->l4_checksum | (unsigned)packet->ip_checksum << 4),
        .quote = reading->quotes && reading->quote[0].tcp.header_len == 0 ? ACT_QUOTE_SHORT : 0,
    };
    if (packet->proto == 6)
        act_take_tcp(&act, &packet->tcp);
    put(bytes, &act, sizeof act);
}

/* Frames `first` to `first` + WINDOW of a file, as one input of each kind. */
static void seed_window(const char *folder, GArray *frames, guint first)
{
    const uint8_t preferences = 0;
    GByteArray *raw = g_byte_array_new(), *acts = g_byte_array_new();
    struct world world = {.addresses = 0};
    put(raw, &preferences, 1);
    put(acts, &preferences, 1);
    for (guint i = first; i < frames->len && i < first + WINDOW; i++) {
        const struct wt_frame *frame = &g_array_index(frames, struct wt_frame, i);
        int64_t ago = i > first ? frame->time - g_array_index(frames, struct wt_frame, i - 1).time : 0;
        struct wt_reading reading;
        check_read(frame, &reading);
        seed_reader(folder, frame, &reading);
        seed_frame(raw, frame, &reading, ago);
        if (reading.packets)
            seed_act(acts, &world, frame, &reading, ago);
    }
    write_file(folder, "frames", raw);
    write_file(folder, "engine", acts);
    g_byte_array_free(raw, TRUE);
    g_byte_array_free(acts, TRUE);
}

static void seed_capture(const char *folder, const char *path)
{
    struct capture_file *file = capture_file_open(path);
    struct wt_frame frame;
    if (!file)
        exit(EXIT_FAILURE);
    GArray *frames = g_array_new(FALSE, FALSE, sizeof frame);
    while (capture_file_next(file, &frame))
        g_array_append_val(frames, frame);
    for (guint first = 0; first < frames->len; first += WINDOW / 2)
        seed_window(folder, frames, first);
    g_array_free(frames, TRUE);
    capture_file_close(file);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s FOLDER CAPTURE...\n", argv[0]);
        return EXIT_FAILURE;
    }
    for (int i = 2; i < argc; i++)
        seed_capture(argv[1], argv[i]);
    return EXIT_SUCCESS;
}
