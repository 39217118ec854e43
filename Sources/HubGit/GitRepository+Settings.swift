internal import CGit2
public import HubModel

extension GitRepository {
  /// The values of `name` in the repository's own configuration file, in its order; empty if it is not set.
  ///
  /// The configurations of the machine and the account do not count: they belong to the person, not to the repository.
  ///
  /// - Throws: `repository` if the file cannot be read.
  public borrowing func settings(_ name: String) throws(HubError) -> [String] {
    let file = try Handle("git_config_open_ondisk", free: git_config_free) {
      git_config_open_ondisk(&$0, path + "/config")
    }
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
    let file = try Handle("git_config_open_ondisk", free: git_config_free) {
      git_config_open_ondisk(&$0, path + "/config")
    }
    try GitFailure.check(git_config_set_string(file.pointer, name, value), "git_config_set_string")
  }

  /// Removes `name` from the repository's own configuration file; one that is not there is fine.
  public borrowing func unset(_ name: String) throws(HubError) {
    let file = try Handle("git_config_open_ondisk", free: git_config_free) {
      git_config_open_ondisk(&$0, path + "/config")
    }
    _ = try GitFailure.found(
      git_config_delete_multivar(file.pointer, name, ".*"), "git_config_delete_multivar")
  }
}
