import Hub
import HubModel

/// What is known of downloads under way: how much is here, how fast it comes, how long the rest will take.
///
/// A value that is told of events and asked for a line; times are seconds since any fixed moment.
struct ProgressMeter: Sendable {
  private struct File {
    var here: Int64
    var size: Int64?
  }

  /// The span over which the rate is measured.
  private static let window = 5.0

  private var active: [RepositoryPath: File] = [:]
  private var planned: (files: Int, bytes: Int64)?
  private var finishedFiles = 0
  private var finishedBytes: Int64 = 0
  private var waitsFor: RepositoryPath?
  /// Bytes that have come over the network, at several moments of the window.
  private var samples: [(time: Double, bytes: Int64)] = []
  private var arrived: Int64 = 0
  private var lastFile: RepositoryPath?

  /// Takes note of an event.
  mutating func record(_ event: DownloadProgress) {
    switch event {
    case .planned(let files, let bytes): planned = (files, bytes)
    case .started(let file, let offset, let size):
      active[file] = File(here: offset, size: size)
      lastFile = file
      if waitsFor == file { waitsFor = nil }
    case .received(let file, let bytes):
      arrived += max(0, bytes - (active[file]?.here ?? 0))
      active[file]?.here = bytes
    case .restarted(let file): active[file]?.here = 0
    case .finished(let file):
      guard let done = active.removeValue(forKey: file) else { return }
      finishedFiles += 1
      finishedBytes += done.size ?? done.here
    case .waiting(let file): waitsFor = file
    }
  }

  /// The line for this moment, at most `width` columns; `nil` while there is nothing to tell.
  mutating func line(at time: Double, width: Int) -> String? {
    samples.append((time, arrived))
    // The oldest one kept is just outside of the window, so that the rate is over all of it.
    while samples.count > 2, samples[1].time < time - Self.window { samples.removeFirst() }
    if active.isEmpty, let waitsFor { return clipped("waiting for another process to fetch \(waitsFor)", width) }
    guard !active.isEmpty || planned != nil else { return nil }
    let here = finishedBytes + active.values.reduce(0) { $0 + $1.here }
    return clipped(
      [bar(here), subject, amount(here), rate(here)].filter { !$0.isEmpty }.joined(separator: "  "), width)
  }

  /// How many bytes there will be, as far as is known.
  private var total: Int64? {
    if let planned { return planned.bytes }
    let sizes = active.values.map(\.size)
    return sizes.contains(nil) ? nil : finishedBytes + sizes.reduce(0) { $0 + ($1 ?? 0) }
  }

  private var subject: String {
    if let planned, planned.files > 1 { return "\(finishedFiles)/\(planned.files) files" }
    return lastFile?.text ?? ""
  }

  private func bar(_ here: Int64) -> String {
    guard let total, total > 0 else { return "" }
    let share = min(1, Double(here) / Double(total))
    let filled = Int((share * 20).rounded(.down))
    let percent = "\(Int((share * 100).rounded(.down)))%"
    return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled) + "] "
      + String(repeating: " ", count: 4 - percent.count) + percent
  }

  private func amount(_ here: Int64) -> String { byteCount(here) + (total.map { " of " + byteCount($0) } ?? "") }

  private func rate(_ here: Int64) -> String {
    guard let first = samples.first, let last = samples.last, last.time > first.time else { return "" }
    let rate = Double(last.bytes - first.bytes) / (last.time - first.time)
    guard rate > 0 else { return "stalled" }
    let rest = total.map { "  " + duration(Double(max(0, $0 - here)) / rate) + " left" } ?? ""
    return byteCount(Int64(rate)) + "/s" + rest
  }

  private func clipped(_ text: String, _ width: Int) -> String { String(printable(text).prefix(max(10, width - 1))) }
}
