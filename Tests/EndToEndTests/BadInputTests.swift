import Foundation
import TestSupport
import Testing

/// Each kind of bad input has its own error, and nothing is asked, written or fetched because of it.
///
/// A NUL cannot be tested here: the arguments of a process end at it.
@Suite struct BadInputTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let status: Int
    let words: [String]
    var testDescription: String { arguments.map { String($0.prefix(30)) }.joined(separator: " ") }

    init(_ arguments: [String], _ status: Int, _ words: String...) {
      (self.arguments, self.status, self.words) = (arguments, status, words)
    }
  }

  static let show = ["scheduler", "show"]
  static let plan = ["scheduler", "plan", "SAVED", "--steps"]
  static let long = String(repeating: "a", count: 300)
  static let rows = [
    Row(show + ["a model"], 64, "repository id 'a model'", "only letters, digits"),
    Row(show + ["org/a..b"], 64, "repository id 'org/a..b'", "'..'"),
    Row(show + ["a/b/c"], 64, "repository id 'a/b/c'", "more than one '/'"),
    Row(show + ["a/b/c/d"], 64, "repository id 'a/b/c/d'", "more than one '/'"),
    Row(show + ["org/" + long], 64, "longer than 96"),
    Row(show + ["org/name.git"], 64, "'.git'"),
    Row(show + ["org/\u{1B}[2Jname"], 64, "\\u{1b}"),
    Row(show + ["../nosuch"], 3, "../nosuch"),
    Row(show + ["org/model", "--subfolder", "../../etc"], 10, "..", "refused"),
    Row(show + ["org/model", "--subfolder", "/etc"], 10, "absolute"),
    Row(show + ["SAVED", "--subfolder", "../SAVED"], 10, ".."),
    Row(show + ["org/model", "--revision", "a..b"], 64, "revision 'a..b'"),
    Row(["serve", "user", "add", "ada", "--root", "nosuch"], 64, "no directory nosuch", "mkdir"),
    Row(["serve", "token", "create", "ci", "--user", "ada", "--root", "nosuch"], 64, "no directory nosuch", "mkdir"),
    Row(["serve", "org", "list", "--root", "nosuch"], 64, "no directory nosuch", "mkdir"),
    Row(["upload", "git@git.example:org/model.git", "."], 64, "ssh", "https://"),
    Row(["upload", "https://ada:secret@git.example/model.git", "."], 64, "password"),
    Row(plan + ["0"], 64, "0", "at least"),
    Row(plan + ["-5"], 64, "-5", "at least"),
    Row(plan + ["five"], 64, "five"),
    Row(plan + ["99999999999999999999"], 64, "99999999999999999999"),
    Row(["scheduler", "convert", "SAVED", "--to", "EulerDiscret", "--output", "out"], 64, "EulerDiscreteScheduler"),
    Row(["download", "org/model", "a/../../b"], 10, "'..'"),
    Row(["download", "org/model", "/etc/passwd"], 10, "absolute"),
    Row(["download", "org/model", "f", "--token", "hf_secret\nX-Evil: 1"], 64, "token is not valid"),
    Row(["download", "org/model", "f", "--token", ""], 64, "token is not valid", "empty"),
    Row(["download", "org/model", "f", "--max-workers", "0"], 64, "--max-workers"),
    Row(["download", "org/model", "f", "--repo-type", "kernel"], 64, "kernel"),
    Row(["download", "datasets/org/model", "f", "--repo-type", "space"], 64, "dataset", "space"),
    Row(["download", "org/model", "f", "--endpoint", "ftp://host"], 64, "endpoint"),
    Row(["download", "org/model", "f", "--endpoint", "http://user:hf_secret@host"], 64, "endpoint"),
    Row(["cache", "rm", "not an id", "-y"], 64, "repository id 'not an id'"),
    Row(["serve", "--root", "hub", "--port", "70000"], 64, "--port"),
  ]

  @Test(arguments: rows)
  func `it has its own error`(row: Row) async throws {
    let dhub = try Dhub()
    try dhub.home.write(try [UInt8](contentsOf: "sd15"), to: "SAVED/scheduler_config.json")
    let before = try dhub.home.listing()
    let outcome = try await dhub.run(row.arguments)
    #expect(outcome.status == row.status, "\(outcome.errorText)")
    #expect(outcome.output.isEmpty && outcome.errorText.hasPrefix("error: "))
    for word in row.words { #expect(outcome.errorText.contains(word), "\(outcome.errorText)") }
    #expect(!outcome.errorText.contains("hf_secret") && !outcome.errorText.contains("\u{1B}"))
    #expect(try dhub.home.listing() == before)
  }

  static let files: [(String, Int, [String])] = [
    ("not json", 1, ["line 1"]), ("[1]", 1, ["an array"]), (#"{"_class_name": "NoSuch"}"#, 1, ["NoSuch"]),
    (#"{"_class_name": "EulerDiscreteScheduler", "num_train_timesteps": 1e999}"#, 1, ["num_train_timesteps"]),
    (#"{"_class_name": "EulerDiscreteScheduler", "beta_schedule": "\u001b[2J"}"#, 1, ["beta_schedule"]),
    (String(repeating: "[", count: 100_000), 10, ["deep"]),
  ]

  @Test(arguments: files)
  func `a file that is no configuration says what is wrong with it`(
    text: String, status: Int, words: [String]
  ) async throws {
    let dhub = try Dhub()
    try dhub.home.write(text.utf8, to: "saved/scheduler_config.json")
    let outcome = try await dhub.run("scheduler", "show", "saved", "--json")
    #expect(outcome.status == status, "\(outcome.errorText)")
    for word in words { #expect(outcome.errorText.contains(word), "\(outcome.errorText)") }
    #expect(try outcome.object()["error"] != nil && !outcome.errorText.contains("\u{1B}"))
  }

  @Test func `a configuration of a gigabyte is not read`() async throws {
    let dhub = try Dhub()
    try dhub.home.write([], to: "saved/scheduler_config.json")
    #expect(truncate(dhub.home.appending("saved/scheduler_config.json"), 1 << 30) == 0)
    let outcome = try await dhub.run("scheduler", "show", "saved")
    #expect(outcome.status != 0 && outcome.errorText.hasPrefix("error: "), "\(outcome.errorText)")
  }
}
