/// A Brownian motion over the sigmas of a run, as `torchsde` draws it for the stochastic DPM-Solvers: noise for an interval
/// is the same however the run is divided, so that more steps refine a picture and do not change it.
///
/// The motion is known at both ends of an interval, and drawn in its middle by a bridge from a seed that belongs to the
/// interval alone (Li et al. 2020, arXiv 2001.01328, section 4). So the tree is nothing but its seeds and its ends: what it
/// gives for an interval does not depend on what was asked before.
public struct BrownianTree: NoiseGenerator, Sendable, Hashable, Codable {
  /// One seed for the whole batch, or one for each sample.
  public let seeds: [UInt64]
  /// The ends of the motion.
  public let start, end: Float
  /// Which of torch's two transforms makes Gaussian draws of uniform ones.
  public let transform: GaussianTransform

  /// The motion of these seeds between two sigmas.
  ///
  /// - Parameters:
  ///   - seeds: One seed for the whole batch, or one for each sample; at least one.
  ///   - start: The smaller sigma.
  ///   - end: The larger one.
  ///   - transform: As for ``TorchGenerator``.
  public init(
    seeds: [some BinaryInteger], from start: Double, to end: Double, transform: GaussianTransform = .vectorized
  ) {
    precondition(!seeds.isEmpty, "A Brownian tree has at least one seed.")
    self.seeds = seeds.map { UInt64(truncatingIfNeeded: $0) }
    (self.start, self.end, self.transform) = (Float(min(start, end)), Float(max(start, end)), transform)
  }

  /// As many as there are seeds, when each sample has its own.
  public var sampleCount: Int? { seeds.count > 1 ? seeds.count : nil }

  /// The motion from one end to the other, in units of its deviation.
  public mutating func randn(_ shape: [Int]) -> Tensor {
    randn(shape, over: NoiseInterval(from: Double(end), to: Double(start)))
  }

  /// The motion over an interval, in units of its deviation. What lies outside the ends adds nothing.
  public mutating func randn(_ shape: [Int], over interval: NoiseInterval?) -> Tensor {
    guard let interval else { return randn(shape) }
    let (from, to) = (Float(interval.from), Float(interval.to))
    guard from != to else { return Tensor(trusted: Array(repeating: 0, count: shape.reduce(1, *)), shape: shape) }
    let unit = abs(to - from).squareRoot() * (from < to ? 1 : -1)
    let length = shape.reduce(1, *) / seeds.count
    let rows = seeds.map { seed in
      let root = Node(of: self, seed, length)
      var sum = Array(repeating: Float(0), count: length)
      root.add(root.clamped(Double(min(from, to))), root.clamped(Double(max(from, to))), to: &sum)
      return sum.map { $0 / unit }
    }
    return Tensor(trusted: Array(rows.joined()), shape: shape)
  }
}

/// An interval of a Brownian motion, with the motion's increment over it.
private struct Node {
  let seed: UInt64
  let transform: GaussianTransform
  let start, end: Double
  let increment: [Float]
  /// Where it lies: the path from the root in binary, and its length.
  var key: UInt64 = 0
  var depth: UInt64 = 0

  /// The whole motion.
  init(of tree: BrownianTree, _ seed: UInt64, _ length: Int) {
    (self.seed, transform) = (seed, tree.transform)
    (start, end) = (Self.rounded(Double(tree.start)), Self.rounded(Double(tree.end)))
    let state = SeedSequence(seed, poolSize: Self.poolSize).state(1)[0]
    let deviation = Float((Double(tree.end) - Double(tree.start)).squareRoot())
    increment = Self.draw(state, length, transform).map { $0 * deviation }
  }

  private init(half isRight: Bool, of parent: Node, from start: Double, to end: Double, _ increment: [Float]) {
    (seed, transform, self.increment) = (parent.seed, parent.transform, increment)
    (self.start, self.end) = (start, end)
    (key, depth) = (2 * parent.key + (isRight ? 1 : 0), parent.depth + 1)
  }

  /// Adds the increment over a part of the interval, halving until the part is made of whole halves.
  func add(_ from: Double, _ to: Double, to sum: inout [Float]) {
    if from == start, to == end {
      for j in sum.indices { sum[j] += increment[j] }
      return
    }
    let middle = Self.rounded(0.5 * (end + start))
    // Below the resolution there is nothing to divide, and nothing in it.
    guard from < to, start < middle, middle < end, depth < 63 else { return }
    let (left, right) = halves(at: middle)
    if from < middle { left.add(from, min(to, middle), to: &sum) }
    if to > middle { right.add(max(from, middle), to, to: &sum) }
  }

  /// Both halves: the left by a Brownian bridge, the right by what is left over.
  private func halves(at middle: Double) -> (left: Node, right: Node) {
    let state = SeedSequence(seed, spawning: [key, depth], poolSize: Self.poolSize).state(1)[0]
    let noise = Self.draw(state, increment.count, transform)
    let (before, after, reciprocal) = (middle - start, end - middle, 1 / (end - start))
    let (share, scale) = (Float(before), Float(reciprocal))
    let deviation = Float((before * after * reciprocal).squareRoot())
    let first = zip(increment, noise).map { share * $0 * scale + deviation * $1 }
    return (
      Node(half: false, of: self, from: start, to: middle, first),
      Node(half: true, of: self, from: middle, to: end, zip(increment, first).map { $0 - $1 })
    )
  }

  /// A sigma of the motion, as far as it is resolved.
  func clamped(_ sigma: Double) -> Double { Self.rounded(min(max(sigma, start), end)) }

  private static let poolSize = 24

  private static func draw(_ seed: UInt32, _ count: Int, _ transform: GaussianTransform) -> [Float] {
    var generator = TorchGenerator(seed: seed, transform: transform)
    return generator.randn([count]).elements
  }

  /// The nearest number of six decimals; of two equally near, the even one.
  private static func rounded(_ number: Double) -> Double {
    let scaled = number * 1e6
    let below = scaled.rounded(.down)
    let fraction = (scaled - below) + (-scaled).addingProduct(number, 1e6)
    let isOdd = below.truncatingRemainder(dividingBy: 2) != 0
    return (fraction > 0.5 || fraction == 0.5 && isOdd ? below + 1 : below) / 1e6
  }
}
