/* Scenes of what the face is told. */
#include "shots_scenes.h"

#include <stdio.h>
#include <stdlib.h>

const char scene_details[] = "Name: Backline Crunch\n"
                             "Format: NAM 0.5.4\n"
                             "Architecture: WaveNet, 10+10 layers of 16+8 channels, Tanh\n"
                             "Sample rate: 48000 Hz\n"
                             "Receptive field: 4093 samples (85.3 ms)\n"
                             "Weights: 13802\n"
                             "Loudness: -18.2 dB (as the file says)\n"
                             "Error-to-signal ratio: 0.0118\n"
                             "Gear type: amp\n"
                             "Gear make: Backline\n"
                             "Gear model: Class A 18 W\n"
                             "Tone: crunch\n"
                             "Modeled by: the makers\n";

static void set_levels(face *f, float in_peak, float in_rms, float out_peak, float out_rms)
{
    face_set_number(f, FACE_IN_PEAK, in_peak);
    face_set_number(f, FACE_IN_RMS, in_rms);
    face_set_number(f, FACE_OUT_PEAK, out_peak);
    face_set_number(f, FACE_OUT_RMS, out_rms);
}

void scene_empty(face *f, const shot *s)
{
    face_set_number(f, FACE_PLAYING, 1);
    face_set_number(f, FACE_LATENCY, 0);
}

void scene_typical(face *f, const shot *s)
{
    static const char *const models[] = { "Backline Clean", "Backline Crunch", "Tweed 59",
                                          "Brit 800 Lead",  "Plexi",           "Bass DI" };
    char path[4096];
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        snprintf(path, sizeof path, "%s/Captures/%s.nam", getenv("HOME"), models[i]);
        face_set_file(f, (bl_rig_file)(BL_RIG_MODEL + i), path);
    }
    face_set_file(f, BL_RIG_IMPULSE_1, SHOT_CABINET);
    face_set_file(f, BL_RIG_IMPULSE_2, SHOT_OTHER_CABINET);
    face_set_text(f, FACE_NAME, "Backline Crunch");
    face_set_text(f, FACE_DETAILS, scene_details);
    face_set_text(f, FACE_STATUS, "Slot 2 plays Backline Crunch (Backline Crunch.nam).");
    face_set(f, BL_RIG_SLOT, 2);
    face_set_number(f, FACE_PLAYING, 2);
    face_set(f, BL_RIG_GATE, 1);
    face_set(f, BL_RIG_GATE_THRESHOLD, -62);
    face_set(f, BL_RIG_INPUT_GAIN, 4.5f);
    face_set(f, BL_RIG_BASS, -2);
    face_set(f, BL_RIG_MID, 3.5f);
    face_set(f, BL_RIG_TREBLE, 1);
    face_set(f, BL_RIG_OUTPUT_GAIN, -6);
    set_levels(f, -9.6f, -21, -4.3f, -13.5f);
    face_set_number(f, FACE_GATE_GAIN, -4);
    face_set_number(f, FACE_LATENCY, 128);
    face_set_number(f, FACE_CPU, 7);
    face_tick(f, 1.6); /* that number is shown seldom */
}

/* ---- what goes wrong ---- */

void scene_missing(face *f, const shot *s)
{
    scene_typical(f, s);
    face_set_file(f, BL_RIG_MODEL, "shots/Home/Captures/Lost Amp.nam");
    face_set(f, BL_RIG_SLOT, 1);
    face_set_number(f, FACE_PLAYING, 1);
    face_set_text(f, FACE_NAME, "");
    face_set_text(f, FACE_DETAILS, "");
    face_set_text(f, FACE_STATUS, "Slot 1 has no model: Lost Amp.nam cannot be loaded.");
    face_set_text(f, FACE_ERROR, "The file /captures/Lost Amp.nam cannot be opened: No such file or directory.");
}

void scene_broken(face *f, const shot *s)
{
    scene_typical(f, s);
    face_set_file(f, BL_RIG_IMPULSE_2, SHOT_BROKEN_CABINET);
    face_set_text(
        f, FACE_ERROR,
        "The impulse response broken.wav cannot be read: a RIFF header was expected at byte 0, but the file "
        "begins with \"This\". The cabinet plays on with what it had before this file was chosen.");
}

void scene_clipping(face *f, const shot *s)
{
    scene_typical(f, s);
    set_levels(f, 1.8f, -7, 3.4f, -2);
    face_set_number(f, FACE_GATE_GAIN, -38);
    face_set_number(f, FACE_CPU, 64);
    face_tick(f, 2.2);
}

/* ---- names ---- */

static void name_it(face *f, const char *name, const char *file, const char *make, const char *gear)
{
    char text[2048], path[4096];
    snprintf(path, sizeof path, "%s/Captures/%s", getenv("HOME"), file);
    snprintf(text, sizeof text,
             "Name: %s\nArchitecture: LSTM\nSample rate: 44100 Hz, resampled from 48000 Hz and back\n"
             "Loudness: -15.0 dB (measured)\nGear make: %s\nGear model: %s\nGear type: amp_cab\n",
             name, make, gear);
    face_set_file(f, (bl_rig_file)(BL_RIG_MODEL + 1), path);
    face_set_text(f, FACE_NAME, name);
    face_set_text(f, FACE_DETAILS, text);
}

void scene_long_names(face *f, const shot *s)
{
    scene_typical(f, s);
    name_it(f, "Mesa Boogie Dual Rectifier Channel 3 Modern High Gain with Tube Screamer in Front, Take 17 of 40",
            "Mesa_Boogie_Dual_Rectifier_Ch3_Modern_HighGain_TS9_Take_17_of_40_final_FINAL_v2.nam",
            "Mesa Engineering Boogie Amplification", "Dual Rectifier Solo Head Three Channels 100 Watts");
}

void scene_nine_letters(face *f, const shot *s)
{
    scene_typical(f, s);
    name_it(f, "Soldano88", "Soldano88.nam", "Soldano", "SLO-100");
}

void scene_hebrew(face *f, const shot *s)
{
    scene_typical(f, s);
    name_it(f, "מגבר ישן עם הרבה עיוות", "מגבר ישן.nam", "יצרן", "דגם מיוחד");
}

void scene_arabic(face *f, const shot *s)
{
    scene_typical(f, s);
    name_it(f, "مضخم صوت قديم", "مضخم.nam", "الصانع", "طراز خاص");
}

void scene_foreign(face *f, const shot *s)
{
    scene_typical(f, s);
    name_it(f, "Größter Verstärker – Ёлка №5", "Größter Verstärker – Ёлка №5.nam", "Žluťoučký kůň", "Ærø \xFF\xFE");
    face_set_file(f, BL_RIG_IMPULSE_1, SHOT_FOREIGN);
}
