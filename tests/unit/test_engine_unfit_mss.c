/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MSS options that do not fit the link or the path, each beside what is healthy and looks like it. */
#include <wiretruth/diagnosis.h>

#include "talk.h"

enum {
    CLIENT = 1000,
    SERVER = 5000,
    PPPOE = 1492,
};

static void open_talk(struct talk *talk, gconstpointer version, uint32_t link_mtu)
{
    talk_open(talk, (uint8_t)GPOINTER_TO_UINT(version));
    talk->frame.link_mtu = link_mtu;
}

static uint16_t fit(const struct talk *talk, uint32_t mtu)
{
    return (uint16_t)(mtu - (talk->version == 4 ? 40 : 60));
}

/* SYN in frame 1, SYN/ACK in frame 2, ACK in frame 3, with what each asks for; `ttl` of both SYNs. */
static void greet(struct talk *talk, uint16_t client, uint16_t server, uint8_t client_ttl, uint8_t server_ttl)
{
    struct wt_packet syn = talk_tcp(talk, 0, WT_TCP_SYN, CLIENT - 1, 0, 0);
    syn.tcp.mss = client;
    syn.ttl = client_ttl;
    talk_send(talk, &syn);
    syn = talk_tcp(talk, 1, WT_TCP_SYN | WT_TCP_ACK, SERVER - 1, CLIENT, 0);
    syn.tcp.mss = server;
    syn.ttl = server_ttl;
    talk_send(talk, &syn);
    talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT, SERVER, 0);
}

/* Both cross a PPPoE line unclamped: what would fit is 1492 less headers. Who stands on the line limits itself. */
static void test_link(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, PPPOE);
    greet(&talk, fit(&talk, 1500), fit(&talk, 1500), 63, 57);
    for (uint32_t frame = 1; frame <= 2; frame++) {
        const struct wt_finding *found = talk_found(&talk, frame, WT_FINDING_MSS_UNFIT);
        g_assert_nonnull(found);
        g_assert_cmpint(found->severity, ==, WT_SEVERITY_NOTE);
        g_assert_cmpuint(found->value[0], ==, fit(&talk, 1500));
        g_assert_cmpuint(found->value[1], ==, PPPOE);
        g_assert_cmpuint(found->value[2], ==, fit(&talk, PPPOE));
    }
    talk_close(&talk);
    open_talk(&talk, version, PPPOE);
    greet(&talk, fit(&talk, 1500), fit(&talk, 1500), 64, 57);
    g_assert_nonnull(talk_found(&talk, 1, WT_FINDING_MSS_UNFIT));
    g_assert_null(talk_found(&talk, 2, WT_FINDING_MSS_UNFIT));
    talk_close(&talk);
}

static void check_silent(gconstpointer version, uint32_t link_mtu, uint32_t client, uint32_t server,
                         uint8_t ttl)
{
    struct talk talk;
    open_talk(&talk, version, link_mtu);
    greet(&talk, fit(&talk, client), fit(&talk, server), ttl, 57);
    g_assert_null(talk_found(&talk, 1, WT_FINDING_MSS_UNFIT));
    g_assert_null(talk_found(&talk, 2, WT_FINDING_MSS_UNFIT));
    talk_close(&talk);
}

static void test_link_healthy(gconstpointer version)
{
    check_silent(version, PPPOE, PPPOE, PPPOE, 63); /* both fit */
    check_silent(version, PPPOE, PPPOE, 1500, 64);  /* the client stands on this line, and limits itself */
    check_silent(version, PPPOE, PPPOE, 1500,
                 63);                             /* who clamped the one clamps the other, behind this line */
    check_silent(version, 1500, 9000, 1500, 64);  /* the other end has the smaller link */
    check_silent(version, PPPOE, 1500, 1400, 63); /* so here: no clamp makes 1400 of 1492 */
    check_silent(version, 0, 1500, 1500, 63);
    check_silent(version, 0, 9000, 9000, 63); /* the default is a guess */
}

/* In a tunnel the headers around come off what the link takes. */
static void test_link_tunnel(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, 1500);
    for (unsigned i = 0; i < 2; i++) {
        struct wt_packet syn = talk_tcp(&talk, i, i ? WT_TCP_SYN | WT_TCP_ACK : WT_TCP_SYN,
                                        i ? SERVER - 1 : CLIENT - 1, i ? CLIENT : 0, 0);
        struct wt_packet outer = talk_packet(&talk, i, 17, 8, syn.l3_len + 22);
        syn.offset = outer.offset + 50;
        syn.tunnel = 7;
        talk_send_inside(&talk, &outer, &syn);
    }
    const struct wt_finding *found = talk_found(&talk, 1, WT_FINDING_MSS_UNFIT);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[2], ==, fit(&talk, 1450));
    talk_close(&talk);
}

/* 1460 and 1452 in IPv6: IPv4's values. 1440 and 1432 are right, and 1420 is that of a tunnel of 1480. */
static void test_family(void)
{
    static const struct {
        uint16_t mss;
        bool unfit;
    } cases[] = {{1460, true}, {1452, true}, {1440, false}, {1432, false}, {1420, false}, {8940, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct talk talk;
        open_talk(&talk, GUINT_TO_POINTER(6), 0);
        greet(&talk, 1440, cases[i].mss, 64, 57);
        const struct wt_finding *found = talk_found(&talk, 2, WT_FINDING_MSS_UNFIT);
        g_assert_cmpint(found != NULL, ==, cases[i].unfit);
        g_assert_null(talk_found(&talk, 1, WT_FINDING_MSS_UNFIT));
        if (found)
            g_assert_cmpuint(found->value[2], ==, cases[i].mss - 20);
        talk_close(&talk);
    }
}

/* A router refuses 1500 towards the client at `mtu`, where the server asked for `server` itself. */
static const struct wt_finding *refuse(struct talk *talk, uint32_t server, uint32_t mtu)
{
    greet(talk, fit(talk, 1500), fit(talk, server), 57, 64);
    const struct wt_packet full =
        talk_tcp(talk, 1, WT_TCP_ACK, SERVER, CLIENT, 1500U - (talk->version == 4 ? 52 : 72));
    talk_send(talk, &full);
    talk_report(talk, 0, mtu, &full);
    return talk_found(talk, 1, WT_FINDING_MSS_UNFIT);
}

static void test_refused(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, 0);
    const struct wt_finding *found = refuse(&talk, 1400, 1400);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[0], ==, fit(&talk, 1500));
    g_assert_cmpuint(found->value[2], ==, fit(&talk, 1400));
    talk_close(&talk);
    open_talk(&talk, version, 0);
    g_assert_null(refuse(&talk, 1500, 1400)); /* an ordinary host behind a tunnel */
    g_assert_cmpint(talk_worst(&talk), <, WT_SEVERITY_WARN);
    talk_close(&talk);
    open_talk(&talk, version, 0);
    g_assert_null(refuse(&talk, 1450, 1400)); /* what it asks for would not pass either */
    talk_close(&talk);
}

/* The client's full packets vanish while those of the server, made for a smaller MSS than it was told, pass. */
static const struct wt_finding *vanish(struct talk *talk, uint32_t server_size)
{
    const uint32_t options = 12, all = 1500 - options - (talk->version == 4 ? 40 : 60);
    greet(talk, fit(talk, 1500), fit(talk, 1500), 64, 57);
    const uint32_t full = fit(talk, server_size) - options;
    for (uint32_t i = 0; i < 4; i++)
        talk_send_tcp(talk, 1, WT_TCP_ACK, SERVER + i * full, CLIENT, full);
    talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT, SERVER + 4 * full, 300);
    talk_send_tcp(talk, 1, WT_TCP_ACK, SERVER + 4 * full, CLIENT + 300, 0);
    for (unsigned i = 0; i < 7; i++) {
        talk_send_tcp(talk, 0, WT_TCP_ACK, CLIENT + 300, SERVER + 4 * full, all);
        talk->frame.time += (int64_t)200 * TALK_MS << i;
    }
    return talk_found(talk, 2, WT_FINDING_MSS_UNFIT);
}

static void test_vanished(gconstpointer version)
{
    struct talk talk;
    open_talk(&talk, version, 0);
    const struct wt_finding *found = vanish(&talk, PPPOE);
    g_assert_nonnull(found);
    g_assert_cmpuint(found->value[1], ==, 1500);
    g_assert_cmpuint(found->value[2], ==, fit(&talk, PPPOE));
    const struct wt_case *supported = wt_engine_case(talk.engine, found->supports - 1);
    g_assert_cmpint(supported->id, ==, WT_DIAGNOSIS_BLACK_HOLE);
    talk_close(&talk);
    open_talk(&talk, version, 0);
    g_assert_null(vanish(&talk, 1500)); /* nothing shows a clamp */
    g_assert_cmpint(talk_worst(&talk), >=, WT_SEVERITY_WARN);
    talk_close(&talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    talk_add("unfit/link", test_link);
    talk_add("unfit/link/healthy", test_link_healthy);
    talk_add("unfit/link/tunnel", test_link_tunnel);
    g_test_add_func("/unfit/family", test_family);
    talk_add("unfit/refused", test_refused);
    talk_add("unfit/vanished", test_vanished);
    return g_test_run();
}
