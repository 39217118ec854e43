// # HubCache: the folder that Python's `huggingface_hub` and we share
//
//     ROOT/                                       HF_HUB_CACHE, ~/.cache/huggingface/hub
//       CACHEDIR.TAG                              "do not back up"
//       .locks/models--org--name/<etag>.lock      flock(2), the same file as Python's; never deleted
//       models--org--name/
//         blobs/<etag>                            a content under its own hash
//         blobs/<etag>.incomplete                 the first bytes of one, while it arrives and after an interruption
//         refs/main                               the 40 digits of a commit, and nothing else
//         snapshots/<commit>/unet/config.json     a relative link to ../../../../blobs/<etag>
//         .no_exist/<commit>/<path>               empty: the hub has no such file at that commit
//         trees/<commit>.json                     the listing of a commit
//
// ``CacheLayout`` knows these paths and touches no disk. A ``Destination`` is where one repository's files go and may be
// already: a folder of the cache (``RepositoryCache``) or a directory of the user's (``LocalFolder``, `local_dir`). Both
// answer the same questions (`DownloadPlan.Local`, `.Content`) and carry out the same plans, so there is one downloader.
//
// ## Publishing
//
// Always in this order, each step atomic: bytes go to a partial file on the same volume; their length and hash are
// checked; `fsync`; `rename` to the blob's name; the link in the snapshot; the ref. What has a name in the cache is
// whole and verified; after a crash at any point the cache is as it was or as it will be.
//
// ## Trust
//
// A blob's name is its hash, so the cache can always be asked whether it lies. A small file is hashed each time it is
// looked up, which costs less than opening it did; a large one is compared with the length that the index recorded, and
// where they differ its hash decides. A link is only followed if it leads to a blob of its own repository. Whatever fails the test counts as absent:
// online it is fetched again, offline the error says what is wrong.
//
// In a cache without links a file has no hash for a name; there the listing of its commit says what it should be.
//
// ## Listing and cleaning
//
// ``CacheScan`` looks at every name and reads nothing: it is what the cache is at this moment. An ``Eviction`` is decided
// from a scan alone, as a list of steps that can be printed; carrying it out takes the lock of each content, so that
// nothing goes which another process is fetching. ``CacheVerification`` reads everything; ``CacheExplanation`` says of one
// file what all of this comes to. What is only derived from the files, such as the index, is another module's affair.
//
// ## Locks
//
// The lock of an etag saves bandwidth: of several processes one downloads, and the others find the blob when it is their
// turn. Correctness never rests on it, as there are file systems where flock(2) does nothing: writers put the same bytes
// at the same offsets, the hash is computed from the file and not from the network, and a rename replaces equals by equals.
