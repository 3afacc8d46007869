/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tags and tunnels for kernels without 8021q, ip_gre and ipip: programs for tc, attached to a device's clsact
 * hooks. The kernel's own GSO works underneath. The scenario gives addresses and MTU as the route of the
 * inner packets.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#define SECTION(name) __attribute__((section(name), used))

static long (*const vlan_push)(struct __sk_buff *skb, __be16 protocol,
                               __u16 tci) = (void *)BPF_FUNC_skb_vlan_push;
static long (*const vlan_pop)(struct __sk_buff *skb) = (void *)BPF_FUNC_skb_vlan_pop;
static long (*const adjust_room)(struct __sk_buff *skb, __s32 len, __u32 mode,
                                 __u64 flags) = (void *)BPF_FUNC_skb_adjust_room;
static long (*const store)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 len,
                           __u64 flags) = (void *)BPF_FUNC_skb_store_bytes;
static long (*const load)(const struct __sk_buff *skb, __u32 offset, void *to,
                          __u32 len) = (void *)BPF_FUNC_skb_load_bytes;

enum {
    VLAN_ID = 7,
    GRE_LEN = 4,
    TTL = 64,
};

SECTION("vlan_push") int tag(struct __sk_buff *skb)
{
    vlan_push(skb, __builtin_bswap16(ETH_P_8021Q), VLAN_ID);
    return TC_ACT_OK;
}

SECTION("vlan_pop") int untag(struct __sk_buff *skb)
{
    vlan_pop(skb);
    return TC_ACT_OK;
}

static __u16 header_checksum(const struct iphdr *ip)
{
    const __u16 *word = (const void *)ip;
    __u32 sum = 0;

    for (int i = 0; i < (int)sizeof *ip / 2; i++)
        sum += word[i];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

/* Puts an IPv4 header with the inner addresses, and what `protocol` needs, in front of the packet. */
static int encapsulate(struct __sk_buff *skb, __u8 protocol, __u32 extra, __u64 flags)
{
    struct iphdr inner, outer = {0};
    __u8 gre[GRE_LEN] = {0, 0, ETH_P_IP >> 8, ETH_P_IP & 0xff};

    if (skb->protocol != __builtin_bswap16(ETH_P_IP) || load(skb, ETH_HLEN, &inner, sizeof inner) < 0)
        return TC_ACT_OK;
    if (inner.protocol != IPPROTO_TCP)
        return TC_ACT_OK;
    if (adjust_room(skb, sizeof outer + extra, BPF_ADJ_ROOM_MAC, flags) < 0)
        return TC_ACT_SHOT;
    outer.version = 4;
    outer.ihl = 5;
    outer.ttl = TTL;
    outer.id = inner.id;
    outer.frag_off = inner.frag_off;
    outer.protocol = protocol;
    outer.saddr = inner.saddr;
    outer.daddr = inner.daddr;
    outer.tot_len = __builtin_bswap16(__builtin_bswap16(inner.tot_len) + sizeof outer + extra);
    outer.check = header_checksum(&outer);
    store(skb, ETH_HLEN, &outer, sizeof outer, 0);
    if (extra)
        store(skb, ETH_HLEN + sizeof outer, gre, sizeof gre, 0);
    return TC_ACT_OK;
}

SECTION("ipip_push") int into_ipip(struct __sk_buff *skb)
{
    return encapsulate(skb, IPPROTO_IPIP, 0, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
}

SECTION("gre_push") int into_gre(struct __sk_buff *skb)
{
    return encapsulate(skb, IPPROTO_GRE, GRE_LEN, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_GRE);
}

/* Takes the outer headers off again. */
SECTION("pop") int out_of_tunnel(struct __sk_buff *skb)
{
    struct iphdr outer;
    int room = sizeof outer;

    if (skb->protocol != __builtin_bswap16(ETH_P_IP) || load(skb, ETH_HLEN, &outer, sizeof outer) < 0)
        return TC_ACT_OK;
    if (outer.protocol != IPPROTO_IPIP && outer.protocol != IPPROTO_GRE)
        return TC_ACT_OK;
    if (outer.protocol == IPPROTO_GRE)
        room += GRE_LEN;
    adjust_room(skb, -room, BPF_ADJ_ROOM_MAC, 0);
    return TC_ACT_OK;
}

char gpl[] SECTION("license") = "GPL";
