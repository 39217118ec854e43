public import CacheIndex
public import Foundation
public import HubCache
import HubCredentials
public import HubModel
public import HubTransport
public import Logging

/// A client of one hub; see the module's essay for the model.
///
/// A value that costs nothing to make: no file is read and no connection opened before the first call.
public struct HubClient: Sendable {
  /// The settings in force.
  public let environment: HubEnvironment
  /// The cache in force, unless a call names another one.
  public let layout: CacheLayout
  let connection: Connection
  let indexes: CacheIndexes
  let credentials: Credentials
  let retrying: Retrying
  /// The variables of the process, from which git's settings are read.
  let variables: [String: String]
  /// The user's home directory.
  let userHome: String

  /// A client with the settings of an environment.
  ///
  /// - Parameters:
  ///   - variables: The variables of the process: `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_TOKEN`, proxies and so on.
  ///   - userHome: The user's home directory; `nil` for `HOME`, or else the system's record of the user.
  ///   - endpoint: The hub's base URL, if not the environment's.
  ///   - isOffline: Whether the hub is never asked, whatever the environment says.
  ///   - tls: Whom to trust and who we are, if not as the environment says.
  ///   - retrying: How often and how long requests are tried.
  ///   - product: The program, as `NAME/VERSION`, for the `User-Agent`.
  ///   - logger: Told of every request, without secrets.
  public init(
    variables: [String: String] = ProcessInfo.processInfo.environment,
    userHome: String? = nil, endpoint: String? = nil,
    isOffline: Bool = false, tls: TLSConfiguration? = nil, retrying: Retrying = Retrying(), product: String? = nil,
    logger: Logger? = nil
  ) {
    (self.variables, self.userHome) = (variables, userHome ?? Self.home(variables))
    var environment = HubEnvironment(variables, userHome: self.userHome)
    if let endpoint { environment.endpoint = CacheLayout(root: endpoint).root }
    self.environment = environment
    layout = CacheLayout(root: environment.cache)
    credentials = Credentials(environment)
    self.retrying = retrying
    indexes = CacheIndexes(logger: logger)
    if isOffline {
      connection = .offline(.argument)
    } else if let variable = environment.offlineVariable {
      connection = .offline(.variable(variable))
    } else {
      var configuration = CurlTransport.Configuration(environment: variables, logger: logger)
      if let tls { configuration.tls = tls }
      configuration.userAgent = UserAgent(product: product, environment: variables).description
      connection = .online(LazyTransport(configuration))
    }
  }

  /// The user's home as Python finds it. The system's record is asked last: that may open a socket to a name service, and
  /// offline there shall be none.
  private static func home(_ variables: [String: String]) -> String {
    guard let home = variables["HOME"], !home.isEmpty else {
      return FileManager.default.homeDirectoryForCurrentUser.path
    }
    return home
  }

  /// The folder of a repository in the cache that a call uses.
  public func cache(of repository: RepositoryID, directory: String? = nil) -> RepositoryCache {
    let index = index(directory: directory)
    return RepositoryCache(
      index.layout, repository, copies: environment.disablesSymlinks,
      knownSize: { index.size(of: $0, in: repository) })
  }

  /// The index of the cache that a call uses.
  public func index(directory: String? = nil) -> CacheIndex {
    indexes.index(of: directory.map(CacheLayout.init(root:)) ?? layout)
  }

  /// Why the hub is not asked for this call, or `nil` if it may be.
  func offlineMode(_ options: DownloadOptions) -> HubError.OfflineMode? {
    connection.offlineMode ?? (options.localFilesOnly ? .argument : nil)
  }

  /// The URL of a resource on the hub.
  func url(_ route: Route, query: [(String, String)] = []) throws(HubError) -> URL {
    _ = try Credentials.origin(ofEndpoint: environment.endpoint)
    let fields = query.map { PercentEncoding.encode($0) + "=" + PercentEncoding.encode($1) }
    let text = environment.endpoint + route.path + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
    guard let url = URL(string: text) else {
      throw HubError(.configuration(source: "the endpoint", reason: "it is not an http or https URL"))
    }
    return url
  }

  /// A request to the hub, with the token that belongs to it.
  func request(
    _ method: HTTPMethod, _ route: Route, query: [(String, String)] = [], options: DownloadOptions
  ) throws(HubError) -> HTTPRequest {
    let token = try credentials.boundToken(options.token, endpoint: environment.endpoint)
    var request = HTTPRequest(method, try url(route, query: query), token: token, proxies: options.proxies)
    request.timeouts = HTTPTimeouts(seconds: environment.downloadTimeout)
    return request
  }
}
