// # HubServer: a hub of one's own
//
// One process, plain bare git repositories, no other service. It speaks the interface of the Hugging Face Hub, so that
// the stock Python client works against it unchanged.
//
//     ROOT/models/OWNER/NAME.git       a model        (ROOT/models/NAME.git for one without an owner)
//     ROOT/datasets/OWNER/NAME.git     a dataset
//     ROOT/spaces/OWNER/NAME.git       a space
//     ROOT/lfs/objects/ab/cd/OID       the objects of git LFS that all repositories share
//     ROOT/lfs/incoming/               those that are arriving (``HubGit/LFSIncoming``)
//     ROOT/accounts.sqlite             users, organisations and the hashes of tokens, mode 600 (``AccountStore``)
//     ROOT/secret                      32 bytes, mode 600: signs the URLs of LFS storage (`URLSigner`)
//     ROOT/hooks/                      the hooks with which git asks the hub about a push (`PushHook`)
//     ROOT/spool/                      files without a name; empty whenever somebody looks
//
// and in a repository, beside what git keeps there:
//
//     NAME.git/lfs/known/ab/OID        the objects that somebody has shown to this repository (``HubGit/LFSKnown``)
//     NAME.git/lfs/objects/ab/cd/OID   objects that git-lfs itself put there
//     NAME.git/lfs/locks.json          the locks of git LFS (`LFSLocks`)
//     NAME.git/access.json             who has asked to read, if it is gated (`AccessBook`); its lock is access.guard
//
// What `git` puts there is served at once: there is no registry and nothing is kept in memory between two requests but
// the accounts. A request is answered in these steps, each a value that the next one takes:
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
// Accounts are users, organisations and tokens in a database (``AccountStore``), and the tokens of one file
// (``TokenFile``), if it is given. What a caller may do is one pure function of the token, the repository's name and its
// marks (`Account/permission(on:_:)`). A hub with neither has no accounts: it serves what is public, takes no notice of
// credentials, and nobody may write.
//
// ## Writing
//
// A repository appears, goes and changes its name by a rename (`Repositories+Changes`); everything else that changes is a
// ref, compared and swapped. So an end at any moment leaves what was there before or what was asked for, and objects that
// nothing points to. Discussions are refs too (`DiscussionStore`). The body of a commit is on the disk while it arrives
// (`CommitScanner`), its contents are stored before the repository is locked (`CommitContents`), and what is done under the
// lock is short (`HubService+Commit`). A pointer to an object of LFS is a claim to have it: see ``HubGit/LFSKnown``.
//
// ## git
//
// Clones and pushes are served by the `git` of the machine (`GitProgram`), and refused with 501 where there is none.
// libgit2 cannot serve packs; and for pushes git's receive-pack is the better engine: it keeps the new objects in
// quarantine, checks them (`fsck`) and that nothing is missing, moves refs together with the same locks on files that
// libgit2 takes, and reports for each what became of it. Its `pre-receive` hook is ours and asks the server, over a pipe,
// before any ref moves (`PushCheck`); hooks of the repository itself run as ever. It runs without a shell, with a fixed
// list of arguments, an environment of a few variables and no configuration but the repository's, in a process group
// that ends with the client, bounded in memory and time (`ChildProcess`), a few at once (`GitEngine`).
//
// The body of a request is on the disk before git starts, so that a slow client holds no process; what git answers is
// sent as it comes, and git waits for the client.
//
// Nothing is packed or pruned by the server: `git gc` is the operator's, whenever it suits.
//
// ## Large files
//
// An object of git LFS is hashed while it arrives and gets its name when it is complete, right, and on the disk. What
// arrives in parts is put together on the disk. Storage has no sessions and no tokens: the batch hands out URLs with a
// signature for one method, one repository, one object, one length and six hours. Objects are shared by all
// repositories, so a repository also has to know an object before it is served, and whoever does not prove to have it
// by sending it learns nothing of what the others have.
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
