import HubTestSupport
import TestSupport
import Testing

@Suite struct StreamTests {
  #if os(Linux)
    @Test func `a full disk behind stdout is a failure of the disk`() async throws {
      let outcome = try await Dhub().shell("dhub version > /dev/full")
      #expect(outcome.status == 7 && outcome.errorText.contains("No space left"), "\(outcome.errorText)")
    }
  #endif

  @Test func `a closed stdout is a failure, and a closed stderr is not`() async throws {
    let dhub = try Dhub()
    #expect(try await dhub.shell("dhub version >&-").status == 7)
    #expect(try await dhub.shell("dhub version 2>&-").status == 0)
    #expect(try await dhub.shell("dhub version <&-").status == 0)
  }

  @Test func `nobody reads on, and that is no message`() async throws {
    let outcome = try await Dhub().shell("{ dhub help; echo $? >&2; } | true; sleep 0.2")
    // The reader may be gone before or after the help is written.
    #expect(["0\n", "141\n"].contains(outcome.errorText), "\(outcome.errorText)")
  }

  @Test func `what is no terminal sees no bars and no colours`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    let outcome = try await Dhub(endpoint: hub.endpoint).run("download", "acme/euler")
    #expect(outcome.status == 0 && outcome.errorText.isEmpty, "\(outcome.errorText)")
  }

  @Test func `a locale without letters beyond ASCII is no obstacle`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    var dhub = try Dhub(endpoint: hub.endpoint)
    dhub.variables["LC_ALL"] = "C"
    let outcome = try await dhub.run("download", "acme/euler", "unet/é.json")
    #expect(outcome.status == 0 && outcome.text.hasSuffix("unet/é.json\n"), "\(outcome.errorText)")
  }

  @Test func `a home that cannot be written is a failure of the disk, in one line`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    var dhub = try Dhub(endpoint: hub.endpoint)
    dhub.variables["HF_HOME"] = "/proc/nope"
    let outcome = try await dhub.run("download", "acme/euler", "README.md")
    #expect(outcome.status == 7 && outcome.errorText.hasPrefix("error: "), "\(outcome.errorText)")
  }

  @Test func `logging shows requests and no token`() async throws {
    let repositories = try TestRepositories()
    let hub = try await ServedHub(root: repositories.root)
    var dhub = try Dhub(endpoint: hub.endpoint)
    dhub.variables["HF_TOKEN"] = "hf_verysecret"
    let outcome = try await dhub.run("download", "acme/euler", "README.md", "-v")
    #expect(outcome.status == 0 && outcome.errorText.contains("README.md"), "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("verysecret"))
  }
}
