import Foundation
import HubModel

/// A file with secrets, read in one piece and without trust: whatever is at the path, reading it ends.
struct SecretFile {
  let text: String
  let warnings: [String]

  /// Reads the file at `path`, through symbolic links.
  ///
  /// - Returns: `nil` if there is no file.
  /// - Throws: `configuration` for a directory, a device or a pipe, for more than `limit` bytes, and for bytes that are
  ///   not UTF-8; `permission`; `system`. No message has anything of the content.
  init?(path: String, limit: Int) throws(HubError) {
    func refuse(_ reason: String) -> HubError { HubError(.configuration(source: path, reason: reason)) }
    // Not blocking: a pipe without a writer would wait for one for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: return nil
      case EACCES, EPERM: throw HubError(.permission(path: path))
      case let code: throw HubError(.system(call: "open", path: path, errno: code))
      }
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw HubError(.system(call: "fstat", path: path, errno: errno)) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw refuse("a file is expected here, and this is a directory")
    default: throw refuse("a file is expected here, and this is a device or a pipe")
    }
    guard status.st_size <= limit else { throw refuse("it is longer than \(limit) bytes") }
    let bytes = try Self.read(descriptor, count: Int(status.st_size), path: path)
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw refuse("it is not a text file")
    }
    self.text = text
    warnings = Self.warnings(status, path: path)
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func read(_ descriptor: Int32, count: Int, path: String) throws(HubError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes[filled...].withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if result < 0 && errno == EINTR { continue }
      guard result >= 0 else { throw HubError(.system(call: "read", path: path, errno: errno)) }
      if result == 0 { break }
      filled += result
    }
    return Array(bytes.prefix(filled))
  }

  private static func warnings(_ status: stat, path: String) -> [String] {
    guard status.st_mode & (S_IRWXG | S_IRWXO) != 0 else { return [] }
    return ["other users may read the token in '\(path)'; protect it with: chmod 600 \(shellQuoted(path))"]
  }
}
