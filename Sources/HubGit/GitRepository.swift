internal import CGit2
internal import CLooseObjects
public import HubModel

/// A bare repository, open until the value goes away.
///
/// It is used by one thread, for one piece of work: open, ask, let go. Opening costs some hundred microseconds.
public struct GitRepository: ~Copyable {
  let handle: Handle
  /// The directory.
  public let path: String

  /// Opens the bare repository in the directory `path`.
  ///
  /// - Throws: `repositoryNotFound` if there is none, `repository` if it cannot be read.
  public init(bareAt path: String) throws(HubError) {
    _ = setUp
    let opened = try Handle.existing("git_repository_open_bare", free: git_repository_free) {
      git_repository_open_bare(&$0, path)
    }
    guard let opened else { throw HubError(.repositoryNotFound) }
    try self.init(handle: opened, path: path)
  }

  /// Makes an empty bare repository in the directory `path`, with the folders on the way, whose `HEAD` is `main`.
  ///
  /// A repository that exists stays as it is.
  ///
  /// - Throws: `repository` with libgit2's words if that fails.
  public static func create(bareAt path: String) throws(HubError) -> GitRepository {
    _ = setUp
    var options = git_repository_init_options()
    try GitFailure.check(
      git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION)),
      "git_repository_init_options_init")
    options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
    let head = CStrings(["main"])
    options.initial_head = UnsafePointer(head.pointers[0])
    let made = try Handle("git_repository_init_ext", free: git_repository_free) {
      git_repository_init_ext(&$0, path, &options)
    }
    withExtendedLifetime(head) {}
    return try GitRepository(handle: made, path: path)
  }

  private init(handle: consuming Handle, path: String) throws(HubError) {
    let objects = try Handle("git_repository_odb", free: git_odb_free) { git_repository_odb(&$0, handle.pointer) }
    // Of one that is cut short libgit2 would wait for the rest for ever.
    try GitFailure.check(loose_objects_add(objects.pointer, path + "/objects"), "loose_objects_add")
    self.handle = handle
    self.path = path
  }

  var pointer: OpaquePointer { handle.pointer }
}
