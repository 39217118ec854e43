import Foundation
import HubGit
import HubModel
import TestSupport
import Testing

/// A hub that is killed while it is written to.
@Suite(.serialized) struct ServerKillTests {
  static let token = "hf_writer_000000000000000000000000"

  /// Somebody who pushes, with a folder of their own.
  struct Pusher {
    let home: TemporaryDirectory
    let program: String

    func git(_ arguments: [String], in folder: String = "one") async throws -> Program.Outcome {
      let environment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home.path, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@localhost",
        "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@localhost",
      ]
      return try await Program(program, arguments, environment: environment, directory: home.appending(folder)).run()
    }

    func sure(_ arguments: String..., in folder: String = "one") async throws -> String {
      let outcome = try await git(arguments, in: folder)
      try #require(outcome.status == 0, "git \(arguments): \(outcome.errorText)")
      return outcome.text.trimmingCharacters(in: .newlines)
    }

    /// Commits a file and an object of LFS, and pushes them; answers the commit once the hub has acknowledged it.
    func push(_ number: Int, to endpoint: String) async throws -> String? {
      let noise = try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom"))
      try home.write(
        try noise.read(upToCount: number % 3 == 0 ? 2_000_000 : 5_000) ?? Data(), to: "one/w\(number % 5).bin")
      try home.write(Array("\(number)".utf8), to: "one/t\(number % 5).txt")
      _ = try await sure("add", ".")
      _ = try await sure("commit", "-qm", "\(number)")
      let remote = endpoint.replacing("http://", with: "http://bob:\(ServerKillTests.token)@") + "/acme/model"
      let outcome = try await git(["push", "-q", remote, "HEAD:main", "HEAD:copy\(number % 3)"])
      return outcome.status == 0 ? try await sure("rev-parse", "HEAD") : nil
    }
  }

  @Test func `what was acknowledged is there, and nothing is half there`() async throws {
    let folder = try TemporaryDirectory()
    let repository = folder.appending("models/acme/model.git")
    _ = try GitRepository.create(bareAt: repository)
    let tokens =
      #"{"tokens": [{"name": "w", "token": "\#(Self.token)", "user": "bob", "role": "write", "orgs": ["acme"]}]}"#
    let file = try folder.write(Array(tokens.utf8), to: "tokens.json", mode: 0o600)
    let pusher = Pusher(home: try TemporaryDirectory(), program: try #require(Layout.program("git")))
    _ = try await pusher.sure("init", "-q", "-b", "main", "one", in: ".")
    _ = try await pusher.sure("lfs", "install", "--local")
    _ = try await pusher.sure("lfs", "track", "*.bin")
    var (acknowledged, number): ([String], Int) = ([], 0)
    for _ in 0..<6 {
      let hub = try await ServedHub(root: folder.path, ["--token-file", file])
      let killing = Task {
        try await Task.sleep(for: .milliseconds(.random(in: 50...1500)))
        hub.program.signal(SIGKILL)
      }
      while hub.program.isRunning {
        number += 1
        if let commit = try await pusher.push(number, to: hub.endpoint) { acknowledged.append(commit) }
      }
      try await killing.value
      try await expectSound(repository, acknowledged, folder, pusher)
    }
    let hub = try await ServedHub(root: folder.path, ["--token-file", file])
    #expect(try await pusher.push(number + 1, to: hub.endpoint) != nil)
  }

  private func expectSound(
    _ repository: String, _ acknowledged: [String], _ folder: TemporaryDirectory, _ pusher: Pusher
  ) async throws {
    let check = try await pusher.git(["-C", repository, "fsck", "--strict", "--no-dangling"])
    #expect(check.status == 0, "\(check.errorText)")
    for commit in acknowledged {
      let outcome = try await pusher.git(["-C", repository, "merge-base", "--is-ancestor", commit, "refs/heads/main"])
      #expect(outcome.status == 0, "\(commit) is lost")
    }
    let opened = try GitRepository(bareAt: repository)
    for reference in try opened.references() {
      let entries = try opened.entries(in: reference.commit, recursive: true) ?? []
      for content in try opened.contents(of: entries) {
        guard let pointer = content?.pointer else { continue }
        #expect(try LFSStore(path: folder.path + "/lfs").file(of: pointer) != nil, "\(reference.name)")
      }
    }
  }
}
