import Foundation
import PythonJSON
import Scheduling
import TestSupport
import Testing

/// Noise that is not torch's on a CPU.
@Suite struct OtherNoiseTests {
  static func lines(_ kind: String) throws -> [JSONValue] {
    try TestSupport.lines(ofFixture: "other_noise.jsonl").map { try JSONValue(parsing: $0) }.filter {
      $0["kind"]?.string == kind
    }
  }

  static func results(_ line: JSONValue) -> [[Float]] {
    (line["results"]?.array ?? []).compactMap { $0.string.flatMap { floats(base64: $0) } }
  }

  @Test func `draws are equal to NumPy's, bit for bit`() throws {
    for line in try Self.lines("numpy") {
      var generator = NumPyGenerator(seed: UInt32(try #require(line["seed"]?.integer)))
      for (call, expected) in zip(line["calls"]?.array ?? [], Self.results(line)) {
        let count = expected.count
        let drawn = call.array?[0] == "rand" ? generator.rand([count]) : generator.randn([count])
        let isEqual = drawn.elements == expected
        #expect(isEqual, "\(call)")
      }
    }
  }

  @Test func `a Brownian motion is torchsde's, bit for bit, in any order`() throws {
    for line in try Self.lines("brownian") {
      let seeds = line["seed"]?.array?.compactMap(\.integer) ?? [line["seed"]?.integer ?? 0]
      var motion = BrownianTree(seeds: seeds, from: 0.0292, to: 14.6146)
      #expect(motion.sampleCount == (seeds.count > 1 ? seeds.count : nil))
      for (call, expected) in zip(line["calls"]?.array ?? [], Self.results(line)).reversed() {
        let ends = try #require(call.array).compactMap(\.number).map { Double(Float($0)) }
        let interval = NoiseInterval(from: ends[0], to: ends[1])
        let isEqual = motion.randn([2, 3, 5, 7], over: interval).elements == expected
        #expect(isEqual, "\(seeds), \(ends)")
      }
    }
  }

  @Test func `a Brownian motion adds up, and is nothing below its resolution`() {
    var motion = BrownianTree(seeds: [3], from: 0, to: 4)
    func increment(_ from: Double, _ to: Double) -> Float {
      motion.randn([1], over: NoiseInterval(from: from, to: to)).elements[0] * Float((from - to).magnitude.squareRoot())
    }
    #expect(abs(increment(4, 1) - increment(4, 2.5) - increment(2.5, 1)) < 1e-5)
    #expect(increment(2, 2.000_000_1) == 0)
    #expect(motion.randn([1]) == motion.randn([1], over: NoiseInterval(from: 4, to: 0)))
  }

  @Test func `Philox's draws are those of torch on CUDA`() {
    var generator = PhiloxGenerator(seed: 0)
    // torch.randn((3, 4), device="cuda") with seed 0, as PyTorch prints it.
    let expected: [Float] = [
      -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631, -1.6711, 2.2655,
    ]
    let drawn = generator.randn([3, 4])
    for (actual, expected) in zip(drawn.elements, expected) { #expect(abs(actual - expected) < 5.1e-5) }
    #expect(generator.offset == 1)
    #expect(generator.randn([3, 4]) != drawn)
  }

  @Test func `streams that were written go on where they were`() throws {
    var (numPy, philox) = (NumPyGenerator(seed: 5), PhiloxGenerator(seed: 5))
    _ = (numPy.randn([3]), philox.randn([3]))
    var numPyCopy = try JSONDecoder().decode(NumPyGenerator.self, from: JSONEncoder().encode(numPy))
    var philoxCopy = try JSONDecoder().decode(PhiloxGenerator.self, from: JSONEncoder().encode(philox))
    #expect(numPyCopy.randn([1000]) == numPy.randn([1000]))
    #expect(philoxCopy.randn([1000]) == philox.randn([1000]))
  }
}
