import Foundation
import PythonJSON
import Scheduling
import TestSupport
import Testing

/// Streams that torch drew, by `fixtures/generate_noise.py`.
@Suite struct TorchGeneratorTests {
  /// What a call to torch returned, as bits where it is floats.
  enum Draws: Equatable {
    case integers([Int])
    case bits([UInt32])
  }

  static func generator(of stream: JSONValue) throws -> TorchGenerator {
    let transform = try #require(stream["transform"]?.string.flatMap(GaussianTransform.init))
    switch stream["seed"] {
    case .integer(let seed): return TorchGenerator(seed: seed, transform: transform)
    case .bigInteger(let digits): return TorchGenerator(seed: try #require(UInt64(digits)), transform: transform)
    default: throw CocoaError(.coderInvalidValue)
    }
  }

  static func draw(_ call: [JSONValue], from generator: inout TorchGenerator) throws -> Draws {
    let numbers = try #require(call[1].array).compactMap(\.integer)
    switch call[0].string {
    case "randint": return .integers(generator.randint(numbers[0]..<numbers[1], count: try #require(call[2].integer)))
    case "multinomial32": return .integers(multinomial(numbers, of: Float.self, &generator))
    case "multinomial64": return .integers(multinomial(numbers, of: Double.self, &generator))
    case "rand": return .bits(generator.rand(numbers).elements.map(\.bitPattern))
    default: return .bits(generator.randn(numbers).elements.map(\.bitPattern))
    }
  }

  /// A draw from each row of weights of whole numbers.
  static func multinomial<Number: BinaryFloatingPoint>(
    _ shape: [Int], of: Number.Type, _ generator: inout TorchGenerator
  ) -> [Int] {
    (0..<shape[0]).map { row in
      generator.multinomial((0..<shape[1]).map { Number((row * shape[1] + $0) * 7 % 11) })
    }
  }

  @Test func `the same seed gives torch's numbers, bit for bit`() throws {
    let streams = try lines(ofFixture: "noise.jsonl").map { try JSONValue(parsing: $0) }
    #expect(streams.count > 100)
    for stream in streams {
      var generator = try Self.generator(of: stream)
      let (calls, results) = (try #require(stream["calls"]?.array), try #require(stream["results"]?.array))
      for (call, result) in zip(calls, results) {
        let expected: Draws =
          if let text = result.string {
            .bits(floats(base64: text).map(\.bitPattern))
          } else {
            .integers((result.array ?? []).compactMap(\.integer))
          }
        let drawn = try Self.draw(try #require(call.array), from: &generator)
        #expect(drawn == expected, "\(call.text(.line)) of \(stream["calls"]?.text(.line) ?? ""), \(generator.seed)")
      }
    }
  }

  @Test func `the printed values of the reference generator`() {
    var generator = TorchGenerator(seed: 0)
    #expect(generator.rand([4]).elements.map(\.bitPattern) == [0x3EFE_1558, 0x3F44_AA2F, 0x3DB5_33A8, 0x3E07_3300])
    generator = TorchGenerator(seed: 42)
    #expect(generator.randint(0..<Int.max, count: 2) == [6_909_045_637_428_952_499, 8_314_211_556_539_077_903])
    generator = TorchGenerator(seed: 0)
    let first = generator.randn([17]).elements.prefix(4).map(\.bitPattern)
    #expect(first == [0xBF90_1B85, 0xBFD9_1446, 0x3F11_1004, 0x3F4B_235D])
    #expect(TorchGenerator(seed: -1) == TorchGenerator(seed: UInt64.max))
  }

  @Test(arguments: [0, 3, 16, 700])
  func `a stream that was written goes on where it was`(drawn: Int) throws {
    var generator = TorchGenerator(seed: 7)
    if drawn > 0 { _ = generator.randn([drawn]) }
    var copy = try JSONDecoder().decode(TorchGenerator.self, from: JSONEncoder().encode(generator))
    #expect(copy == generator)
    #expect(copy.randn([5]) == generator.randn([5]))
    #expect(copy.randn([1000]) == generator.randn([1000]))
  }

  @Test func `a state that is none is refused`() throws {
    let text = #"{"seed": 1, "transform": "plain", "state": [1, 2], "position": 3}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(TorchGenerator.self, from: Data(text.utf8)) }
  }

  @Test func `with a generator for each sample, a sample does not depend on its batch`() throws {
    var batch = PerSampleGenerator(seeds: [5, 6, 7])
    let noise = batch.randn([3, 2, 9])
    for (row, seed) in [5, 6, 7].enumerated() {
      var single = TorchGenerator(seed: seed)
      #expect(noise.row(row) == single.randn([1, 2, 9]))
    }
    // The streams go on independently.
    let next = batch.randn([3, 4])
    var single = TorchGenerator(seed: 6)
    _ = single.randn([1, 2, 9])
    #expect(next.row(1) == single.randn([1, 4]))
  }

  @Test func `a generator for another number of samples is refused before it draws`() throws {
    let stages = [Stage(timestep: 1, from: .variancePreserving(ratio: 2), to: .clean)]
    var sampler = try Sampler(DDIM(), predicting: .noise, plan: Plan(stages), options: StepOptions(eta: 1))
    let x = try Tensor(repeating: 1, shape: [3, 4])
    var generator = PerSampleGenerator(seeds: [1, 2])
    let error = #expect(throws: SchedulerError.self) { try sampler.step(x, 1, x, using: &generator) }
    #expect(
      error?.description
        == "noise: the generator draws for 2 samples, not for 3; pass a generator for each sample")
    #expect(generator == PerSampleGenerator(seeds: [1, 2]))
    #expect(sampler.position == 0)
  }
}
