import Foundation
import HubCredentials
import HubModel
import TestSupport
import Testing

@Suite struct CredentialsTests {
  let home = try? TemporaryDirectory()

  private func credentials(_ variables: [String: String] = [:]) throws -> Credentials {
    Credentials(HubEnvironment(variables, userHome: try #require(home).path))
  }

  private func write(_ text: String, to name: String, mode: Int = 0o600) throws {
    try #require(home).write(Array(text.utf8), to: name, mode: mode)
  }

  struct Row: Sendable {
    var files: [String: String] = [:]
    var variables: [String: String] = [:]
    var request = TokenRequest.automatic
    /// The token's text, or none.
    let expected: String?
  }

  static let file = ".cache/huggingface/token"

  @Test(arguments: [
    Row(expected: nil), Row(files: [file: "hf_file"], expected: "hf_file"),
    // What stands in files is cleaned, and nothing is no token.
    Row(files: [file: "  hf_file\r\n"], expected: "hf_file"), Row(files: [file: "hf_\nfile"], expected: "hf_file"),
    Row(files: [file: ""], expected: nil), Row(files: [file: " \n"], expected: nil),
    Row(files: [file: "\n", ".boincai": "hf_b"], expected: "hf_b"),
    // The order: given, environment, token file, ~/.boincai as a file or a folder.
    Row(files: [file: "hf_file"], variables: ["HF_TOKEN": "hf_env"], expected: "hf_env"),
    Row(variables: ["HF_TOKEN": "hf_1", "HUGGING_FACE_HUB_TOKEN": "hf_2"], expected: "hf_1"),
    Row(variables: ["HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "hf_2"], expected: "hf_2"),
    Row(variables: ["HF_TOKEN": " \n"], expected: nil), Row(variables: ["HF_TOKEN": " hf_env\n"], expected: "hf_env"),
    Row(files: [file: "hf_file", ".boincai": "hf_b"], expected: "hf_file"),
    Row(files: [".boincai": "hf_b\n"], expected: "hf_b"), Row(files: [".boincai/token": "hf_b"], expected: "hf_b"),
    Row(files: [".boincai/other": "x"], expected: nil),
    // Where the files are.
    Row(files: ["elsewhere/token": "hf_e"], variables: ["HF_HOME": "~/elsewhere"], expected: "hf_e"),
    Row(files: ["my-token": "hf_m"], variables: ["HF_TOKEN_PATH": "$MINE/my-token", "MINE": "~"], expected: nil),
    Row(files: ["my-token": "hf_m", file: "hf_file"], variables: ["HF_TOKEN_PATH": "~/my-token"], expected: "hf_m"),
    Row(files: ["huggingface/token": "hf_x"], variables: ["XDG_CACHE_HOME": "~"], expected: "hf_x"),
    // The wishes of the caller.
    Row(files: [file: "hf_file"], request: .none, expected: nil),
    Row(files: [file: "hf_file"], request: .required, expected: "hf_file"),
    Row(files: [file: "hf_file"], variables: ["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"], expected: nil),
    Row(variables: ["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1", "HF_TOKEN": "hf_env"], expected: nil),
    Row(
      files: [file: "hf_file"], variables: ["HF_HUB_DISABLE_IMPLICIT_TOKEN": "yes"], request: .required,
      expected: "hf_file"),
  ]) func `the first place that has a token counts`(row: Row) throws {
    for (name, text) in row.files { try write(text, to: name) }
    let found = try credentials(row.variables).token(row.request)
    #expect(try found?.token == row.expected.map { try Token($0) })
    #expect(found?.warnings ?? [] == [])
  }

  @Test func `a given token is used before all others`() throws {
    try write("hf_file", to: Self.file)
    let found = try credentials(["HF_TOKEN": "hf_env"]).token(.string(" hf_given\n"))
    #expect(try found?.token == Token("hf_given"))
    #expect(found?.source == .argument)
  }

  @Test func `a required token that is nowhere is an error that says where it was looked for`() throws {
    let error = #expect(throws: HubError.self) { try credentials().token(.required) }
    #expect(error?.code == .tokenRequired)
    #expect(error?.description.contains(Self.file) == true)
    #expect(error?.description.contains(".boincai") == true)
  }

  @Test(arguments: [
    ("hf_a b", "configuration"), ("hf_\u{0}secret", "configuration"), ("hf_sécret", "configuration"),
    (String(repeating: "a", count: 70_000), "configuration"), (String(repeating: "a", count: 9000), "configuration"),
  ]) func `a file that holds no token is an error that does not show it`(text: String, code: String) throws {
    try write(text, to: Self.file)
    let error = #expect(throws: HubError.self) { try credentials().token(.automatic) }
    #expect(error?.code.rawValue == code)
    #expect(error?.explanation.contains(Self.file) == true)
    #expect(error?.explanation.contains(text) == false)
  }

  @Test func `a variable that holds no token is an error that does not show it`() throws {
    let error = #expect(throws: HubError.self) { try credentials(["HF_TOKEN": "hf_a\tb"]).token(.automatic) }
    #expect(error?.code == .configuration)
    #expect(error?.explanation.contains("hf_a") == false)
  }

  @Test func `a binary file, a directory and a pipe are errors, and none of them hangs`() throws {
    let path = try #require(home).appending(Self.file)
    try #require(home).write([0xFF, 0xFE, 0x00, 0x41], to: Self.file)
    #expect(throws: HubError.self) { try credentials().token(.automatic) }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    let error = #expect(throws: HubError.self) { try credentials().token(.automatic) }
    #expect(error?.description.contains("directory") == true)
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: HubError.self) { try credentials().token(.automatic) }
  }

  @Test(arguments: [(0o600, 0), (0o400, 0), (0o640, 1), (0o604, 1), (0o644, 1)])
  func `a token that others may read comes with a warning`(mode: Int, count: Int) throws {
    try write("hf_file", to: Self.file, mode: mode)
    let found = try #require(try credentials().token(.automatic))
    #expect(found.warnings.count == count)
    #expect(!found.warnings.contains { $0.contains("hf_file") })
  }

  @Test func `a link to a token file is followed, and a dangling one is no token`() throws {
    try write("hf_linked", to: "dotfiles/token", mode: 0o644)
    let path = try #require(home).appending(Self.file)
    try write("", to: Self.file)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: try #require(home).appending("dotfiles/token"))
    let found = try #require(try credentials().token(.automatic))
    #expect(try found.token == Token("hf_linked"))
    #expect(found.warnings.count == 1)
    try FileManager.default.removeItem(atPath: try #require(home).appending("dotfiles/token"))
    #expect(try credentials().token(.automatic) == nil)
  }

  @Test(arguments: [
    ("https://hub.example", "https://hub.example:443"), ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
    ("https://Hub.Example/prefix", "https://hub.example:443"),
  ]) func `a token is bound to its endpoint's origin`(endpoint: String, origin: String) throws {
    let bound = try credentials(["HF_TOKEN": "hf_env"]).boundToken(.automatic, endpoint: endpoint)
    #expect(bound?.origin.description == origin)
  }

  @Test(arguments: ["", "hub", "ftp://hub", "https://user:secret@hub", "https://secret@hub", "file:///x"])
  func `an endpoint that is none is refused, and its password not shown`(endpoint: String) throws {
    let error = #expect(throws: HubError.self) { try Credentials.origin(ofEndpoint: endpoint) }
    #expect(error?.code == .configuration)
    #expect(error?.explanation.contains("secret") == false)
  }
}
