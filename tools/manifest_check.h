/* What can be seen to be wrong with a manifest before anything is rendered. */
#ifndef TOOLS_MANIFEST_CHECK_H
#define TOOLS_MANIFEST_CHECK_H

#include "manifest.h"
#include "render_words.h"

/* Every row has options that exist and fit; no two outputs are the same file, and none is one that a row reads. Looks at
 * all rows, whatever part is to be rendered: so all machines come to the same verdict. Returns DONE or, after messages,
 * FAILED. */
int manifest_check(manifest *m, const render_words *common);

#endif
