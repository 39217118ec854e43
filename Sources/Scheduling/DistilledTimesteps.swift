/// The timesteps of runs with a model that was distilled to few of them: some of those that it was distilled with, evenly
/// from the noisiest on.
public struct DistilledTimesteps: Sendable, Hashable {
  /// The timesteps that a run's are picked from, ascending.
  public let original: [Int]

  /// So many timesteps of the distillation, evenly up to the end of the training; of these the first share.
  public init(_ count: Int, of training: Int, share: Double) {
    let stride = training / count
    original = (0..<Int(Double(count) * share)).map { ($0 + 1) * stride - 1 }
  }

  /// All timesteps of the training; of these the first share.
  public init(allOf training: Int, share: Double) { original = Array(0..<Int(Double(training) * share)) }

  /// So many of them, descending; there must be as many.
  public func timesteps(_ count: Int) -> [Double] {
    let stride = Double(original.count) / Double(count)
    return (0..<count).map { Double(original[original.count - 1 - Int(Double($0) * stride)]) }
  }
}
