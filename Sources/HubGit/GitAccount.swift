/// Who the person at this machine is to git.
public enum GitAccount {
  /// The name and address that git would put into a commit: `GIT_AUTHOR_NAME` and `GIT_AUTHOR_EMAIL`, else `user.name` and
  /// `user.email` of the account's and the machine's configuration (git-config(1), "FILES").
  ///
  /// - Parameters:
  ///   - variables: The environment of the process.
  ///   - home: The account's home directory.
  /// - Returns: `nil` unless both are known.
  public static func signature(_ variables: [String: String], home: String) -> GitSignature? {
    let files = files(variables, home: home)
    func value(_ variable: String, _ setting: String) -> String? {
      let known = [variables[variable]] + files.map { GitConfiguration.value(setting, ofFile: $0) }
      return known.compactMap(\.self).first { value in
        value.contains { !$0.isWhitespace } && !value.contains { "<>\n\0".contains($0) }
      }
    }
    guard let name = value("GIT_AUTHOR_NAME", "user.name"), let email = value("GIT_AUTHOR_EMAIL", "user.email") else {
      return nil
    }
    return GitSignature(name: name, email: email)
  }

  /// The configuration files, the one that counts most first.
  private static func files(_ variables: [String: String], home: String) -> [String] {
    let system = "/etc/gitconfig"
    if let global = variables["GIT_CONFIG_GLOBAL"] { return [global, system] }
    let folder = variables["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? home + "/.config"
    return [home + "/.gitconfig", folder + "/git/config", system]
  }
}
