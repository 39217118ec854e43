internal import CGit2
public import HubModel

extension GitRepository {
  /// Adds `value` to those of `name` in the repository's own configuration file, as `git config --add` does; one that is
  /// there is not added again.
  public borrowing func add(_ value: String, to name: String) throws(HubError) {
    if try settings(name).contains(value) { return }
    // The pattern fits no value, so that none is replaced.
    try configure("git_config_set_multivar") { git_config_set_multivar($0, name, "^$.", value) }
  }

  /// Removes `value` from those of `name`, as `git config --unset-all --fixed-value` does; one that is not there is fine.
  public borrowing func remove(_ value: String, from name: String) throws(HubError) {
    let special = Set("\\^$.|?*+()[]{}")
    let pattern = "^" + value.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined() + "$"
    try configure("git_config_delete_multivar") { git_config_delete_multivar($0, name, pattern) }
  }
}
