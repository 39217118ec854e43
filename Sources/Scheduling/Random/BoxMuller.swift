internal import CKernels

/// How uniform draws become Gaussian ones, sixteen at a time (Box and Muller 1958), in single precision.
///
/// torch has two answers, which differ in the last bits of a third of the values: its vector code, on x86 with AVX2, and
/// its plain code everywhere else.
public enum GaussianTransform: String, Sendable, Hashable, Codable {
  /// The polynomials of torch's vector code, with the multiplications and additions that its compiler fused.
  case vectorized
  /// The C library's `logf`, `sinf` and `cosf`.
  case plain

  static let blockLength = 16

  /// Transforms blocks of sixteen uniform draws in place: the first eight of a block give the radii, the others the
  /// angles.
  func transform(_ values: UnsafeMutablePointer<Float>, blocks: Int) {
    switch self {
    case .vectorized: kernel_box_muller(values, blocks)
    case .plain: for block in 0..<blocks { Self.transform(values + block * Self.blockLength) }
    }
  }

  private static func transform(_ block: UnsafeMutablePointer<Float>) {
    for j in 0..<blockLength / 2 {
      let radius = (-2 * log(1 - block[j])).squareRoot()
      let angle = Float(2 * Double.pi * Double(block[j + 8]))
      // Adding zero turns -0 into 0, as torch's addition of the mean does.
      (block[j], block[j + 8]) = (radius * cos(angle) + 0, radius * sin(angle) + 0)
    }
  }
}
