import Foundation
import HubModel
import Logging

/// What is logged of one request: never a header's value or a URL's query, where tokens and signatures are.
struct TransferLog {
  private let logger: Logger?
  private let start: ContinuousClock.Instant

  init(_ request: HTTPRequest, logger: Logger?) {
    var logger = logger
    logger?[metadataKey: "method"] = "\(request.method.rawValue)"
    logger?[metadataKey: "url"] = "\(printable(request.url.redacted))"
    logger?[metadataKey: "trace"] = request.headers["X-Amzn-Trace-Id"].map { "\(printable($0))" }
    (self.logger, start) = (logger, .now)
    logger?.debug("request", metadata: ["authorized": "\(request.token != nil)"])
  }

  func finished(_ answer: TransferOrder.Answer) {
    guard let logger else { return }
    let milliseconds = Int(start.seconds(until: .now) * 1000)
    switch answer {
    case .success(let response):
      let id = response.head.requestID.map { printable($0, limit: 100) } ?? ""
      logger.debug("answer", metadata: ["status": "\(response.status)", "ms": "\(milliseconds)", "id": "\(id)"])
    case .failure(let error):
      logger.debug("failure", metadata: ["error": "\(error.code.rawValue): \(error)", "ms": "\(milliseconds)"])
    }
  }
}
