// Strings.

#include "tiny.h"

bool equal(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

size_t length(const char *s) {
    size_t n = 0;
    while (s[n]) n++;
    return n;
}

const char *after_word(const char *text, const char *word) {
    while (*word)
        if (*text++ != *word++) return NULL;
    if (!*text) return text;
    return *text == ' ' ? text + 1 : NULL;
}

uint64_t number(const char **text) {
    uint64_t n = 0;
    while (**text >= '0' && **text <= '9') n = n * 10 + (uint64_t)(*(*text)++ - '0');
    while (**text == ' ') (*text)++;
    return n;
}

struct text *add(struct text *text, const char *s) {
    while (*s && text->used < sizeof text->bytes - 1) text->bytes[text->used++] = *s++;
    text->bytes[text->used] = 0;
    return text;
}

struct text *add_number(struct text *text, uint64_t n) {
    char digits[21] = {0};
    char *p = digits + 20;
    do *--p = (char)('0' + n % 10);
    while (n /= 10);
    return add(text, p);
}
