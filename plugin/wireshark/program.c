/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program: tshark, Wireshark, sharkd, or what else links libwireshark. No interface of Wireshark tells a
 * dissector what is around it; these do as much as is needed:
 *
 * Which program. Each says its name to Wireshark's own library for the messages that it reports.
 *
 * Does it come back to frames? Only then what is known of them has to be kept. All do, but tshark without
 * -2. There it runs its taps on each frame as it is dissected first (epan_dissect_run_with_taps()); in the
 * first of two passes it does not (epan_dissect_run()). What was given to a tap can be fetched again while
 * taps run, if anybody listens, and so SMB2 gets what NTLMSSP found (fetch_tapped_data()). So the plugin
 * listens to a tap of its own, gives it something on the first frame, and looks whether it is there. A
 * listener that helps a dissector is no reason to dissect (TL_IS_DISSECTOR_HELPER): `tshark -q` and
 * `tshark -w` without a table pass frames by as before.
 *
 * Seen so in 4.0, 4.4 and 4.6. Single pass: tshark -r, from a pipe or while it captures, with -M too (each
 * session is a file of its own here). Not: tshark -2, with and without -R; sharkd; Wireshark, which runs
 * its taps on first visits and comes back.
 *
 * Who asks? A command that never asks for Wire Truth should not pay for it. Wireshark tells all that it
 * wants before each frame is dissected: taps are listened to, and the fields that filters, columns,
 * colours, taps and scripts use are marked in the tree. In a single pass none of that changes from frame
 * to frame.
 *
 * Traps: expert information reaches more places than our own fields do, also without a tree. What counts
 * the protocols of each frame (-z io,phs since 4.6, the Protocol Hierarchy) wants all of them and no
 * field: proto_field_is_referenced() says yes for each, so the mark itself is looked at. And with -T
 * fields tshark 4.0 makes the whole tree of every frame visible, as for -V, and tells nobody which few
 * fields it will print: our items then cost 11 % of such a command. Since 4.4 it asks for those fields
 * only.
 */
#include "program.h"

#include "listener.h"

#include <epan/column-info.h>
#include <wsutil/report_message.h>

static const char tap_pass_name[] = "wiretruth.pass";

static bool is_tshark;
static int tap_pass, tap_expert;
static const header_field_info *wiretruth, *expert;

/* Without the listener, which nothing can be wrong with, every frame would be kept. */
static void listen_to_pass(void)
{
    GString *error =
        register_tap_listener(tap_pass_name, NULL, NULL, TL_IS_DISSECTOR_HELPER, NULL, NULL, NULL, NULL);

    if (error)
        g_string_free(error, TRUE);
}

void wt_program_register(int proto)
{
    const char *program = get_friendly_program_name();

    is_tshark = program && g_ascii_strcasecmp(program, "tshark") == 0;
    wiretruth = proto_registrar_get_nth((unsigned)proto);
    tap_pass = register_tap(tap_pass_name);
    if (is_tshark)
        listen_to_pass();
}

void wt_program_start(void)
{
    expert = proto_registrar_get_nth((unsigned)proto_expert);
    tap_expert = find_tap_id("expert");
}

bool wt_program_prints(void)
{
    return is_tshark;
}

bool wt_program_comes_again(packet_info *pinfo)
{
    if (pinfo->fd->visited || !is_tshark)
        return true;
    tap_queue_packet(tap_pass, pinfo, &tap_pass);
    return fetch_tapped_data(tap_pass, 0) == NULL;
}

bool wt_program_shows_fields(const proto_tree *tree)
{
    return tree && (PTREE_DATA(tree)->visible || wiretruth->ref_type != HF_REF_TYPE_NONE);
}

static bool shows_expert(const packet_info *pinfo, const proto_tree *tree)
{
    return have_tap_listener(tap_expert) || (pinfo->cinfo && pinfo->cinfo->col_first[COL_EXPERT] >= 0) ||
           (tree && expert->ref_type != HF_REF_TYPE_NONE);
}

enum wt_asker wt_program_asker(const packet_info *pinfo, const proto_tree *tree)
{
    if (wt_listeners_present() || wt_program_shows_fields(tree) || shows_expert(pinfo, tree))
        return WT_ASKER_ALL;
    if (!is_tshark)
        return WT_ASKER_SEVERITY;
    return wt_listeners_deferred() ? WT_ASKER_TABLES : WT_ASKER_NOBODY;
}
