/// How the tokens of a step are drawn.
///
/// A method is a value with what a caller may ask of its steps, which can be changed between them, and with what it
/// remembers of them. ``TokenSampler`` has checked everything that a step is given.
public protocol TokenMethod: Sendable, Hashable, Codable {
  /// The class of masked tokens, which may be one that the model does not know; `nil` where none are masked.
  var mask: Int? { get }
  /// Whether a step may be made at any timestep, as often as one likes. No, unless said otherwise.
  static var hasFreeOrder: Bool { get }
  /// Refuses what the method cannot do.
  func check(_ step: TokenStep) throws(SchedulerError)
  /// Draws the tokens of the next, cleaner timestep.
  mutating func step(_ step: TokenStep, using generator: inout TorchGenerator) -> TokenOutput
}

extension TokenMethod {
  /// The timesteps have an order.
  public static var hasFreeOrder: Bool { false }
  /// Nothing is refused.
  public func check(_ step: TokenStep) throws(SchedulerError) {}
}

/// A run whose samples are tokens, the classes of which are drawn from what a model says about them.
///
/// It is no ``Sampler``, for nothing here is a weighted sum. Like one it is a value that can be copied, encoded and
/// continued, and a step that throws changes nothing.
///
/// ```swift
/// for t in sampler.timesteps { tokens = try sampler.step(model(tokens, t), t, tokens, using: &generator).prevSample }
/// ```
public struct TokenSampler<Method: TokenMethod>: Sendable, Hashable, Codable {
  /// The timesteps to give the model, in order.
  public var timesteps: [Double] { walk.timesteps }
  /// How tokens are drawn, and what the caller asks of the steps to come.
  public var method: Method
  /// The index of the next timestep; their number when the run has ended.
  public var position: Int { walk.position }
  private var walk: Walk

  /// A run along so many timesteps.
  ///
  /// - Parameters:
  ///   - method: How a step chooses tokens.
  ///   - steps: How many steps, at least one.
  ///   - ascends: Whether they count up from 0, and not down to it.
  /// - Throws: ``SchedulerError`` with the code `argument` when there are none.
  public init(_ method: Method, steps: Int, ascends: Bool) throws(SchedulerError) {
    guard steps >= 1 else {
      throw .argument("steps", steps, wants: "an integer of at least 1", "ask for at least one step")
    }
    let timesteps = (0..<steps).map(Double.init)
    (self.method, walk) = (method, Walk(ascends ? timesteps : timesteps.reversed()))
  }

  /// Whether every step has been made.
  public var isFinished: Bool { walk.isFinished }

  /// Begins the run at a later timestep, with tokens that have its noise.
  ///
  /// - Throws: ``SchedulerError`` with the code `order` once a step has been made, and when there is no such timestep.
  public mutating func begin(at index: Int) throws(SchedulerError) {
    try walk.begin(at: index)
  }

  /// Draws the tokens of the next, cleaner timestep.
  ///
  /// - Parameters:
  ///   - output: The logits that the model gives every class: `[samples, tokens, classes]`, or, for images,
  ///     `[samples, classes, height, width]`.
  ///   - timestep: The next of ``timesteps``.
  ///   - tokens: The classes of each sample's tokens, those of images row by row.
  ///   - generator: Where chance comes from.
  /// - Throws: ``SchedulerError`` with the code `order` when it is not this timestep's turn, `shape` when output and tokens do
  ///   not fit, `argument` for a class that there is not, for logits that are not numbers, and for what the method
  ///   refuses. Nothing has then been drawn.
  public mutating func step(
    _ output: Tensor, _ timestep: Double, _ tokens: [[Int]], using generator: inout TorchGenerator
  ) throws(SchedulerError) -> TokenOutput {
    let index = try index(of: timestep)
    let step = try checked(output, tokens, timestep: Int(timestep), index: index)
    try method.check(step)
    walk.advance(past: index)
    return method.step(step, using: &generator)
  }

  /// The index of a timestep whose turn it is.
  private func index(of timestep: Double) throws(SchedulerError) -> Int {
    guard Method.hasFreeOrder else {
      try walk.check(timestep)
      return position
    }
    guard let integer = Int(exactly: timestep), integer >= 0 else {
      throw .argument("the timestep", timestep, wants: "an integer of at least 0", "count the steps")
    }
    return min(position, timesteps.count - 1)
  }

  /// What a method is given, once it fits.
  func checked(
    _ output: Tensor, _ tokens: [[Int]], timestep: Int, index: Int
  ) throws(SchedulerError) -> TokenStep {
    let logits = output.shape.count == 4 ? output.withClassesLast : output
    let length = tokens.first?.count ?? 0
    guard logits.shape.count == 3, Array(logits.shape.prefix(2)) == [tokens.count, length],
      tokens.allSatisfy({ $0.count == length })
    else {
      throw .shape(
        "the model's output has the shape \(output.shape), for \(tokens.count) samples of \(length) tokens",
        "give a logit for each class of each token, and as many tokens in every sample")
    }
    let step = TokenStep(logits: logits, tokens: tokens, timestep: timestep, index: index, count: timesteps.count)
    if let token = tokens.joined().first(where: { !(0..<step.classCount).contains($0) && $0 != method.mask }) {
      throw .argument(
        "a token", token, wants: "from 0 to \(step.classCount - 1), or the mask", "use the model's classes")
    }
    guard step.places.allSatisfy({ logits.hasDistribution(at: $0) }) else {
      throw .argument("the model's output", "without a distribution", wants: "made of logits", "check the model")
    }
    return step
  }
}

extension Tensor {
  /// Samples of images of classes, as lists of tokens: the second axis becomes the last, and the others but the first one.
  fileprivate var withClassesLast: Tensor {
    let (classes, length) = (shape[1], rowLength / shape[1])
    return Tensor(shape: [rowCount, length, classes]) { out in
      for row in 0..<rowCount {
        for place in 0..<length {
          for k in 0..<classes {
            out[(row * length + place) * classes + k] = elements[(row * classes + k) * length + place]
          }
        }
      }
    }
  }

  /// Whether the logits of a token are numbers that a distribution can be made of.
  fileprivate func hasDistribution(at place: Int) -> Bool {
    let classes = shape[2]
    var largest = -Float.infinity
    for logit in elements[place * classes..<(place + 1) * classes] {
      guard logit < .infinity else { return false }
      largest = max(largest, logit)
    }
    return largest > -.infinity
  }
}
