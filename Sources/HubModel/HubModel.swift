// # HubModel: what a hub is, without any input or output
//
// A hub is a host of git repositories that answers over HTTP. A repository has a kind, an owner and a name
// (``RepositoryID``); a revision (``Revision``) names one of its commits (``CommitID``); a commit holds files by path
// (``RepositoryPath``); a file's content has an identity that can be computed from its bytes (``ETag``).
//
// Everything here is a value or a pure function. Two rules generate the rest of the hub's modules from it:
//
// 1. *Decide in pure values, act in thin shells.* ``DownloadPlan`` holds the whole table of "what is cached, what was
//    asked, what the hub says"; its tests are rows. The shells (HubTransport, HubCache, Hub) only carry plans out.
// 2. *One place per fact of the protocol.* ``Route`` prints and parses every path for the client and the server both;
//    the JSON of the interface is one set of types (`Wire/`); names that come from elsewhere become paths on disk through
//    one gate (``RepositoryPath``, ``CommitID``, ``ETag``, ``Revision``); tokens are bound to an ``Origin``.
//
// The protocol is that of the Hugging Face Hub as its Python client `huggingface_hub` 0.17 to 2.4 speaks it.
