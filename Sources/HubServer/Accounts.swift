import Foundation
import HTTPTypes
import HubModel
import Logging
import Synchronization

/// The accounts in force: those of the token file as it is now.
final class Accounts: Sendable {
  private struct State {
    var file: TokenFile
    var version: Version?
  }

  /// What tells one content of a file from the next without reading it.
  private struct Version: Equatable {
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init?(path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (inode, size) = (UInt64(status.st_ino), Int64(status.st_size))
      #if os(macOS)
        (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
      #else
        (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
      #endif
    }
  }

  private let path: String
  private let logger: Logger
  private let state: Mutex<State>

  init(path: String, logger: Logger) throws(HubError) {
    (self.path, self.logger) = (path, logger)
    let version = Version(path: path)
    state = Mutex(State(file: try TokenFile(path: path), version: version))
  }

  /// The account that a request's `Authorization` names; `nil` without one.
  ///
  /// - Throws: ``Refusal/badToken`` for a token that is not in the file, or a scheme other than Bearer and Basic.
  func caller(_ authorization: String?) throws(Refusal) -> Account? {
    guard let authorization else { return nil }
    guard let secret = Self.secret(in: authorization), let account = current().account(of: secret) else {
      throw Refusal.badToken
    }
    return account
  }

  private func current() -> TokenFile {
    state.withLock { state in
      let version = Version(path: path)
      if version != state.version {
        state.version = version
        do {
          state.file = try TokenFile(path: path)
        } catch {
          logger.error("the tokens stay as they were", metadata: ["reason": "\(error)"])
        }
      }
      return state.file
    }
  }

  /// The token in `Bearer TOKEN`, or in `Basic USER:TOKEN` for any user: git, git-lfs and old clients send that.
  static func secret(in authorization: String) -> String? {
    let words = authorization.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    switch words[0].lowercased() {
    case "bearer": return String(words[1])
    case "basic":
      guard let data = Data(base64Encoded: String(words[1])), let pair = String(validating: data, as: UTF8.self),
        let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":"))
      else { return nil }
      return String(pair.utf8[pair.utf8.index(after: colon)...])
    default: return nil
    }
  }
}
