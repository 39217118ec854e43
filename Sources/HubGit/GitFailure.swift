internal import CGit2
import HubModel

/// What libgit2 reported when a call failed; the cause of a ``HubModel/HubError``.
public struct GitFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the call returned: one of the `GIT_E…` constants of `git2/errors.h`.
  public let code: Int32
  /// The function of libgit2.
  public let function: String
  /// libgit2's own words, or a stand-in where it left none.
  public let message: String

  /// The function, what it said, and the code.
  public var description: String { "\(function): \(message) (libgit2 \(code))" }

  /// Throws what libgit2 has to say if `result` is a failure.
  ///
  /// libgit2 keeps the last message per thread and does not always set one, so it is read at once and cleared: a stale
  /// message must never explain a later failure.
  @discardableResult
  static func check(_ result: CInt, _ function: String) throws(HubError) -> CInt {
    guard result < 0 else { return result }
    throw taken(result, function).error
  }

  /// Whether `result` is a success; `false` if it says that there is no such thing.
  ///
  /// Names that git forbids are not found either, and a prefix that fits several objects names none.
  static func found(_ result: CInt, _ function: String) throws(HubError) -> Bool {
    switch result {
    case GIT_ENOTFOUND.rawValue, GIT_EINVALIDSPEC.rawValue, GIT_EAMBIGUOUS.rawValue, GIT_ITEROVER.rawValue:
      git_error_clear()
      return false
    default:
      try check(result, function)
      return true
    }
  }

  private static func taken(_ result: CInt, _ function: String) -> GitFailure {
    defer { git_error_clear() }
    let message = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
    return GitFailure(code: result, function: function, message: message ?? "no message from libgit2")
  }

  private var error: HubError {
    switch code {
    case GIT_EMODIFIED.rawValue, GIT_EEXISTS.rawValue, GIT_ELOCKED.rawValue:
      HubError(.conflict("the repository changed in the meantime"), cause: self)
    default: HubError(.repository(reason: message), cause: self)
    }
  }
}

/// The one owner of an object of libgit2, which frees it when it goes.
struct Handle: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// Takes the object that a constructor of libgit2 stores through its first parameter.
  init(
    _ function: String, free: @escaping (OpaquePointer?) -> Void, _ construct: (inout OpaquePointer?) -> CInt
  ) throws(HubError) {
    guard let handle = try Self.existing(function, free: free, construct) else {
      throw HubError(.repository(reason: "an object is missing"))
    }
    self = handle
  }

  private init(_ pointer: OpaquePointer, free: @escaping (OpaquePointer?) -> Void) {
    (self.pointer, self.free) = (pointer, free)
  }

  deinit { free(pointer) }

  /// The object, or `nil` if there is none.
  static func existing(
    _ function: String, free: @escaping (OpaquePointer?) -> Void, _ construct: (inout OpaquePointer?) -> CInt
  ) throws(HubError) -> Handle? {
    var object: OpaquePointer?
    guard try GitFailure.found(construct(&object), function), let object else { return nil }
    return Handle(object, free: free)
  }
}

/// Sets libgit2 up before its first use; the process keeps it until it exits.
///
/// Objects and refs are on the disk before a write counts as done.
let setUp: Void = {
  _ = git_libgit2_init()
  _ = git_enable_fsync(1)
}()
