/* The reader of comma-separated values: what RFC 4180 says, what strangers write, and what a writer wrote. */
#define _GNU_SOURCE
#include "csv.h"

#include "test_support.h"

#include <stdio.h>
#include <string.h>

/* Reads from memory, and writes down what was found: fields in [], records in lines; then the complaint. */
static void read_all(const char *bytes, size_t size, char *found, size_t room)
{
    csv_reader *r = malloc(sizeof *r);
    FILE *file = fmemopen((void *)bytes, size, "rb"), *to = fmemopen(found, room, "w");
    csv_result result;
    assert_true(r && file && to);
    csv_begin(r, file);
    while ((result = csv_read(r)) == CSV_RECORD) {
        fprintf(to, "%zu:", r->record_line);
        for (size_t i = 0; i < r->count; i++)
            fprintf(to, "[%s]", r->fields[i]);
        fputc('\n', to);
    }
    if (result == CSV_BAD)
        fprintf(to, "%zu: %s", r->record_line, r->error);
    fclose(to);
    fclose(file);
    free(r);
}

static void expect(const char *bytes, size_t size, const char *wanted)
{
    char found[1024] = "";
    read_all(bytes, size, found, sizeof found);
    if (strncmp(found, wanted, strlen(wanted)) || (wanted[strlen(wanted) - 1] == '\n' && strcmp(found, wanted)))
        fail_msg("%.*s\nis read as\n%s\nnot as\n%s", (int)size, bytes, found, wanted);
}

/* wanted: all of it, or the beginning of the complaint. */
#define EXPECT(bytes, wanted) expect(bytes, sizeof bytes - 1, wanted)

static void test_records(void **state)
{
    EXPECT("a,b\nc,d\n", "1:[a][b]\n2:[c][d]\n");
    EXPECT("a,b\r\nc,d\r\n", "1:[a][b]\n2:[c][d]\n");
    EXPECT("a,b\rc,d\r", "1:[a][b]\n2:[c][d]\n");
    EXPECT("a,b\nc,d", "1:[a][b]\n2:[c][d]\n");
    EXPECT("\xef\xbb\xbf"
           "a\n",
           "1:[a]\n");
    EXPECT("\xef\xbb\xbf\"a\"\n", "1:[a]\n");
    EXPECT("\xef\xbb", "1:[\xef\xbb]\n");
    EXPECT("\n\r\n a \n\n", "3:[ a ]\n");
    EXPECT(",\n", "1:[][]\n");
    EXPECT("\"\"\n", "1:[]\n");
    EXPECT("\"a,b\",\"say \"\"hi\"\"\"\n", "1:[a,b][say \"hi\"]\n");
    EXPECT("\"a\r\nb\",c\nd\n", "1:[a\r\nb][c]\n3:[d]\n");
    EXPECT("\"a\rb\nc\n\rd\"\ne", "1:[a\rb\nc\n\rd]\n6:[e]\n");
    EXPECT("\"\"\"\"", "1:[\"]\n");
    EXPECT("a,", "1:[a][]\n");
    EXPECT("\xff,\xfe\n", "1:[\xff][\xfe]\n");
}

static void test_bad(void **state)
{
    EXPECT("a\n\"b\nc", "1:[a]\n2: A quotation mark that opens in this line is not closed.");
    EXPECT("a\n\"b\nc\"d\n", "1:[a]\n3: Behind a closing quotation mark");
    EXPECT("a\nb \"c\"\n", "1:[a]\n2: A field with a quotation mark in it");
    EXPECT("\"\"\"", "1: A quotation mark that opens in this line is not closed.");
    EXPECT("a\nb\0c\n", "1:[a]\n2: There is a zero byte");
    EXPECT("\"a\n\0\"", "2: There is a zero byte");
    EXPECT("\"a\"\0", "1: Behind a closing quotation mark");
    EXPECT("\xff\xfe"
           "a\0,\0b\0",
           "1: There is a zero byte");
}

static void test_too_much(void **state)
{
    enum { ROOM = CSV_MOST_BYTES + 100 };
    char *bytes = malloc(ROOM), found[256] = "";
    memset(bytes, ',', ROOM);
    expect(bytes, CSV_MOST_FIELDS, "1: This line has too many columns.");
    read_all(bytes, CSV_MOST_FIELDS - 1, found, sizeof found);
    assert_null(strstr(found, "too many"));
    memset(bytes, 'x', ROOM);
    expect(bytes, CSV_MOST_BYTES, "1: A record may have up to");
    bytes[0] = bytes[CSV_MOST_BYTES + 1] = '"';
    expect(bytes, CSV_MOST_BYTES + 2, "1: A record may have up to");
    memset(bytes, '"', ROOM);
    expect(bytes, ROOM - 1, "1: A quotation mark that opens");
    free(bytes);
}

/* A field that never ends. */
static ssize_t give(void *cookie, char *to, size_t size)
{
    memset(to, 'x', size);
    *(size_t *)cookie += size;
    return (ssize_t)size;
}

static void test_endless(void **state)
{
    size_t given = 0;
    csv_reader *r = malloc(sizeof *r);
    FILE *file = fopencookie(&given, "rb", (cookie_io_functions_t){ .read = give });
    csv_begin(r, file);
    assert_int_equal(csv_read(r), CSV_BAD);
    assert_true(given < 2 * CSV_MOST_BYTES);
    fclose(file);
    free(r);
}

/* ---- at random ---- */

static size_t random_text(bl_random *rng, char *to)
{
    static const char signs[] = "ab,\"\r\n ;\xc3\xa4";
    const size_t length = bl_random_below(rng, 8);
    for (size_t i = 0; i < length; i++)
        to[i] = signs[bl_random_below(rng, sizeof signs - 1)];
    to[length] = 0;
    return length;
}

/* In quotation marks where it must be, and sometimes where it need not. */
static size_t write_field(bl_random *rng, char *to, const char *field)
{
    size_t n = 0;
    const bool quoted = strpbrk(field, ",\"\r\n") || bl_random_below(rng, 2);
    if (quoted)
        to[n++] = '"';
    for (; *field; field++) {
        if (*field == '"')
            to[n++] = '"';
        to[n++] = *field;
    }
    if (quoted)
        to[n++] = '"';
    return n;
}

static void test_written_and_read(void **state)
{
    static const char *const ends[] = { "\n", "\r\n", "\r" };
    bl_random rng = { 7 };
    for (size_t round = 0; round < bl_test_effort(20000); round++) {
        char fields[4][8], bytes[256];
        const size_t count = 2 + bl_random_below(&rng, 3);
        size_t size = 0;
        for (size_t i = 0; i < count; i++) {
            random_text(&rng, fields[i]);
            if (i)
                bytes[size++] = ',';
            size += write_field(&rng, bytes + size, fields[i]);
        }
        size += (size_t)sprintf(bytes + size, "%s", ends[round % 3]);
        csv_reader *r = malloc(sizeof *r);
        FILE *file = fmemopen(bytes, size, "rb");
        csv_begin(r, file);
        assert_int_equal(csv_read(r), CSV_RECORD);
        assert_int_equal(r->count, count);
        for (size_t i = 0; i < count; i++)
            assert_string_equal(r->fields[i], fields[i]);
        assert_int_equal(csv_read(r), CSV_END);
        fclose(file);
        free(r);
    }
}

/* Whatever comes, it ends with a sentence or with the end, and lines count up. */
static void test_noise(void **state)
{
    static const char signs[] = "a\"\",,\r\n\0\xef\xbb\xbf";
    bl_random rng = { 8 };
    csv_reader *r = malloc(sizeof *r);
    for (size_t round = 0; round < bl_test_effort(50000); round++) {
        char *bytes = malloc(40);
        const size_t size = 1 + bl_random_below(&rng, 39);
        for (size_t i = 0; i < size; i++)
            bytes[i] = bl_random_below(&rng, 20) ? signs[bl_random_below(&rng, sizeof signs - 1)]
                                                 : (char)bl_random_below(&rng, 256);
        FILE *file = fmemopen(bytes, size, "rb");
        csv_result result;
        size_t line = 0;
        csv_begin(r, file);
        while ((result = csv_read(r)) == CSV_RECORD) {
            assert_true(r->record_line > line && r->count > 0 && r->count <= CSV_MOST_FIELDS);
            line = r->record_line;
            for (size_t i = 0; i < r->count; i++)
                assert_true(strlen(r->fields[i]) <= size);
        }
        assert_true(result == CSV_END || (*r->error && r->error[strlen(r->error) - 1] == '.'));
        fclose(file);
        free(bytes);
    }
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_bad),   cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_endless), cmocka_unit_test(test_noise), cmocka_unit_test(test_written_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
