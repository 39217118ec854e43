import HubModel
import HubTransport
import Synchronization

/// The way to a hub, which does not exist offline.
enum Connection: Sendable {
  /// Requests may be sent; the transport is made with the first one.
  case online(LazyTransport)
  /// Nothing is ever sent.
  case offline(HubError.OfflineMode)

  /// The transport.
  ///
  /// - Throws: `offline` where there is none.
  func transport() throws(HubError) -> CurlTransport {
    switch self {
    case .online(let transport): transport.value
    case .offline(let mode): throw HubError(.offline(mode))
    }
  }

  /// Why nothing is sent, or `nil` if something may be.
  var offlineMode: HubError.OfflineMode? { if case .offline(let mode) = self { mode } else { nil } }
}

/// A transport that is made when it is needed, and then shared.
final class LazyTransport: Sendable {
  private let configuration: CurlTransport.Configuration
  private let made = Mutex<CurlTransport?>(nil)

  init(_ configuration: CurlTransport.Configuration) { self.configuration = configuration }

  var value: CurlTransport {
    made.withLock { made in
      if let made { return made }
      let transport = CurlTransport(configuration)
      made = transport
      return transport
    }
  }
}
