#include <xenctrl.h>
#include <xenguest.h>
