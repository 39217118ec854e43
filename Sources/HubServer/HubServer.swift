// # HubServer: a hub of one's own
//
// One process, plain bare git repositories, no other service. It speaks the interface of the Hugging Face Hub, so that
// the stock Python client works against it unchanged.
//
//     ROOT/models/OWNER/NAME.git       a model        (ROOT/models/NAME.git for one without an owner)
//     ROOT/datasets/OWNER/NAME.git     a dataset
//     ROOT/spaces/OWNER/NAME.git       a space
//     ROOT/lfs/objects/ab/cd/OID       the objects of git LFS that all repositories share
//
// What `git` puts there is served at once: there is no registry and nothing is kept in memory between two requests but
// the token file. A request is answered in these steps, each a value that the next one takes:
//
//     bytes → Request → HubRequest (path, query, caller) → HubModel.Route → Verdict (may the caller?) → Reply → bytes
//
// ## Who may see what
//
// Marks in the configuration of the bare repository say it, so `git config` is the tool (see ``RepositoryMarks``):
//
//     git -C ROOT/models/OWNER/NAME.git config hub.private true      only its owner and readers know that it exists
//     git -C … config hub.gated manual                               anyone sees the listing, only they the content
//     git -C … config --add hub.reader NAME                          a user or organisation that may read it
//     git -C … config hub.disabled true                              nobody may
//
// Accounts are the tokens of one file (see ``TokenFile``). A hub without a token file has no accounts: it serves what
// is public and takes no notice of credentials.
//
// ## Writing
//
// A repository appears, goes and changes its name by a rename (`Repositories+Changes`); everything else that changes is a
// ref, compared and swapped. So an end at any moment leaves what was there before or what was asked for, and objects that
// nothing points to. Discussions are refs too (`DiscussionStore`). The body of a commit is on the disk while it arrives
// (`CommitScanner`), its contents are stored before the repository is locked (`CommitContents`), and what is done under the
// lock is short (`HubService+Commit`). A pointer to an object of LFS is a claim to have it: see ``HubGit/LFSKnown``.
//
// ## Errors
//
// Clients tell errors apart by `X-Error-Code` (`Refusal`). A repository is checked first, then the revision, then the
// entry. A failure of the server is 500 or 503, never 404: clients remember a 404 as the absence of the file.
//
// ## Bounds
//
// Everything that a client can make grow has a limit (``HubServer/Limits``). Files are sent from disk in pieces of a
// megabyte; a blob of git above a megabyte is first inflated into a file without a name (`Spool`), so that memory stays
// flat while slow clients read.
