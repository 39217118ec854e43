#include "CLooseObjects.h"

#include <fcntl.h>
#include <git2/errors.h>
#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

// Above the backends of libgit2 itself, which are 1 and 2. A header is "blob 123" and a NUL; libgit2 reads no longer ones.
enum { PRIORITY = 10, DIGITS = 40, PIECE = 16 << 10, HEADER = 64 };

// The backend comes first, so that a pointer to it is one to all of it.
struct backend {
  git_odb_backend base;
  size_t length;
  char objects[];
};

// An object that is read; the stream comes first for the same reason.
struct object {
  git_odb_stream base;
  int file;
  z_stream zlib;
  int state;
  git_object_t type;
  size_t size, start, end;
  unsigned char header[HEADER];
  unsigned char in[PIECE];
};

static int fail(const char *words) {
  git_error_set_str(GIT_ERROR_ODB, words);
  return GIT_ERROR;
}

static int fail_for(const git_oid *id) {
  char words[DIGITS + 64];
  snprintf(words, sizeof words, "the loose object %s is cut short or damaged", git_oid_tostr_s(id));
  return fail(words);
}

/// Inflates up to `size` bytes; less only at the end of the object. -1 if it is cut short or damaged.
static ssize_t inflate_into(struct object *object, void *out, size_t size) {
  size_t done = 0;
  while (done < size && object->state == Z_OK) {
    if (object->zlib.avail_in == 0) {
      ssize_t count = read(object->file, object->in, sizeof object->in);
      if (count <= 0) return -1;
      object->zlib.next_in = object->in;
      object->zlib.avail_in = (uInt)count;
    }
    size_t wanted = size - done < 1 << 30 ? size - done : 1 << 30;
    object->zlib.next_out = (unsigned char *)out + done;
    object->zlib.avail_out = (uInt)wanted;
    object->state = inflate(&object->zlib, Z_NO_FLUSH);
    done += wanted - object->zlib.avail_out;
  }
  return object->state == Z_OK || object->state == Z_STREAM_END ? (ssize_t)done : -1;
}

/// Reads "TYPE LENGTH" and a NUL; what follows them in the first piece stays in `header` from `start` to `end`.
static int read_header(struct object *object) {
  ssize_t count = inflate_into(object, object->header, HEADER);
  if (count <= 0) return -1;
  const unsigned char *nul = memchr(object->header, 0, (size_t)count), *space = memchr(object->header, ' ', (size_t)count);
  if (nul == NULL || space == NULL || space > nul || nul - space < 2) return -1;
  char word[HEADER] = {0};
  memcpy(word, object->header, (size_t)(space - object->header));
  object->type = git_object_string2type(word);
  for (const unsigned char *digit = space + 1; digit < nul; digit++) {
    if (*digit < '0' || *digit > '9' || object->size > SIZE_MAX / 16) return -1;
    object->size = object->size * 10 + (size_t)(*digit - '0');
  }
  object->start = (size_t)(nul - object->header) + 1;
  object->end = (size_t)count;
  int known = object->type == GIT_OBJECT_COMMIT || object->type == GIT_OBJECT_TREE || object->type == GIT_OBJECT_BLOB
      || object->type == GIT_OBJECT_TAG;
  return known && object->end - object->start <= object->size ? 0 : -1;
}

/// Reads on: what is left of the first piece, then what is inflated.
static ssize_t read_on(struct object *object, void *out, size_t size) {
  size_t left = object->end - object->start, first = left < size ? left : size;
  memcpy(out, object->header + object->start, first);
  object->start += first;
  ssize_t rest = first < size ? inflate_into(object, (char *)out + first, size - first) : 0;
  return rest < 0 ? -1 : (ssize_t)first + rest;
}

static void close_object(struct object *object) {
  inflateEnd(&object->zlib);
  close(object->file);
  free(object);
}

static void free_stream(git_odb_stream *stream) { close_object((struct object *)stream); }

void loose_objects_free_stream(git_odb_stream *stream) {
  if (stream->free == free_stream) {
    free_stream(stream);
  } else {
    git_odb_stream_free(stream);
  }
}

static int read_stream(git_odb_stream *stream, char *out, size_t size) {
  ssize_t count = read_on((struct object *)stream, out, size < 1 << 30 ? size : 1 << 30);
  return count < 0 ? fail("a loose object is cut short or damaged") : (int)count;
}

/// Opens an object and reads its header; GIT_ENOTFOUND if it is not loose.
static int open_object(struct object **opened, git_odb_backend *base, const git_oid *id) {
  struct backend *backend = (struct backend *)base;
  char digits[DIGITS + 1], path[backend->length + DIGITS + 3];
  git_oid_tostr(digits, sizeof digits, id);
  memcpy(path, backend->objects, backend->length);
  path[backend->length] = path[backend->length + 3] = '/';
  memcpy(path + backend->length + 1, digits, 2);
  memcpy(path + backend->length + 4, digits + 2, DIGITS - 1);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return GIT_ENOTFOUND;
  struct object *object = calloc(1, sizeof *object);
  if (object == NULL || inflateInit(&object->zlib) != Z_OK) {
    free(object);
    close(file);
    return fail("no memory for a loose object");
  }
  object->file = file;
  object->base.backend = base;
  object->base.mode = GIT_STREAM_RDONLY;
  object->base.read = read_stream;
  object->base.free = free_stream;
  if (read_header(object) != 0) {
    close_object(object);
    return fail_for(id);
  }
  *opened = object;
  return 0;
}

static int loose_read_header(size_t *length, git_object_t *type, git_odb_backend *base, const git_oid *id) {
  struct object *object;
  int result = open_object(&object, base, id);
  if (result != 0) return result;
  *length = object->size;
  *type = object->type;
  close_object(object);
  return 0;
}

static int loose_read_stream(
    git_odb_stream **stream, size_t *length, git_object_t *type, git_odb_backend *base, const git_oid *id) {
  struct object *object;
  int result = open_object(&object, base, id);
  if (result != 0) return result;
  *length = object->size;
  *type = object->type;
  *stream = &object->base;
  return 0;
}

static int loose_read(void **data, size_t *length, git_object_t *type, git_odb_backend *base, const git_oid *id) {
  struct object *object;
  int result = open_object(&object, base, id);
  if (result != 0) return result;
  *length = object->size;
  *type = object->type;
  // One byte more, for the NUL that libgit2 keeps behind an object.
  unsigned char *bytes = object->size < SIZE_MAX ? git_odb_backend_data_alloc(base, object->size + 1) : NULL;
  char beyond;
  int complete = bytes != NULL && read_on(object, bytes, object->size) == (ssize_t)object->size
      && inflate_into(object, &beyond, 1) == 0 && object->state == Z_STREAM_END;
  close_object(object);
  if (!complete) {
    if (bytes != NULL) git_odb_backend_data_free(base, bytes);
    return fail_for(id);
  }
  bytes[*length] = 0;
  *data = bytes;
  return 0;
}

/// Lists nothing: libgit2's own backends have the same objects. It calls every backend without a look whether it can.
static int loose_foreach(git_odb_backend *base, git_odb_foreach_cb callback, void *payload) {
  (void)base, (void)callback, (void)payload;
  return 0;
}

static void free_backend(git_odb_backend *base) { free(base); }

int loose_objects_add(git_odb *database, const char *objects) {
  size_t length = strlen(objects);
  struct backend *backend = calloc(1, sizeof *backend + length + 1);
  if (backend == NULL) return GIT_ERROR;
  memcpy(backend->objects, objects, length);
  backend->length = length;
  int result = git_odb_init_backend(&backend->base, GIT_ODB_BACKEND_VERSION);
  if (result == 0) {
    backend->base.read = loose_read;
    backend->base.read_header = loose_read_header;
    backend->base.readstream = loose_read_stream;
    backend->base.foreach = loose_foreach;
    backend->base.free = free_backend;
    result = git_odb_add_backend(database, &backend->base, PRIORITY);
  }
  if (result != 0) free(backend);
  return result;
}
