internal import CCurl
import Foundation
import HubModel
import Synchronization

/// The mailbox between the tasks that wait for transfers and the one thread that owns libcurl's multi handle.
///
/// Tasks post commands and wake the thread; only the thread touches transfers. libcurl allows exactly one function on
/// a multi handle from other threads, `curl_multi_wakeup`, as long as the handle exists: it is called under the lock
/// that the thread takes before it destroys the handle.
final class CurlLoop: Sendable {
  enum Command: Sendable {
    case start(TransferOrder)
    case cancel(TransferOrder.ID)
    case resume(TransferOrder.ID)
  }

  private struct Mailbox {
    var commands: [Command] = []
    var multi: Multi?
    var isClosed = false
  }

  /// The handle of the thread.
  ///
  /// Sendable, unchecked: other threads only pass it to `curl_multi_wakeup`, under the lock of the mailbox.
  struct Multi: @unchecked Sendable { let handle: UnsafeMutableRawPointer }

  let configuration: CurlTransport.Configuration
  private let mailbox = Mutex(Mailbox())

  init(_ configuration: CurlTransport.Configuration) { self.configuration = configuration }

  /// Hands `command` to the thread, which is started by the first one.
  func post(_ command: Command) throws(HubError) {
    let isFirst = try mailbox.withLock { mailbox throws(HubError) in
      mailbox.commands.append(command)
      if let multi = mailbox.multi {
        curl_multi_wakeup(multi.handle)
        return false
      }
      guard !mailbox.isClosed else { return false }
      mailbox.multi = try Self.makeMulti(configuration)
      return true
    }
    if isFirst { startThread() }
  }

  /// Ends the thread; transfers that are still under way are cancelled.
  func close() {
    mailbox.withLock { mailbox in
      mailbox.isClosed = true
      if let multi = mailbox.multi { curl_multi_wakeup(multi.handle) }
    }
  }

  /// The commands posted since the last call, and whether the loop is to end.
  func take() -> (commands: [Command], isClosed: Bool) {
    mailbox.withLock { mailbox in
      defer { mailbox.commands = [] }
      return (mailbox.commands, mailbox.isClosed)
    }
  }

  private func startThread() {
    let thread = Thread { [self] in
      blockBrokenPipeSignal()
      guard let multi = mailbox.withLock({ $0.multi }) else { return }
      TransferTable(loop: self, multi: multi.handle).run()
      mailbox.withLock { $0.multi = nil }
      curl_multi_cleanup(multi.handle)
    }
    thread.name = "HubTransport"
    thread.start()
  }

  private static func makeMulti(_ configuration: CurlTransport.Configuration) throws(HubError) -> Multi {
    let code = setUp
    guard code == CURLE_OK, let handle = curl_multi_init() else { throw TransportFailure(code).error }
    curl_multi_set_long(handle, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHost)
    curl_multi_set_long(handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.connections)
    curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, configuration.connections)
    return Multi(handle: handle)
  }

  /// Sets libcurl up before its first use; the process keeps it until it exits.
  private static let setUp: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
}

/// OpenSSL writes to sockets in a way that raises SIGPIPE when the other side has gone, and `CURLOPT_NOSIGNAL` keeps
/// libcurl from ignoring it; the signal goes to the thread that wrote, so blocking it in that thread is enough.
private func blockBrokenPipeSignal() {
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGPIPE)
  pthread_sigmask(SIG_BLOCK, &signals, nil)
}
