import Foundation
import Schedulers
import Testing

/// How far single precision is from the truth, here and in diffusers.
@Suite struct TruthTests {
  @Test(arguments: GoldenTests.classNames)
  func `runs are no farther from double precision than those of diffusers`(className: String) throws {
    var (count, ours, theirs) = (0, 0.0, 0.0)
    for golden in try GoldenCase.all(of: className, kinds: "loop") where TruthRun.covers(golden) {
      var run = try GoldenRun(golden)
      try run.finish()
      let truth = try TruthRun.final(golden)
      let final = try #require(golden.floats("final"))
      // A run that diffusers makes to infinity is at no distance.
      guard final.allSatisfy(\.isFinite), truth.allSatisfy(\.isFinite) else { continue }
      let (a, b) = (distance(run.sample.elements, truth), distance(final, truth))
      #expect(max(a, b) < 1e-3, "\(golden.id): the truth is that of another run: \(a), \(b)")
      (count, ours, theirs) = (count + 1, ours + a, theirs + b)
    }
    guard count > 0 else { return }
    let (a, b) = (ours / Double(count), theirs / Double(count))
    let figures = String(format: "%2d runs | %.1e | %.1e | %.2f", count, a, b, a / b)
    print("truth | \(className.padding(toLength: 34, withPad: " ", startingAt: 0)) | \(figures)")
    // Where both are off by the same rounding of a scalar, which is a quirk, the rest is a tie that chance decides.
    #expect(a <= b * 1.01, "\(className) is farther from the truth than diffusers")
  }

  /// The root of the mean square of the differences, as a share of the largest magnitude, if there is one.
  private func distance(_ values: [Float], _ truth: [Double]) -> Double {
    let squares = zip(values, truth).map { (Double($0) - $1) * (Double($0) - $1) }.reduce(0, +)
    let largest = truth.map(abs).max() ?? 0
    return (squares / Double(truth.count)).squareRoot() / (largest > 0 ? largest : 1)
  }
}
