// Preloaded, makes Xen answer as one does whose tools are of another version: control calls are refused.
#include <errno.h>

int xc_physinfo(void *handle, void *information) {
    (void)handle;
    (void)information;
    errno = EACCES;
    return -1;
}
