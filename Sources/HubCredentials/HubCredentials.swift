// # HubCredentials: where tokens are found
//
// A caller says what it wants (``TokenRequest``, the Python parameter `token`), the environment says where to look
// (`HubEnvironment`), and ``Credentials`` looks there:
//
//     given as text ──────────────────────────────────────────────┐
//     HF_TOKEN, HUGGING_FACE_HUB_TOKEN                             │
//     the file at HF_TOKEN_PATH, or HF_HOME/token  (Python's login)├──> Token ──> BoundToken
//     ~/.boincai, a file or a folder with `token`  (boincai-cli)   │              (the endpoint's origin)
//                                                                  ┘
//
// The first that holds anything counts; `HF_HUB_DISABLE_IMPLICIT_TOKEN` takes all but the given one out, unless the
// caller requires a token. What is there but cannot be used is an error that names the file and never shows its
// content; going on without would turn a typing error into "no such repository".
//
// The tokens that `login` has kept by name lie beside the token in use: ``StoredTokens``, in the form of Python's client
// (INI) or of the Rust one (JSON) under the same name. ``TokenStore`` writes both files, so that what logs in here is
// logged in there; ``GitCredential`` tells git's own helpers.
