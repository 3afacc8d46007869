/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "debug.h"

#include <stdarg.h>
#include <wsutil/wslog.h>

static const char domain[] = "wiretruth";

/* Not ws_debug(): since 4.2 that is compiled to nothing unless Wireshark itself is built for debugging. */
void wt_debug(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    ws_logv(domain, LOG_LEVEL_DEBUG, format, values);
    va_end(values);
}

static void write_decision(void *data, const char *text)
{
    (void)data;
    wt_debug("%s", text);
}

void wt_debug_engine(struct wt_engine *engine)
{
    if (ws_log_msg_is_active(domain, LOG_LEVEL_DEBUG))
        wt_engine_log(engine, write_decision, NULL);
}
