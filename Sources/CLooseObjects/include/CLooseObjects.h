#ifndef CLOOSEOBJECTS_H
#define CLOOSEOBJECTS_H

#include <git2.h>

/// Has loose objects read by this backend, which fails for those that are cut short.
///
/// libgit2 (1.5 at least) asks zlib for the rest of such an object for ever: `git_zstream_get_output` in its `zstream.c` does
/// not look whether anything came. A disk leaves such objects after a power failure. The backend is asked before libgit2's
/// own; what is not loose, what is written and what is listed it leaves to those.
///
/// `objects` is the folder that the loose objects are in. Returns 0, or an error of libgit2's.
int loose_objects_add(git_odb *database, const char *objects);

/// Ends a stream that git_odb_open_rstream has opened, whoever reads it.
///
/// `git_odb_stream_free` cleans up a hash that only the streams of libgit2 itself have, and that no other can make.
void loose_objects_free_stream(git_odb_stream *stream);

#endif
