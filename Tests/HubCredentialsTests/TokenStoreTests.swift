import Foundation
import HubCredentials
import HubModel
import TestSupport
import Testing

@Suite struct TokenStoreTests {
  let home: TemporaryDirectory
  let environment: HubEnvironment
  let store: TokenStore

  init() throws {
    home = try TemporaryDirectory()
    environment = HubEnvironment(["HF_HOME": home.path + "/hf"], userHome: home.path)
    store = TokenStore(environment)
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: home.path + "/" + path)[.posixPermissions] as? Int
  }

  @Test func `a token is kept for the user alone, and in use`() throws {
    try store.keep(Token("hf_1"), named: "laptop")
    #expect(try home.read("hf/token") == Array("hf_1".utf8))
    #expect(try home.read("hf/stored_tokens") == Array("[laptop]\nhf_token = hf_1\n\n".utf8))
    #expect(try mode("hf/token") == 0o600 && mode("hf/stored_tokens") == 0o600 && mode("hf") == 0o700)
    #expect(try store.nameInUse() == "laptop")
    #expect(try Credentials(environment).token(.required)?.token == Token("hf_1"))
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: home.path + "/hf")).count == 3)
  }

  @Test func `a file that others could read is closed to them`() throws {
    try home.write(Array("hf_0".utf8), to: "hf/token")
    chmod(home.path + "/hf/token", 0o644)
    try store.keep(Token("hf_1"), named: "laptop")
    #expect(try mode("hf/token") == 0o600)
  }

  @Test func `tokens are switched and forgotten by name`() throws {
    try store.keep(Token("hf_1"), named: "a")
    try store.keep(Token("hf_2"), named: "b")
    #expect(try store.nameInUse() == "b")
    try store.use("a")
    #expect(try store.nameInUse() == "a" && home.read("hf/token") == Array("hf_1".utf8))
    #expect(try !store.forget("b") && store.tokens().tokens.keys.sorted() == ["a"])
    #expect(try store.forget("a") && Credentials(environment).token(.automatic) == nil)
    #expect(try !store.forgetAll() || store.tokens().tokens.isEmpty)
  }

  @Test func `a name that is not kept is an error that names those that are`() throws {
    try store.keep(Token("hf_1"), named: "a")
    for act in [{ try store.use("c") }, { try store.forget("c") }] as [() throws -> Void] {
      let error = #expect(throws: HubError.self) { try act() }
      #expect(error?.explanation.contains("'a'") == true && error?.explanation.contains("hf_1") == false)
    }
    #expect(try store.nameInUse() == "a")
  }

  @Test(arguments: ["", "DEFAULT", "a]b", "a\nb", " a"]) func `a name that the file cannot hold is refused`(
    name: String
  )
    throws
  {
    #expect(throws: HubError.self) { try store.keep(Token("hf_1"), named: name) }
    #expect(try store.tokens().tokens.isEmpty && Credentials(environment).token(.automatic) == nil)
  }

  @Test func `what Python keeps beside a token stays, until the token is another one`() throws {
    let text = "[oauth]\nhf_token = hf_1\nrefresh_token = r\nexpires_at = 1767225600\n\n"
    try home.write(Array(text.utf8), to: "hf/stored_tokens")
    try store.use("oauth")
    #expect(try home.read("hf/stored_tokens") == Array(text.utf8))
    try store.keep(Token("hf_2"), named: "oauth")
    #expect(try home.read("hf/stored_tokens") == Array("[oauth]\nhf_token = hf_2\n\n".utf8))
  }

  @Test func `the Rust client's file keeps its form`() throws {
    try home.write(Array(#"{"tokens":{"a":{"token":"hf_1"}},"active":"a"}"#.utf8), to: "hf/stored_tokens")
    try store.keep(Token("hf_2"), named: "b")
    let stored = try StoredTokens(String(decoding: home.read("hf/stored_tokens"), as: UTF8.self), path: "/p")
    #expect(try stored.tokens == ["a": Token("hf_1"), "b": Token("hf_2")] && stored.active == "b")
    #expect(try home.read("hf/stored_tokens").first == UInt8(ascii: "{"))
  }

  @Test func `a broken file is left alone`() throws {
    try home.write(Array("[a]\nhf_token = hf 1\n".utf8), to: "hf/stored_tokens")
    #expect(throws: HubError.self) { try store.keep(Token("hf_2"), named: "b") }
    #expect(try home.read("hf/stored_tokens") == Array("[a]\nhf_token = hf 1\n".utf8))
    #expect(try Credentials(environment).token(.automatic) == nil)
  }

  @Test(arguments: [".boincai", ".boincai/token"]) func `the token of boincai-cli follows`(path: String) throws {
    try home.write(Array("hf_0".utf8), to: path)
    try store.keep(Token("hf_1"), named: "a")
    #expect(try home.read(path) == Array("hf_1".utf8))
    try store.forgetAll()
    #expect(try Credentials(environment).token(.automatic) == nil)
  }

  @Test func `many at once lose no token`() async throws {
    let store = store
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 { group.addTask { try store.keep(Token("hf_\(number)"), named: "t\(number)") } }
      try await group.waitForAll()
    }
    #expect(try store.tokens().tokens.count == 20)
  }

  @Test(.enabled(if: Layout.Python.hubNewest.interpreter != nil), arguments: [Layout.Python.hubNewest, .hub036])
  func `Python reads what is written here`(python: Layout.Python) async throws {
    try store.keep(Token("hf_second"), named: "ein Name")
    try store.keep(Token("hf_first"), named: "a")
    let script = """
      from huggingface_hub import get_token
      from huggingface_hub.utils._auth import get_stored_tokens
      print(get_token(), sorted(get_stored_tokens().items()))
      """
    let variables = ["HF_HOME": home.path + "/hf", "HOME": home.path, "PATH": "/usr/bin:/bin"]
    let outcome = try await Program(try #require(python.interpreter), ["-c", script], environment: variables).run()
    #expect(outcome.text == "hf_first [('a', 'hf_first'), ('ein Name', 'hf_second')]\n", "\(outcome.errorText)")
  }

  @Test func `git's helper remembers and forgets a token`() throws {
    let variables = [
      "HOME": home.path, "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "credential.helper", "GIT_CONFIG_VALUE_0": "store",
    ]
    let git = GitCredential(variables: variables)
    #expect(git.helpers() == ["store"])
    #expect(git.approve(try Token("hf_secret1"), endpoint: "https://hub.test"))
    let filled = git.fill(try #require(URL(string: "https://hub.test/org/model")))
    #expect(try filled?.user == "hf_user" && filled?.password == Token("hf_secret1"))
    let url = try #require(URL(string: "https://hub.test/org/model"))
    #expect(git.fill(url, user: "hf_user") != nil && git.fill(url, user: "somebody") == nil)
    #expect(git.reject(endpoint: "https://hub.test"))
    #expect(git.fill(try #require(URL(string: "https://hub.test"))) == nil)
    #expect(GitCredential(variables: ["PATH": "/nowhere"]).helpers().isEmpty)
  }
}
