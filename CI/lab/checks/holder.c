// holder DEVICE: opens it for itself alone, says so, and keeps it until it is ended.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **words) {
    if (count != 2 || open(words[1], O_RDWR | O_EXCL) < 0) {
        perror("holder");
        return 1;
    }
    puts("held");
    fflush(stdout);
    for (;;) pause();
}
