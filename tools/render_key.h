/* What a rendering depends on, as one number: two jobs with the same key give the same bytes. It is a SHA-256 over the
 * contents of all files, all settings, the versions of this program and of the libraries that touch samples, and the
 * instruction set. Names of files, and how many cores work, are not in it. */
#ifndef TOOLS_RENDER_KEY_H
#define TOOLS_RENDER_KEY_H

#include "render_job.h"
#include "render_words.h"

#include <sha256.h>

/* What all jobs of a call have in common. Reads models and impulse responses; one that cannot be read counts as empty,
 * and nothing will be rendered with it. model_path: of the network alone, else NULL; cpu: not BL_CPU_AUTO. */
sha256_hex render_key_common(const render_words *words, const bl_rig_setup *setup, const char *model_path,
                             bl_cpu cpu);

/* Of one job: reads its recording. "" if that is no ordinary file, or cannot be read. Any thread. */
sha256_hex render_key_of(const sha256_hex *common, const render_job *job);

#endif
