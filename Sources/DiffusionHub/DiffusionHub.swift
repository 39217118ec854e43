// # DiffusionHub: where the halves meet
//
//     "org/model" ──> PretrainedSource ──> bytes ──> SchedulerConfig ──> a scheduler
//                     (directory or hub)   (Hub)     (Schedulers)
//
// `import DiffusionHub` is all that a program needs: the schedulers, the client and their values come with it.
//
// Loading is reading one file, once: the bytes that were verified are the bytes that are parsed, and no value in them names
// another file, class or repository to be opened. What the Python call has as parameters is here in one of two places:
//
// | `from_pretrained` | here |
// | --- | --- |
// | `pretrained_model_name_or_path` | the first argument: a repository id or the path of a directory |
// | `subfolder`, `revision` | the arguments of these names |
// | `return_unused_kwargs` | ``LoadedScheduler/unusedKeys`` |
// | `output_loading_info` | ``LoadedScheduler/loadingInfo`` |
// | `**kwargs` | `overrides` |
// | `cache_dir`, `force_download`, `resume_download`, `proxies`, `local_files_only` | `DownloadOptions`, by the same names |
// | `use_auth_token`, `token` | `DownloadOptions.token`: `.string("hf_…")`, `.required` for `True`, `.none` for `False` |
//
// Pushing is the way back: the configuration becomes the operations of a commit, which `HubClient` plans and makes.
//
// | `push_to_hub` | here |
// | --- | --- |
// | `repo_id` | the first argument: a repository id, with an owner or without; a git URL; a path |
// | `commit_message`, `private`, `token`, `create_pr` | `commitMessage`, `isPrivate`, `token`, `createPR` |
// | `safe_serialization`, `variant` | the arguments of these names; they are about weights, of which a scheduler has none |
// | `save_pretrained(push_to_hub=True, repo_id=…)` | `savePretrained(to:pushToHub:repositoryID:…)` |
@_exported public import Hub
@_exported public import HubCredentials
@_exported public import HubModel
@_exported public import PythonJSON
@_exported public import Schedulers
@_exported public import Scheduling
