import Foundation

/// The file descriptors of the process, which connections and files share.
enum FileDescriptors {
  /// Kept for everything that is no connection: repositories, the log, libraries.
  private static let reserve = 64

  /// Raises the process's soft limit to its hard one, and answers how many connections there are descriptors for.
  ///
  /// Each connection may have a file open beside its socket. A server that accepts more than it can serve fails in the
  /// middle of requests; one that accepts fewer lets clients wait.
  static func connections(atMost wanted: Int) -> Int {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return wanted }
    let enough = rlim_t(2 * wanted + reserve)
    if limit.rlim_cur < enough {
      limit.rlim_cur = min(enough, limit.rlim_max)
      // What cannot be raised is lived with: the limit is read again.
      setrlimit(resource, &limit)
      getrlimit(resource, &limit)
    }
    guard limit.rlim_cur < enough else { return wanted }
    return max(1, (Int(limit.rlim_cur) - reserve) / 2)
  }

  #if os(macOS)
    private static let resource = RLIMIT_NOFILE
  #else
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #endif
}
