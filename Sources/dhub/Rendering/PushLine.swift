import Hub
import HubModel

/// The line at the bottom of the terminal while something is pushed: that of downloads, told of the large files.
enum PushLine {
  /// Runs `body` with a function to tell of progress, and draws what it is told.
  static func during<Value: Sendable>(
    _ session: Session, _ style: OutputOptions, _ client: HubClient,
    _ body: ((@Sendable (PushProgress) -> Void)?) async throws -> Value
  ) async throws -> Value {
    let isShown = session.showsProgress(style, client.environment)
    return try await ProgressLine.during(session.output, isShown: isShown) { tell in
      guard let tell else { return try await body(nil) }
      return try await body { event in
        for event in events(event) { tell(event) }
      }
    }
  }

  private static func events(_ event: PushProgress) -> [DownloadProgress] {
    switch event {
    case .planned(let plan):
      let objects = plan.objects
      return [.planned(files: objects.count, bytes: objects.reduce(0) { $0 + $1.pointer.size })]
        + objects.map { .started($0.path, offset: 0, size: $0.pointer.size) }
    case .sent(let path, let bytes): return [.received(path, bytes: bytes)]
    case .skipped(let path, _), .finished(let path): return [.finished(path)]
    case .hashing, .committing, .rebasing: return []
    }
  }
}
