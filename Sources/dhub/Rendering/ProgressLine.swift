import Hub
import Synchronization

/// A line at the bottom of the terminal that tells how downloads get on, once they have taken a second.
final class ProgressLine: Sendable {
  private let meter = Mutex(ProgressMeter())
  private let output: Output
  private let start = ContinuousClock.now

  private init(_ output: Output) { self.output = output }

  /// Runs `body` with a function to tell of progress, and draws what it is told.
  ///
  /// - Parameter isShown: Whether anything is drawn; if not, the function is `nil`.
  static func during<Value: Sendable>(
    _ output: Output, isShown: Bool, _ body: ((@Sendable (DownloadProgress) -> Void)?) async throws -> Value
  ) async throws -> Value {
    guard isShown else { return try await body(nil) }
    let line = ProgressLine(output)
    let drawing = Task { await line.draw() }
    let result: Result<Value, any Error>
    do {
      result = .success(try await body { event in line.meter.withLock { $0.record(event) } })
    } catch {
      result = .failure(error)
    }
    drawing.cancel()
    await drawing.value
    return try result.get()
  }

  private func draw() async {
    var isDrawn = false
    // Ends by cancellation, which wakes the sleeper.
    try? await Task.sleep(for: .seconds(1))
    while !Task.isCancelled {
      let time = start.duration(to: .now) / .seconds(1)
      let width = Streams.errorWidth
      if let text = meter.withLock({ $0.line(at: time, width: width) }) {
        output.draw("\r" + text + "\u{1B}[K")
        isDrawn = true
      }
      // As above.
      try? await Task.sleep(for: .milliseconds(200))
    }
    if isDrawn { output.draw("\r\u{1B}[K") }
  }
}
