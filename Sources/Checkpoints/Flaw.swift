import HubModel

/// Why a file is not used; the file's path is known further up.
struct Flaw: Error {
  /// What is wrong with it.
  enum Kind {
    /// It breaks a rule of its format, or a limit; completes "the file cannot be used: …".
    case content(String)
    /// It names a function or class of Python that must not be called.
    case global(String)
    /// A failure of another kind, such as that of a disk.
    case other(HubError)
  }

  let kind: Kind

  init(_ reason: String) { kind = .content(reason) }
  init(global name: String) { kind = .global(name) }
  init(_ error: HubError) { kind = .other(error) }

  /// The error for the file at `path`.
  func error(_ path: String) -> HubError {
    switch kind {
    case .content(let reason): HubError(.checkpoint(file: path, reason: reason))
    case .global(let name): HubError(.unsafeCheckpoint(file: path, global: name))
    case .other(let error): error
    }
  }
}

/// What `body` returns, its flaw told of the file at `path`.
func checking<Value>(_ path: String, _ body: () throws(Flaw) -> Value) throws(HubError) -> Value {
  do throws(Flaw) { return try body() } catch { throw error.error(path) }
}

/// What `body` returns; a failure of the disk goes through as it is.
func reading<Value>(_ body: () throws(HubError) -> Value) throws(Flaw) -> Value {
  do throws(HubError) { return try body() } catch { throw Flaw(error) }
}
