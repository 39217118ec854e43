internal import CCurl
import HubModel

/// The transfers under way and the loop that drives them; everything here happens on the one thread that `run` is
/// called on.
final class TransferTable {
  /// How long to wait for sockets before limits on time are looked at, in milliseconds.
  private static let tick: Int32 = 100
  /// How long to wait when nothing is under way; a command ends the wait.
  private static let longWait: Int32 = 60_000

  private let loop: CurlLoop
  private let multi: UnsafeMutableRawPointer
  private var transfers: [TransferOrder.ID: Transfer] = [:]

  init(loop: CurlLoop, multi: UnsafeMutableRawPointer) { (self.loop, self.multi) = (loop, multi) }

  func run() {
    while true {
      let (commands, isClosed) = loop.take()
      for command in commands { carryOut(command) }
      if isClosed {
        for id in transfers.keys { finish(id, .failure(HubError(.cancelled))) }
        return
      }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      collectFinished()
      stopOverdue()
      curl_multi_poll(multi, nil, 0, transfers.isEmpty ? Self.longWait : Self.tick, nil)
    }
  }

  private func carryOut(_ command: CurlLoop.Command) {
    switch command {
    case .start(let order): start(order)
    case .cancel(let id): finish(id, .failure(HubError(.cancelled)))
    case .resume(let id): transfers[id]?.unpause()
    }
  }

  private func start(_ order: TransferOrder) {
    do throws(HubError) {
      let transfer = try Transfer(order) { [loop] in
        // A resume that cannot be posted means that the loop, and with it the transfer, has ended.
        try? loop.post(.resume(order.id))
      }
      try transfer.configure(loop.configuration)
      guard curl_multi_add_handle(multi, transfer.easy.handle) == CURLM_OK else {
        throw TransportFailure(CURLE_FAILED_INIT).error
      }
      transfers[order.id] = transfer
    } catch {
      order.continuation.resume(returning: .failure(error))
    }
  }

  private func collectFinished() {
    var remaining: Int32 = 0
    while let message = curl_multi_info_read(multi, &remaining) {
      guard message.pointee.msg == CURLMSG_DONE else { continue }
      var context: UnsafeMutableRawPointer?
      curl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
      guard let context else { continue }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      finish(transfer.order.id, transfer.answer(message.pointee.data.result))
    }
  }

  private func stopOverdue() {
    let now = ContinuousClock.now
    for (id, transfer) in transfers {
      if let error = transfer.watch.overdue(at: now) { finish(id, .failure(error)) }
    }
  }

  /// Removes a transfer, which closes its connection unless the answer is complete, and tells who waits for it.
  private func finish(_ id: TransferOrder.ID, _ answer: TransferOrder.Answer) {
    guard let transfer = transfers.removeValue(forKey: id) else { return }
    curl_multi_remove_handle(multi, transfer.easy.handle)
    transfer.order.continuation.resume(returning: answer)
  }
}
