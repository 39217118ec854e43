import Foundation
import PythonJSON

/// The two streams of the program: results on stdout, everything else on stderr.
struct Output: Sendable {
  /// Whether results are JSON.
  let isJSON: Bool

  /// Nobody reads stdout any more, which is no failure of this program's: `dhub cache ls | head -n 1`.
  struct Closed: Error {}

  /// Prints a result.
  ///
  /// - Throws: ``Closed``, or a ``Failure`` with what the disk says.
  func print(_ report: Report) throws {
    for warning in report.warnings { warn(warning) }
    if isJSON, let json = report.json {
      try line(json.strict.text(.indented, sortedKeys: false))
    } else if !isJSON, !report.text.isEmpty {
      try line(report.text)
    }
  }

  /// Prints a failure; with `--json` as the one object on stdout, too.
  func print(_ failure: Failure, verbosely: Bool) {
    note("error: \(failure.message)")
    if let hint = failure.hint { note("hint: \(hint)") }
    if let id = failure.requestID { note("request: \(id)") }
    if verbosely, let cause = failure.cause { note("cause: \(cause)") }
    // If stdout cannot be written there is nothing left to say it with.
    if isJSON { try? line(failure.json.text(.indented, sortedKeys: false)) }
  }

  /// Writes a line to stdout, at once.
  ///
  /// - Throws: ``Closed``, or a ``Failure`` with what the disk says.
  func line(_ text: String) throws { try Self.write(text + "\n", to: STDOUT_FILENO) }

  /// Writes a line to stderr.
  func note(_ text: String) {
    // Where stderr cannot be written there is nobody to be told.
    try? Self.write(text + "\n", to: STDERR_FILENO)
  }

  /// Says what the user should know, without failing.
  func warn(_ text: String) { note("warning: \(text)") }

  /// Writes `text` without a line break to stderr, for what is drawn over again.
  func draw(_ text: String) {
    // As above.
    try? Self.write(text, to: STDERR_FILENO)
  }

  private static func write(_ text: String, to descriptor: Int32) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        // Somebody has made the terminal non-blocking; wait until it takes more.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&poller, 1, -1)
      } else if errno != EINTR {
        if errno == EPIPE { throw Closed() }
        let reason = String(cString: strerror(errno))
        throw Failure(status: .disk, code: "output", message: "The output cannot be written: \(reason).")
      }
    }
  }
}

extension JSONValue {
  /// The same with numbers that JSON has not as text: `"-Infinity"`, `"NaN"`. Python reads them as they are, others do not.
  var strict: JSONValue {
    switch self {
    case .double(let number) where !number.isFinite: .string(text())
    case .array(let values): .array(values.map(\.strict))
    case .object(let object):
      .object(object.reduce(into: JSONObject()) { strict, member in strict[member.key] = member.value.strict })
    default: self
    }
  }
}

/// What a command found out, in both of its forms.
struct Report: Sendable {
  /// For programs: one object; `nil` for a command that has printed it already.
  var json: JSONValue?
  /// For people, without a line break at the end; may be empty.
  var text: String
  /// What the user should know about it, a sentence each.
  var warnings: [String] = []
  /// How the program ends: a result can be bad news.
  var status = ExitStatus.done
}
