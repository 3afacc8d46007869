/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as text (the examples of RFC 5952 4 and 5), compared, and recognised. */
#include <wiretruth/packet.h>

#include <glib.h>
#include <string.h>
#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

static struct wt_address address(const char *text)
{
    struct wt_address parsed = {.bytes = {[10] = 0xff, [11] = 0xff}};
    if (inet_pton(AF_INET, text, parsed.bytes + 12) != 1)
        g_assert_cmpint(inet_pton(AF_INET6, text, parsed.bytes), ==, 1);
    return parsed;
}

static void test_text(void)
{
    static const char *const texts[] = {"0.0.0.0",
                                        "192.0.2.1",
                                        "255.255.255.255",
                                        "::",
                                        "::1",
                                        "1::",
                                        "2001:db8::1",
                                        "2001:db8::2:1",
                                        "2001:db8:0:1:1:1:1:1",
                                        "2001:0:0:1::1",
                                        "2001:db8::1:0:0:1",
                                        "fe80::abcd:ef00:1:2",
                                        "1:2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6::",
                                        "::2:3:4:5:6:7",
                                        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        char text[WT_ADDRESS_TEXT];
        struct wt_address parsed = address(texts[i]);
        wt_address_text(&parsed, text);
        g_assert_cmpstr(text, ==, texts[i]);
    }
}

static void test_text_random(void)
{
    for (int i = 0; i < 20000; i++) {
        struct wt_address random;
        char text[WT_ADDRESS_TEXT];
        for (gsize group = 0; group < 8; group++) { /* zeros often */
            bool zero = g_test_rand_bit();
            random.bytes[2 * group] = zero ? 0 : (uint8_t)g_test_rand_int_range(0, 256);
            random.bytes[2 * group + 1] = zero ? 0 : (uint8_t)g_test_rand_int_range(0, 256);
        }
        wt_address_text(&random, text);
        struct wt_address back = address(text);
        g_assert_true(wt_address_equal(&random, &back));
        g_assert_null(strstr(text, ":::"));
    }
}

static void test_kinds(void)
{
    struct wt_address v4 = address("127.9.8.7"), v6 = address("::1"), other = address("192.0.2.1");
    struct wt_address mapped = address("::ffff:127.9.8.7"), compatible = address("::7f09:807");
    g_assert_true(wt_address_is_loopback(&v4) && wt_address_is_v4(&v4));
    g_assert_true(wt_address_is_loopback(&v6) && !wt_address_is_v4(&v6));
    g_assert_false(wt_address_is_loopback(&other));
    g_assert_true(wt_address_equal(&v4, &mapped) && !wt_address_equal(&v4, &other));
    g_assert_false(wt_address_is_v4(&compatible) || wt_address_is_loopback(&compatible));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/text", test_text);
    g_test_add_func("/address/text-random", test_text_random);
    g_test_add_func("/address/kinds", test_kinds);
    return g_test_run();
}
