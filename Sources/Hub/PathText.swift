import Foundation
import HubModel

/// What people write for a directory.
package enum PathText {
  /// Whether `text` can only be a path, so that it is never taken for a repository's id.
  package static func isPath(_ text: String) -> Bool {
    text == "." || text == ".." || ["/", "./", "../", "~"].contains { text.beginsWithBytes($0) }
  }

  /// The path with the user's home directory in place of a leading `~`.
  package static func expanded(_ text: String) -> String {
    guard text == "~" || text.beginsWithBytes("~/") else { return text }
    return FileManager.default.homeDirectoryForCurrentUser.path + text.dropFirst()
  }
}
