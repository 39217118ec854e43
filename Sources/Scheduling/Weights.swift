/// The tensors that a step can weigh.
///
/// A step reads at most these and writes a weighted sum of them.
public struct Operand: Sendable, Hashable {
  let index: Int

  /// The current sample.
  public static let sample = Operand(index: 0)
  /// The model's output as it came.
  public static let output = Operand(index: 1)
  /// The sample that an earlier update kept.
  public static let keptSample = Operand(index: 2)
  /// Fresh unit Gaussian noise.
  public static let noise = Operand(index: 3)
  /// The noise that an earlier update kept.
  public static let keptNoise = Operand(index: 4)
  /// The newest prediction before it was clipped or thresholded.
  public static let unrefined = Operand(index: 5)
  /// A prediction, converted to what the solver integrates and refined; 0 is the newest.
  public static func prediction(_ age: Int) -> Operand { Operand(index: 6 + age) }
}

/// A linear combination of a step's operands: scalars in `Double`, no memory of its own.
public struct Weights: Sendable, Hashable, Codable {
  private var values = SIMD16<Double>.zero

  /// No operand has a weight.
  public init() {}

  /// The combination that is one operand as it is.
  public init(_ operand: Operand) { self[operand] = 1 }

  /// The weight of an operand.
  public subscript(operand: Operand) -> Double {
    get { values[operand.index] }
    set { values[operand.index] = newValue }
  }

  /// The weight of a prediction; 0 is the newest, 9 the oldest that fits.
  public subscript(prediction age: Int) -> Double {
    get { self[.prediction(age)] }
    set { self[.prediction(age)] = newValue }
  }

  /// The sum of two combinations.
  public static func + (a: Self, b: Self) -> Self {
    var sum = a
    sum.values += b.values
    return sum
  }

  /// A combination, scaled; an operand without a weight gets none, be the scale infinite.
  public static func * (scale: Double, weights: Self) -> Self {
    var product = weights
    product.values = (weights.values * scale).replacing(with: 0, where: weights.values .== 0)
    return product
  }

  /// The combination with one operand written as a combination of others.
  func replacing(_ operand: Operand, by replacement: Self) -> Self {
    let weight = self[operand]
    // A weight of zero stays out, for the replacement may be infinite.
    guard weight != 0 else { return self }
    var rest = self
    rest[operand] = 0
    return rest + weight * replacement
  }

  /// Whether the combination may be made in single precision, with the largest weights as sums of two floats: no weight is
  /// outside of a float's range, and none is so large that terms must cancel, and leave what was rounded. Two terms may
  /// cancel, which then lose nothing, and noise is large only where the sample is.
  ///
  /// - Parameter limit: How large a weight may be beside two others.
  func fitSinglePrecision(below limit: Double) -> Bool {
    let magnitudes = values.replacing(with: -values, where: values .< 0)
    let areThere = magnitudes .!= 0
    let terms = SIMD16<Int64>.zero.replacing(with: 1, where: areThere).wrappedSum()
    var limits = SIMD16(repeating: terms > 2 ? limit : Self.largest)
    limits[Operand.noise.index] = Self.largest
    limits[Operand.keptNoise.index] = Self.largest
    return all(magnitudes .<= limits .& (magnitudes .>= 1 / Self.largest .| .!areThere))
  }
  private static let largest = 0x1p60

  /// The number of operands there can be.
  static let count = 16
  subscript(index: Int) -> Double { values[index] }
}
