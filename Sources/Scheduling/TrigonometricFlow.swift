/// Where a run with a model of TrigFlow evaluates it: at angles, from π/2 for noise to 0 for a clean sample (Lu and Song 2024,
/// arXiv 2410.11081).
public enum TrigonometricFlow {
  /// The angle that runs start from unless another is asked for: π/2 to five digits, as Sana-Sprint has it.
  public static let largestAngle = 1.57080
  /// The angle between the steps of a run of two.
  public static let middleAngle = 1.3

  /// The angles of a run that starts at one and passes another on its way to a clean sample.
  public static func angles(from largest: Double, by middle: Double) -> [Double] {
    [largest, middle, 0].map { Double(Float($0)) }
  }

  /// The angles of so many steps of equal length to a clean sample, in single precision.
  public static func evenAngles(_ count: Int, from largest: Double) -> [Double] {
    linspace(largest, 0, count: count + 1).map { Double($0) }
  }
}

extension Plan {
  /// A walk along angles of TrigFlow, at the last of which it ends. The timesteps are the angles.
  ///
  /// - Parameters:
  ///   - angles: The angles, descending, at least two.
  ///   - dataDeviation: The deviation of clean samples, which the noise has, too.
  public static func trigonometric(_ angles: [Double], dataDeviation: Double) -> Plan {
    let levels = angles.map { NoiseLevel.trigonometric(angle: $0, dataDeviation: dataDeviation) }
    return Plan(levels.indices.dropLast().map { Stage(timestep: angles[$0], from: levels[$0], to: levels[$0 + 1]) })
  }
}
