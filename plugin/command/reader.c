/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record stays as it was read until as many as are read ahead came after it, so that no frame is copied; and wiretap's
 * code stays in the processor's first cache while it reads them.
 */
#include "reader.h"

#include "tables/names.h"
#include "wireshark/wtap_frame.h"

#include <wsutil/wslog.h>

struct wt_reader {
    wtap *wth;
    char *path;
    struct wt_record record[WT_READER_AHEAD];
    uint32_t number; /* of the last record */
    bool ended;
    int64_t size;
    char *error;
};

/* Without a level, wiretap logs what it does at length. */
static void start_wiretap(void)
{
    static bool started;

    if (started)
        return;
    started = true;
    ws_log_set_level(LOG_LEVEL_WARNING);
    wtap_init(false);
}

static char *reason(int error, char *why)
{
    char *text = why ? g_strdup_printf("%s: %s", wtap_strerror(error), why) : g_strdup(wtap_strerror(error));

    g_free(why);
    return text;
}

struct wt_reader *wt_reader_open(const char *path, char **why, bool *foreign)
{
    int error = 0;
    char *details = NULL;

    start_wiretap();
    wtap *wth = wtap_open_offline(path, WTAP_TYPE_AUTO, &error, &details, false);
    if (!wth) {
        if (foreign)
            *foreign = error == WTAP_ERR_FILE_UNKNOWN_FORMAT;
        *why = reason(error, details);
        return NULL;
    }
    struct wt_reader *reader = g_new0(struct wt_reader, 1);
    reader->wth = wth;
    reader->path = g_strdup(path);
    reader->size = wtap_file_size(wth, &error);
    for (unsigned i = 0; i < WT_READER_AHEAD; i++)
        wt_record_init(&reader->record[i]);
    return reader;
}

void wt_reader_close(struct wt_reader *reader)
{
    if (!reader)
        return;
    for (unsigned i = 0; i < WT_READER_AHEAD; i++)
        wt_record_free(&reader->record[i]);
    wtap_close(reader->wth);
    g_free(reader->path);
    g_free(reader->error);
    g_free(reader);
}

/* Whether `path` ends as a kind of capture file does, also if compressed. */
static bool ends_as_capture(const char *path)
{
    GSList *endings = wtap_get_all_capture_file_extensions_list();
    bool found = false;

    for (const GSList *at = endings; at && !found; at = at->next) {
        char *ending = g_strconcat(".", at->data, NULL);
        found = g_str_has_suffix(path, ending);
        g_free(ending);
    }
    wtap_free_extensions_list(endings);
    return found;
}

static bool is_document(int encapsulation)
{
    return encapsulation == WTAP_ENCAP_JSON || encapsulation == WTAP_ENCAP_MIME ||
           encapsulation == WTAP_ENCAP_RFC7468;
}

bool wt_reader_is_capture(const struct wt_reader *reader)
{
    const int type = wtap_file_type_subtype(reader->wth);

    if (type == wtap_pcap_file_type_subtype() || type == wtap_pcap_nsec_file_type_subtype() ||
        type == wtap_pcapng_file_type_subtype())
        return true;
    return !is_document(wtap_file_encap(reader->wth)) && ends_as_capture(reader->path);
}

/* --- names of capture points: as Wireshark's programs name interfaces --- */

static const char *option(wtap_block_t block, unsigned code)
{
    char *text = NULL;

    return wtap_block_get_string_option_value(block, code, &text) == WTAP_OPTTYPE_SUCCESS ? text : NULL;
}

/* What the description of an interface calls it; NULL if by no name. */
static const char *described(wtap_block_t block)
{
    const char *name = option(block, OPT_IDB_NAME);

    if (!name)
        name = option(block, OPT_IDB_DESCRIPTION);
    if (!name)
        name = option(block, OPT_IDB_HARDWARE);
    return name && *name && strcmp(name, "unknown") != 0 ? name : NULL;
}

static const char *interface_name(wtap *wth, const wtap_rec *rec)
{
    const unsigned at = wt_record_interface(wth, rec);
    wtapng_iface_descriptions_t *all = wtap_file_get_idb_info(wth);
    const char *name = NULL;

    if (at < all->interface_data->len)
        name = described(g_array_index(all->interface_data, wtap_block_t, at));
    g_free(all); /* the array in it is wiretap's own */
    return name;
}

static void learn_name(const struct wt_reader *reader, const struct wt_frame *frame, const wtap_rec *rec,
                       struct wt_names *names)
{
    const uint32_t device = wt_wtap_device(frame);
    const bool numbered = rec->presence_flags & WTAP_HAS_INTERFACE_ID;
    const char *name = numbered ? interface_name(reader->wth, rec) : NULL;
    char *text = NULL;

    if (device)
        text = g_strdup_printf("%s, device %u", name ? name : "any", device);
    else if (!name)
        text = g_strdup_printf("interface %u", numbered ? rec->rec_header.packet_header.interface_id : 0);
    wt_names_learn(names, frame->interface, text ? text : name);
    g_free(text);
}

/* --- frames --- */

/* Reads a record, false at the end. Each one has a number, also one that holds no packet: then `packet` is false. */
static bool read_record(struct wt_reader *reader, struct wt_record *record, struct wt_frame *frame,
                        bool *packet)
{
    int error = 0;
    char *why = NULL;

    wtap_rec_reset(&record->rec);
    if (!wt_record_read(reader->wth, record, &error, &why)) {
        reader->ended = true;
        if (error)
            reader->error = reason(error, why);
        return false;
    }
    *packet = wt_wtap_fill(frame, &record->rec, wt_record_bytes(record));
    frame->number = ++reader->number;
    return true;
}

unsigned wt_reader_next(struct wt_reader *reader, struct wt_frame *frames, unsigned most,
                        struct wt_names *names)
{
    unsigned count = 0;
    bool packet = false;

    while (count < most && !reader->ended &&
           read_record(reader, &reader->record[count], &frames[count], &packet)) {
        struct wt_frame *frame = &frames[count];
        if (!packet)
            continue;
        if (names && frame->interface && wt_names_lack(names, frame->interface))
            learn_name(reader, frame, &reader->record[count].rec, names);
        count++;
    }
    return count;
}

const char *wt_reader_error(const struct wt_reader *reader)
{
    return reader->error;
}

/* --- statistics of interfaces --- */

/* What the latest statistics of an interface count as dropped, by it and by the system. */
static uint64_t interface_dropped(wtap_block_t block)
{
    const wtapng_if_descr_mandatory_t *all = wtap_block_get_mandatory_data(block);
    static const unsigned counters[] = {OPT_ISB_IFDROP, OPT_ISB_OSDROP};
    uint64_t sum = 0, value = 0;

    if (!all || !all->num_stat_entries || !all->interface_statistics || !all->interface_statistics->len)
        return 0;
    const guint last = all->interface_statistics->len - 1;
    wtap_block_t latest = g_array_index(all->interface_statistics, wtap_block_t, last);
    for (unsigned i = 0; i < G_N_ELEMENTS(counters); i++)
        if (wtap_block_get_uint64_option_value(latest, counters[i], &value) == WTAP_OPTTYPE_SUCCESS)
            sum += MIN(value, UINT64_MAX - sum);
    return sum;
}

uint64_t wt_reader_dropped(const struct wt_reader *reader)
{
    wtapng_iface_descriptions_t *all = wtap_file_get_idb_info(reader->wth);
    uint64_t sum = 0;

    for (guint i = 0; i < all->interface_data->len; i++) {
        const uint64_t dropped = interface_dropped(g_array_index(all->interface_data, wtap_block_t, i));
        sum += MIN(dropped, UINT64_MAX - sum);
    }
    g_free(all);
    return sum;
}

double wt_reader_done(const struct wt_reader *reader)
{
    return reader->size > 0 ? (double)wtap_read_so_far(reader->wth) / (double)reader->size : 0;
}
