public import Foundation

/// A new, empty directory that is removed with everything in it when its owner goes.
public final class TemporaryDirectory: Sendable {
  /// The absolute path, without symbolic links in it and without a slash at the end.
  public let path: String

  /// Makes the directory below the system's temporary directory.
  public init() throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    let url = base.appending(path: "diffusion-hub-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    // Tests take permissions away; a directory that stays behind is no failure.
    Self.restorePermissions(path)
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The directory as a URL.
  public var url: URL { URL(filePath: path, directoryHint: .isDirectory) }

  /// The path of `name` in this directory.
  public func appending(_ name: String) -> String { path + "/" + name }

  /// Writes `bytes` to `name`, with the folders on the way, and answers the path.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String, mode: Int = 0o644) throws -> String {
    let file = URL(filePath: appending(name))
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    return file.path
  }

  /// The bytes of `name`.
  public func read(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: appending(name)))) }

  /// Every file, folder and link below, by its path from here, sorted; for tests of what was created and what was not.
  public func listing() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
  }

  private static func restorePermissions(_ path: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
      let child = path + "/" + name
      var status = stat()
      guard lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      chmod(child, 0o700)
      restorePermissions(child)
    }
  }
}
