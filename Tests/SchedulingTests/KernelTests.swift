import Foundation
import TestSupport
import Testing

/// The loops in C, compiled for more than the processor at hand.
@Suite(.enabled(if: Layout.program("clang") != nil)) struct KernelTests {
  @Test func `loops have the same bits on every processor`() async throws {
    let withoutAVX512 = "(sizeof NAME < sizeof \"avx512\" && __builtin_cpu_supports(NAME))"
    let results = [try await Self.result(), try await Self.result(withoutAVX512), try await Self.result("0")]
    #expect(results[0].hasPrefix("16 forms of a step"))
    #expect(Set(results).count == 1)
  }

  /// What the loops say about themselves on a processor that has features as far as `condition` says; by itself, on this one.
  private static func result(_ condition: String? = nil) async throws -> String {
    let clang = try #require(Layout.program("clang"))
    let kernels = Layout.root.appending(path: "Sources/CKernels").path
    let directory = try TemporaryDirectory()
    let program = directory.appending("every_loop")
    let sources = try FileManager.default.contentsOfDirectory(atPath: kernels).filter { $0.hasSuffix(".c") }
    let compiled = try await Program(
      clang,
      ["-O2", "-I\(kernels)/include", "-o", program] + (condition.map { ["-DHAS_FEATURE(NAME)=\($0)"] } ?? [])
        + [Layout.fixture("kernels/every_loop.c").path] + sources.map { "\(kernels)/\($0)" } + ["-lm"]
    ).run()
    try #require(compiled.status == 0, "\(compiled.errorText)")
    return try await Program(program).run().text
  }
}
