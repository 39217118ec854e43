import ArgumentParser
import HubModel
import PythonJSON
import Scheduling

/// What went wrong, as it is told: the status for the shell, a code for programs, sentences for people.
struct Failure: Error {
  let status: ExitStatus
  /// The kind of failure: the name of a code of `HubError` or `SchedulerError`, or `usage`.
  let code: String
  let message: String
  var hint: String?
  /// The identity that the hub gave the request, to quote to its operators.
  var requestID: String?
  /// What led to it, for `--verbose`.
  var cause: String?

  /// Arguments that a command cannot work with.
  static func usage(_ message: String, hint: String? = nil) -> Failure {
    Failure(status: .usage, code: "usage", message: message, hint: hint)
  }

  /// The object under `error` that `--json` prints.
  var json: JSONValue {
    var object: JSONObject = [
      "code": .string(code), "message": .string(message), "exit_status": .integer(Int(status.rawValue)),
    ]
    if let hint { object["hint"] = .string(hint) }
    if let requestID { object["request_id"] = .string(requestID) }
    return ["error": .object(object)]
  }
}

extension Failure {
  /// What any error of a command is told as.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as HubError: self.init(hub: error)
    case let error as SchedulerError:
      self.init(
        status: ExitStatus(error.code), code: error.code.rawValue, message: Self.sentence(printable(error.problem)),
        hint: printable(error.remedy))
    case is CancellationError: self.init(hub: HubError(.cancelled))
    default:
      self.init(status: .other, code: "other", message: Self.sentence(printable(String(describing: error))))
    }
  }

  private init(hub error: HubError) {
    self.init(
      status: ExitStatus(error.code), code: error.code.rawValue, message: error.description, hint: error.hint,
      requestID: error.context.requestID.map { printable($0) },
      cause: error.cause.map { printable(String(describing: $0)) })
  }

  /// What the parser of arguments says of them.
  ///
  /// - Returns: `nil` for a request for help or the version, which is no failure.
  init?(parsing error: any Error) {
    guard Dhub.exitCode(for: error) != .success else { return nil }
    let usage = Dhub.fullMessage(for: error).split(separator: "\n")
    let hint = usage.first { $0.contains("See '") }.map { "see" + $0.trimmingPrefix { $0 == " " }.dropFirst(3) }
    let message = Self.sentence(printable(Dhub.message(for: error), limit: 400))
    self.init(status: .usage, code: "usage", message: message, hint: hint.map { printable($0) })
  }

  /// `text` with a full stop, as all messages have; a first word may be a key, and so stays as it is.
  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
  }
}
