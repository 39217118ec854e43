import TestSupport
import Testing

@Suite struct HelpTests {
  static let commands = [
    "demo", "upload", "scheduler push", "repo", "repo create", "repo delete", "repo move", "repo settings",
    "repo branch",
    "repo branch create", "repo tag", "repo tag list", "serve", "serve run", "serve user", "serve org", "serve token",
    "download", "scheduler", "scheduler show",
    "scheduler plan", "scheduler list", "scheduler convert",
    "login", "auth", "auth login", "auth logout", "auth list", "auth switch", "auth whoami", "cache", "cache ls",
    "cache verify", "cache rm", "cache prune", "cache reindex", "cache why", "env", "version",
  ]

  @Test(arguments: commands)
  func `every command explains itself`(command: String) async throws {
    let outcome = try await Dhub().run(["help"] + command.split(separator: " ").map(String.init))
    #expect(outcome.status == 0 && outcome.errorText.isEmpty, "\(outcome.errorText)")
    #expect(outcome.text.contains("USAGE: dhub \(command)"), "\(outcome.text)")
  }

  @Test func `without arguments and with --help it is the same help`() async throws {
    let dhub = try Dhub()
    let (bare, asked) = (try await dhub.run(), try await dhub.run("--help"))
    #expect(bare.status == 0 && asked.status == 0)
    #expect(bare.text == asked.text && asked.text.contains("Exit status: 0 done"))
  }

  @Test func `the version is one line, or one object`() async throws {
    let dhub = try Dhub()
    #expect(try await dhub.run("version").text == dhub.run("--version").text)
    #expect(try await dhub.run("version", "--json").object()["version"] is String)
  }

  @Test(arguments: [
    ["nosuch"], ["scheduler", "shwo", "x"], ["download", "--nosuch"], ["-rf"], [""], ["scheduler", "plan", "x"],
  ])
  func `what it does not know is a usage error with a pointer to the help`(arguments: [String]) async throws {
    let outcome = try await Dhub().run(arguments)
    #expect(outcome.status == 64 && outcome.output.isEmpty)
    #expect(
      outcome.errorText.hasPrefix("error: ") && outcome.errorText.contains("hint: see 'dhub"), "\(outcome.errorText)")
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completions are a script`(shell: String) async throws {
    let outcome = try await Dhub().run("--generate-completion-script", shell)
    #expect(outcome.status == 0 && outcome.text.contains("dhub"))
    if shell == "bash" {
      let checked = try await Program("/bin/bash", ["-n"], input: outcome.output).run()
      #expect(checked.status == 0, "\(checked.errorText)")
    }
  }

  @Test func `env shows what is in force and no secret`() async throws {
    var dhub = try Dhub()
    dhub.variables = [
      "HF_TOKEN": "hf_verysecret", "https_proxy": "http://user:verysecret@proxy:3128", "SSL_CERT_FILE": "/ca.pem",
      "HF_HUB_OFFLINE": "1",
    ]
    for arguments in [["env"], ["env", "--json"]] {
      let outcome = try await dhub.run(arguments)
      #expect(outcome.status == 0)
      for text in ["proxy:3128", "/ca.pem", "HF_HUB_OFFLINE", dhub.cache, "libcurl", "127.0.0.1:1"] {
        #expect(outcome.text.replacing("\\/", with: "/").contains(text), "\(text)")
      }
      #expect(!outcome.text.contains("verysecret"))
    }
  }
}
