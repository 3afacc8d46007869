/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk: two hosts whose packets go straight into an engine, as structs: tests of the detectors need neither
 * bytes nor Wireshark. Host 0 is the client, host 1 the server. Checksums are what the test says.
 */
#ifndef WIRETRUTH_TALK_H
#define WIRETRUTH_TALK_H

#include <glib.h>
#include <string.h>
#include <wiretruth/engine.h>

enum {
    TALK_ETHERNET = 14,
    TALK_MS = 1000000
};

struct talk {
    struct wt_engine *engine;
    struct wt_frame frame;     /* template: interface, link type, direction */
    struct wt_reading reading; /* of the last frame */
    struct wt_address host[2];
    uint8_t version;
    uint16_t id; /* next IP identification */
};

static inline void talk_log(void *data, const char *text)
{
    (void)data;
    g_printerr("%s\n", text);
}

/* With WIRETRUTH_DEBUG in the environment every decision of the engine is printed to stderr. */
static inline void talk_open(struct talk *talk, uint8_t version)
{
    const struct wt_preferences preferences = {.verify_checksums = true};
    memset(talk, 0, sizeof *talk);
    talk->engine = wt_engine_new(&preferences);
    if (g_getenv("WIRETRUTH_DEBUG"))
        wt_engine_log(talk->engine, talk_log, NULL);
    talk->version = version;
    talk->frame.link_type = WT_LINK_ETHERNET;
    talk->frame.time = 1000 * (int64_t)TALK_MS;
    for (unsigned i = 0; i < 2; i++) {
        uint8_t *bytes = talk->host[i].bytes;
        if (version == 4) {
            memset(bytes + 10, 0xff, 2);
            bytes[12] = 10;
        } else {
            bytes[0] = 0xfd;
        }
        bytes[15] = (uint8_t)(i + 1);
    }
}

static inline void talk_close(struct talk *talk)
{
    wt_engine_free(talk->engine);
}

/* A packet of `proto` with `l4_header` and `payload` bytes from host `from`. */
static inline struct wt_packet talk_packet(struct talk *talk, unsigned from, uint8_t proto,
                                           uint32_t l4_header, uint32_t payload)
{
    uint32_t ip = talk->version == 4 ? 20 : 40;
    return (struct wt_packet){
        .src = talk->host[from],
        .dst = talk->host[!from],
        .version = talk->version,
        .proto = proto,
        .ttl = 64,
        .df = true,
        .has_id = talk->version == 4,
        .id = talk->version == 4 ? talk->id++ : 0,
        .offset = TALK_ETHERNET,
        .ip_header_len = ip,
        .l3_len = ip + l4_header + payload,
        .l3_field = ip + l4_header + payload,
        .has_l4 = true,
        .l4_offset = TALK_ETHERNET + ip,
        .l4_len = l4_header + payload,
        .l4_header_len = l4_header,
        .payload_len = payload,
        .payload_captured = payload,
        .src_port = from == 0 ? 40000 : 80,
        .dst_port = from == 0 ? 80 : 40000,
        .ip_checksum = talk->version == 4 ? WT_CHECKSUM_VALID : WT_CHECKSUM_ABSENT,
        .l4_checksum = WT_CHECKSUM_VALID,
    };
}

static inline struct wt_packet talk_tcp(struct talk *talk, unsigned from, uint16_t flags, uint32_t seq,
                                        uint32_t ack, uint32_t payload)
{
    bool syn = flags & WT_TCP_SYN;
    uint8_t options = syn ? 20 : 12;
    struct wt_packet packet = talk_packet(talk, from, 6, 20U + options, payload);
    packet.tcp = (struct wt_tcp){
        .seq = seq,
        .ack = ack,
        .flags = flags,
        .window = 64240,
        .header_len = (uint8_t)(20 + options),
        .options_len = options,
        .has_mss = syn,
        .mss = syn ? (talk->version == 4 ? 1460 : 1440) : 0,
        .scale = syn ? 7 : WT_SCALE_NONE,
        .has_timestamp = true,
    };
    return packet;
}

/* Gives the packet to the engine as the next frame; returns its number. */
static inline uint32_t talk_send(struct talk *talk, const struct wt_packet *packet)
{
    memset(&talk->reading, 0, sizeof talk->reading);
    talk->reading.packet[0] = *packet;
    talk->reading.packets = 1;
    talk->frame.number++;
    talk->frame.length = talk->frame.captured = TALK_ETHERNET + packet->l3_len;
    talk->frame.time += TALK_MS;
    wt_engine_expect(talk->engine, &talk->frame, &talk->reading);
    wt_engine_frame(talk->engine, &talk->frame, &talk->reading);
    return talk->frame.number;
}

/* The same for a packet inside another one, a tunnel's. */
static inline uint32_t talk_send_inside(struct talk *talk, const struct wt_packet *outer,
                                        const struct wt_packet *inner)
{
    memset(&talk->reading, 0, sizeof talk->reading);
    talk->reading.packet[0] = *outer;
    talk->reading.packet[1] = *inner;
    talk->reading.packets = 2;
    talk->frame.number++;
    talk->frame.length = talk->frame.captured = TALK_ETHERNET + outer->l3_len;
    talk->frame.time += TALK_MS;
    wt_engine_frame(talk->engine, &talk->frame, &talk->reading);
    return talk->frame.number;
}

static inline uint32_t talk_send_tcp(struct talk *talk, unsigned from, uint16_t flags, uint32_t seq,
                                     uint32_t ack, uint32_t payload)
{
    const struct wt_packet packet = talk_tcp(talk, from, flags, seq, ack, payload);
    return talk_send(talk, &packet);
}

/* SYN, SYN/ACK, ACK; the next bytes are `client` and `server`. 10 ms round trip. */
static inline void talk_handshake(struct talk *talk, uint32_t client, uint32_t server)
{
    talk_send_tcp(talk, 0, WT_TCP_SYN, client - 1, 0, 0);
    talk->frame.time += 9 * (int64_t)TALK_MS;
    talk_send_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, server - 1, client, 0);
    struct wt_packet ack = talk_tcp(talk, 0, WT_TCP_ACK, client, server, 0);
    ack.tcp.window = 502;
    talk_send(talk, &ack);
}

/* A report from host `from` about `quoted`, with next-hop `mtu`; a quote of 28 bytes holds ports and sequence
 * number. */
static inline uint32_t talk_report(struct talk *talk, unsigned from, uint32_t mtu,
                                   const struct wt_packet *quoted)
{
    struct wt_packet report =
        talk_packet(talk, from, talk->version == 4 ? 1 : 58, 8, quoted->ip_header_len + 8);
    report.icmp = (struct wt_icmp){.mtu = mtu, .error = true, .report = true};
    report.icmp.type = talk->version == 4 ? 3 : 2;
    report.icmp.code = talk->version == 4 ? 4 : 0;
    report.src_port = report.dst_port = 0;
    memset(&talk->reading, 0, sizeof talk->reading);
    talk->reading.packet[0] = report;
    talk->reading.packets = 1;
    talk->reading.quote[0] = *quoted;
    talk->reading.quotes = 1;
    talk->frame.number++;
    talk->frame.length = talk->frame.captured = TALK_ETHERNET + report.l3_len;
    talk->frame.time += TALK_MS;
    wt_engine_frame(talk->engine, &talk->frame, &talk->reading);
    return talk->frame.number;
}

/* The finding `id` shown on frame `number`, or NULL. */
static inline const struct wt_finding *talk_found(const struct talk *talk, uint32_t number,
                                                  enum wt_finding_id id)
{
    for (const struct wt_finding *f = wt_engine_findings(talk->engine, number); f; f = f->next)
        if (f->id == id && f->shown)
            return f;
    return NULL;
}

/* The highest severity shown on any frame so far. */
static inline enum wt_severity talk_worst(const struct talk *talk)
{
    enum wt_severity worst = WT_SEVERITY_CHAT;
    for (uint32_t number = 1; number <= talk->frame.number; number++)
        for (const struct wt_finding *f = wt_engine_findings(talk->engine, number); f; f = f->next)
            worst = f->shown && f->severity > worst ? f->severity : worst;
    return worst;
}

/* The frame that frame `number` is linked with by `kind`; 0 if there is none. */
static inline uint32_t talk_related(const struct talk *talk, uint32_t number, enum wt_relation_kind kind)
{
    for (const struct wt_relation *r = wt_engine_relations(talk->engine, number); r; r = r->next)
        if (r->kind == kind)
            return r->frame;
    return 0;
}

static inline const struct wt_facts *talk_facts(const struct talk *talk, uint32_t number)
{
    const struct wt_facts *facts = wt_engine_facts(talk->engine, number);
    g_assert_nonnull(facts);
    return facts;
}

/* Registers a test for both IP versions; it gets the version through GPOINTER_TO_UINT(). */
static inline void talk_add(const char *name, GTestDataFunc test)
{
    char *v4 = g_strdup_printf("/%s/ipv4", name);
    char *v6 = g_strdup_printf("/%s/ipv6", name);
    g_test_add_data_func(v4, GUINT_TO_POINTER(4), test);
    g_test_add_data_func(v6, GUINT_TO_POINTER(6), test);
    g_free(v4);
    g_free(v6);
}

#endif
