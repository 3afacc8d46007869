/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine costs in memory: nothing for an ordinary frame of a known connection, at most 512 bytes for
 * a connection, and no more than its tables hold however many flows, hosts, paths, interfaces or reports
 * come.
 *
 * The allocator is counted: this program's malloc() stands in front of the C library's. The sanitizers bring
 * one of their own, and so does every other C library: there only the tables are counted.
 */
#include "talk.h"

#include <malloc.h>
#include <wiretruth/diagnosis.h>

#include "engine/checksum/sums.h"
#include "engine/context.h"
#include "engine/window/windows.h"

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
enum {
    COUNTED = 0
};
static size_t allocations, held;
#else
enum {
    COUNTED = 1
};
static size_t allocations, held; /* calls so far; bytes in use, as the allocator rounds them */

#define VISIBLE __attribute__((visibility("default"))) /* to GLib */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *memory);

static void *count(void *memory)
{
    allocations++;
    held += malloc_usable_size(memory) + sizeof(size_t); /* and the allocator's own word */
    return memory;
}

static void discount(void *memory)
{
    if (memory)
        held -= malloc_usable_size(memory) + sizeof(size_t);
}

VISIBLE void *malloc(size_t size)
{
    return count(__libc_malloc(size));
}

VISIBLE void *calloc(size_t items, size_t size)
{
    return count(__libc_calloc(items, size));
}

VISIBLE void *realloc(void *old, size_t size)
{
    discount(old);
    return count(__libc_realloc(old, size));
}

VISIBLE void free(void *memory)
{
    discount(memory);
    __libc_free(memory);
}
#endif

/* As in plugin/engine/; more would be a change to be thought about. */
enum {
    FLOWS = 1 << 17,
    HOSTS = 1 << 16,
    PATHS = 1 << 16,
    PATH_RECORDS = 1 << 12,
    LINKS = 4096,
    TROUBLES = 1 << 14,
    SYNS = 8192,
    HINTS = 65536,
    STALLS = 4096,
    STRANGERS = 1024,
    TALLIES = 512,
    WINDOW_SIDES = 1024, /* overruns and retreats, each */
    LEAKS = 4096,
    WRONGS = 1 << 14,
    FATES = 1 << 12,
    REQUESTS = 1 << 12,
    CASES = 3 * 256,
    CONNECTION_BYTES = 512,
};

static void open_talk(struct talk *talk, gconstpointer version)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    wt_engine_keep(talk->engine, false);
}

/* GLib's allocations are counted at all. */
static void test_counted(void)
{
    size_t calls = allocations, bytes = held;
    gpointer memory = g_malloc(1000);
    g_assert_cmpuint(allocations - calls, ==, COUNTED);
    g_assert_cmpuint(held - bytes, >=, COUNTED ? 1000 : 0);
    g_free(memory);
    g_assert_cmpuint(held, ==, bytes);
}

/* --- an ordinary frame --- */

/* Data, acknowledgements and super-frames on a known connection, without anything to tell. */
static void exchange(struct talk *talk, uint32_t *seq, unsigned rounds)
{
    const uint32_t size = (talk->version == 4 ? 1460 : 1440) - 12;
    for (unsigned i = 0; i < rounds; i++, *seq += size) {
        talk_send_tcp(talk, 1, WT_TCP_ACK, *seq, 1000, size);
        struct wt_packet ack = talk_tcp(talk, 0, WT_TCP_ACK, 1000, *seq + size, 0);
        ack.tcp.window = 502;
        talk_send(talk, &ack);
        g_assert_null(wt_engine_findings(talk->engine, talk->frame.number));
    }
}

static void test_no_allocation(gconstpointer version)
{
    struct talk talk;
    uint32_t seq = 5000;
    if (!COUNTED) {
        g_test_skip("the allocator is not the C library of GNU: it is not counted");
        return;
    }
    open_talk(&talk, version);
    talk_handshake(&talk, 1000, seq);
    exchange(&talk, &seq, 100);
    size_t before = allocations;
    exchange(&talk, &seq, 100000);
    g_assert_cmpuint(allocations, ==, before);
    talk_close(&talk);
}

/* Frames that can be visited again keep their facts, in chunks, and nothing else. */
static void test_kept_frames(gconstpointer version)
{
    const unsigned rounds = 50 * 1024;
    struct talk talk;
    uint32_t seq = 5000;
    if (!COUNTED) {
        g_test_skip("the allocator is not the C library of GNU: it is not counted");
        return;
    }
    talk_open(&talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk_handshake(&talk, 1000, seq);
    exchange(&talk, &seq, 1024);
    size_t calls = allocations, bytes = held;
    exchange(&talk, &seq, rounds);
    g_assert_cmpuint(allocations - calls, <=, 2U * rounds / 1024 + 10);
    g_assert_cmpuint(held - bytes, <=, (size_t)2 * rounds * (sizeof(struct wt_facts) + 1) + 65536);
    talk_close(&talk);
}

/* --- a connection --- */

static void set_host(struct wt_address *address, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        address->bytes[12 + i] = (uint8_t)(number >> (24 - 8 * i));
}

static struct wt_packet connection_packet(struct talk *talk, unsigned from, uint16_t flags, uint32_t number)
{
    struct wt_packet packet =
        talk_tcp(talk, from, flags, from ? 4999 : 999, from || !(flags & WT_TCP_SYN) ? 1000 : 0, 0);
    uint16_t port = (uint16_t)(1024 + number % 60000);
    if (from == 0)
        packet.src_port = port;
    else
        packet.dst_port = port;
    return packet;
}

/* Handshakes between two hosts, from port to port; then the same on other interfaces. */
static void connect_many(struct talk *talk, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        struct wt_packet syn = connection_packet(talk, 0, WT_TCP_SYN, i);
        struct wt_packet answer = connection_packet(talk, 1, WT_TCP_SYN | WT_TCP_ACK, i);
        struct wt_packet last = connection_packet(talk, 0, WT_TCP_ACK, i);
        last.tcp.seq = 1000;
        last.tcp.ack = 5000;
        talk->frame.interface = i / 60000;
        talk_send(talk, &syn);
        talk_send(talk, &answer);
        talk_send(talk, &last);
    }
}

/* Its flow, its place in the hash table and what all detectors remember of it; full tables beside it do not
 * grow. */
static void test_connection(gconstpointer version)
{
    const uint32_t first = 20000, more = 40000;
    struct talk talk;
    g_assert_cmpuint(sizeof(struct wt_flow), <=, 480);
    if (!COUNTED) {
        g_test_skip("the allocator is not the C library of GNU: it is not counted");
        return;
    }
    open_talk(&talk, version);
    connect_many(&talk, 0, first);
    size_t before = held;
    connect_many(&talk, first, more);
    g_test_message("%zu bytes a connection", (held - before) / more);
    g_assert_cmpuint(held - before, <=, more * (size_t)CONNECTION_BYTES);
    talk_close(&talk);
}

/* --- floods --- */

static unsigned entries(struct wt_map *table)
{
    unsigned count = 0;
    for (const void *entry = wt_map_oldest(table); entry; entry = wt_map_next(entry))
        count++;
    return count;
}

static void check_bounds(const struct wt_engine *engine)
{
    const struct wt_windows *windows = engine->kept[WT_KEEPER_WINDOW];
    const struct wt_sums *sums = engine->kept[WT_KEEPER_SUMS];
    const struct {
        struct wt_map *table;
        unsigned limit;
    } bounds[] = {
        {engine->flows, FLOWS},
        {engine->strangers, STRANGERS},
        {engine->hosts, HOSTS},
        {engine->paths, PATHS},
        {engine->kept[WT_KEEPER_PATH_RECORD], PATH_RECORDS},
        {engine->links, LINKS},
        {engine->kept[WT_KEEPER_TROUBLE], TROUBLES},
        {windows->syns, SYNS},
        {windows->hints, HINTS},
        {windows->stalls, STALLS},
        {windows->tallies, TALLIES},
        {windows->fillings, TALLIES},
        {windows->overruns, WINDOW_SIDES},
        {windows->retreats, WINDOW_SIDES},
        {sums->leaks, LEAKS},
        {sums->causes, WRONGS},
        {sums->fates, FATES},
        {sums->requests, REQUESTS},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bounds); i++)
        g_assert_cmpuint(entries(bounds[i].table), <=, bounds[i].limit);
    g_assert_null(wt_engine_case(engine, CASES));
}

/* Connection `number` from a host, to a host and on an interface of its own, with everything that makes a
 * detector remember: answered SYN, data, data again, a wrong checksum, a partial one, a report. */
static void misbehave(struct talk *talk, uint32_t number)
{
    set_host(&talk->host[0], number | 0x0a000000);
    set_host(&talk->host[1], number | 0x14000000);
    talk->frame.interface = number % 6000;
    talk_handshake(talk, 1000, 5000);
    struct wt_packet data = talk_tcp(talk, 1, WT_TCP_ACK, 5000, 1000, 1400);
    talk_send(talk, &data);
    talk_report(talk, 0, 1300, &data);
    data.id++;
    talk_send(talk, &data);
    data = talk_tcp(talk, 1, WT_TCP_ACK, 6400, 1000, 1400);
    data.l4_checksum = number % 2 ? WT_CHECKSUM_BAD : WT_CHECKSUM_PARTIAL;
    talk_send(talk, &data);
}

static void test_flood(gconstpointer version)
{
    const uint32_t enough = 140000, more = 20000;
    struct talk talk;
    open_talk(&talk, version);
    for (uint32_t i = 0; i < enough; i++)
        misbehave(&talk, i);
    size_t before = held;
    check_bounds(talk.engine);
    g_assert_cmpuint(entries(talk.engine->flows), ==, FLOWS);
    g_assert_cmpuint(entries(talk.engine->kept[WT_KEEPER_PATH_RECORD]), ==, PATH_RECORDS);
    g_assert_cmpuint(entries(talk.engine->links), ==, LINKS);
    for (uint32_t i = enough; i < enough + more; i++)
        misbehave(&talk, i);
    check_bounds(talk.engine);
    if (COUNTED)
        g_assert_cmpuint(held, <=, before + before / 100);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bounds/counted", test_counted);
    talk_add("bounds/no-allocation", test_no_allocation);
    talk_add("bounds/kept-frames", test_kept_frames);
    talk_add("bounds/connection", test_connection);
    talk_add("bounds/flood", test_flood);
    return g_test_run();
}
