import HubGit
import Testing

/// The threads on which libgit2 is waited for.
@Suite struct GitThreadsTests {
  private final class Witness: Sendable {}

  /// A process that ends right after must leave no temporary directory behind.
  @Test(arguments: [GitThreads.Lane.shared, .alone]) func whatWorkHoldsIsLetGoFirst(lane: GitThreads.Lane) async {
    for _ in 0..<2000 {
      weak var seen: Witness?
      do {
        let witness = Witness()
        seen = witness
        await GitThreads.run(lane) { withExtendedLifetime(witness) {} }
      }
      #expect(seen == nil)
    }
  }
}
