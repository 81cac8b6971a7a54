/* The smallest program around libbackline: float32 samples from stdin through a capture to stdout.
 *   sox in.wav -t f32 -c 1 - | play amp.nam | sox -t f32 -r 48000 -c 1 - out.wav */
#include <backline/backline.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    bl_error error;
    bl_model *model;
    bl_plan *plan;
    bl_stream *stream;
    if (argc != 2 || bl_model_load_file(argv[1], NULL, &model, &error) ||
        bl_plan_create(model, BL_CPU_AUTO, &plan, &error) || bl_stream_create(plan, 1, &stream, &error))
        return fprintf(stderr, "%s\n", argc == 2 ? error.text : "usage: play MODEL < in.f32 > out.f32"), 1;
    bl_model_free(model); /* the plan has all that it needs */

    float block[64], *out[] = { block };
    const float *in[] = { block };
    for (size_t n; (n = fread(block, sizeof *block, 64, stdin)) > 0; fwrite(block, sizeof *block, n, stdout))
        bl_stream_process(stream, out, in, n);

    bl_stream_free(stream);
    bl_plan_free(plan);
}
