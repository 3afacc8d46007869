/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay FILE...   gives each file to a fuzz target, as a fuzzer would: for compilers without libFuzzer, and
 * for valgrind and coverage. Ends with the number of files.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    INPUT_MAX = 1 << 20
};

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX);
    if (!file || !data) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    size_t size = fread(data, 1, INPUT_MAX, file);
    uint8_t *exact = realloc(data, size ? size : 1); /* every byte too far is noticed */
    int result = exact ? LLVMFuzzerTestOneInput(exact, size) : EXIT_FAILURE;
    free(exact);
    (void)fclose(file);
    return result;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]) != 0)
            return EXIT_FAILURE;
    printf("%d inputs\n", argc - 1);
    return EXIT_SUCCESS;
}
