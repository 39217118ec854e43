internal import CGit2
import Foundation
public import HubModel

extension GitRepository {
  /// The values of `name` in the repository's own configuration file, in its order; empty if it is not set.
  ///
  /// The configurations of the machine and the account do not count: they belong to the person, not to the repository.
  ///
  /// - Throws: `repository` if the file cannot be read.
  public borrowing func settings(_ name: String) throws(HubError) -> [String] {
    let file = try configurationFile()
    let found = try Handle.existing("git_config_multivar_iterator_new", free: git_config_iterator_free) {
      git_config_multivar_iterator_new(&$0, file.pointer, name, nil)
    }
    guard let iterator = found else { return [] }
    var values: [String] = []
    var entry: UnsafeMutablePointer<git_config_entry>?
    while try GitFailure.found(git_config_next(&entry, iterator.pointer), "git_config_next"), let entry {
      // A name without a value is what `true` is.
      values.append(entry.pointee.value.map { String(cString: $0) } ?? "true")
    }
    return values
  }

  /// Sets `name` to `value` in the repository's own configuration file, as `git config` does.
  public borrowing func set(_ name: String, to value: String) throws(HubError) {
    try configure("git_config_set_string") { git_config_set_string($0, name, value) }
  }

  /// Removes `name` from the repository's own configuration file; one that is not there is fine.
  public borrowing func unset(_ name: String) throws(HubError) {
    try configure("git_config_delete_multivar") { git_config_delete_multivar($0, name, ".*") }
  }

  /// Changes the repository's own configuration file; what is to be removed and is not there is fine.
  ///
  /// Waits for whoever else is changing it, be it `git config`: they hold `config.lock` for the time that it takes to
  /// write a file. libgit2 itself does not wait.
  ///
  /// - Throws: `conflict` if the file is locked for longer, as by a lock that an end at the wrong moment left behind.
  borrowing func configure(_ function: String, _ change: (OpaquePointer) -> CInt) throws(HubError) {
    var attempts = 0
    while true {
      let file = try configurationFile()
      let result = change(file.pointer)
      guard result == GIT_ELOCKED.rawValue, attempts < Self.mostAttempts else {
        _ = try GitFailure.found(result, function)
        return
      }
      attempts += 1
      usleep(10_000)
    }
  }

  /// For some three seconds.
  private static var mostAttempts: Int { 300 }

  private borrowing func configurationFile() throws(HubError) -> Handle {
    try Handle("git_config_open_ondisk", free: git_config_free) { git_config_open_ondisk(&$0, path + "/config") }
  }
}
