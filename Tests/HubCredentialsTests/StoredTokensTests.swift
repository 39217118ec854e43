import Foundation
import HubCredentials
import HubModel
import TestSupport
import Testing

@Suite struct StoredTokensTests {
  @Test(
    arguments: [
      ("", [:], nil),
      ("[work]\nhf_token = hf_1\n\n[home]\nhf_token = hf_2\n\n", ["work": "hf_1", "home": "hf_2"], nil),
      (
        "# a comment\n; another\n[a b]\nHF_Token: hf_1\nrefresh_token = r\nexpires_at = 1767225600\n", ["a b": "hf_1"],
        nil
      ),
      ("[none]\nrefresh_token = r\n[empty]\nhf_token =\n", [:], nil),
      ("[a]\r\nhf_token=hf_1=2\r\n", ["a": "hf_1=2"], nil),
      ("[a]\nhf_token = hf_1\n  more\n", ["a": "hf_1"], nil), ("[DEFAULT]\nhf_token = hf_d\n", [:], nil),
      (#"{"tokens":{"work":{"token":"hf_1"}},"active":"work"}"#, ["work": "hf_1"], "work"),
      (#" {"tokens":{}}"#, [:], nil),
    ] as [(String, [String: String], String?)]) func `both clients' files are read`(
      text: String, expected: [String: String], active: String?
    ) throws
  {
    let stored = try StoredTokens(text, path: "/p")
    #expect(try stored.tokens == expected.mapValues { try Token($0) })
    #expect(stored.active == active)
  }

  @Test(arguments: [
    "hf_token = hf_secret\n", "[a]\nhf_secret\n", #"{"tokens": ["hf_secret"]}"#, #"{"tokens": {"a": "hf_secret""#,
    "[a]\nhf_token = hf_secret x\n",
  ]) func `a broken file is an error that shows no secret`(text: String) {
    let error = #expect(throws: HubError.self) { try StoredTokens(text, path: "/p/stored_tokens") }
    #expect(error?.code == .configuration)
    #expect(error?.explanation.contains("/p/stored_tokens") == true)
    #expect(error?.explanation.contains("hf_secret") == false)
  }

  @Test func `the file lies beside the token in use`() throws {
    let home = try TemporaryDirectory()
    let credentials = Credentials(HubEnvironment(["HF_TOKEN_PATH": "~/x/token"], userHome: home.path))
    #expect(try credentials.storedTokens().tokens.isEmpty)
    try home.write(Array("[a]\nhf_token = hf_1\n".utf8), to: "x/stored_tokens")
    #expect(try credentials.storedTokens().tokens == ["a": Token("hf_1")])
  }

  @Test(.enabled(if: Layout.Python.hubNewest.interpreter != nil), arguments: [Layout.Python.hubNewest, .hub036])
  func `what Python's login writes is found`(python: Layout.Python) async throws {
    let home = try TemporaryDirectory()
    let script = """
      from huggingface_hub.utils._auth import _save_token
      from huggingface_hub.constants import HF_TOKEN_PATH
      from pathlib import Path
      _save_token("hf_second", "zwei")
      _save_token("hf_first", "ein Name")
      Path(HF_TOKEN_PATH).write_text("hf_first")
      """
    let variables = ["HF_HOME": home.path + "/hf", "HOME": home.path, "PATH": "/usr/bin:/bin"]
    let interpreter = try #require(python.interpreter)
    let outcome = try await Program(interpreter, ["-c", script], environment: variables).run()
    try #require(outcome.status == 0, "\(outcome.errorText)")
    let credentials = Credentials(HubEnvironment(variables, userHome: home.path))
    #expect(try credentials.token(.required)?.token == Token("hf_first"))
    #expect(try credentials.storedTokens().tokens == ["zwei": Token("hf_second"), "ein Name": Token("hf_first")])
  }
}
