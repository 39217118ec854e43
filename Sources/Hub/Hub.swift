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
// A push is a plan, too: `CommitPlan`, a pure function of the operations, what is here and what the remote has. ``Push`` makes
// and carries it out over one of three transports, which differ in how a step is asked for and not in what the steps are:
//
//     CommitOperation ─┐                                      ┌─> HubPush        preupload, LFS, one commit of JSON lines
//     identities ──────┼──> CommitPlan ──> LFS ──> commit ────┼─> GitPush        trees and a pack (GitClient), LFS beside it
//     entries, modes ──┘        ^                   │         └─> DirectoryPush  the files themselves
//                               └── moved on? ──────┘
//
// The commit names the head that it was planned on and is refused if that has moved. Then the paths are compared: somebody
// else's change of one of them is a conflict, any other one is built upon. An answer that was lost is looked for in the
// history; as the commit is compared and swapped, sending it again cannot make it twice. Only a pull request can be opened
// twice, and so is never sent again.
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
