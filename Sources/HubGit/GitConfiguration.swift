internal import CGit2
import Foundation
public import HubModel

/// Settings in the form of git's own files (git-config(1), "CONFIGURATION FILE").
public enum GitConfiguration {
  /// The value of a setting such as `user.name`, the last one if there are several.
  ///
  /// - Returns: `nil` if there is none, and for a file that is not there or cannot be read.
  static func value(_ name: String, ofFile path: String) -> String? {
    _ = setUp
    var (config, value): (OpaquePointer?, git_buf) = (nil, git_buf())
    guard git_config_open_ondisk(&config, path) == 0 else { return nil }
    defer { git_config_free(config) }
    guard git_config_get_string_buf(&value, config, name) == 0, let text = value.ptr else { return nil }
    defer { git_buf_dispose(&value) }
    return String(cString: text)
  }

  /// The values of the settings `names` in a file that was part of a repository.
  ///
  /// Such a file is somebody else's, so it must not have other files read (`[include]`, `[includeIf]`).
  ///
  /// - Parameters:
  ///   - names: The settings; one that is not there has no value.
  ///   - bytes: The content.
  ///   - source: What the file is called in errors.
  /// - Throws: `configuration` for a file that includes others; `system` if there is no room for a temporary file, from
  ///   which libgit2 reads it.
  public static func values(
    _ names: [String], in bytes: [UInt8], source: String
  ) throws(HubError) -> [String: String] {
    guard !String(decoding: bytes, as: UTF8.self).lowercased().contains("[include") else {
      throw HubError(.configuration(source: source, reason: "it includes other files, and that is not followed"))
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "diffusion-hub-\(UUID().uuidString).config")
    defer { unlink(file.path) }
    do {
      try Data(bytes).write(to: file, options: .withoutOverwriting)
    } catch {
      throw HubError(.system(call: "write", path: file.path, errno: errno), cause: error)
    }
    return names.reduce(into: [:]) { $0[$1] = value($1, ofFile: file.path) }
  }
}
