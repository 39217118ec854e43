import ArgumentParser
import Hub
import HubCredentials
import HubModel
import HubTransport
import PythonJSON

struct EnvCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "env", abstract: "Show versions and the settings in force, never a token.",
    discussion: "What a report about a problem should hold.")

  @OptionGroup var hub: HubOptions
  @OptionGroup var style: OutputOptions

  func perform(in session: Session) async throws -> Report {
    let environment = session.client(hub, style).environment
    // An endpoint with a password in it is refused, and so never printed.
    _ = try Credentials.origin(ofEndpoint: environment.endpoint)
    let rows: [(name: String, value: String)] = [
      ("Version", Version.number),
      ("User agent", UserAgent(product: "dhub/\(Version.number)", environment: session.variables).description),
      ("Endpoint", environment.endpoint),
      ("Offline", hub.offline ? "--offline" : environment.offlineVariable ?? "no"),
      ("Cache", hub.cacheDirectory ?? environment.cache),
      ("Token", token(environment)),
      ("Token file", environment.tokenPath),
      ("Proxies", proxies(session.variables)),
      ("Trusted authorities", authorities(session.variables)),
      ("Links in the cache", environment.disablesSymlinks ? "off" : "on"),
      ("Progress bars", environment.disablesProgressBars == true ? "off" : "on a terminal"),
      ("Metadata timeout", "\(environment.metadataTimeout) s"),
      ("Download timeout", "\(environment.downloadTimeout) s"),
    ]
    let object = rows.reduce(into: JSONObject()) { object, row in
      object[row.name.lowercased().replacing(" ", with: "_")] = .string(row.value)
    }
    return Report(
      json: .object(object), text: rows.map { "- \($0.name): \(printable($0.value))" }.joined(separator: "\n"))
  }

  /// Where a token would come from.
  private func token(_ environment: HubEnvironment) -> String {
    do {
      return try Credentials(environment).token(try hub.tokenRequest()).map { "from \($0.source)" } ?? "none"
    } catch {
      return "unusable: \(Failure(error).message)"
    }
  }

  /// The proxies that the environment names, without their passwords.
  private func proxies(_ variables: [String: String]) -> String {
    let names = ["http_proxy", "https_proxy", "all_proxy"]
    let proxies = names.flatMap { [$0, $0.uppercased()] }.compactMap { name -> String? in
      guard let value = variables[name], !value.isEmpty else { return nil }
      // A value that is no proxy may still hold a password.
      return "\(name)=\((try? Proxy(value))?.description ?? "(unreadable)")"
    }
    let exceptions = ["no_proxy", "NO_PROXY"].compactMap { name in variables[name].map { "\(name)=\($0)" } }
    return proxies.isEmpty ? "none" : (proxies + exceptions).joined(separator: ", ")
  }

  private func authorities(_ variables: [String: String]) -> String {
    let tls = TLSConfiguration(environment: variables)
    return tls.authorityFile ?? tls.authorityDirectory ?? "the system's"
  }
}
