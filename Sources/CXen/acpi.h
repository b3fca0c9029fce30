// The ACPI tables of a PVH guest: only what tells it where its local APICs are. Without them Linux leaves the APIC in a mode
// in which the events that Xen sends through it stop coming. ACPI 5.1, hardware-reduced: there is no other hardware.

#ifndef XEND_CXEN_ACPI_H
#define XEND_CXEN_ACPI_H

#include <stdint.h>
#include <string.h>

#include <xenguest.h>

// Where libxl puts them, in the hole below 4 GiB.
static const uint64_t cxen_acpi_address = 0xfc000000;
enum { CXEN_ACPI_PAGE = 4096, CXEN_XSDT = 64, CXEN_FADT = 128, CXEN_DSDT = 448, CXEN_MADT = 512, CXEN_FADT_SIZE = 268 };
// The number of an APIC is a byte here, and vcpus have every second one.
enum { CXEN_ACPI_VCPUS = 128 };

static inline void cxen_put(uint8_t *table, size_t offset, uint64_t value, size_t size) {
    memcpy(table + offset, &value, size);
}

// Makes the sum of all bytes zero.
static inline void cxen_checksum(uint8_t *table, size_t offset, size_t length) {
    uint8_t sum = 0;
    table[offset] = 0;
    for (size_t i = 0; i < length; i++) sum += table[i];
    table[offset] = (uint8_t)-sum;
}

// The 36 bytes with which every table begins, and its checksum; its contents must be there.
static inline void cxen_table(uint8_t *table, const char signature[4], uint8_t revision, size_t length) {
    memcpy(table, signature, 4);
    cxen_put(table, 4, length, 4);
    table[8] = revision;
    memcpy(table + 10, "Xen   PVH     ", 14);
    cxen_put(table, 24, 1, 4);
    memcpy(table + 28, "xend", 4);
    cxen_put(table, 32, 1, 4);
    cxen_checksum(table, 9, length);
}

// Gives them to the builder, which puts them into the guest. The page belongs to the image.
static inline int cxen_give_acpi(struct xc_dom_image *dom, uint32_t vcpus) {
    uint8_t *page = xc_dom_malloc_page_aligned(dom, CXEN_ACPI_PAGE);
    if (!page || vcpus > CXEN_ACPI_VCPUS) return -1;
    memset(page, 0, CXEN_ACPI_PAGE);

    uint8_t *madt = page + CXEN_MADT;
    cxen_put(madt, 36, 0xfee00000, 4);
    for (uint32_t i = 0; i < vcpus; i++) {
        uint8_t *apic = madt + 44 + 8 * i;
        // Type 0, 8 bytes, processor, APIC, enabled. Xen numbers the APICs of vcpus by twos.
        apic[1] = 8;
        apic[2] = (uint8_t)i;
        apic[3] = (uint8_t)(2 * i);
        cxen_put(apic, 4, 1, 4);
    }
    cxen_table(madt, "APIC", 3, 44 + 8 * vcpus);
    cxen_table(page + CXEN_DSDT, "DSDT", 2, 36);

    uint8_t *fadt = page + CXEN_FADT;
    // No VGA, no CMOS clock; WBINVD works, no fixed buttons, hardware-reduced.
    cxen_put(fadt, 109, 1 << 2 | 1 << 5, 2);
    cxen_put(fadt, 112, 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 20, 4);
    fadt[131] = 1;
    cxen_put(fadt, 140, cxen_acpi_address + CXEN_DSDT, 8);
    cxen_table(fadt, "FACP", 5, CXEN_FADT_SIZE);

    uint8_t *xsdt = page + CXEN_XSDT;
    cxen_put(xsdt, 36, cxen_acpi_address + CXEN_FADT, 8);
    cxen_put(xsdt, 44, cxen_acpi_address + CXEN_MADT, 8);
    cxen_table(xsdt, "XSDT", 1, 52);

    memcpy(page, "RSD PTR ", 8);
    memcpy(page + 9, "Xen   ", 6);
    page[15] = 2;
    cxen_put(page, 20, 36, 4);
    cxen_put(page, 24, cxen_acpi_address + CXEN_XSDT, 8);
    cxen_checksum(page, 8, 20);
    cxen_checksum(page, 32, 36);

    // The first module is where the guest is told to look.
    dom->acpi_modules[0].data = page;
    dom->acpi_modules[0].length = CXEN_ACPI_PAGE;
    dom->acpi_modules[0].guest_addr_out = cxen_acpi_address;
    return 0;
}

#endif
