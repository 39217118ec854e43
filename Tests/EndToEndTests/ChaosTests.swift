import Foundation
import TestSupport
import Testing

/// A few moments of `make chaos`: the hub is killed while it is written to in all ways, and nothing acknowledged is lost.
@Suite struct ChaosTests {
  @Test(.enabled(if: Layout.Python.hubNewest.interpreter != nil))
  func `what was acknowledged is there after a kill`() async throws {
    let python = try #require(Layout.Python.hubNewest.interpreter)
    let script = Layout.root.appending(path: ".ci/chaos.py").path
    var program = Program(python, [script, Dhub.path, "4", "7"], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
    program.timeout = 300
    let outcome = try await program.run()
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.errorText)")
  }
}
