import Foundation
import Scheduling

/// The samples, noises and models that the golden cases are made with: formulas of an element's index, in double precision
/// and rounded once.
enum Formula {
  static func tensor(_ shape: [Int], _ formula: (Int) -> Double) throws -> Tensor {
    try Tensor((0..<shape.reduce(1, *)).map { Float(formula($0)) }, shape: shape)
  }

  static func sample(_ shape: [Int]) throws -> Tensor {
    try tensor(shape) { i in sin(0.37 * Double(i)) + 0.1 * cos(1.7 * Double(i)) }
  }

  static func noise(_ shape: [Int]) throws -> Tensor {
    try tensor(shape) { i in 1.1 * cos(0.53 * Double(i) + 0.2) }
  }

  /// A model of a sample and a timestep.
  static func model(_ x: Tensor, _ t: Double) throws -> Tensor {
    let ratio = abs(t) / (abs(t) + 700)
    return try tensor(x.shape) { i in 0.6 * Double(x.elements[i]) * ratio + 0.05 * sin(0.01 * t + 0.3 * Double(i)) }
  }

  /// The same model with a variance behind its channels.
  static func learned(_ x: Tensor, _ t: Double) throws -> Tensor {
    let output = try model(x, t)
    let variance = try tensor(x.shape) { i in 0.3 + 0.2 * sin(0.02 * t + 0.11 * Double(i)) }
    let rows = (0..<x.rowCount).map { output.row($0).elements + variance.row($0).elements }
    return try Tensor(Array(rows.joined()), shape: [x.shape[0], 2 * x.shape[1]] + x.shape.dropFirst(2))
  }

  /// A model of the noise in a sample, negated.
  static func negatedNoise(_ x: Tensor, _ sigma: Double) throws -> Tensor {
    try tensor(x.shape) { i in (-0.8 * Double(x.elements[i]) + 0.1 * sin(0.01 * sigma + 0.3 * Double(i))) / sigma }
  }

  /// A model of the score of a sample at a time.
  static func score(_ x: Tensor, _ sigma: Double, _ time: Double) throws -> Tensor {
    try tensor(x.shape) { i in
      (-0.5 * Double(x.elements[i]) + 0.05 * sin(0.01 * time + 0.3 * Double(i))) / (1 + sigma * sigma)
    }
  }
}
