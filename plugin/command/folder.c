/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folder.h"

#include <string.h>
#include <sys/stat.h>

static void file_clear(gpointer data)
{
    struct wt_file *file = data;

    g_free(file->path);
    g_free(file->error);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in `folder` in order; NULL if it cannot be read, then `error` is why. */
static GPtrArray *names_in(const char *folder, char **error)
{
    GError *why = NULL;
    GDir *dir = g_dir_open(folder, 0, &why);

    if (!dir) {
        *error = g_strdup(why->message);
        g_error_free(why);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

static void add_file(GArray *files, const char *path, bool listed, char *error)
{
    const struct wt_file file = {.path = g_strdup(path), .listed = listed, .error = error};

    g_array_append_val(files, file);
}

/* Depth first. Paths grow with each level, so the system's limit of their length ends it. */
// NOLINTNEXTLINE(misc-no-recursion)
static void add_folder(GArray *files, const char *folder)
{
    char *error = NULL;
    GPtrArray *names = names_in(folder, &error);

    if (!names) {
        add_file(files, folder, true, error);
        return;
    }
    for (unsigned i = 0; i < names->len; i++) {
        char *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
        struct stat itself, target;
        if (lstat(path, &itself) == 0 && S_ISDIR(itself.st_mode))
            add_folder(files, path);
        else if (stat(path, &target) == 0 && S_ISREG(target.st_mode))
            add_file(files, path, true, NULL);
        g_free(path);
    }
    g_ptr_array_free(names, TRUE);
}

GArray *wt_folder_files(char *const *words)
{
    GArray *files = g_array_new(FALSE, FALSE, sizeof(struct wt_file));

    g_array_set_clear_func(files, file_clear);
    for (; *words; words++)
        if (strcmp(*words, "-") != 0 && g_file_test(*words, G_FILE_TEST_IS_DIR))
            add_folder(files, *words);
        else
            add_file(files, *words, false, NULL);
    return files;
}
