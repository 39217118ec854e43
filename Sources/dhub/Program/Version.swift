import HubTransport

/// The version of this program, which is that of the package.
enum Version {
  static let number = UserAgent.packageVersion
  static let text = "dhub \(number)"
}
