import HubModel
import Testing

@Suite struct EnvironmentTests {
  static func read(_ variables: [String: String]) -> HubEnvironment { HubEnvironment(variables, userHome: "/home/u") }

  static let caches: [([String: String], String)] = [
    ([:], "/home/u/.cache/huggingface/hub"),
    (["XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
    (["XDG_CACHE_HOME": "/x", "HF_HOME": "/h"], "/h/hub"),
    (["HF_HOME": "~/h"], "/home/u/h/hub"),
    (["HF_HOME": "$BASE/h", "BASE": "/b"], "/b/h/hub"),
    (["HF_HOME": "${BASE}x/$NONE", "BASE": "/b"], "/bx/$NONE/hub"),
    (["HF_HOME": "/h", "HUGGINGFACE_HUB_CACHE": "/l"], "/l"),
    (["HF_HUB_CACHE": "/c", "HUGGINGFACE_HUB_CACHE": "/l"], "/c"),
    (["HF_HUB_CACHE": ""], "/home/u/.cache/huggingface/hub"),
  ]

  @Test(arguments: caches) func `the cache is where Python has it`(variables: [String: String], path: String) {
    #expect(Self.read(variables).cache == path)
  }

  @Test(arguments: [("1", true), ("ON", true), ("yes", true), ("True", true), ("0", false), ("", false), ("2", false)])
  func `booleans are Python's`(text: String, isTrue: Bool) {
    #expect((Self.read(["HF_HUB_OFFLINE": text]).offlineVariable == "HF_HUB_OFFLINE") == isTrue)
    #expect((Self.read(["TRANSFORMERS_OFFLINE": text]).offlineVariable == "TRANSFORMERS_OFFLINE") == isTrue)
  }

  @Test(arguments: [("http://h:1/", "http://h:1"), ("https://x//", "https://x"), ("", HubEnvironment.publicEndpoint)])
  func `the endpoint has no slash at its end`(text: String, endpoint: String) {
    #expect(Self.read(["HF_ENDPOINT": text]).endpoint == endpoint)
  }

  @Test func `a token is cleaned and never printed`() {
    let environment = Self.read(["HF_TOKEN": " hf_x\r\n", "HUGGING_FACE_HUB_TOKEN": "hf_y"])
    #expect(environment.token?.value == "hf_x")
    var text = ""
    dump(environment, to: &text)
    #expect(!(text + "\(environment)").contains("hf_x"))
    #expect(Self.read(["HF_TOKEN": " \n", "HUGGING_FACE_HUB_TOKEN": "hf_y"]).token?.value == "hf_y")
  }

  @Test func `tokens lie beside the token in use`() {
    #expect(Self.read(["HF_TOKEN_PATH": "/t/token"]).storedTokensPath == "/t/stored_tokens")
    #expect(Self.read([:]).storedTokensPath == "/home/u/.cache/huggingface/stored_tokens")
  }

  @Test(arguments: [("2.5", 2.5), ("x", 10), ("-1", 10), ("nan", 10), ("inf", 10)])
  func `timeouts are positive seconds`(text: String, seconds: Double) {
    #expect(Self.read(["HF_HUB_ETAG_TIMEOUT": text]).metadataTimeout == seconds)
    #expect(Self.read(["HF_HUB_DOWNLOAD_TIMEOUT": text]).downloadTimeout == seconds)
  }
}

@Suite struct FileSelectionTests {
  /// Each row was compared with Python's `fnmatch.fnmatchcase`.
  static let rows: [(String, String, Bool)] = [
    ("a.json", "*.json", true), ("x/y/a.json", "*.json", true), ("a.JSON", "*.json", false), ("a", "?", true),
    ("ab", "?", false), ("x/a", "x?a", true), ("unet/w.bin", "unet/", true), ("unet2/w.bin", "unet/", false),
    ("b", "[abc]", true), ("d", "[abc]", false), ("d", "[!abc]", true), ("b", "[a-c]", true), ("-", "[a-]", true),
    ("]", "[]]", true), ("[x", "[x", true), ("abcabc", "*abc", true), ("aaaaaaaaaaaaaaaab", "*a*a*a*a*c", false),
    ("", "*", true), ("", "", true), ("a", "", false), ("a^b", "a[^]b", true), ("é", "?", true),
  ]

  @Test(arguments: rows) func `patterns match as in fnmatch`(path: String, pattern: String, matches: Bool) {
    #expect(FileSelection.matches(path, pattern) == matches)
  }

  @Test func `what is included and not excluded is selected`() {
    #expect(FileSelection().contains("any"))
    #expect(!FileSelection(include: []).contains("any"))
    let selection = FileSelection(include: ["*.json", "unet/*"], exclude: ["*.bin"])
    #expect(selection.contains("a.json") && selection.contains("unet/x"))
    #expect(!selection.contains("unet/x.bin") && !selection.contains("b.txt"))
  }
}
