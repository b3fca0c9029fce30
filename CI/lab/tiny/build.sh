#!/bin/sh
# Build the tiny guest as $1, by default as tiny beside its sources (needs gcc and Xen's headers: libxen-dev).
src=$(dirname "$(realpath "$0")")
exec gcc -O2 -Wall -Wextra -ffreestanding -fno-stack-protector -fno-pic \
    -mno-sse -mno-red-zone -mcmodel=small -fno-tree-loop-distribute-patterns -nostdlib -static -no-pie \
    -Wl,-e,pv_start,-Ttext-segment=0x100000,--build-id=none,-z,noexecstack,-z,max-page-size=4096 \
    "$src"/*.c -o "${1:-$src/tiny}"
