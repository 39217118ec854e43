internal import CGit2
public import HubModel

extension GitRepository {
  /// Adds `value` to those of `name` in the repository's own configuration file, as `git config --add` does; one that is
  /// there is not added again.
  public borrowing func add(_ value: String, to name: String) throws(HubError) {
    if try settings(name).contains(value) { return }
    let file = try configurationFile()
    // The pattern fits no value, so that none is replaced.
    try GitFailure.check(git_config_set_multivar(file.pointer, name, "^$.", value), "git_config_set_multivar")
  }

  /// Removes `value` from those of `name`, as `git config --unset-all --fixed-value` does; one that is not there is fine.
  public borrowing func remove(_ value: String, from name: String) throws(HubError) {
    let file = try configurationFile()
    let special = Set("\\^$.|?*+()[]{}")
    let pattern = "^" + value.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "$"
    _ = try GitFailure.found(
      git_config_delete_multivar(file.pointer, name, pattern), "git_config_delete_multivar")
  }

  private borrowing func configurationFile() throws(HubError) -> Handle {
    try Handle("git_config_open_ondisk", free: git_config_free) { git_config_open_ondisk(&$0, path + "/config") }
  }
}
