// # Hub: the client
//
// A ``HubClient`` carries plans out. What is to be done about a file is decided by `DownloadPlan`, a pure function of what
// the caller wants, what is here and what the hub says; this module finds out the last two and does what was decided:
//
//     DownloadOptions ──┐
//     Destination ──────┼──> DownloadPlan ──> .use, .link   nothing to fetch
//     HubClient.announcement (HEAD) or a listing ──┘     └─> .fetch         FileDownload: lock, partial, GET, verify, publish
//
// A snapshot resolves its revision once, takes one listing of that commit, and is then a plan per file, several carried
// out at once; the listing says of every file what a HEAD would have said.
//
// Three rules hold for every request:
//
// - *Offline is not a check but an absence.* A ``Connection`` makes its transport with the first request. Offline there is
//   no connection, so there is nothing that could open a socket.
// - *Nothing that a server says is a path, a URL or a length until it has been through its gate*: `RepositoryPath`,
//   `CommitID`, `ETag`, `Origin`. Bytes are asked for by commit, never by branch, so that a branch that moves cannot mix two
//   versions.
// - *Who is not reachable is not believed to be gone.* A hub that refuses or cannot be reached falls back on the last known
//   commit, and the result says so (``DownloadedFile/staleness``); a hub that says "no such file" is believed.
