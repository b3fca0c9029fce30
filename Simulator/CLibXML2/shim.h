#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlwriter.h>
#include <libxml/xpath.h>

/* xmlFree is a variable in libxml2, which Swift will not read from several threads. */
static inline void xml_text_free(void *text) { xmlFree(text); }
