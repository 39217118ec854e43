#include <zlib.h>

// inflateInit2 is a macro with the size of its argument in it, which Swift cannot call.

static inline int inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
