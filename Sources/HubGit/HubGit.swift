// # HubGit: bare repositories through libgit2
//
// A hub's repository is a bare git repository that anybody can audit with `git`: nothing about it is kept elsewhere.
// This module reads them (revisions, trees, blobs, history) and writes them (commits without a work tree). The format
// is libgit2's business, the rules about what may be served are ours:
//
// - A repository is opened for one piece of work and closed after it (``GitRepository``, which cannot be copied). What
//   `git push` or `git gc` did in between is seen by the next one; nothing is cached, nothing has to be told.
// - A name in a tree is the word of whoever pushed. Every path passes ``HubModel/RepositoryPath``; what does not pass
//   is neither listed nor found. Symbolic links are small files here and are never followed; submodules do not exist.
// - Work is bounded (``TreeLimits``): a tree of a kilobyte can stand for ten thousand million entries.
// - libgit2 keeps the message of a failure for each thread; one function reads it at once and clears it
//   (`GitFailure.check`). Every object has one owner that frees it (`Handle`).
// - libgit2 blocks, so callers run it on threads of its own (``GitThreads``), never on Swift's cooperative pool.
//
// ## Large files
//
// A file in git LFS is a pointer in git (``HubModel/LFSPointer``) and an object in an ``LFSStore``: a plain file named
// by its SHA-256. Objects are sent from disk piece by piece, whatever their size. A blob in git itself is compressed:
// libgit2 can inflate a loose one piece by piece, but one in a pack only as a whole; see `GitRepository.write(blob:)`.
